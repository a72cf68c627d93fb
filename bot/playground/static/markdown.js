// The Markdown of markdown blocks as nodes: headings, lists, quotes, code, tables, links. No HTML passes through.
import { el, link } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";
import { channelLink, mention } from "./mrkdwn.js";

const INLINE = /\\([\\`*_{}[\]()#+.!|~<>-])|(`+)(.+?)\2(?!`)|!?\[([^\]\n]*)\]\(\s*<?([^()\s<>]+(?:\([^()\s]*\)[^()\s<>]*)?)>?(?:\s+"[^"]*")?\s*\)|<(https?:\/\/[^<>\s]+|mailto:[^<>\s]+)>|<@([A-Z0-9]+)>|<#([A-Z0-9]+)(?:\|[^<>]*)?>|(https?:\/\/[^\s<>()]+[^\s<>().,;:!?])|\*\*(\S(?:.*?\S)?)\*\*|__(\S(?:.*?\S)?)__(?!\w)|\*(\S(?:[^*]*?\S)?)\*|(?<!\w)_(\S(?:[^_]*?\S)?)_(?!\w)|~~(\S(?:.*?\S)?)~~|:([a-z0-9_+-]+):/g;

export function inlineMarkdown(text) {
  const made = [];
  let place = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > place) made.push(...withEmoji(text.slice(place, found.index), false));
    made.push(piece(found));
    place = found.index + found[0].length;
  }
  if (place < text.length) made.push(...withEmoji(text.slice(place), false));
  return made;
}

function piece([whole, escaped, , code, label, target, angle, user, channel, bare, bold, bold2, italic, italic2, strike, shortcode]) {
  if (escaped !== undefined) return escaped;
  if (code !== undefined) return el("code", {}, code.trim());
  if (target !== undefined) return link(target, label ? inlineMarkdown(label) : target);
  if (angle !== undefined) return link(angle, angle.replace(/^mailto:/, ""));
  if (user !== undefined) return mention(user);
  if (channel !== undefined) return channelLink(channel, "");
  if (bare !== undefined) return link(bare, bare);
  if ((bold ?? bold2) !== undefined) return el("strong", {}, inlineMarkdown(bold ?? bold2));
  if ((italic ?? italic2) !== undefined) return el("em", {}, inlineMarkdown(italic ?? italic2));
  if (strike !== undefined) return el("s", {}, inlineMarkdown(strike));
  return emoji(shortcode) ?? whole;
}

const FENCE = /^\s*(```+|~~~+)\s*\S*\s*$/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;
const ITEM = /^(\s*)(?:([-*+])|(\d+)[.)])\s+(.*)$/;
const QUOTE = /^\s*>\s?/;
const ROW = /^\s*\|?.*\|.*$/;
const DIVIDER = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

export function markdown(text) {
  const rows = text.replace(/\r\n?/g, "\n").split("\n");
  const made = [];
  let at = 0;
  while (at < rows.length) {
    const row = rows[at];
    const taken = [];
    const take = (more) => { while (at < rows.length && more(rows[at])) taken.push(rows[at++]); };
    if (!row.trim()) { at += 1; continue; }
    if (FENCE.test(row)) {
      const fence = row.match(FENCE)[1];
      at += 1;
      take((line) => !line.trim().startsWith(fence));
      at += 1;
      made.push(el("pre", {}, el("code", {}, taken.join("\n"))));
    } else if (HEADING.test(row)) {
      const [, marks, title] = row.match(HEADING);
      made.push(el(`h${Math.min(6, marks.length + 2)}`, {}, inlineMarkdown(title)));
      at += 1;
    } else if (RULE.test(row)) {
      made.push(el("hr"));
      at += 1;
    } else if (ROW.test(row) && at + 1 < rows.length && DIVIDER.test(rows[at + 1]) && rows[at + 1].includes("-")) {
      take((line) => line.trim() && ROW.test(line));
      made.push(table(taken));
    } else if (QUOTE.test(row)) {
      take((line) => QUOTE.test(line));
      made.push(el("blockquote", {}, markdown(taken.map((line) => line.replace(QUOTE, "")).join("\n"))));
    } else if (ITEM.test(row)) {
      take((line) => ITEM.test(line) || /^\s{2,}\S/.test(line));
      made.push(list(taken));
    } else {
      take((line) => line.trim() && !FENCE.test(line) && !HEADING.test(line) && !QUOTE.test(line) && !ITEM.test(line) && !RULE.test(line));
      made.push(el("p", {}, taken.flatMap((line, number) => [...(number ? [el("br")] : []), ...inlineMarkdown(line.trim())])));
    }
  }
  return made;
}

function list(rows) {
  const indent = rows[0].match(ITEM)[1].length;
  const ordered = rows[0].match(ITEM)[3] !== undefined;
  const made = el(ordered ? "ol" : "ul");
  let inner = [];
  let item = null;
  const finish = () => {
    if (item && inner.length) {
      if (ITEM.test(inner[0])) item.append(list(inner));
      else item.append(" ", ...inlineMarkdown(inner.map((line) => line.trim()).join(" ")).map((one) => (one.nodeType ? one : document.createTextNode(one))));
    }
    inner = [];
  };
  for (const row of rows) {
    const found = row.match(ITEM);
    if (found && found[1].length <= indent) {
      finish();
      item = el("li", found[3] ? { value: Number(found[3]) } : {}, inlineMarkdown(found[4]));
      made.append(item);
    } else inner.push(row);
  }
  finish();
  return made;
}

const cellsOf = (row) => row.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim());

function table(rows) {
  const sides = cellsOf(rows[1]).map((cell) => (/^:-+:$/.test(cell) ? "center" : cell.endsWith(":") ? "right" : "left"));
  const line = (row, tag) => el("tr", {}, cellsOf(row).map((cell, column) => el(tag, { class: `to-${sides[column] ?? "left"}`, scope: tag === "th" ? "col" : null }, inlineMarkdown(cell))));
  return el("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" }, el("table", {}, el("thead", {}, line(rows[0], "th")), el("tbody", {}, rows.slice(2).map((row) => line(row, "td")))));
}
