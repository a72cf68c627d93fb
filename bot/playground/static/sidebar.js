// The workspace's name, who acts, and the conversations.
import { byId, el } from "./dom.js";
import { avatar } from "./messages.js";
import { live, store } from "./store.js";

let print = "";

export function drawSidebar(at, go) {
  const now = JSON.stringify([store.me, store.workspace, store.people, store.channels, [...store.unread], at, store.connected, store.live]);
  if (now === print) return;
  print = now;
  byId("workspace-name").textContent = store.workspace;
  const line = byId("connection");
  const [kind, words] = !store.live ? ["off", "Playground not reached"] : store.connected ? ["on", `${store.app.name} is connected`] : ["waiting", `Waiting for ${store.app.name}`];
  if (line.textContent !== words) line.replaceChildren(el("span", { class: `lamp ${kind}`, "aria-hidden": "true" }), words);
  drawPeople();
  drawConversations(at, go);
}

function drawPeople() {
  const list = byId("people");
  const who = store.people.filter((one) => one.can_act);
  if (list.dataset.who === who.map((one) => one.id).join() && list.querySelector("input:checked")?.value === store.me) return;
  const focused = list.contains(document.activeElement);
  list.dataset.who = who.map((one) => one.id).join();
  list.replaceChildren(...who.map((one) => el("label", { class: "person" },
    el("input", { type: "radio", name: "acting", value: one.id, checked: one.id === store.me, onchange: () => { sessionStorage.setItem("acting", one.id); live(one.id); } }),
    avatar(one, one.name), el("span", {}, el("strong", {}, one.name), el("small", {}, one.title)))));
  if (focused) list.querySelector("input:checked")?.focus();
}

function drawConversations(at, go) {
  const nav = byId("conversations");
  const focused = nav.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const one = (channel, label, hash, current) => el("a", { href: hash, class: "conversation-link", "aria-current": current ? "page" : null, "data-key": hash }, label, store.unread.get(channel.id) && !current ? el("span", { class: "unread", "aria-label": `${store.unread.get(channel.id)} unread` }, store.unread.get(channel.id)) : null);
  const direct = store.direct();
  nav.replaceChildren(
    el("h2", {}, "Channels"),
    el("ul", {}, store.channels.filter((channel) => !channel.is_im).map((channel) => el("li", {}, one(channel, [el("span", { class: "sign", "aria-hidden": "true" }, "#"), channel.name], `#/${channel.id}`, at.channel === channel.id)))),
    el("h2", {}, "App"),
    direct ? el("ul", {},
      el("li", {}, one(direct, [el("span", { class: "sign", "aria-hidden": "true" }, "✓"), direct.name], `#/${direct.id}`, at.channel === direct.id && at.tab === "messages")),
      el("li", {}, one(direct, [el("span", { class: "sign", "aria-hidden": "true" }, "⌂"), "Home"], `#/${direct.id}/home`, at.channel === direct.id && at.tab === "home"))) : "",
  );
  if (focused) nav.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

export function toggleSidebar(open) {
  const app = byId("app");
  const was = app.classList.contains("menu-open");
  app.classList.toggle("menu-open", open);
  if (open) byId("conversations").querySelector("a")?.focus();
  else if (was) byId("open-sidebar").focus();
}
