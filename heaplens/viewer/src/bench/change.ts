// SPDX-License-Identifier: MIT
// What changed from the baseline: a row a figure, its change with the interval, and the margin within
// which a change does not matter. Verdicts have a word and a sign, not only a colour.
import { h, s } from "../dom";
import { chart, type Area, type Plot } from "./chart";
import { amountText, changeText, MEMORY_TITLES, nsText, percentText } from "./quantities";
import { MEMORY_KINDS, type Change, type Comparison, type Outcome } from "./report";

const SIGNS: Record<Outcome, string> = { improved: "▼", regressed: "▲", "no change": "=", inconclusive: "?" };
const KINDS: Record<Outcome, string> = { improved: "less", regressed: "more", "no change": "even", inconclusive: "quiet" };

/** "▲ regressed" */
export function verdict(outcome: Outcome): HTMLElement {
  return h("span", { class: `verdict ${KINDS[outcome]}` }, `${SIGNS[outcome]} ${outcome}`);
}

export interface ChangeRow {
  title: string;
  change: Comparison;
  text: (value: number) => string;
}

export function rowsOf(change: Change): ChangeRow[] {
  const rows: ChangeRow[] = change.time === undefined ? [] : [{ title: "Time", change: change.time, text: nsText }];
  for (const kind of MEMORY_KINDS) {
    const found = change[kind];
    if (found !== undefined) {
      rows.push({ title: MEMORY_TITLES[kind], change: found, text: (value) => amountText(value, kind) });
    }
  }
  return rows;
}

function rowMark({ change }: ChangeRow, at: number, { x, y, left, right }: Area): SVGElement[] {
  const clamp = (value: number) => Math.max(left, Math.min(right, x.at(value)));
  const kind = KINDS[change.outcome];
  const up = y.at(at);
  const marks: SVGElement[] = [];
  if (!change.exact && change.low !== null && change.high !== null) {
    marks.push(
      s("line", { class: `whisker ${kind}`, x1: clamp(change.low), x2: clamp(change.high), y1: up, y2: up }),
      s("path", { class: `whisker ${kind}`, d: `M${clamp(change.low)} ${up - 5}v10M${clamp(change.high)} ${up - 5}v10` }),
    );
  }
  marks.push(s("circle", { class: `whisker-dot ${kind}`, cx: clamp(change.change), cy: up, r: 4.5 }));
  return marks;
}

/** The changes that are ratios; null if there are none. */
export function changeChart(change: Change): HTMLElement | null {
  const rows = rowsOf(change).filter(({ change: { relative } }) => relative);
  if (rows.length === 0) {
    return null;
  }
  const ends = rows.flatMap(({ change: { change: at, low, high, margin } }) => [at, low ?? at, high ?? at, margin, -margin]);
  const reach = Math.min(10, Math.max(0.02, ...ends.map((end) => Math.abs(end))) * 1.15);
  const plot: Plot = {
    left: 104,
    x: { from: -reach, to: reach, text: percentText, title: "change from the baseline; less is better" },
    y: { from: rows.length - 0.4, to: -0.6, text: () => "", title: "" },
    draw: (area) => [
      ...rows.flatMap(({ change: { margin } }, i) =>
        margin > 0
          ? [
              s("rect", {
                class: "margin-band",
                x: area.x.at(-margin),
                width: area.x.at(margin) - area.x.at(-margin),
                y: area.y.at(i - 0.4),
                height: area.y.at(i + 0.4) - area.y.at(i - 0.4),
              }),
            ]
          : [],
      ),
      s("line", { class: "typical", x1: area.x.at(0), x2: area.x.at(0), y1: area.top, y2: area.bottom }),
      ...rows.flatMap((row, i) => [
        s("text", { class: "row-title", x: area.left - 8, y: area.y.at(i) + 4, "text-anchor": "end" }, row.title),
        ...rowMark(row, i, area),
      ]),
    ],
    stops: rows.map(({ title, change: found, text }, i) => ({
      x: Math.max(-reach, Math.min(reach, found.change)),
      y: i,
      text: `${title}: ${changeText(found, text)}, ${found.outcome}`,
    })),
  };
  return chart("Change from the baseline", plot);
}

/** All changes in figures. */
export function changeTable(change: Change): HTMLElement {
  return h(
    "table",
    { class: "plain" },
    h("thead", {}, h("tr", {}, ...["", "before", "now", "change", "verdict"].map((title, i) => h("th", { scope: "col", class: i > 0 && i < 4 ? "figure-cell" : "name-cell" }, title)))),
    h(
      "tbody",
      {},
      ...rowsOf(change).map(({ title, change: found, text }) =>
        h(
          "tr",
          {},
          h("th", { scope: "row", class: "name-cell" }, title),
          h("td", { class: "figure-cell", title: String(found.base) }, text(found.base)),
          h("td", { class: "figure-cell", title: String(found.head) }, text(found.head)),
          h("td", { class: "figure-cell", title: String(found.change) }, changeText(found, text)),
          h("td", { class: "name-cell" }, verdict(found.outcome)),
        ),
      ),
    ),
  );
}
