// Every kind of block that an app sends.
import { chart } from "./charts.js";
import { el, keepChildren, link, newId, safeUrl } from "./dom.js";
import { drawElement, isGroup } from "./elements.js";
import { markdown } from "./markdown.js";
import { plainOf, textObject } from "./mrkdwn.js";
import { richText } from "./rich_text.js";
import { store } from "./store.js";
import { dataTable, table } from "./tables.js";

function drawBlock(block, context) {
  const draw = KINDS[block.type];
  const inside = draw ? draw(block, context) : el("p", { class: "unknown" }, `A ${block.type} block`);
  return el("div", { class: `block block-${block.type}`, "data-block": block.block_id }, inside);
}

export const drawBlocks = (blocks, context) => blocks.map((block) => drawBlock(block, context));

// What of each block has to change for it to be drawn anew: itself, what was chosen in it, the error at it.
const printOf = (block, context) => JSON.stringify([block, context.errors?.[block.block_id], context.message?.chosen?.[block.block_id]]);

export const wantedBlocks = (blocks, context) => blocks.map((block) => ({ key: printOf(block, context), draw: () => drawBlock(block, context) }));

export const showBlocks = (parent, blocks, context) => keepChildren(parent, wantedBlocks(blocks, context));

// Pictures come from this machine only: a page that fetched any address it is sent would tell that address who reads.
export function picture(source, alternative, className) {
  const href = safeUrl(source ?? "");
  if (href && new URL(href).origin === location.origin) {
    const url = new URL(href);
    url.searchParams.set("token", store.token);
    return el("img", { src: url.href, alt: alternative, class: className, loading: "lazy" });
  }
  return el("span", { class: `${className} no-picture`, role: "img", "aria-label": alternative }, el("span", {}, alternative || "Image"), href ? el("small", {}, link(href, new URL(href).host)) : null);
}

const urlOf = (block) => block.image_url ?? block.slack_file?.url ?? (block.slack_file?.id ? `${location.origin}/files/${block.slack_file.id}` : "");

function section(block, context) {
  const accessory = block.accessory;
  return el("div", { class: `section ${accessory ? "with-accessory" : ""}` },
    el("div", { class: "section-text" },
      block.text ? el("div", { class: "text" }, textObject(block.text)) : null,
      block.fields ? el("div", { class: "fields" }, block.fields.map((one) => el("div", { class: "text" }, textObject(one)))) : null),
    accessory ? el("div", { class: "accessory" }, accessory.type === "image" ? picture(urlOf(accessory), accessory.alt_text, "thumbnail") : drawElement(context, block, accessory)) : null);
}

const contextLine = (block) => el("div", { class: "context" }, block.elements.map((one) => (one.type === "image" ? picture(urlOf(one), one.alt_text, "tiny") : el("span", { class: "text" }, textObject(one)))));

function input(block, context) {
  const [fieldId, labelId, hintId, errorId] = ["field", "label", "hint", "error"].map(newId);
  const error = context.errors?.[block.block_id];
  const describedBy = [block.hint ? hintId : "", error ? errorId : ""].filter(Boolean).join(" ") || null;
  const element = drawElement({ ...context, fieldId, labelId, describedBy, invalid: Boolean(error), required: !block.optional }, block, block.element);
  const words = [plainOf(block.label), block.optional ? el("span", { class: "optional" }, " (optional)") : null];
  return el("div", { class: `input ${error ? "has-error" : ""}` },
    isGroup(block.element) ? el("div", { class: "label", id: labelId }, words) : el("label", { class: "label", id: labelId, for: fieldId }, words),
    element,
    error ? el("p", { class: "error", id: errorId }, el("span", { "aria-hidden": "true" }, "⚠ "), error) : null,
    block.hint ? el("p", { class: "hint", id: hintId }, plainOf(block.hint)) : null);
}

const image = (block) => el("figure", { class: "image" }, block.title ? el("figcaption", {}, plainOf(block.title)) : null, picture(urlOf(block), block.alt_text, "picture"));

const TASK_FACES = { pending: ["○", "Waiting"], in_progress: ["", "Working"], complete: ["✓", "Done"], error: ["!", "Failed"] };

function task(block) {
  const [face, word] = TASK_FACES[block.status] ?? TASK_FACES.pending;
  const head = [el("span", { class: `task-face ${block.status}`, role: "img", "aria-label": word }, face), el("span", { class: "task-title" }, block.title)];
  const more = [
    block.details ? el("div", { class: "task-details" }, richText(block.details)) : null,
    block.output ? el("div", { class: "task-output" }, richText(block.output)) : null,
    block.sources?.length ? el("ul", { class: "sources", "aria-label": "Sources" }, block.sources.map((one) => el("li", {}, link(one.url, one.text)))) : null,
  ].filter(Boolean);
  return more.length ? el("details", { class: "task", open: block.status === "in_progress" }, el("summary", {}, head), more) : el("div", { class: "task" }, head);
}

function plan(block) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((one) => one.status === "complete").length;
  return el("div", { class: "plan" }, el("div", { class: "plan-head" }, el("strong", {}, block.title), el("span", {}, `${done} of ${tasks.length}`)), tasks.map(task));
}

const alert = (block) => el("div", { class: `alert ${block.level ?? "default"}`, role: "note" }, textObject(block.text));

const KINDS = {
  section, input, image, plan, alert,
  header: (block) => el("h3", { class: "header" }, textObject(block.text)),
  divider: () => el("hr"),
  context: contextLine,
  actions: (block, context) => el("div", { class: "actions" }, block.elements.map((one) => drawElement(context, block, one))),
  context_actions: (block, context) => el("div", { class: "context-actions" }, block.elements.map((one) => drawElement(context, block, one))),
  rich_text: (block) => el("div", { class: "text" }, richText(block)),
  markdown: (block) => el("div", { class: "markdown" }, markdown(block.text)),
  table, data_table: dataTable, data_visualization: chart, task_card: task,
};
