// data_visualization blocks as SVG: pie, bar, line, area. Colours come from classes; the numbers stand in a hidden table too.
import { el, newId, svg } from "./dom.js";

const HEIGHT = 260, LEFT = 52, RIGHT = 12, TOP = 20, BOTTOM = 46;
let WIDTH = 560;
const number = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export function chart(block) {
  WIDTH = innerWidth < 620 ? 340 : 560; // letters stay readable where the drawing would be shrunk
  const { chart: data, title } = block;
  const id = newId("chart");
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-labelledby": id, class: "chart" }, svg("title", { id }, title));
  const names = data.type === "pie" ? data.segments.map((one) => `${one.label} (${number.format(one.value)})`) : data.series.map((one) => one.name);
  if (data.type === "pie") pie(drawing, data.segments);
  else axes(drawing, data);
  return el("figure", { class: "chart-figure" },
    el("figcaption", {}, title), drawing,
    names.length > 1 || data.type === "pie" ? el("ul", { class: "legend" }, names.map((name, place) => el("li", {}, el("span", { class: `swatch series-${place}` }), name))) : null,
    spoken(data, title));
}

function pie(drawing, segments) {
  const total = segments.reduce((sum, one) => sum + Math.max(0, one.value), 0) || 1;
  const [x, y, radius] = [WIDTH / 2, HEIGHT / 2, 108];
  let from = -Math.PI / 2;
  segments.forEach((one, place) => {
    const share = Math.max(0, one.value) / total;
    const to = from + share * 2 * Math.PI;
    const point = (angle) => `${x + radius * Math.cos(angle)} ${y + radius * Math.sin(angle)}`;
    const shape = share > 0.9999
      ? svg("circle", { cx: x, cy: y, r: radius, class: `fill series-${place}` })
      : svg("path", { d: `M ${x} ${y} L ${point(from)} A ${radius} ${radius} 0 ${share > 0.5 ? 1 : 0} 1 ${point(to)} Z`, class: `fill series-${place} slice` });
    shape.append(svg("title", {}, `${one.label}: ${number.format(one.value)} (${Math.round(share * 100)}%)`));
    drawing.append(shape);
    if (share > 0.06) {
      const middle = (from + to) / 2;
      drawing.append(svg("text", { x: x + radius * 0.64 * Math.cos(middle), y: y + radius * 0.64 * Math.sin(middle) + 4, class: "on-slice" }, `${Math.round(share * 100)}%`));
    }
    from = to;
  });
}

function steps(values) {
  const high = Math.max(0, ...values), low = Math.min(0, ...values);
  const rough = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const step = values.every(Number.isInteger) ? Math.max(1, Math.ceil(nice)) : nice; // there is no half a deal
  const made = [];
  for (let at = Math.floor(low / step) * step; at < high + step * 0.999; at += step) made.push(Number(at.toPrecision(12)));
  return made.length > 1 ? made : [0, step];
}

function axes(drawing, data) {
  const { categories, x_label: xLabel, y_label: yLabel } = data.axis_config;
  const all = data.series.flatMap((one) => one.data.map((point) => point.value));
  const ticks = steps(all);
  const [low, high] = [ticks[0], ticks.at(-1)];
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / (high - low));
  const slot = (WIDTH - LEFT - RIGHT) / categories.length;
  const middle = (place) => LEFT + slot * (place + 0.5);
  for (const tick of ticks) {
    drawing.append(svg("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(tick), y2: y(tick), class: tick === 0 ? "zero" : "rule" }),
      svg("text", { x: LEFT - 8, y: y(tick) + 4, class: "tick to-right" }, short.format(tick)));
  }
  const every = Math.ceil(categories.length / Math.max(1, Math.floor((WIDTH - LEFT) / 62)));
  categories.forEach((name, place) => {
    if (place % every) return;
    const most = Math.max(3, Math.floor((slot * every) / 6.6));
    const label = svg("text", { x: middle(place), y: HEIGHT - BOTTOM + 18, class: "tick to-middle" }, name.length > most ? `${name.slice(0, most - 1)}…` : name);
    label.append(svg("title", {}, name));
    drawing.append(label);
  });
  if (xLabel) drawing.append(svg("text", { x: LEFT + (WIDTH - LEFT - RIGHT) / 2, y: HEIGHT - 8, class: "axis to-middle" }, xLabel));
  if (yLabel) drawing.append(svg("text", { x: 12, y: TOP + (HEIGHT - TOP - BOTTOM) / 2, class: "axis to-middle", transform: `rotate(-90 12 ${TOP + (HEIGHT - TOP - BOTTOM) / 2})` }, yLabel));
  data.series.forEach((series, place) => {
    const points = series.data.map((point) => ({ ...point, at: categories.indexOf(point.label) })).sort((a, b) => a.at - b.at);
    if (data.type === "bar") bars(drawing, points, place, { y, slot, middle, count: data.series.length, name: series.name });
    else lines(drawing, points, place, { y, middle, area: data.type === "area", name: series.name, base: y(Math.max(low, 0)) });
  });
}

const tip = (name, point) => svg("title", {}, `${name}, ${point.label}: ${number.format(point.value)}`);

function bars(drawing, points, place, { y, slot, middle, count, name }) {
  const width = Math.min(46, (slot * 0.72) / count);
  for (const point of points) {
    const [a, b] = [y(0), y(point.value)];
    const x = middle(point.at) - (width * count) / 2 + width * place;
    drawing.append(svg("rect", { x: x + 1, y: Math.min(a, b), width: Math.max(2, width - 2), height: Math.max(1, Math.abs(a - b)), rx: 3, class: `fill series-${place}` }, tip(name, point)));
    const words = short.format(point.value);
    if (width > words.length * 6.4) drawing.append(svg("text", { x: x + width / 2, y: Math.min(a, b) - 4, class: "on-bar to-middle" }, words));
  }
}

function lines(drawing, points, place, { y, middle, area, name, base }) {
  const path = points.map((point, step) => `${step ? "L" : "M"} ${middle(point.at)} ${y(point.value)}`).join(" ");
  if (area && points.length) drawing.append(svg("path", { d: `${path} L ${middle(points.at(-1).at)} ${base} L ${middle(points[0].at)} ${base} Z`, class: `area series-${place}` }));
  drawing.append(svg("path", { d: path, class: `stroke series-${place}` }));
  for (const point of points) drawing.append(svg("circle", { cx: middle(point.at), cy: y(point.value), r: 4, class: `fill series-${place} dot` }, tip(name, point)));
}

function spoken(data, title) {
  const rows = data.type === "pie"
    ? data.segments.map((one) => [one.label, one.value])
    : data.axis_config.categories.map((name) => [name, ...data.series.map((one) => one.data.find((point) => point.label === name)?.value ?? "")]);
  const head = data.type === "pie" ? ["", "Value"] : ["", ...data.series.map((one) => one.name)];
  return el("table", { class: "sr" }, el("caption", {}, title), el("tr", {}, head.map((name) => el("th", { scope: "col" }, name))), rows.map((row) => el("tr", {}, row.map((cell, column) => el(column ? "td" : "th", column ? {} : { scope: "row" }, cell)))));
}
