// SPDX-License-Identifier: MIT
// What all charts of benchmarks share: axes, a frame that follows the page's width, and a cursor over
// their points that a mouse or the arrow keys move.
import { ticks } from "d3-array";
import { h, s } from "../dom";

const HEIGHT = 260;
const MARGIN = { top: 14, right: 14, bottom: 40, left: 68 };

/** From values to pixels, with the values worth a tick. */
export interface Axis {
  at: (value: number) => number;
  ticks: number[];
  text: (value: number) => string;
  title: string;
}

export interface Range {
  from: number;
  to: number;
  /** A log axis, with ticks at powers of this. */
  log?: 2 | 10;
  text: (value: number) => string;
  title: string;
}

/** Something that the cursor stops at. */
export interface Stop {
  x: number;
  y: number;
  text: string;
}

/** The axes of a chart, and where its corners are. */
export interface Area {
  x: Axis;
  y: Axis;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Plot {
  /** Room for what stands left of the axis, if it is more than figures. */
  left?: number;
  x: Range;
  y: Range;
  draw: (area: Area) => (SVGElement | null | false)[];
  stops: Stop[];
}

const POWERS_MOST = 7;

// Every power, or every second, third ... that leaves a few.
function powers(from: number, to: number, base: number): number[] {
  const first = Math.ceil(Math.log(from) / Math.log(base));
  const last = Math.floor(Math.log(to) / Math.log(base));
  const step = Math.max(1, Math.ceil((last - first + 1) / POWERS_MOST));
  const found: number[] = [];
  for (let power = first; power <= last; power++) {
    if (power % step === 0) {
      found.push(base ** power);
    }
  }
  return found.length >= 2 ? found : [from, to];
}

// On a log axis only a range above zero can be shown.
function axisOf(range: Range, start: number, end: number, count: number): Axis {
  const map = range.log === undefined ? (value: number) => value : Math.log10;
  const from = map(range.from);
  const span = map(range.to) - from || 1;
  return {
    at: (value) => start + ((map(value) - from) / span) * (end - start),
    ticks: range.log === undefined ? ticks(range.from, range.to, count) : powers(range.from, range.to, range.log),
    text: range.text,
    title: range.title,
  };
}

function frame({ x, y, left, right, top, bottom }: Area): SVGElement[] {
  return [
    ...y.ticks.flatMap((tick) => [
      s("line", { class: "grid", x1: left, x2: right, y1: y.at(tick), y2: y.at(tick) }),
      s("text", { class: "tick", x: left - 8, y: y.at(tick) + 4, "text-anchor": "end" }, y.text(tick)),
    ]),
    ...x.ticks.flatMap((tick) => [
      s("line", { class: "grid", x1: x.at(tick), x2: x.at(tick), y1: bottom, y2: bottom + 4 }),
      s("text", { class: "tick", x: x.at(tick), y: bottom + 17, "text-anchor": "middle" }, x.text(tick)),
    ]),
    s("line", { class: "grid", x1: left, x2: right, y1: bottom, y2: bottom }),
    s("text", { class: "axis-title", x: right, y: bottom + 34, "text-anchor": "end" }, x.title),
    s("text", { class: "axis-title", x: left + 4, y: top - 2 }, y.title),
  ];
}

/** A chart with its title, a line that reads the point at the cursor, and a key. */
export function chart(title: string, plot: Plot, key: HTMLElement | null = null): HTMLElement {
  const holder = h("div", {
    class: "chart",
    tabindex: 0,
    role: "img",
    "aria-label": `${title}; left and right arrow keys read the values`,
  });
  const readout = h("p", { class: "readout", "aria-live": "polite" });
  let cursor = -1;

  const draw = () => {
    const width = holder.clientWidth;
    if (width === 0) {
      return;
    }
    const area = { left: plot.left ?? MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
    const whole: Area = {
      ...area,
      x: axisOf(plot.x, area.left, area.right, Math.max(2, Math.floor((area.right - area.left) / 90))),
      y: axisOf(plot.y, area.bottom, area.top + 8, 4),
    };
    const drawing = s("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" });
    drawing.append(...frame(whole), ...plot.draw(whole).filter((made): made is SVGElement => made instanceof SVGElement));
    const stop = plot.stops[cursor];
    if (stop !== undefined) {
      drawing.append(s("circle", { class: "cursor-dot", cx: whole.x.at(stop.x), cy: whole.y.at(stop.y), r: 6 }));
    }
    readout.textContent = stop?.text ?? "";
    holder.replaceChildren(drawing);
  };
  const move = (to: number) => {
    cursor = Math.max(-1, Math.min(to, plot.stops.length - 1));
    draw();
  };
  holder.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      move(Math.max(0, cursor + step));
    }
  });
  holder.addEventListener("pointermove", (event) => {
    const box = holder.getBoundingClientRect();
    const x = axisOf(plot.x, plot.left ?? MARGIN.left, box.width - MARGIN.right, 2);
    const y = axisOf(plot.y, HEIGHT - MARGIN.bottom, MARGIN.top + 8, 2);
    const away = ({ x: at, y: up }: Stop) =>
      Math.hypot(x.at(at) - (event.clientX - box.left), y.at(up) - (event.clientY - box.top));
    const nearest = plot.stops.reduce((best, stop, i) => (away(stop) < away(plot.stops[best]!) ? i : best), 0);
    move(plot.stops.length > 0 && away(plot.stops[nearest]!) < 40 ? nearest : -1);
  });
  holder.addEventListener("pointerleave", () => move(-1));
  new ResizeObserver(draw).observe(holder);
  return h("figure", { class: "bench-chart" }, h("figcaption", {}, h("h4", {}, title)), key, holder, readout);
}

/** The key of a chart: a line's look, and what it stands for. */
export function legend(...lines: [string, string][]): HTMLElement {
  return h(
    "ul",
    { class: "legend" },
    ...lines.map(([kind, text]) => h("li", {}, h("span", { class: `line-key ${kind}`, "aria-hidden": "true" }), text)),
  );
}

/** A mark whose shape says what class of outlier a sample is: disc, triangle (mild) or cross (severe). */
export function sampleMark(x: number, y: number, outlier: number, kind: string): SVGElement {
  const mark = `sample ${kind} ${outlier === 0 ? "" : "outlier"}`.trim();
  if (Math.abs(outlier) === 2) {
    return s("path", { class: mark, d: `M${x - 4} ${y - 4}l8 8m0 -8l-8 8` });
  }
  if (Math.abs(outlier) === 1) {
    return s("path", { class: mark, d: `M${x} ${y - 4.5}l4.5 8h-9z` });
  }
  return s("circle", { class: mark, cx: x, cy: y, r: 3 });
}

export const OUTLIER_TEXT: Record<number, string> = {
  [-2]: ", a severe outlier, low",
  [-1]: ", a mild outlier, low",
  0: "",
  1: ", a mild outlier, high",
  2: ", a severe outlier, high",
};
