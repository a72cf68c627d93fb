// The emoji that business messages use. An unknown shortcode stays as it was written.
// The signs of state (lights, ticks, crosses) are drawn: they look alike on a machine without an emoji font.
import { el } from "./dom.js";

const NAMES = {
  "+1": "👍", "-1": "👎", thumbsup: "👍", thumbsdown: "👎", white_check_mark: "✅", heavy_check_mark: "✔️",
  ballot_box_with_check: "☑️", x: "❌", negative_squared_cross_mark: "❎", warning: "⚠️", no_entry: "⛔", no_entry_sign: "🚫",
  question: "❓", grey_question: "❔", exclamation: "❗", bulb: "💡", mag: "🔍", mag_right: "🔎", books: "📚", book: "📖",
  bookmark: "🔖", bookmark_tabs: "📑", memo: "📝", pencil: "📝", pencil2: "✏️", clipboard: "📋", page_facing_up: "📄",
  bar_chart: "📊", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", calendar: "📅", date: "📅",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", stopwatch: "⏱️", alarm_clock: "⏰", lock: "🔒", unlock: "🔓", key: "🔑",
  tada: "🎉", rocket: "🚀", eyes: "👀", wave: "👋", pray: "🙏", raised_hands: "🙌", clap: "👏", muscle: "💪", handshake: "🤝",
  speech_balloon: "💬", thought_balloon: "💭", bell: "🔔", no_bell: "🔕", loudspeaker: "📢", mega: "📣", email: "✉️", phone: "☎️",
  moneybag: "💰", dollar: "💵", credit_card: "💳", scales: "⚖️", hospital: "🏥", office: "🏢", factory: "🏭", school: "🏫",
  smile: "😄", slightly_smiling_face: "🙂", thinking_face: "🤔", disappointed: "😞", sweat_smile: "😅", robot_face: "🤖",
  large_green_circle: "🟢", large_yellow_circle: "🟡", large_orange_circle: "🟠", red_circle: "🔴", large_blue_circle: "🔵",
  white_circle: "⚪", black_circle: "⚫", large_green_square: "🟩", large_yellow_square: "🟨", large_red_square: "🟥",
  arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", arrows_counterclockwise: "🔄", repeat: "🔁",
  one: "1️⃣", two: "2️⃣", three: "3️⃣", star: "⭐", sparkles: "✨", fire: "🔥", heart: "❤️", pushpin: "📌", link: "🔗",
  gear: "⚙️", wrench: "🔧", hammer_and_wrench: "🛠️", information_source: "ℹ️", recycle: "♻️", heavy_plus_sign: "➕",
  heavy_minus_sign: "➖", dart: "🎯", compass: "🧭", checkered_flag: "🏁", construction: "🚧", stethoscope: "🩺", 
  bust_in_silhouette: "👤", busts_in_silhouette: "👥", hand: "✋", raised_hand: "✋", point_right: "👉", ok_hand: "👌", seedling: "🌱",
};

const DRAWN = {
  white_check_mark: ["tick", "✓"], heavy_check_mark: ["tick", "✓"], x: ["cross", "✕"], no_entry: ["cross", "–"], no_entry_sign: ["cross", "–"],
  question: ["unknown-mark", "?"], grey_question: ["unknown-mark", "?"], exclamation: ["cross", "!"], warning: ["caution", "!"],
  large_green_circle: ["light green", ""], large_yellow_circle: ["light yellow", ""], large_orange_circle: ["light orange", ""], red_circle: ["light red", ""],
  large_blue_circle: ["light blue", ""], white_circle: ["light white", ""], black_circle: ["light black", ""],
  large_green_square: ["light square green", ""], large_yellow_square: ["light square yellow", ""], large_red_square: ["light square red", ""],
};
const BY_SIGN = Object.fromEntries(Object.keys(DRAWN).map((name) => [NAMES[name], name]));
const SIGNS = new RegExp(`:([a-z0-9_+-]+):|(${Object.keys(BY_SIGN).join("|")})`, "gu");

// One emoji as a node or text; nothing when its name is unknown.
export function emoji(name) {
  const drawn = DRAWN[name];
  if (drawn) return el("span", { class: `sign-of ${drawn[0]}`, role: "img", "aria-label": name.replaceAll("_", " ") }, drawn[1]);
  return NAMES[name] ?? null;
}

// A plain text with its emoji, as nodes.
export function withEmoji(text, shortcodes = true) {
  const made = [];
  let place = 0;
  for (const found of text.matchAll(SIGNS)) {
    const [whole, name, sign] = found;
    const one = sign ? emoji(BY_SIGN[sign]) : shortcodes ? emoji(name) : null;
    if (one === null) continue;
    made.push(text.slice(place, found.index), one);
    place = found.index + whole.length;
    if (text[place] === "\uFE0F") place += 1;
  }
  made.push(text.slice(place));
  return made;
}

// The same as a string, for labels that hold no nodes.
export const emojiText = (text) => text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => NAMES[name] ?? whole);
