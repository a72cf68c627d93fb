// A small question before something that cannot be taken back.
import { el, newId } from "./dom.js";
import { plainOf, textObject } from "./mrkdwn.js";

export function confirmed(question) {
  return ask({ title: plainOf(question.title), text: textObject(question.text), yes: plainOf(question.confirm), no: plainOf(question.deny), style: question.style });
}

export function ask({ title, text, yes, no, style }) {
  return new Promise((resolve) => {
    const titleId = newId("title");
    const before = document.activeElement;
    const dialog = el("dialog", { class: "confirm", "aria-labelledby": titleId });
    const close = (answer) => { dialog.close(); dialog.remove(); before?.focus?.(); resolve(answer); };
    dialog.append(
      el("h2", { id: titleId }, title),
      el("div", { class: "confirm-text" }, text),
      el("div", { class: "dialog-buttons" },
        el("button", { type: "button", class: "btn", onclick: () => close(false) }, no),
        el("button", { type: "button", class: `btn ${style ?? "primary"}`, onclick: () => close(true) }, yes)),
    );
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(false); });
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector(".btn:last-child").focus();
  });
}
