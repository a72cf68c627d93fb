// The workspace's name, who acts, and the conversations. Nothing here is replaced while somebody may be pressing it.
import { byId, el, keepChildren } from "./dom.js";
import { avatar } from "./messages.js";
import { become, store } from "./store.js";

export function drawSidebar(at, go) {
  byId("workspace-name").textContent = store.workspace;
  const line = byId("connection");
  const [kind, words] = !store.live ? ["off", "Playground not reached"] : store.connected ? ["on", `${store.app.name} is connected`] : ["waiting", `Waiting for ${store.app.name}`];
  if (line.textContent !== words) line.replaceChildren(el("span", { class: `lamp ${kind}`, "aria-hidden": "true" }), words);
  drawPeople();
  drawConversations(at);
}

function drawPeople() {
  const list = byId("people");
  keepChildren(list, store.people.filter((one) => one.can_act).map((one) => ({ key: JSON.stringify([one.id, one.name, one.title]), draw: () => person(one) })));
  for (const input of list.querySelectorAll("input")) {
    const acting = input.value === store.me;
    if (input.checked !== acting) input.checked = acting;
  }
}

const person = (one) => el("label", { class: "person" },
  el("input", { type: "radio", name: "acting", value: one.id, onchange: () => { sessionStorage.setItem("acting", one.id); become(one.id); } }),
  avatar(one, one.name), el("span", {}, el("strong", {}, one.name), el("small", {}, one.title)));

function drawConversations(at) {
  const direct = store.direct();
  const channels = store.channels.filter((channel) => !channel.is_im).map((channel) => ({ channel, sign: "#", label: channel.name, hash: `#/${channel.id}`, current: at.channel === channel.id }));
  const app = direct ? [
    { channel: direct, sign: "✓", label: direct.name, hash: `#/${direct.id}`, current: at.channel === direct.id && at.tab === "messages" },
    { channel: direct, sign: "⌂", label: "Home", hash: `#/${direct.id}/home`, current: at.channel === direct.id && at.tab === "home" },
  ] : [];
  drawList(byId("channels"), channels);
  drawList(byId("direct"), app);
}

function drawList(list, wanted) {
  const items = keepChildren(list, wanted.map((one) => ({ key: `${one.hash} ${one.label}`, draw: () => conversation(one) })));
  items.forEach((item, place) => {
    const { channel, current } = wanted[place];
    const [anchor] = item.children;
    if (current) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
    const unread = current ? 0 : store.unread.get(channel.id) ?? 0;
    const badge = anchor.querySelector(".unread");
    badge.hidden = !unread;
    badge.textContent = unread || "";
    badge.setAttribute("aria-label", `${unread} unread`);
  });
}

const conversation = ({ sign, label, hash }) => el("li", {}, el("a", { href: hash, class: "conversation-link" }, el("span", { class: "sign", "aria-hidden": "true" }, sign), label, el("span", { class: "unread", hidden: true })));

export function toggleSidebar(open) {
  const app = byId("app");
  const was = app.classList.contains("menu-open");
  app.classList.toggle("menu-open", open);
  if (open) byId("conversations").querySelector("a")?.focus();
  else if (was) byId("open-sidebar").focus();
}
