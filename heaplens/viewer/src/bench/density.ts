// SPDX-License-Identifier: MIT
// How the times of an iteration are distributed: the density with Tukey's fences, the samples under it,
// what is quoted with its interval, and the baseline's density as a dashed line.
import { area, line } from "d3-shape";
import { s } from "../dom";
import { chart, legend, OUTLIER_TEXT, sampleMark, type Area } from "./chart";
import { intervalText, nsText } from "./quantities";
import { timesOf, typical, type Time } from "./report";

type Curve = [number, number][];

function curveOf({ density }: Time): Curve {
  if (density === null) {
    return [];
  }
  const { from, to, values } = density;
  return values.map((value, i) => [from + ((to - from) * i) / (values.length - 1), value]);
}

function fences({ x, top, bottom, left, right }: Area, { fences: at }: Time): SVGElement[] {
  const all: [string, number][] = [
    ["severe", at.low_severe],
    ["mild", at.low_mild],
    ["mild", at.high_mild],
    ["severe", at.high_severe],
  ];
  return all
    .filter(([, value]) => x.at(value) >= left && x.at(value) <= right)
    .map(([kind, value]) =>
      s("line", { class: `fence ${kind}`, x1: x.at(value), x2: x.at(value), y1: top, y2: bottom, "data-value": value }),
    );
}

// From the fences to a little beyond: a far outlier would press everything else together. Samples
// outside stand at the edge.
function range(time: Time, base: Time | null): [number, number] {
  const both = base === null ? [time] : [time, base];
  const room = (time.fences.high_severe - time.fences.low_severe) * 0.12;
  const quoted = typical(time);
  const low = Math.min(...both.map(({ density }) => density?.from ?? Infinity));
  const high = Math.max(...both.map(({ density }) => density?.to ?? 0));
  return [
    Math.max(0, low, Math.min(time.fences.low_severe - room, quoted.low)),
    Math.min(high, Math.max(time.fences.high_severe + room, quoted.high)),
  ];
}

/** The distribution; null where all samples are the same. */
export function densityChart(time: Time, base: Time | null): HTMLElement | null {
  const curve = curveOf(time);
  const before = base === null ? [] : curveOf(base);
  if (curve.length === 0) {
    return null;
  }
  const times = timesOf(time);
  const quoted = typical(time);
  const highest = Math.max(...[...curve, ...before].map(([, value]) => value));
  const [from, to] = range(time, base);
  const inside = (all: Curve) => all.filter(([at]) => at >= from && at <= to);
  const beyond = times.filter((ns) => ns < from || ns > to).length;
  // Under the curve a strip for the samples, spread over five rows in the order of time.
  const strip = (i: number) => -highest * (0.06 + 0.045 * (i % 5));
  const draw = (plot: Area) => {
    const { y } = plot;
    const x = { at: (value: number) => plot.x.at(Math.max(from, Math.min(to, value))) };
    const shape = area<[number, number]>()
      .x(([at]) => x.at(at))
      .y0(y.at(0))
      .y1(([, value]) => y.at(value));
    const outline = line<[number, number]>()
      .x(([at]) => x.at(at))
      .y(([, value]) => y.at(value));
    return [
      s("rect", {
        class: "interval-band",
        x: x.at(quoted.low),
        y: plot.top,
        width: Math.max(1, x.at(quoted.high) - x.at(quoted.low)),
        height: plot.bottom - plot.top,
      }),
      s("path", { class: "heap-area", d: shape(inside(curve)) ?? "" }),
      s("path", { class: "heap-line", d: outline(inside(curve)) ?? "" }),
      before.length > 0 && s("path", { class: "rss-line", d: outline(inside(before)) ?? "" }),
      ...fences(plot, time),
      s("line", { class: "typical", x1: x.at(quoted.value), x2: x.at(quoted.value), y1: plot.top, y2: plot.bottom }),
      ...times.map((ns, i) => sampleMark(x.at(ns), y.at(strip(i)), time.samples.classes[i]!, "now")),
    ];
  };
  const title = `Time of an iteration: ${nsText(quoted.value)} ${intervalText(quoted, nsText)}`;
  const key: [string, string][] = [
    ["heap-key", "density"],
    ["typical-key", `${time.estimates.typical} with its interval`],
    ["fence-key", "fences: mild dashed, severe dotted"],
  ];
  return chart(
    title,
    {
      x: { from, to, text: nsText, title: "time of an iteration" },
      y: { from: -highest * 0.3, to: highest, text: () => "", title: `density; samples below${beyond > 0 ? `, ${beyond} off the edges` : ""}` },
      draw,
      stops: times
        .map((ns, i) => ({
          x: Math.max(from, Math.min(to, ns)),
          y: strip(i),
          text: `sample ${i + 1}: ${nsText(ns)}${OUTLIER_TEXT[time.samples.classes[i]!]}`,
        }))
        .sort((a, b) => a.x - b.x),
    },
    legend(...key, ...(before.length > 0 ? ([["rss-key", "baseline"]] as [string, string][]) : [])),
  );
}
