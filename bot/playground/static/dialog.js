// Modals: a dialog with a form. Focus stays inside, Escape closes, errors stand at their fields and are spoken.
import { showBlocks } from "./blocks.js";
import { announce, el, newId, toast } from "./dom.js";
import { draftsOf, forgetDrafts } from "./elements.js";
import { plainOf } from "./mrkdwn.js";
import { act, store } from "./store.js";

let dialog = null;
let shown = { id: null, print: "" };
let before = null;
let busy = false;

export function showViews() {
  const view = store.views.at(-1);
  if (!view) { closeDialog(); return; }
  const print = JSON.stringify([view.id, view.hash, view.errors, store.views.length]);
  if (print === shown.print) return;
  if (!dialog) openDialog();
  const sameView = shown.id === view.id;
  const key = dialog.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  shown = { id: view.id, print };
  draw(view, sameView);
  const invalid = dialog.querySelector('.has-error [aria-invalid="true"], .has-error input');
  if (invalid) {
    invalid.focus();
    (invalid.closest(".has-error") ?? invalid).scrollIntoView({ block: "center" });
    announce(Object.values(view.errors).join(" "));
  } else if (sameView && dialog.querySelector(".dialog-form").contains(document.activeElement)) return;
  else if (sameView && key) dialog.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
  else first()?.focus();
}

const FOCUSABLE = 'button:not(:disabled), [href], input:not(:disabled), select, textarea, summary, [tabindex="0"]';
const first = () => dialog.querySelector("[data-focus]") ?? dialog.querySelector(".dialog-body input, .dialog-body select, .dialog-body textarea") ?? dialog.querySelector(".dialog-buttons .primary") ?? dialog.querySelector(FOCUSABLE);

function openDialog() {
  before = document.activeElement;
  dialog = el("dialog", { class: "modal" });
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); leave(); });
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const all = [...dialog.querySelectorAll(FOCUSABLE)].filter((one) => one.offsetParent !== null);
    const edge = event.shiftKey ? all[0] : all.at(-1);
    if (document.activeElement === edge || !dialog.contains(document.activeElement)) {
      event.preventDefault();
      (event.shiftKey ? all.at(-1) : all[0])?.focus();
    }
  });
  document.body.append(dialog);
  dialog.showModal();
}

function closeDialog() {
  if (!dialog) return;
  dialog.close();
  dialog.remove();
  dialog = null;
  if (shown.id) forgetDrafts(shown.id);
  shown = { id: null, print: "" };
  if (before?.isConnected) before.focus();
  else document.getElementById("composer-text")?.focus();
}

function draw(view, sameView) {
  const face = JSON.stringify([view.title, view.submit, view.close, store.views.length]);
  const body = dialog.querySelector(".dialog-body");
  if (sameView && body && dialog.dataset.face === face) { showBlocks(body, view.blocks, { view, errors: view.errors }); return; }
  dialog.dataset.face = face;
  const titleId = newId("title");
  const depth = store.views.length;
  const problem = el("p", { class: "dialog-problem", role: "alert" });
  const submit = view.submit ? el("button", { type: "submit", class: "btn primary" }, plainOf(view.submit)) : null;
  const inside = el("div", { class: "dialog-body" });
  showBlocks(inside, view.blocks, { view, errors: view.errors });
  const form = el("form", { class: "dialog-form", novalidate: true },
    el("header", { class: "dialog-head" },
      depth > 1 ? el("button", { type: "button", class: "icon-button", "aria-label": "Back", onclick: () => leave() }, "‹") : null,
      el("h2", { id: titleId }, plainOf(view.title)),
      el("button", { type: "button", class: "icon-button", "aria-label": "Close", onclick: () => leave(true) }, "✕")),
    inside,
    problem,
    el("footer", { class: "dialog-buttons" },
      el("button", { type: "button", class: "btn", onclick: () => leave() }, plainOf(view.close) || (view.submit ? "Cancel" : "Close")), submit));
  form.addEventListener("submit", (event) => { event.preventDefault(); send(view, submit, problem); });
  dialog.setAttribute("aria-labelledby", titleId);
  const scroll = body?.scrollTop ?? 0;
  dialog.replaceChildren(form);
  inside.scrollTop = scroll;
}

async function send(view, button, problem) {
  if (busy || !button) return;
  busy = true;
  problem.textContent = "";
  button.classList.add("busy");
  button.setAttribute("aria-busy", "true");
  announce("Sending");
  const done = await act("submit", { view_id: view.id, values: draftsOf(view) });
  busy = false;
  button.classList.remove("busy");
  button.removeAttribute("aria-busy");
  if (!done.ok) problem.textContent = done.error;
  else if (done.problem === "operation_timeout") problem.textContent = `${store.app.name} did not answer in three seconds (operation_timeout). Nothing is lost: try again.`;
  else if (done.problem) problem.textContent = `We had some trouble connecting. Try again? (${done.problem})`;
  else if (!Object.keys(done.errors ?? {}).length) announce("Sent");
}

async function leave(everything = false) {
  const view = store.views.at(-1);
  if (!view || busy) return;
  const done = await act("close", { view_id: view.id, everything });
  if (!done.ok) toast(done.error);
}
