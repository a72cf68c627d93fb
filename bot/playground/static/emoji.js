// The emoji that business messages use. An unknown shortcode stays as it was written.
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

export const emoji = (name) => NAMES[name] ?? null;

export const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => NAMES[name] ?? whole);
