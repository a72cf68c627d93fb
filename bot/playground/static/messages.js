// Messages as they stand in a channel or a thread.
import { drawBlocks, picture } from "./blocks.js";
import { ask } from "./confirm.js";
import { el, link, menuButton, toast } from "./dom.js";
import { emoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { act, store } from "./store.js";

const TOGETHER = 5 * 60;
const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });
const when = (ts) => new Date(Number(ts) * 1000);
export const timeOf = (ts) => clock.format(when(ts));

export function avatar(person, name) {
  const initials = (name || "?").split(/\s+/).map((word) => word[0]).slice(0, 2).join("").toUpperCase();
  const place = Math.max(0, store.people.findIndex((one) => one.id === person?.id)) % 6;
  return el("span", { class: `avatar hue-${place} ${person?.is_app ? "is-app" : ""}`, "aria-hidden": "true" }, person?.is_app ? "✓" : initials);
}

const nameOf = (message) => message.username ?? store.person(message.user)?.name ?? message.user;

// Draws a list of messages into a log, keeping the nodes of those that did not change.
export class Log {
  constructor(root, actions) {
    this.root = root;
    this.actions = actions;
    this.drawn = new Map();
  }

  show(messages, { thread = null } = {}) {
    const atEnd = this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 80 || this.root.scrollTop === this.placed;
    const focus = this.root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const wanted = [];
    let before = null;
    for (const message of messages) {
      const newDay = !before || when(before.ts).toDateString() !== when(message.ts).toDateString();
      if (newDay) wanted.push(this.keep(`day-${when(message.ts).toDateString()}`, "", () => el("div", { class: "day", role: "separator" }, day.format(when(message.ts)))));
      const joined = !newDay && before.user === message.user && !before.only_you === !message.only_you && Number(message.ts) - Number(before.ts) < TOGETHER && nameOf(before) === nameOf(message);
      wanted.push(this.keep(message.ts, JSON.stringify([message, joined, thread]), () => this.draw(message, joined, thread)));
      before = message;
    }
    const keys = new Set(wanted.map((one) => one.key));
    for (const [key, one] of this.drawn) if (!keys.has(key)) { one.node.remove(); this.drawn.delete(key); }
    wanted.forEach((one, place) => { if (this.root.children[place] !== one.node) this.root.insertBefore(one.node, this.root.children[place] ?? null); });
    if (focus) this.root.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
    if (atEnd || !this.shownOnce) this.toEnd(before);
    this.shownOnce = wanted.length > 0;
  }

  // The end, except that a last message taller than the pane is read from its top.
  toEnd(last) {
    const node = last && last.streaming_state !== "in_progress" ? this.drawn.get(last.ts)?.node : null;
    const tall = node && node.offsetHeight > this.root.clientHeight - 20;
    this.root.scrollTop = tall ? node.offsetTop - this.root.offsetTop - 14 : this.root.scrollHeight;
    this.placed = this.root.scrollTop; // nobody scrolled since: the next message may move on
  }

  keep(key, print, draw) {
    const old = this.drawn.get(key);
    if (old && old.print === print) return { ...old, key };
    const node = draw();
    old?.node.replaceWith(node);
    const made = { node, print };
    this.drawn.set(key, made);
    return { ...made, key };
  }

  clear() {
    this.root.replaceChildren();
    this.drawn.clear();
    this.shownOnce = false;
  }

