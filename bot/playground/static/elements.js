// The interactive elements: buttons, selects, pickers, inputs. A context says where they stand and how they act.
import { el, menuButton, newId, safeUrl, svg, toast } from "./dom.js";
import { confirmed } from "./confirm.js";
import { plainOf, textObject } from "./mrkdwn.js";
import { act, store } from "./store.js";

// What a person has typed and not yet sent, by view, block and action: it survives an update of the view.
const drafts = new Map();
const draftKey = (context, block, element) => `${context.view?.id ?? context.message?.ts}/${block.block_id}/${element.action_id}`;

export function forgetDrafts(viewId) {
  for (const key of [...drafts.keys()]) if (key.startsWith(`${viewId}/`)) drafts.delete(key);
}

// A block stays drawn while its view is updated around it: what counts is the view as it stands now.
const viewNow = (view) => (view.type === "home" ? store.home : store.views.find((one) => one.id === view.id)) ?? view;

export function draftsOf(view) {
  const values = [];
  for (const block of viewNow(view).blocks) {
    for (const element of [block.element, block.accessory, ...(block.elements ?? [])]) {
      const key = element?.action_id ? `${view.id}/${block.block_id}/${element.action_id}` : "";
      if (key && drafts.has(key)) values.push([block.block_id, element.action_id, drafts.get(key)]);
    }
  }
  return values;
}

function current(context, block, element) {
  const key = draftKey(context, block, element);
  if (drafts.has(key)) return drafts.get(key);
  const values = context.view ? context.view.state.values : context.message.chosen;
  const state = values[block.block_id]?.[element.action_id];
  return state ? ofState(state) : ofElement(element);
}

function ofState(state) {
  if ("selected_option" in state) return state.selected_option?.value ?? null;
  if ("selected_options" in state) return state.selected_options.map((one) => one.value);
  return Object.entries(state).find(([name]) => name !== "type")?.[1] ?? null;
}

function ofElement(element) {
  if (element.initial_option) return element.initial_option.value;
  if (element.initial_options) return element.initial_options.map((one) => one.value);
  return Object.entries(element).find(([name]) => name.startsWith("initial_"))?.[1] ?? null;
}

async function press(context, block, element, value, control) {
  if (element.confirm && !(await confirmed(element.confirm))) return;
  const view = context.view ? viewNow(context.view) : null;
  const place = view
    ? { view_id: view.id, values: draftsOf(view) }
    : { channel: context.message.channel, ts: context.message.ts };
  control?.classList.add("busy");
  control?.setAttribute("aria-busy", "true");
  const done = await act("press", { ...place, block_id: block.block_id, action_id: element.action_id, value });
  control?.classList.remove("busy");
  control?.removeAttribute("aria-busy");
  if (!done.ok) toast(done.error);
  else if (done.problem) toast(`${store.app.name} did not respond (${done.problem}). Try again.`);
}

function changed(context, block, element, value, control) {
  if (context.view) drafts.set(draftKey(context, block, element), value);
  if (block.type !== "input" || block.dispatch_action) press(context, block, element, value, control);
}

const labelled = (context) => ({ id: context.fieldId, "aria-describedby": context.describedBy, "aria-invalid": context.invalid ? "true" : null, "aria-required": context.required ? "true" : null });

const optionsOf = (element) => [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((group) => group.options)];

function button(context, block, element) {
  const made = el("button", { type: "button", class: `btn ${element.style ?? ""}`, "aria-label": element.accessibility_label, "data-key": `${block.block_id}/${element.action_id}` }, textObject(element.text), element.url ? el("span", { class: "out", "aria-hidden": "true" }, "↗") : null);
  made.addEventListener("click", () => {
    const href = element.url ? safeUrl(element.url) : null;
    if (href) window.open(href, "_blank", "noopener,noreferrer");
    press(context, block, element, element.value ?? null, made);
  });
  return made;
}

function choices(element) {
  if (element.type.endsWith("users_select")) return store.people.filter((one) => one.can_act).map((one) => ({ value: one.id, label: one.name }));
  if (/(conversations|channels)_select$/.test(element.type)) return store.channels.filter((one) => !one.is_im).map((one) => ({ value: one.id, label: `#${one.name}` }));
  return optionsOf(element).map((one) => ({ value: one.value, label: plainOf(one.text) }));
}

function select(context, block, element) {
  const chosen = current(context, block, element);
  const one = (choice) => el("option", { value: choice.value, selected: choice.value === chosen }, choice.label);
  const groups = element.option_groups
    ? element.option_groups.map((group) => el("optgroup", { label: plainOf(group.label) }, group.options.map((option) => one({ value: option.value, label: plainOf(option.text) }))))
    : choices(element).map(one);
  const placeholder = plainOf(element.placeholder) || "Choose one";
  const made = el("select", { class: "control", ...labelled(context), "aria-label": context.fieldId ? null : placeholder, "data-key": `${block.block_id}/${element.action_id}` }, el("option", { value: "", selected: !chosen }, placeholder), groups);
  made.addEventListener("change", () => changed(context, block, element, made.value || null, made));
  return made;
}

