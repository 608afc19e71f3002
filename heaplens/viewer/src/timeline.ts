// SPDX-License-Identifier: MIT
// The heap over time, with the peak and the moments that the program marked; beside it the resident set,
// or in a comparison the heap before.
import { bisector, ticks } from "d3-array";
import { area, curveStepAfter, line } from "d3-shape";
import { h, s } from "./dom";
import { bytesText, timeText } from "./figures";
import type { Profile } from "./profile";
import type { State, View } from "./state";

const HEIGHT = 220;
// A resident set that is larger by so much would press the heap flat: it is drawn when asked for.
const RSS_TOO_LARGE = 4;
const MARGIN = { top: 18, right: 12, bottom: 24, left: 72 };

interface Point {
  time: number;
  heap: number;
  rss: number;
}

export class TimelineView implements View {
  readonly node: HTMLElement;
  private readonly chart = h("div", {
    class: "chart",
    tabindex: 0,
    role: "img",
    "aria-label": "Heap and resident set over time; left and right arrow keys read the values",
  });
  private readonly readout = h("p", { class: "readout", "aria-live": "polite" });
  private readonly rssShown = h("input", { type: "checkbox", id: "rss-shown", change: () => this.draw() });
  private readonly title = h("h2", { id: "timeline-title" });
  private readonly rssKey: HTMLElement;
  private readonly beforeKey: HTMLElement;
  private points: Point[] = [];
  private pointsBefore: Point[] = [];
  private profile: Profile | null = null;
  private cursor = -1;

  constructor() {
    const line = (kind: string) => h("span", { class: `line-key ${kind}`, "aria-hidden": "true" });
    this.rssKey = h("li", {}, h("label", {}, this.rssShown, line("rss-key"), "Resident set"));
    this.beforeKey = h("li", {}, line("rss-key"), "Heap before");
    const key = h("ul", { class: "legend" }, h("li", {}, line("heap-key"), "Heap"), this.rssKey, this.beforeKey);
    this.node = h(
      "section",
      { id: "timeline", "aria-labelledby": "timeline-title" },
      h("div", { class: "section-head" }, this.title, key),
      this.readout,
      this.chart,
    );
    this.chart.addEventListener("pointermove", (event) => this.point(event));
    this.chart.addEventListener("pointerleave", () => this.moveCursor(-1));
    this.chart.addEventListener("keydown", (event) => this.onKey(event));
    new ResizeObserver(() => this.draw()).observe(this.chart);
  }

  update(state: State): void {
    if (this.profile === state.analysis.profile) {
      return;
    }
    const { profile, before } = state.analysis;
    this.profile = profile;
    this.points = pointsOf(profile);
    this.title.textContent = profile.facts.part === undefined ? "Over time" : "Over time, the whole process";
    this.pointsBefore = before === null ? [] : pointsOf(before);
    const largestRss = Math.max(0, ...this.points.map((point) => point.rss));
    this.rssKey.hidden = largestRss === 0 || before !== null;
    this.rssShown.checked = !this.rssKey.hidden && largestRss <= RSS_TOO_LARGE * profile.facts.bytes_peak;
    this.beforeKey.hidden = before === null;
    this.node.hidden = this.points.length < 2;
    this.cursor = -1;
    this.draw();
  }

  // A part has no timeline of its own: the peak in this one is the process's.
  private facts(): { bytes_peak: number; peak_ns: number } {
    const { facts } = this.profile!;
    return { peak_ns: facts.peak_ns, bytes_peak: facts.part?.bytes_peak ?? facts.bytes_peak };
  }

