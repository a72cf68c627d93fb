// Puts the page together: who acts, where they are, what they see.
import { showBlocks } from "./blocks.js";
import { Composer } from "./composer.js";
import { showViews } from "./dialog.js";
import { announce, byId, el, keepChildren, toast } from "./dom.js";
import { Log, avatar } from "./messages.js";
import { act, live, onChange, store } from "./store.js";
import { drawSidebar, toggleSidebar } from "./sidebar.js";
import { statusLine } from "./status.js";

const at = { me: null, channel: null, tab: "messages", thread: null };
let composer = null;
let threadComposer = null;
const actions = { openThread: (message) => go(at.channel, message.thread_ts ?? message.ts), edit };
const log = new Log(byId("log"), actions);
let threadLog = null;

function go(channel, thread = null) {
  location.hash = `#/${channel}${thread ? `/${thread}` : ""}`;
}

// #/C0DEALS, #/C0DEALS/1234.5678 (a thread), #/D0DANA/home
function route() {
  if (!store.me) return;
  const [, id, rest = ""] = location.hash.split("/");
  const channel = store.channel(id) ?? (id?.startsWith("D") ? store.direct() : null) ?? store.channels[0];
  const tab = channel.is_im && rest === "home" ? "home" : "messages";
  const found = /^\d+\.\d+$/.test(rest) ? store.messages.get(channel.id)?.get(rest) : null;
  const other = at.me !== store.me;
  const moved = other || at.channel !== channel.id || at.tab !== tab;
  if (other) byId("thread").dataset.thread = "";
  Object.assign(at, { me: store.me, channel: channel.id, tab, thread: found ? found.thread_ts ?? found.ts : null });
  store.unread.delete(channel.id);
  if (moved) enter(channel, tab);
  drawThread();
  drawSidebar(at, go);
  drawMessages();
  toggleSidebar(false);
}

function enter(channel, tab) {
  byId("channel-name").textContent = channel.is_im ? channel.name : `#${channel.name}`;
  byId("channel-topic").textContent = channel.is_im ? store.app.about || "App" : channel.topic;
  document.title = `${channel.is_im ? channel.name : `#${channel.name}`} · ${store.workspace} playground`;
  byId("log").setAttribute("aria-label", `Messages in ${channel.is_im ? channel.name : `#${channel.name}`}`);
  drawTabs(channel, tab);
  byId("log").hidden = byId("below").hidden = tab === "home";
  byId("home").hidden = tab !== "home";
  log.clear();
  if (composer?.channel !== channel.id) composer = new Composer({ channel: channel.id, label: channel.is_im ? `Message ${channel.name}` : `Message #${channel.name}` });
  if (channel.is_im) act("home", { tab });
  drawHome();
}

function drawTabs(channel, tab) {
  const tabs = byId("tabs");
  tabs.hidden = !channel.is_im;
  const wanted = [["messages", "Messages", `#/${channel.id}`], ["home", "Home", `#/${channel.id}/home`]];
  const drawn = keepChildren(tabs, wanted.map(([, label, hash]) => ({ key: hash, draw: () => el("button", { type: "button", role: "tab", onclick: () => { location.hash = hash; } }, label) })));
  drawn.forEach((one, place) => {
    const selected = wanted[place][0] === tab;
    one.setAttribute("aria-selected", String(selected));
    one.setAttribute("tabindex", selected ? "0" : "-1");
  });
}

byId("tabs").addEventListener("keydown", (event) => {
  if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const other = byId("tabs").querySelector('[aria-selected="false"]');
  other?.click();
  setTimeout(() => byId("tabs").querySelector('[aria-selected="true"]')?.focus(), 0);
});

function drawMessages() {
  const all = store.inChannel(at.channel);
  const top = all.filter((one) => !one.is_reply || one.broadcast);
  if (top.length) byId("log").querySelector(".welcome")?.remove();
  log.show(top);
  if (!top.length && !byId("log").querySelector(".welcome")) byId("log").append(welcome());
  drawBelow();
  if (at.thread && threadLog) threadLog.show(all.filter((one) => one.ts === at.thread || one.thread_ts === at.thread), { thread: at.thread });
  drawThreadStatus();
}

function welcome() {
  const channel = store.channel(at.channel);
  const hints = store.hints[at.channel] ?? [];
  return el("section", { class: "welcome" },
    avatar(store.person(store.app.id), store.app.name),
    el("h3", {}, channel.is_im ? `Talk to ${store.app.name}` : `This is #${channel.name}`),
    el("p", {}, channel.is_im ? `Only you and ${store.app.name} read this conversation.` : `${channel.topic ? `${channel.topic}. ` : ""}${store.app.name} is in this channel: mention it, or use a command.`),
    hints.length ? el("div", { class: "tries" }, el("h4", {}, "Three things to try".replace("Three", ["", "One", "Two", "Three"][hints.length] ?? hints.length)), hints.map((text) => el("button", { type: "button", class: "try", onclick: () => composer.fill(text) }, text))) : null);
}

function drawBelow() {
  const prompts = store.channel(at.channel)?.is_im ? store.prompts[at.channel] : null;
  const parts = [
    statusLine(at.channel, null),
    prompts ? { key: JSON.stringify(prompts), draw: () => el("div", { class: "prompts", role: "group", "aria-label": prompts.title || "Suggestions" }, prompts.title ? el("span", {}, prompts.title) : null, prompts.prompts.map((one) => el("button", { type: "button", class: "chip", onclick: () => act("post", { channel: at.channel, text: one.message }) }, one.title))) } : null,
  ].filter(Boolean);
  const below = byId("below");
  let extras = below.querySelector(".extras");
  if (!extras || below.lastElementChild !== composer.node) { extras = el("div", { class: "extras" }); below.replaceChildren(extras, composer.node); }
  keepChildren(extras, parts);
}

function drawThread() {
  const pane = byId("thread");
  const parent = at.thread ? store.messages.get(at.channel)?.get(at.thread) : null;
  byId("app").classList.toggle("with-thread", Boolean(at.thread));
  pane.hidden = !at.thread;
  if (!at.thread) { pane.replaceChildren(); threadLog = null; pane.dataset.thread = ""; return; }
  if (pane.dataset.thread === `${at.channel}/${at.thread}`) return;
  pane.dataset.thread = `${at.channel}/${at.thread}`;
  const root = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": "Thread", tabindex: "0" });
  threadLog = new Log(root, actions);
  threadComposer = new Composer({ channel: at.channel, thread: at.thread, label: "Reply…" });
  pane.replaceChildren(
    el("header", { class: "pane-head" }, el("div", { class: "pane-title" }, el("h2", {}, "Thread"), el("p", {}, parent ? `with ${store.person(parent.user)?.name ?? ""}` : "")), el("button", { type: "button", class: "icon-button", "aria-label": "Close the thread", onclick: closeThread }, "✕")),
    root, el("div", { class: "below" }, el("div", { class: "extras" }), threadComposer.node));
}

function closeThread() {
  const parent = at.thread;
  go(at.channel);
  setTimeout(() => byId("log").querySelector(`[data-key="reply-${CSS.escape(parent)}"]`)?.focus(), 0);
}

function drawThreadStatus() {
  const extras = byId("thread").querySelector(".extras");
  if (extras) keepChildren(extras, [statusLine(at.channel, at.thread)].filter(Boolean));
}

function drawHome() {
  const home = byId("home");
  if (at.tab !== "home") return;
  const [inside] = keepChildren(home, [{ key: `inside ${store.me}`, draw: () => el("div", { class: "home-inside" }) }]);
  if (store.home) showBlocks(inside, store.home.blocks, { view: store.home });
  else keepChildren(inside, [{ key: "none", draw: () => el("p", { class: "empty" }, `${store.app.name} has published no Home yet.`) }]);
}

async function edit(message) {
  const node = document.querySelector(`article[data-ts="${message.ts}"] .content`);
  const box = el("textarea", { class: "control", rows: "2", "aria-label": "Edit your message" });
  box.value = node.textContent;
  const editor = el("div", { class: "editor" }, box, el("p", { class: "keys" }, "Enter saves · Escape keeps it as it was"));
  const restore = () => { editor.remove(); node.hidden = false; };
  const save = async () => {
    const done = await act("edit", { channel: message.channel, ts: message.ts, text: box.value });
    if (done.ok) restore();
    else toast(done.error);
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); save(); }
    if (event.key === "Escape") { event.stopPropagation(); restore(); }
  });
  node.hidden = true;
  node.after(editor);
  box.focus();
}