// Radio buttons, checkboxes, and every select of several: a group of native inputs.
function group(context, block, element, kind) {
  const name = newId("group");
  const chosen = [current(context, block, element) ?? []].flat();
  const pills = element.type.startsWith("multi_");
  const all = pills ? choices(element).map((one) => ({ ...one, text: one.label })) : optionsOf(element).map((one) => ({ value: one.value, text: textObject(one.text), more: one.description ? textObject(one.description) : null }));
  const made = el("div", { class: pills ? "group pills" : "group", role: kind === "radio" ? "radiogroup" : "group", "aria-labelledby": context.labelId, "aria-describedby": context.describedBy, "aria-label": context.labelId ? null : plainOf(element.placeholder) || "Options", id: context.fieldId });
  for (const one of all) {
    const input = el("input", { type: kind, name, value: one.value, checked: chosen.includes(one.value), "data-key": `${block.block_id}/${element.action_id}/${one.value}` });
    input.addEventListener("change", () => {
      const values = [...made.querySelectorAll("input:checked")].map((each) => each.value);
      changed(context, block, element, kind === "radio" ? values[0] ?? null : values, made);
    });
    made.append(el("label", { class: "choice" }, input, el("span", {}, one.text, one.more ? el("small", {}, one.more) : null)));
  }
  return made;
}

const FIELD_TYPES = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };
const INPUT_MODES = { number_input: "decimal", email_text_input: "email", url_text_input: "url" };

function field(context, block, element) {
  const multiline = element.multiline || element.type === "rich_text_input";
  const value = current(context, block, element);
  const made = el(multiline ? "textarea" : "input", { class: "control", ...labelled(context), type: multiline ? null : FIELD_TYPES[element.type] ?? "text", rows: multiline ? "3" : null, inputmode: INPUT_MODES[element.type], placeholder: plainOf(element.placeholder), autocomplete: "off", "data-key": `${block.block_id}/${element.action_id}`, "aria-label": context.fieldId ? null : plainOf(element.placeholder) || "Text", "data-focus": element.focus_on_load ? "yes" : null });
  made.value = shown(element, value);
  const entered = () => sent(element, made.value);
  if (element.type in FIELD_TYPES) made.addEventListener("change", () => changed(context, block, element, entered(), made));
  else {
    made.addEventListener("input", () => { if (context.view) drafts.set(draftKey(context, block, element), entered()); });
    made.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !multiline && block.dispatch_action) { event.preventDefault(); press(context, block, element, entered(), made); }
    });
  }
  return made;
}

function shown(element, value) {
  if (value === null || value === undefined) return "";
  if (element.type === "datetimepicker") return new Date(value * 1000 - new Date(value * 1000).getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  if (element.type === "rich_text_input") return (value.elements ?? []).map((one) => one.elements.map((part) => part.text ?? "").join("")).join("\n");
  return String(value);
}

function sent(element, text) {
  if (!text) return null;
  if (element.type === "datetimepicker") return Math.round(new Date(text).getTime() / 1000);
  if (element.type === "rich_text_input") return { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
  return text;
}

const thumb = (down) => svg("svg", { viewBox: "0 0 24 24", class: `thumb ${down ? "down" : ""}`, "aria-hidden": "true" }, svg("path", { d: "M7 10v10H4V10zM7 11l4-8c1.6 0 2.6 1 2.6 2.6L13 9h5.2c1.4 0 2.3 1.2 2 2.5l-1.7 6.6A2.5 2.5 0 0 1 16 20H7" }));

function feedback(context, block, element) {
  const one = (option, face) => {
    const made = el("button", { type: "button", class: "feedback", "aria-label": option.accessibility_label ?? plainOf(option.text), title: plainOf(option.text), "aria-pressed": "false", "data-key": `${block.block_id}/${option.value}` }, face);
    made.addEventListener("click", async () => {
      made.parentElement.querySelectorAll("button").forEach((each) => each.setAttribute("aria-pressed", String(each === made)));
      await press(context, block, element, option.value, made);
    });
    return made;
  };
  return el("span", { class: "feedback-pair", role: "group", "aria-label": "Was this helpful?" }, one(element.positive_button, thumb(false)), one(element.negative_button, thumb(true)));
}

const ICONS = { trash: "🗑", copy: "⧉", refresh: "↻" };

function iconButton(context, block, element) {
  const made = el("button", { type: "button", class: "feedback", "aria-label": element.accessibility_label ?? plainOf(element.text), title: plainOf(element.text) }, ICONS[element.icon] ?? "•");
  made.addEventListener("click", () => press(context, block, element, element.value ?? null, made));
  return made;
}

const overflow = (context, block, element) => menuButton("More options", "⋯", element.options.map((option) => ({
  label: plainOf(option.text),
  run: () => {
    const href = option.url ? safeUrl(option.url) : null;
    if (href) window.open(href, "_blank", "noopener,noreferrer");
    press(context, block, element, option.value);
  },
})), "icon-button overflow");

const DRAWN = {
  button, workflow_button: button, overflow, feedback_buttons: feedback, icon_button: iconButton,
  radio_buttons: (...all) => group(...all, "radio"), checkboxes: (...all) => group(...all, "checkbox"),
  static_select: select, external_select: select, users_select: select, conversations_select: select, channels_select: select,
};

export function drawElement(context, block, element) {
  if (element.type in DRAWN) return DRAWN[element.type](context, block, element);
  if (element.type.startsWith("multi_")) return group(context, block, element, "checkbox");
  return field(context, block, element);
}

export const isGroup = (element) => element.type.startsWith("multi_") || ["radio_buttons", "checkboxes"].includes(element.type);
