// Slack's mrkdwn as nodes. Every piece of text becomes a text node; only known tokens become more.
import { el, link } from "./dom.js";
import { emoji, emojiText, withEmoji } from "./emoji.js";
import { store } from "./store.js";

const decode = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

const INLINE = /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+-]+):|(?<![\w*])\*(\S(?:[^*\n]*?\S)?)\*(?![\w*])|(?<![\w_])_(\S(?:[^_\n]*?\S)?)_(?![\w_])|(?<![\w~])~(\S(?:[^~\n]*?\S)?)~(?![\w~])/g;

export function inline(text) {
  const made = [];
  let place = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > place) made.push(...withEmoji(decode(text.slice(place, found.index)), false));
    made.push(piece(found));
    place = found.index + found[0].length;
  }
  if (place < text.length) made.push(...withEmoji(decode(text.slice(place)), false));
  return made;
}

function piece([whole, code, token, shortcode, bold, italic, strike]) {
  if (code !== undefined) return el("code", {}, decode(code));
  if (token !== undefined) return tokenNode(token);
  if (shortcode !== undefined) return emoji(shortcode) ?? whole;
  if (bold !== undefined) return el("strong", {}, inline(bold));
  if (italic !== undefined) return el("em", {}, inline(italic));
  return el("s", {}, inline(strike));
}

function tokenNode(token) {
  const bar = token.indexOf("|");
  const head = bar < 0 ? token : token.slice(0, bar);
  const label = bar < 0 ? "" : decode(token.slice(bar + 1));
  if (head.startsWith("@")) return mention(head.slice(1));
  if (head.startsWith("#")) return channelLink(head.slice(1), label);
  if (head.startsWith("!date^")) return el("time", {}, dateText(head, label));
  if (head.startsWith("!")) return el("span", { class: "mention broadcast" }, `@${head.slice(1).split("^")[0]}`);
  const address = decode(head);
  return link(address, label || address.replace(/^mailto:/, ""));
}

export function mention(id) {
  const person = store.person(id);
  const me = id === store.me ? " me" : "";
  return el("span", { class: `mention${me}` }, `@${person ? person.name : id}`);
}

export function channelLink(id, label) {
  const channel = store.channel(id);
  const name = `#${channel ? channel.name : label || id}`;
  if (!channel) return el("span", { class: "mention" }, name);
  return el("a", { class: "mention", href: `#/${id}` }, name);
}

function dateText(head, fallback) {
  const [, seconds, format = ""] = head.split("^");
  const when = new Date(Number(seconds) * 1000);
  if (Number.isNaN(when.getTime())) return fallback;
  const shapes = {
    date_num: { year: "numeric", month: "2-digit", day: "2-digit" }, date: { year: "numeric", month: "long", day: "numeric" },
    date_short: { year: "numeric", month: "short", day: "numeric" }, date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
    time: { hour: "numeric", minute: "2-digit" }, time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
  };
  return decode(format).replace(/\{(\w+)\}/g, (whole, name) => {
    const shape = shapes[name.replace("_pretty", "")];
    return shape ? new Intl.DateTimeFormat("en", shape).format(when) : whole;
  });
}

// A whole text: code fences, quotes, lists, lines.
export function mrkdwn(text) {
  const made = [];
  text.split(/```\n?/).forEach((part, number, all) => {
    if (number % 2 === 1 && number < all.length - 1) made.push(el("pre", {}, el("code", {}, decode(part.replace(/\n$/, "")))));
    else if (part) made.push(...lines(part.replace(/^\n|\n$/g, "")));
  });
  return made;
}

const QUOTE = /^(?:&gt;|>) ?/;
const BULLET = /^\s*[•◦-] +/;
const NUMBER = /^\s*\d+[.)] +/;

function lines(text) {
  const made = [];
  let group = null;
  const add = (kind, tag, node) => {
    if (!group || group.kind !== kind) { group = { kind, node: el(tag) }; made.push(group.node); }
    group.node.append(...node);
  };
  for (const line of text.split("\n")) {
    if (QUOTE.test(line)) add("quote", "blockquote", [...(group?.kind === "quote" ? [el("br")] : []), ...nodes(line.replace(QUOTE, ""))]);
    else if (BULLET.test(line)) add("bullet", "ul", [el("li", {}, inline(line.replace(BULLET, "")))]);
    else if (NUMBER.test(line)) add("number", "ol", [el("li", { value: parseInt(line.trim(), 10) }, inline(line.replace(NUMBER, "")))]);
    else add("text", "div", [...(group?.kind === "text" ? [el("br")] : []), ...nodes(line)]);
  }
  return made;
}

const nodes = (line) => inline(line).map((one) => (one.nodeType ? one : document.createTextNode(one)));

// A text object: plain_text or mrkdwn.
export function textObject(object) {
  if (!object) return [];
  if (typeof object === "string") return [object];
  if (object.type === "mrkdwn") return mrkdwn(object.text);
  return withEmoji(object.text, object.emoji !== false);
}

export const plainOf = (object) => (object ? emojiText(object.text ?? String(object)) : "");
