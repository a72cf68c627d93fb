// Small helpers to make elements. Text only ever becomes a text node: nothing here reads HTML.

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  append(made, children);
  return made;
}

export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  append(made, children);
  return made;
}

function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child.nodeType ? child : document.createTextNode(String(child)));
  }
}

const kept = new WeakMap();

// Puts what is wanted ({key, draw}) into a parent, and keeps every node whose key stayed: what a person presses, has
// focused or is reading is never taken away and made again.
export function keepChildren(parent, wanted) {
  const old = kept.get(parent) ?? new Map();
  const now = new Map();
  const seen = new Map();
  for (const { key, draw } of wanted) {
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    const name = `${key} ${times}`;
    now.set(name, old.get(name) ?? draw());
  }
  for (const [name, node] of old) if (!now.has(name)) node.remove();
  let place = parent.firstChild;
  for (const node of now.values()) {
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
  }
  kept.set(parent, now);
  return [...now.values()];
}

let counter = 0;
export const newId = (prefix) => `${prefix}-${++counter}`;

export const byId = (id) => document.getElementById(id);

// Only addresses that lead somewhere harmless become links: no javascript:, no data:.
export function safeUrl(address) {
  try {
    const url = new URL(address);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function link(address, children) {
  const href = safeUrl(address);
  if (href === null) return el("span", {}, children);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer", class: "link" }, children);
}

export function announce(text) {
  byId("announce").textContent = text;
}

export function toast(text) {
  const made = el("div", { class: "toast" }, text, el("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", onclick: () => made.remove() }, "✕"));
  byId("toasts").append(made);
  setTimeout(() => made.remove(), 9000);
}

// A button with a menu under it: arrows move, Escape closes, focus comes back.
export function menuButton(label, face, items, className = "icon-button") {
  const button = el("button", { type: "button", class: className, "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": "false" }, face);
  button.addEventListener("click", () => openMenu(button, label, items));
  return button;
}

function openMenu(button, label, items) {
  const menu = el("div", { class: "menu", role: "menu", "aria-label": label });
  const close = (focus) => {
    menu.remove();
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (focus && button.isConnected) button.focus();
  };
  const outside = (event) => { if (!menu.contains(event.target)) close(false); };
  for (const item of items) {
    menu.append(el("button", { type: "button", role: "menuitem", class: item.danger ? "danger" : "", onclick: () => { close(true); item.run(); } }, item.label));
  }
  menu.addEventListener("keydown", (event) => {
    const all = [...menu.children];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) { event.preventDefault(); all[(to + all.length) % all.length].focus(); }
    if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); event.stopPropagation(); close(true); }
  });
  const host = button.closest("dialog") ?? document.body;
  host.append(menu);
  const box = button.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8));
  const under = box.bottom + 4 + menu.offsetHeight <= innerHeight;
  menu.style.left = `${left}px`;
  menu.style.top = `${under ? box.bottom + 4 : Math.max(8, box.top - menu.offsetHeight - 4)}px`;
  button.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  menu.firstChild?.focus();
}
