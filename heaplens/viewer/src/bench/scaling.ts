// SPDX-License-Identifier: MIT
// How time and memory grow with the size: log axes, on which a power of the size is a straight line, and
// the exponent of the line that fits best.
import { h, s } from "../dom";
import { countText } from "../figures";
import { chart, legend, type Area, type Plot } from "./chart";
import { amountText, nsText } from "./quantities";
import { typical, type MemoryKind, type Series } from "./report";

/** y = factor * x^exponent, with the 95 % interval of the exponent; half is 0 for two points. */
export interface Fit {
  exponent: number;
  half: number;
  factor: number;
}

// The 97.5 % quantile of Student's t for 1, 2, ... degrees of freedom, then the normal one.
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
const NORMAL = 1.96;

/** Least squares on the logarithms; null with fewer than two sizes or a value that has none. */
export function fitPower(points: readonly (readonly [number, number])[]): Fit | null {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  if (logs.length < 2 || logs.some(([x, y]) => !Number.isFinite(x) || !Number.isFinite(y))) {
    return null;
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mx = mean(logs.map(([x]) => x));
  const my = mean(logs.map(([, y]) => y));
  const sxx = logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  if (sxx === 0) {
    return null;
  }
  const exponent = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / sxx;
  const rest = logs.reduce((sum, [x, y]) => sum + (y - my - exponent * (x - mx)) ** 2, 0);
  const freedom = logs.length - 2;
  const half = freedom === 0 ? 0 : (STUDENT[freedom - 1] ?? NORMAL) * Math.sqrt(rest / freedom / sxx);
  return { exponent, half, factor: Math.exp(my - exponent * mx) };
}

/** "n^0.94 ± 0.05" */
export function fitText({ exponent, half }: Fit): string {
  return `n^${exponent.toFixed(2)}${half > 0 ? ` ± ${half.toFixed(2)}` : ""}`;
}

interface Curve {
  kind: string;
  title: string;
  points: { size: number; value: number; low: number; high: number; id: string }[];
  text: (value: number) => string;
  log: 2 | 10;
}

function lineOf({ points, kind }: Curve, { x, y }: Area): SVGElement[] {
  const fit = fitPower(points.map(({ size, value }) => [size, value] as const));
  const marks = points.flatMap(({ size, value, low, high }) => [
    s("line", { class: `whisker ${kind}`, x1: x.at(size), x2: x.at(size), y1: y.at(low), y2: y.at(high) }),
    kind === "second"
      ? s("rect", { class: `scale-dot ${kind}`, x: x.at(size) - 4, y: y.at(value) - 4, width: 8, height: 8 })
      : s("circle", { class: `scale-dot ${kind}`, cx: x.at(size), cy: y.at(value), r: 4.5 }),
  ]);
  if (fit === null) {
    return marks;
  }
  const first = points[0]!.size;
  const last = points.at(-1)!.size;
  const value = (size: number) => fit.factor * size ** fit.exponent;
  return [
    s("line", {
      class: `fit-line ${kind}`,
      x1: x.at(first),
      y1: y.at(value(first)),
      x2: x.at(last),
      y2: y.at(value(last)),
      "data-exponent": fit.exponent,
    }),
    ...marks,
  ];
}

function scalingChart(title: string, curves: Curve[]): HTMLElement {
  const points = curves.flatMap((curve) => curve.points);
  const sizes = points.map(({ size }) => size);
  const values = points.flatMap(({ value, low, high }) => [value, low, high]).filter((value) => value > 0);
  const plot: Plot = {
    x: { from: Math.min(...sizes) / 1.3, to: Math.max(...sizes) * 1.3, log: 10, text: countText, title: "size, n" },
    y: { from: Math.min(...values) / 1.6, to: Math.max(...values) * 1.6, log: curves[0]!.log, text: curves[0]!.text, title: "" },
    draw: (area) => curves.flatMap((curve) => lineOf(curve, area)),
    stops: curves
      .flatMap(({ points: all, text, title: what }) =>
        all.map(({ size, value, id }) => ({ x: size, y: value, text: `${id}: ${what.toLowerCase()} ${text(value)}` })),
      )
      .sort((a, b) => a.x - b.x),
  };
  const exponents = curves.map((curve) => {
    const fit = fitPower(curve.points.map(({ size, value }) => [size, value] as const));
    return [`${curve.kind}-key`, fit === null ? curve.title : `${curve.title}: grows as ${fitText(fit)}`] as [string, string];
  });
  return chart(title, plot, legend(...exponents));
}

function timeCurve(series: Series): Curve {
  return {
    kind: "first",
    title: "Time",
    text: nsText,
    log: 10,
    points: series.cases.map(({ id, size, time }) => ({ id, size, ...typical(time!) })),
  };
}

// Zeros have no place on a log axis: a curve has the sizes with a value.
function memoryCurve(series: Series, kind: MemoryKind, title: string, look: string): Curve {
  const points = series.cases.flatMap(({ id, size, memory }) => {
    const value = memory?.[kind].estimate.value ?? 0;
    return value > 0 ? [{ id, size, value, low: value, high: value }] : [];
  });
  return { kind: look, title, points, text: (value) => amountText(value, kind), log: 2 };
}

/** A section for each benchmark at several sizes: time, and beside it memory. */
export function scalingSection(all: Series[]): HTMLElement | null {
  if (all.length === 0) {
    return null;
  }
  return h(
    "section",
    { id: "scaling", "aria-labelledby": "scaling-title" },
    h("div", { class: "section-head" }, h("h2", { id: "scaling-title" }, "Over sizes")),
    ...all.map((series) => {
      const memory = [
        memoryCurve(series, "bytes", "Bytes", "first"),
        memoryCurve(series, "peak_bytes", "Peak", "second"),
      ].filter(({ points }) => points.length > 1);
      return h(
        "div",
        { class: "bench-case", "data-series": series.title },
        h("h3", { class: "code" }, series.title),
        h(
          "div",
          { class: "bench-charts" },
          scalingChart("Time of an iteration", [timeCurve(series)]),
          memory.length > 0 && scalingChart("Memory of an iteration", memory),
        ),
      );
    }),
  );
}
