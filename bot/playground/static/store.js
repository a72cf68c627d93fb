// What the page knows, and the live channel that keeps it up to date.
const token = document.querySelector('meta[name="playground-token"]').content;
const BAD_TOKEN = 4401;

export const store = {
  me: "", workspace: "", app: { id: "", name: "" }, people: [], channels: [], commands: [], shortcuts: [], hints: {},
  messages: new Map(), views: [], home: null, statuses: new Map(), prompts: {}, connected: false, live: false, switching: false, unread: new Map(),
  token,
  person: (id) => store.people.find((one) => one.id === id),
  channel: (id) => store.channels.find((one) => one.id === id),
  direct: () => store.channels.find((one) => one.is_im),
  inChannel: (id) => [...(store.messages.get(id)?.values() ?? [])].sort((a, b) => (a.ts < b.ts ? -1 : 1)),
};

const listeners = [];
export const onChange = (listener) => listeners.push(listener);
const tell = (change) => listeners.forEach((listener) => listener(change));

let socket = null;
let wait = 300;
let ready = Promise.resolve();
let arrived = () => {};

// From here on everything is done as this person; what they see comes with the next snapshot, and acts wait for it.
export function become(user) {
  if (user === store.me) return;
  ready = new Promise((resolve) => { arrived = resolve; });
  Object.assign(store, { me: user, views: [], home: null, switching: true });
  store.messages = new Map();
  store.statuses = new Map();
  store.unread = new Map();
  tell({ kind: "person" });
  live(user);
}

// A socket closed while it connects is reported as a failure: it is left when it stands.
function leave(old) {
  if (old?.readyState === WebSocket.CONNECTING) old.addEventListener("open", () => old.close());
  else old?.close();
}

export function live(user) {
  leave(socket);
  const mine = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/page/live`);
  socket = mine;
  mine.addEventListener("open", () => { if (socket === mine) mine.send(JSON.stringify({ token, user })); });
  mine.addEventListener("message", (event) => {
    if (socket !== mine) return;
    wait = 300;
    take(JSON.parse(event.data));
  });
  mine.addEventListener("close", (event) => {
    if (socket !== mine) return;
    // The server was started anew: this page's secret is of the run before.
    if (event.code === BAD_TOKEN) { location.reload(); return; }
    store.live = false;
    tell({ kind: "live" });
    setTimeout(() => { if (socket === mine) live(store.me || user); }, wait);
    wait = Math.min(wait * 1.6, 4000);
  });
}

function take(change) {
  if (change.kind === "snapshot") {
    Object.assign(store, { me: change.me, workspace: change.workspace, app: change.app, people: change.people, channels: change.channels, commands: change.commands, shortcuts: change.shortcuts, hints: change.hints, views: change.views, home: change.home, prompts: change.prompts, connected: change.connected, live: true, switching: false });
    store.messages = new Map(Object.entries(change.messages).map(([id, all]) => [id, new Map(all.map((one) => [one.ts, one]))]));
    store.statuses = new Map();
    change.statuses.forEach(status);
    arrived();
  } else if (change.kind === "message") {
    const { message } = change;
    if (!store.messages.has(message.channel)) store.messages.set(message.channel, new Map());
    change.isNew = !store.messages.get(message.channel).has(message.ts);
    store.messages.get(message.channel).set(message.ts, message);
  } else if (change.kind === "message_removed") store.messages.get(change.message.channel)?.delete(change.message.ts);
  else if (change.kind === "views") store.views = change.views;
  else if (change.kind === "home") store.home = change.home;
  else if (change.kind === "app") store.connected = change.connected;
  else if (change.kind === "prompts") store.prompts[change.channel] = change.prompts;
  else if (change.kind === "status") status(change.status);
  tell(change);
}

function status(one) {
  const key = `${one.channel}/${one.thread_ts}`;
  if (!one.status || one.seconds <= 0) { store.statuses.delete(key); return; }
  store.statuses.set(key, one);
  setTimeout(() => {
    if (store.statuses.get(key) !== one) return;
    store.statuses.delete(key);
    tell({ kind: "status", status: one });
  }, one.seconds * 1000);
}

export async function act(name, body) {
  await ready;
  let response;
  try {
    response = await fetch("/page/act", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Playground-Token": token },
      body: JSON.stringify({ act: name, user: store.me, ...body }),
    });
  } catch {
    return { ok: false, error: "The playground does not answer. Is it still running?" };
  }
  if (response.status === 403) location.reload();
  try {
    return await response.json();
  } catch {
    return { ok: false, error: "The playground gave no answer." };
  }
}
