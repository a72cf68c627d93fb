// rich_text blocks: sections, lists, quotes, preformatted text.
import { el, link } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";
import { channelLink, mention } from "./mrkdwn.js";

export function richText(block) {
  const made = [];
  let lists = [];
  for (const part of block.elements ?? []) {
    if (part.type !== "rich_text_list") { lists = []; made.push(...single(part)); continue; }
    const depth = part.indent ?? 0;
    const list = el(part.style === "ordered" ? "ol" : "ul", part.offset ? { start: part.offset + 1 } : {}, (part.elements ?? []).map((item) => el("li", {}, inline(item.elements))));
    lists = lists.slice(0, depth);
    const above = lists[depth - 1];
    if (above) (above.lastElementChild ?? above).append(list);
    else made.push(list);
    lists[depth] = list;
  }
  return made;
}

function single(part) {
  if (part.type === "rich_text_quote") return [el("blockquote", {}, inline(part.elements))];
  if (part.type === "rich_text_preformatted") return [el("pre", {}, el("code", {}, inline(part.elements)))];
  return [el("div", { class: "rich" }, inline(part.elements))];
}

const inline = (elements) => (elements ?? []).map((one) => styled(one, piece(one)));

function piece(one) {
  switch (one.type) {
    case "text": return withEmoji(one.text ?? "", false);
    case "link": return link(one.url, one.text || one.url);
    case "user": return mention(one.user_id);
    case "channel": return channelLink(one.channel_id, "");
    case "usergroup": return el("span", { class: "mention" }, `@${one.usergroup_id}`);
    case "broadcast": return el("span", { class: "mention broadcast" }, `@${one.range}`);
    case "emoji": return one.unicode ? String.fromCodePoint(...one.unicode.split("-").map((code) => parseInt(code, 16))) : emoji(one.name) ?? `:${one.name}:`;
    case "date": return el("time", {}, one.fallback ?? new Date(one.timestamp * 1000).toLocaleString("en"));
    case "color": return one.value;
    default: return "";
  }
}

function styled(one, node) {
  let made = node;
  const style = one.style ?? {};
  if (style.code) made = el("code", {}, made);
  if (style.strike) made = el("s", {}, made);
  if (style.italic) made = el("em", {}, made);
  if (style.bold) made = el("strong", {}, made);
  return made;
}
