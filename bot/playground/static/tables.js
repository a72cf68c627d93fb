// table and data_table blocks. A data table sorts by its headers and turns pages.
import { el, newId } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { richText } from "./rich_text.js";

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

function cell(one) {
  if (one.type === "rich_text") return richText(one);
  return one.text === undefined ? number.format(one.value) : withEmoji(one.text, false);
}

const scroll = (label, table) => el("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": label }, table);

export function table(block) {
  const side = (column) => `to-${block.column_settings?.[column]?.align ?? "left"}${block.column_settings?.[column]?.is_wrapped ? " wrapped" : ""}`;
  const line = (row, tag) => el("tr", {}, row.map((one, column) => el(tag, { class: one.type === "raw_number" && !block.column_settings?.[column] ? "to-right" : side(column), scope: tag === "th" ? "col" : null }, cell(one))));
  const [head, ...rows] = block.rows;
  return scroll("Table", el("table", {}, el("thead", {}, line(head, "th")), el("tbody", {}, rows.map((row) => line(row, "td")))));
}

const weight = (one) => (one.type === "raw_number" ? one.value : (one.text ?? "").toLowerCase());

export function dataTable(block) {
  const [head, ...rows] = block.rows;
  const size = block.page_size ?? 5;
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const rowHeader = block.row_header_column_index ?? 0;
  const captionId = newId("caption");
  const state = { page: 0, column: -1, up: true };
  const body = el("tbody");
  const where = el("span", { class: "page-of", role: "status" });
  const turn = (label, by) => el("button", { type: "button", class: "icon-button", "aria-label": label, onclick: () => { state.page += by; draw(); } }, by < 0 ? "‹" : "›");
  const [back, forth] = [turn("Previous page", -1), turn("Next page", 1)];
  const heads = head.map((one, column) => el("th", { scope: "col", class: rows.every((row) => row[column].type === "raw_number") ? "to-right" : "" }, el("button", { type: "button", class: "sort", onclick: () => {
    state.up = state.column === column ? !state.up : true;
    Object.assign(state, { column, page: 0 });
    draw();
  } }, cell(one))));
  function draw() {
    const sorted = [...rows];
    if (state.column >= 0) sorted.sort((a, b) => {
      const [left, right] = [weight(a[state.column]), weight(b[state.column])];
      return (left < right ? -1 : left > right ? 1 : 0) * (state.up ? 1 : -1);
    });
    const from = state.page * size;
    body.replaceChildren(...sorted.slice(from, from + size).map((row) => el("tr", {}, row.map((one, column) => el(column === rowHeader ? "th" : "td", { class: one.type === "raw_number" ? "to-right" : (one.text ?? "").length > 60 ? "long" : "", scope: column === rowHeader ? "row" : null }, cell(one))))));
    heads.forEach((one, column) => one.setAttribute("aria-sort", column !== state.column ? "none" : state.up ? "ascending" : "descending"));
    where.textContent = `${from + 1}–${Math.min(from + size, rows.length)} of ${rows.length}`;
    back.disabled = state.page === 0;
    forth.disabled = state.page >= pages - 1;
  }
  draw();
  return el("div", { class: "data-table" },
    el("p", { class: "caption", id: captionId }, block.caption),
    scroll(block.caption, el("table", { "aria-labelledby": captionId }, el("thead", {}, el("tr", {}, heads)), body)),
    pages > 1 ? el("div", { class: "pager" }, back, where, forth) : null);
}
