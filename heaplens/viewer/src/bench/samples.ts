// SPDX-License-Identifier: MIT
// The samples themselves. Of a linear plan: what they took over their counts of iterations, and the line
// through the origin whose slope is the time of one; of a flat plan, the times in their order.
import { s } from "../dom";
import { countText } from "../figures";
import { chart, legend, OUTLIER_TEXT, sampleMark, type Area, type Plot } from "./chart";
import { intervalText, nsText } from "./quantities";
import { timesOf, typical, type Time } from "./report";

function regression(time: Time, base: Time | null): Plot {
  const both = base === null ? [time] : [time, base];
  const most = Math.max(...both.flatMap(({ samples }) => samples.iterations));
  const longest = Math.max(...both.flatMap(({ samples }) => samples.ns));
  const points = ({ samples }: Time, kind: string, { x, y }: Area) =>
    samples.ns.map((ns, i) => sampleMark(x.at(samples.iterations[i]!), y.at(ns), samples.classes[i]!, kind));
  const lineTo = (slope: number, kind: string, { x, y }: Area) => {
    const end = Math.min(most, longest / slope);
    return s("line", { class: kind, x1: x.at(0), y1: y.at(0), x2: x.at(end), y2: y.at(end * slope) });
  };
  const wedge = ({ low, high }: { low: number; high: number }, { x, y }: Area) =>
    s("path", {
      class: "interval-band",
      d: `M${x.at(0)} ${y.at(0)}L${x.at(most)} ${y.at(Math.min(longest * 1.05, most * low))}L${x.at(most)} ${y.at(Math.min(longest * 1.05, most * high))}z`,
    });
  return {
    x: { from: 0, to: most * 1.02, text: countText, title: "iterations of a sample" },
    y: { from: 0, to: longest * 1.05, text: nsText, title: "time of the sample" },
    draw: (plot) => [
      wedge(time.estimates.slope!, plot),
      ...(base === null ? [] : points(base, "before", plot)),
      base !== null && base.estimates.slope !== null && lineTo(base.estimates.slope.value, "rss-line", plot),
      ...points(time, "now", plot),
      lineTo(time.estimates.slope!.value, "heap-line", plot),
    ],
    stops: time.samples.ns
      .map((ns, i) => ({
        x: time.samples.iterations[i]!,
        y: ns,
        text:
          `${countText(time.samples.iterations[i]!)} iterations in ${nsText(ns)}` +
          `${OUTLIER_TEXT[time.samples.classes[i]!]}`,
      }))
      .sort((a, b) => a.x - b.x),
  };
}

function sequence(time: Time, base: Time | null): Plot {
  const times = timesOf(time);
  const before = base === null ? [] : timesOf(base);
  const longest = Math.max(...times, ...before);
  const quoted = typical(time);
  return {
    x: { from: 0, to: Math.max(times.length, before.length) + 1, text: countText, title: "sample, in the order of time" },
    y: { from: 0, to: longest * 1.05, text: nsText, title: "time of an iteration" },
    draw: ({ x, y, left, right }) => [
      s("rect", {
        class: "interval-band",
        x: left,
        y: y.at(quoted.high),
        width: right - left,
        height: Math.max(1, y.at(quoted.low) - y.at(quoted.high)),
      }),
      s("line", { class: "heap-line", x1: left, x2: right, y1: y.at(quoted.value), y2: y.at(quoted.value) }),
      ...before.map((ns, i) => sampleMark(x.at(i + 1), y.at(ns), base!.samples.classes[i]!, "before")),
      ...times.map((ns, i) => sampleMark(x.at(i + 1), y.at(ns), time.samples.classes[i]!, "now")),
    ],
    stops: times.map((ns, i) => ({
      x: i + 1,
      y: ns,
      text: `sample ${i + 1}: ${nsText(ns)}${OUTLIER_TEXT[time.samples.classes[i]!]}`,
    })),
  };
}

export function samplesChart(time: Time, base: Time | null): HTMLElement {
  const { slope, r_squared: fit } = time.estimates;
  const key: [string, string][] = [
    ["heap-key", slope === null ? "mean with its interval" : "slope with its interval"],
    ...(base === null ? [] : ([["rss-key", "baseline, and its samples hollow"]] as [string, string][])),
  ];
  return slope === null
    ? chart(`Samples: mean ${nsText(time.estimates.mean.value)} ${intervalText(time.estimates.mean, nsText)}`, sequence(time, base), legend(...key))
    : chart(`Samples: slope ${nsText(slope.value)}, R² ${fit!.toFixed(4)}`, regression(time, base), legend(...key));
}