// An answer in a thread under one's own message would be easy to miss: where there is room, the thread opens by itself.
function openAnswer(message) {
  if (!message.from_app || !message.is_reply || message.channel !== at.channel || at.thread || innerWidth < 1000) return;
  const parent = store.messages.get(message.channel)?.get(message.thread_ts);
  if (parent?.user === store.me) go(message.channel, message.thread_ts);
}

onChange((change) => {
  byId("app").setAttribute("aria-busy", String(store.switching));
  if (change.kind === "person") { drawMessages(); drawHome(); }
  if (change.kind === "snapshot") { route(); drawHome(); }
  if (change.kind === "snapshot" || change.kind === "person") showViews();
  if (change.kind === "message" || change.kind === "message_removed") {
    if (change.message.channel === at.channel) drawMessages();
    else if (change.isNew && change.message.user !== store.me) store.unread.set(change.message.channel, (store.unread.get(change.message.channel) ?? 0) + 1);
    if (change.isNew) openAnswer(change.message);
  }
  if (change.kind === "status" || change.kind === "prompts") { drawBelow(); drawThreadStatus(); }
  if (change.kind === "views") showViews();
  if (change.kind === "home") drawHome();
  if (change.kind === "live" && !store.live) announce("The connection to the playground was lost. Trying again.");
  drawSidebar(at, go);
});

addEventListener("hashchange", route);
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && at.thread && !document.querySelector("dialog[open], .menu")) closeThread();
});
// Links to messages of this very playground stay on the page.
document.addEventListener("click", (event) => {
  const found = event.target.closest?.("a.link");
  const inside = found && new URL(found.href).origin === location.origin && /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(new URL(found.href).pathname);
  if (inside) { event.preventDefault(); go(inside[1], `${inside[2]}.${inside[3]}`); }
});
byId("open-sidebar").addEventListener("click", () => toggleSidebar(true));
byId("close-sidebar").addEventListener("click", () => toggleSidebar(false));
live(sessionStorage.getItem("acting") ?? "");