  draw(message, joined, thread) {
    const person = store.person(message.user);
    const name = nameOf(message);
    const streaming = message.streaming_state === "in_progress";
    const body = el("div", { class: "message-body" });
    if (!joined) {
      body.append(el("div", { class: "message-head" }, el("span", { class: "author" }, name), person?.is_app || message.from_app ? el("span", { class: "badge" }, "App") : null, el("time", { datetime: when(message.ts).toISOString(), title: when(message.ts).toLocaleString("en") }, timeOf(message.ts))));
    }
    if (message.only_you) body.prepend(el("p", { class: "only-you" }, el("span", { "aria-hidden": "true" }, "◐ "), "Only visible to you"));
    body.append(el("div", { class: "content" }, content(message), streaming ? el("span", { class: "cursor", "aria-label": "Still writing" }) : null));
    if (message.edited && !message.from_app) body.append(el("span", { class: "edited" }, "(edited)"));
    if (message.reactions?.length) body.append(el("div", { class: "reactions" }, message.reactions.map((one) => el("span", { class: "reaction" }, emoji(one.name) ?? `:${one.name}:`, ` ${one.count}`))));
    if (message.replies && !thread) body.append(el("button", { type: "button", class: "replies", "data-key": `replies-${message.ts}`, onclick: () => this.actions.openThread(message) }, `${message.replies} ${message.replies === 1 ? "reply" : "replies"}`, el("span", {}, `last at ${timeOf(message.last_reply)}`)));
    return el("article", { class: `message ${joined ? "joined" : ""} ${message.only_you ? "private" : ""}`, "aria-label": `${name}, ${timeOf(message.ts)}`, "aria-busy": streaming ? "true" : null, "data-ts": message.ts },
      joined ? el("time", { class: "gutter", "aria-hidden": "true" }, timeOf(message.ts)) : avatar(person ?? { is_app: message.from_app }, name), body, this.toolbar(message, thread));
  }

  toolbar(message, thread) {
    const place = { channel: message.channel, ts: message.ts };
    const items = [];
    const one = (label, run, danger = false) => items.push({ label, run, danger });
    if (message.only_you) one("Dismiss", () => this.run("dismiss", place));
    else {
      if (message.streaming_state === "in_progress") one("Stop writing", () => this.run("stop", place));
      for (const shortcut of store.shortcuts) one(shortcut.name, () => this.run("shortcut", { ...place, callback_id: shortcut.callback_id }));
      one("Copy link", () => navigator.clipboard?.writeText(`${location.origin}/archives/${message.channel}/p${message.ts.replace(".", "")}`));
      if (message.user === store.me) {
        one("Edit", () => this.actions.edit(message));
        one("Delete", async () => {
          if (await ask({ title: "Delete this message?", text: "It is gone for everyone.", yes: "Delete", no: "Keep", style: "danger" })) this.run("delete", place);
        }, true);
      }
    }
    return el("div", { class: "toolbar" },
      thread || message.only_you ? null : el("button", { type: "button", class: "icon-button", "aria-label": "Reply in a thread", title: "Reply in a thread", "data-key": `reply-${message.ts}`, onclick: () => this.actions.openThread(message) }, "↩"),
      menuButton("More actions", "⋯", items));
  }

  async run(name, body) {
    const done = await act(name, body);
    if (!done.ok) toast(done.error);
    else if (done.problem) toast(`${store.app.name} did not respond (${done.problem}). Try again.`);
  }
}

function content(message) {
  const made = [];
  if (message.blocks?.length) made.push(...drawBlocks(message.blocks, { message }));
  else if (message.text) made.push(el("div", { class: "text" }, mrkdwn(message.text)));
  for (const one of message.attachments ?? []) {
    made.push(el("div", { class: "attachment" }, one.pretext ? el("div", { class: "text" }, mrkdwn(one.pretext)) : null, one.title ? el("strong", {}, one.title_link ? link(one.title_link, one.title) : one.title) : null, one.blocks ? drawBlocks(one.blocks, { message }) : el("div", { class: "text" }, mrkdwn(one.text ?? one.fallback ?? ""))));
  }
  for (const file of message.files ?? []) {
    if (file.mimetype.startsWith("image/") && file.mimetype !== "image/svg+xml") made.push(el("figure", { class: "image" }, el("figcaption", {}, file.title), picture(file.url_private, file.alt_txt || file.title, "picture")));
    else made.push(el("a", { class: "file", href: `${file.url_private}?token=${encodeURIComponent(store.token)}`, rel: "noopener", download: file.name }, el("span", { class: "file-kind" }, file.filetype || "file"), el("span", {}, el("strong", {}, file.title), el("small", {}, `${file.size.toLocaleString("en")} bytes`))));
  }
  return made;
}