  private draw(): void {
    const width = this.chart.clientWidth;
    if (this.node.hidden || width === 0) {
      return;
    }
    const facts = this.facts();
    const end = this.end();
    const hasRss = this.rssShown.checked;
    const heaps = [...this.points, ...this.pointsBefore].map((point) => point.heap);
    const top = Math.max(facts.bytes_peak, ...heaps, ...(hasRss ? this.points.map((point) => point.rss) : [])) || 1;
    const x = (time: number) => MARGIN.left + (time / end) * (width - MARGIN.left - MARGIN.right);
    const y = (bytes: number) => HEIGHT - MARGIN.bottom - (bytes / top) * (HEIGHT - MARGIN.top - MARGIN.bottom);
    const heap = area<Point>()
      .x((point) => x(point.time))
      .y0(y(0))
      .y1((point) => y(point.heap))
      .curve(curveStepAfter);
    const rss = line<Point>()
      .x((point) => x(point.time))
      .y((point) => y(point.rss))
      .curve(curveStepAfter);
    const drawing = s("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" });
    drawing.append(
      ...byteAxis(top, y, width),
      ...timeAxis(end, x),
      s("path", { class: "heap-area", d: heap(this.points) ?? "" }),
      s("path", { class: "heap-line", d: heap.lineY1()(this.points) ?? "" }),
    );
    if (hasRss) {
      drawing.append(s("path", { class: "rss-line", d: rss(this.points) ?? "" }));
    }
    drawing.append(s("path", { class: "rss-line", d: heap.lineY1()(this.pointsBefore) ?? "" }));
    drawing.append(...this.peakMark(x(facts.peak_ns), y(facts.bytes_peak), width), ...this.momentMarks(x));
    drawing.append(this.cursorMark(x, y, hasRss));
    this.chart.replaceChildren(drawing);
    this.read(hasRss);
  }

  private peakMark(x: number, y: number, width: number): SVGElement[] {
    const facts = this.facts();
    if (facts.peak_ns === 0) {
      return []; // it was counted, but not when it was
    }
    const isRight = x > width / 2;
    return [
      s("circle", { class: "peak-dot", cx: x, cy: y, r: 4 }),
      s(
        "text",
        { class: "peak-text", x: x + (isRight ? -8 : 8), y: y - 6, "text-anchor": isRight ? "end" : "start" },
        `Peak ${bytesText(facts.bytes_peak)}`,
      ),
    ];
  }

  private momentMarks(x: (time: number) => number): SVGElement[] {
    const { time_ns: times, label } = this.profile!.data.moments;
    return times.flatMap((time, i) => [
      s("line", { class: "moment", x1: x(time), x2: x(time), y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }),
      s("text", { class: "moment-text", x: x(time) + 4, y: MARGIN.top + 8 }, label[i]!),
    ]);
  }

  private cursorMark(x: (time: number) => number, y: (bytes: number) => number, hasRss: boolean): SVGElement {
    const point = this.points[this.cursor];
    if (point === undefined) {
      return s("g");
    }
    const at = x(point.time);
    return s(
      "g",
      { class: "cursor" },
      s("line", { x1: at, x2: at, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }),
      s("circle", { cx: at, cy: y(point.heap), r: 3.5 }),
      hasRss && s("circle", { cx: at, cy: y(point.rss), r: 3.5 }),
    );
  }

  private read(hasRss: boolean): void {
    const facts = this.facts();
    const point = this.points[this.cursor];
    const [time, heap, rss] =
      point === undefined ? [facts.peak_ns, facts.bytes_peak, 0] : [point.time, point.heap, point.rss];
    this.readout.replaceChildren(
      h("strong", {}, point === undefined ? "Peak" : timeText(time)),
      `  heap ${bytesText(heap)}`,
      point === undefined ? whenText(time) : hasRss ? `, resident set ${bytesText(rss)}` : "",
    );
  }

  private point(event: PointerEvent): void {
    const box = this.chart.getBoundingClientRect();
    const share = (event.clientX - box.left - MARGIN.left) / (box.width - MARGIN.left - MARGIN.right);
    this.moveCursor(bisector((point: Point) => point.time).center(this.points, share * this.end()));
  }

  private end(): number {
    return Math.max(this.profile!.facts.duration_ns, ...[...this.points, ...this.pointsBefore].map(({ time }) => time));
  }

  private moveCursor(cursor: number): void {
    this.cursor = Math.max(-1, Math.min(cursor, this.points.length - 1));
    this.draw();
  }

  private onKey(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      this.moveCursor(Math.max(0, this.cursor + step));
    }
  }
}

function whenText(peak: number): string {
  return peak > 0 ? `, ${timeText(peak)} after the start` : "";
}

// Between the last point and the end nothing happened that was worth one: its level holds until then.
function pointsOf({ data: { points }, facts }: Profile): Point[] {
  const all = points.time_ns.map((time, i) => ({ time, heap: points.bytes_live[i]!, rss: points.rss_bytes[i]! }));
  const last = all.at(-1);
  return last !== undefined && last.time < facts.duration_ns ? [...all, { ...last, time: facts.duration_ns }] : all;
}

// Ticks at round numbers of the unit that fits, which is a power of 1024.
function byteAxis(top: number, y: (bytes: number) => number, width: number): SVGElement[] {
  const unit = 1024 ** Math.min(6, Math.floor(Math.log(top) / Math.log(1024)));
  return ticks(0, top / unit, 4).flatMap((tick) => [
    s("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(tick * unit), y2: y(tick * unit) }),
    s("text", { class: "tick", x: MARGIN.left - 8, y: y(tick * unit) + 4, "text-anchor": "end" }, bytesText(tick * unit)),
  ]);
}

function timeAxis(end: number, x: (time: number) => number): SVGElement[] {
  const anchor = (tick: number) => (tick === 0 ? "start" : x(end) - x(tick) < 24 ? "end" : "middle");
  return ticks(0, end, Math.max(2, Math.floor((x(end) - x(0)) / 130))).map((tick) =>
    s("text", { class: "tick", x: x(tick), y: HEIGHT - 6, "text-anchor": anchor(tick) }, timeText(tick)),
  );
}
