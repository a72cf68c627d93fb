// The box one writes in: commands with their hints, mentions, Enter to send, Arrow Up for what was last sent.
import { el, newId, toast } from "./dom.js";
import { act, store } from "./store.js";

const kept = new Map();
const history = [];

export class Composer {
  constructor({ channel, thread = null, label }) {
    Object.assign(this, { channel, thread, place: -1, listId: newId("list"), key: `${channel}/${thread ?? ""}` });
    this.list = el("ul", { class: "suggestions", role: "listbox", id: this.listId, "aria-label": "Suggestions", hidden: true });
    this.hint = el("p", { class: "usage", hidden: true });
    this.text = el("textarea", { rows: "1", class: "composer-text", id: thread ? "thread-text" : "composer-text", placeholder: label, "aria-label": label, role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.listId, autocomplete: "off", spellcheck: "true" });
    this.button = el("button", { type: "submit", class: "send", "aria-label": "Send", title: "Send (Enter)" }, "➤");
    this.node = el("form", { class: "composer" }, this.list, this.hint, el("div", { class: "composer-box" }, this.text, this.button), el("p", { class: "keys" }, "Enter sends · Shift+Enter for a new line · / for commands · @ to mention · ↑ for your last one"));
    this.node.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("keydown", (event) => this.pressed(event));
    this.text.addEventListener("blur", () => setTimeout(() => this.suggest([]), 150));
    this.text.value = kept.get(this.key) ?? "";
    queueMicrotask(() => this.typed(false));
  }

  fill(text) {
    this.text.value = text;
    this.text.focus();
    this.text.setSelectionRange(text.length, text.length);
    this.typed(false);
  }

  typed(suggest = true) {
    kept.set(this.key, this.text.value);
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 200)}px`;
    this.button.disabled = !this.text.value.trim();
    this.usage();
    this.suggest(suggest ? this.matches() : []);
  }

  usage() {
    const [name, ...rest] = this.text.value.split(" ");
    const command = rest.length ? store.commands.find((one) => one.command === name) : null;
    this.hint.hidden = !command;
    if (command) this.hint.replaceChildren(el("strong", {}, command.command), ` ${command.usage_hint}`, command.description ? el("span", {}, command.description) : "");
  }

  matches() {
    const before = this.text.value.slice(0, this.text.selectionStart);
    const slash = /^\/(\S*)$/.exec(before);
    if (slash) return store.commands.filter((one) => one.command.startsWith(before)).map((one) => ({ from: 0, insert: `${one.command} `, title: one.command, more: one.usage_hint, about: one.description }));
    const at = /(?:^|\s)([@#])([\w-]*)$/.exec(before);
    if (!at) return [];
    const [, sign, start] = at;
    const from = before.length - start.length - 1;
    const fits = (name) => name.toLowerCase().startsWith(start.toLowerCase());
    if (sign === "#") return store.channels.filter((one) => !one.is_im && fits(one.name)).map((one) => ({ from, insert: `#${one.name} `, title: `#${one.name}`, more: "", about: one.topic }));
    return store.people.filter((one) => fits(one.name) || fits(one.handle)).sort((a, b) => b.is_app - a.is_app)
      .map((one) => ({ from, insert: `@${one.is_app ? one.name : one.handle} `, title: one.name, more: one.is_app ? "App" : "", about: one.title }));
  }

  suggest(found) {
    this.found = found;
    this.chosen = found.length ? 0 : -1;
    this.list.hidden = !found.length;
    this.text.setAttribute("aria-expanded", String(found.length > 0));
    this.list.replaceChildren(...found.map((one, place) => el("li", { role: "option", id: `${this.listId}-${place}`, onpointerdown: (event) => { event.preventDefault(); this.take(place); } }, el("strong", {}, one.title), one.more ? el("code", {}, one.more) : null, el("span", {}, one.about))));
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === this.chosen)));
    if (this.chosen >= 0) this.text.setAttribute("aria-activedescendant", `${this.listId}-${this.chosen}`);
    else this.text.removeAttribute("aria-activedescendant");
  }

  take(place) {
    const one = this.found[place];
    const rest = this.text.value.slice(this.text.selectionStart);
    const text = this.text.value.slice(0, one.from) + one.insert;
    this.text.value = text + rest;
    this.text.setSelectionRange(text.length, text.length);
    this.typed();
  }

  pressed(event) {
    if (event.isComposing) return;
    if (this.found?.length) {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (by) { event.preventDefault(); this.chosen = (this.chosen + by + this.found.length) % this.found.length; this.mark(); return; }
      if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); this.suggest([]); return; }
      const whole = this.text.value.trim() === this.found[this.chosen].insert.trim();
      if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !whole)) { event.preventDefault(); this.take(this.chosen); return; }
    }
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.send(); return; }
    const recalled = this.place >= 0 && this.text.value === history[this.place];
    if (event.key === "ArrowUp" && history.length && (!this.text.value || recalled)) { event.preventDefault(); this.recall(recalled ? this.place - 1 : history.length - 1); }
    if (event.key === "ArrowDown" && recalled) { event.preventDefault(); this.recall(this.place + 1); }
  }

  recall(place) {
    if (place < 0) return;
    this.place = place;
    this.fill(history[place] ?? "");
  }

  async send() {
    const text = this.text.value.trim();
    if (!text) return;
    if (history.at(-1) !== text) history.push(text);
    this.place = -1;
    this.text.value = "";
    this.typed(false);
    const common = { channel: this.channel, thread_ts: this.thread };
    const command = /^\/\S+/.exec(text)?.[0];
    if (command) this.node.classList.add("waiting");
    const done = command
      ? await act("command", { ...common, command, text: text.slice(command.length).trim() })
      : await act("post", { ...common, text });
    this.node.classList.remove("waiting");
    if (!done.ok) {
      toast(done.error);
      if (!this.text.value) this.fill(text);
    }
  }
}
