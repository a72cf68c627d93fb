// Messages as they stand in a channel or a thread.
import { drawBlocks, picture, wantedBlocks } from "./blocks.js";
import { ask } from "./confirm.js";
import { el, keepChildren, link, menuButton, toast } from "./dom.js";
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

// Draws a list of messages into a log. A message that changes is changed in place, block by block.
export class Log {
  constructor(root, actions) {
    this.root = root;
    this.actions = actions;
    this.prints = new WeakMap();
  }

  show(messages, { thread = null } = {}) {
    const atEnd = this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 80 || this.root.scrollTop === this.placed;
    const focus = this.root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const wanted = [];
    let before = null;
    for (const message of messages) {
      const today = when(message.ts).toDateString();
      const newDay = !before || when(before.ts).toDateString() !== today;
      if (newDay) wanted.push({ key: `day-${today}`, draw: () => el("div", { class: "day", role: "separator" }, day.format(when(message.ts))) });
      const joined = !newDay && before.user === message.user && !before.only_you === !message.only_you && Number(message.ts) - Number(before.ts) < TOGETHER && nameOf(before) === nameOf(message);
      wanted.push({ key: message.ts, draw: () => el("article", { "data-ts": message.ts }), message, joined });
      before = message;
    }
    const nodes = keepChildren(this.root, wanted);
    nodes.forEach((node, place) => { if (wanted[place].message) this.update(node, wanted[place].message, wanted[place].joined, thread); });
    if (focus && !this.root.contains(document.activeElement)) this.root.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
    if (atEnd || !this.shownOnce) this.toEnd(before, nodes.at(-1));
    this.shownOnce = wanted.length > 0;
  }

  // The end, except that a last message taller than the pane is read from its top.
  toEnd(last, node) {
    const tall = last && last.streaming_state !== "in_progress" && node.offsetHeight > this.root.clientHeight - 20;
    this.root.scrollTop = tall ? node.offsetTop - this.root.offsetTop - 14 : this.root.scrollHeight;
    this.placed = this.root.scrollTop; // nobody scrolled since: the next message may move on
  }

  clear() {
    keepChildren(this.root, []);
    this.root.replaceChildren();
    this.shownOnce = false;
  }

  update(article, message, joined, thread) {
    const print = JSON.stringify([message, joined, thread, store.me]);
    if (this.prints.get(article) === print) return;
    this.prints.set(article, print);
    const person = store.person(message.user);
    const name = nameOf(message);
    const streaming = message.streaming_state === "in_progress";
    article.className = `message ${joined ? "joined" : ""} ${message.only_you ? "private" : ""}`;
    article.setAttribute("aria-label", `${name}, ${timeOf(message.ts)}`);
    if (streaming) article.setAttribute("aria-busy", "true");
    else article.removeAttribute("aria-busy");
    const [, body] = keepChildren(article, [
      { key: `side ${joined}`, draw: () => (joined ? el("time", { class: "gutter", "aria-hidden": "true" }, timeOf(message.ts)) : avatar(person ?? { is_app: message.from_app }, name)) },
      { key: "body", draw: () => el("div", { class: "message-body" }) },
      { key: JSON.stringify(["tools", streaming, message.user === store.me, thread]), draw: () => this.toolbar(message, thread) },
    ]);
    const parts = [
      message.only_you ? { key: "private", draw: () => el("p", { class: "only-you" }, el("span", { "aria-hidden": "true" }, "◐ "), "Only visible to you") } : null,
      joined ? null : { key: "head", draw: () => el("div", { class: "message-head" }, el("span", { class: "author" }, name), person?.is_app || message.from_app ? el("span", { class: "badge" }, "App") : null, el("time", { datetime: when(message.ts).toISOString(), title: when(message.ts).toLocaleString("en") }, timeOf(message.ts))) },
      { key: "content", draw: () => el("div", { class: "content" }) },
      message.edited && !message.from_app ? { key: "edited", draw: () => el("span", { class: "edited" }, "(edited)") } : null,
      message.reactions?.length ? { key: JSON.stringify(message.reactions), draw: () => el("div", { class: "reactions" }, message.reactions.map((one) => el("span", { class: "reaction" }, emoji(one.name) ?? `:${one.name}:`, ` ${one.count}`))) } : null,
      message.replies && !thread ? { key: "replies", draw: () => el("button", { type: "button", class: "replies", "data-key": `replies-${message.ts}`, onclick: () => this.actions.openThread(message) }) } : null,
    ].filter(Boolean);
    const drawn = keepChildren(body, parts);
    keepChildren(drawn[parts.findIndex((one) => one.key === "content")], content(message, streaming));
    if (message.replies && !thread) drawn.at(-1).replaceChildren(`${message.replies} ${message.replies === 1 ? "reply" : "replies"}`, el("span", {}, `last at ${timeOf(message.last_reply)}`));
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

function content(message, streaming) {
  const made = [];
  const one = (kind, data, draw) => made.push({ key: JSON.stringify([kind, data]), draw });
  if (message.blocks?.length) made.push(...wantedBlocks(message.blocks, { message }));
  else if (message.text) one("text", message.text, () => el("div", { class: "text" }, mrkdwn(message.text)));
  for (const each of message.attachments ?? []) one("attachment", each, () => attachment(each, message));
  for (const file of message.files ?? []) one("file", file, () => fileOf(file));
  if (streaming) one("cursor", 0, () => el("span", { class: "cursor", "aria-label": "Still writing" }));
  return made;
}

const attachment = (one, message) => el("div", { class: "attachment" }, one.pretext ? el("div", { class: "text" }, mrkdwn(one.pretext)) : null, one.title ? el("strong", {}, one.title_link ? link(one.title_link, one.title) : one.title) : null, one.blocks ? drawBlocks(one.blocks, { message }) : el("div", { class: "text" }, mrkdwn(one.text ?? one.fallback ?? "")));

function fileOf(file) {
  if (file.mimetype.startsWith("image/") && file.mimetype !== "image/svg+xml") return el("figure", { class: "image" }, el("figcaption", {}, file.title), picture(file.url_private, file.alt_txt || file.title, "picture"));
  return el("a", { class: "file", href: `${file.url_private}?token=${encodeURIComponent(store.token)}`, rel: "noopener", download: file.name }, el("span", { class: "file-kind" }, file.filetype || "file"), el("span", {}, el("strong", {}, file.title), el("small", {}, `${file.size.toLocaleString("en")} bytes`)));
}
