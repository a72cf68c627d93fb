// "Dealfit is thinking...": one line, with what it is doing right now.
import { el } from "./dom.js";
import { store } from "./store.js";

export function statusLine(channel, thread) {
  const found = [...store.statuses.values()].filter((one) => one.channel === channel && (thread === null || one.thread_ts === thread));
  if (!found.length) return null;
  const one = found.at(-1);
  return { key: JSON.stringify([one.status, one.loading_messages]), draw: () => draw(one) };
}

function draw({ status, loading_messages: loading }) {
  const words = el("span", {}, `${store.app.name} ${status}`);
  const more = el("span", { class: "doing" }, loading[0] ?? "");
  let place = 0;
  if (loading.length > 1) {
    const timer = setInterval(() => {
      if (!more.isConnected) { clearInterval(timer); return; }
      place = (place + 1) % loading.length;
      more.textContent = loading[place];
    }, 2500);
  }
  return el("p", { class: "status", role: "status" }, el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")), words, more);
}
