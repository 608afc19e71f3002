// SPDX-License-Identifier: MIT
// One benchmark: its figures in words, its charts, its memory.
import { h } from "../dom";
import { countText } from "../figures";
import { changeChart, changeTable, verdict } from "./change";
import { densityChart } from "./density";
import { memoryTable, siteChangeTable, siteTable } from "./memory";
import { intervalText, nsText, rateText } from "./quantities";
import type { Benchmark, Report, Time } from "./report";
import { samplesChart } from "./samples";

function outlierText({ outliers }: Time): string {
  const low = outliers.low_mild + outliers.low_severe;
  const high = outliers.high_mild + outliers.high_severe;
  const severe = outliers.low_severe + outliers.high_severe;
  return low + high === 0 ? "none" : `${low} low, ${high} high; ${severe} of them severe`;
}

function facts(benchmark: Benchmark): HTMLElement {
  const { time } = benchmark;
  const rows: [string, string, number?][] = [];
  if (time !== null) {
    const { slope, mean, median, std_dev: deviation, median_abs_dev: mad } = time.estimates;
    const add = (title: string, figure: { value: number; low: number; high: number } | null) => {
      if (figure !== null) {
        rows.push([title, `${nsText(figure.value)} ${intervalText(figure, nsText)}`, figure.value]);
      }
    };
    add("Slope", slope);
    add("Mean", mean);
    add("Median", median);
    add("Standard deviation", deviation);
    add("Median deviation", mad);
    rows.push(["Samples", `${countText(time.samples.ns.length)}, ${time.plan.mode} plan`], ["Outliers", outlierText(time)]);
    rows.push(...time.throughput.map(({ unit, per_second: rate }) => ["Throughput", rateText(rate, unit), rate] as [string, string, number]));
  }
  for (const { name, value, per_iteration: isEach } of [...benchmark.counters, ...benchmark.hardware]) {
    rows.push([name, `${Number(value.toPrecision(6)).toLocaleString("en-US")}${isEach ? " an iteration" : ""}`, value]);
  }
  return h(
    "dl",
    { class: "figures" },
    ...rows.flatMap(([title, text, value]) => [h("dt", {}, title), h("dd", { title: value === undefined ? null : String(value) }, text)]),
  );
}

export function caseSection(benchmark: Benchmark, report: Report): HTMLElement {
  const { id, time, memory, change } = benchmark;
  const base = change?.base_time ?? null;
  const verdicts = change?.time === undefined ? [] : [verdict(change.time.outcome)];
  const section = h(
    "section",
    { class: "bench-case", id: `case-${id}`, tabindex: -1, "aria-label": id, "data-case": id },
    h("div", { class: "section-head" }, h("h2", { class: "code" }, id), ...verdicts),
  );
  if (benchmark.status === "failed") {
    section.append(h("ul", { class: "notes" }, h("li", {}, `It failed: ${benchmark.message ?? "no reason was given"}`)));
  }
  section.append(h("div", { class: "columns" }, facts(benchmark), memory === null ? h("p", { class: "quiet" }, memoryReason(report)) : h("div", { class: "table-scroll" }, memoryTable(memory))));
  if (time !== null) {
    section.append(
      h(
        "div",
        { class: "bench-charts" },
        densityChart(time, base),
        samplesChart(time, base),
        change === null ? null : changeChart(change),
        change === null ? null : h("div", { class: "bench-chart table-scroll" }, changeTable(change), siteChangeTable(change.sites)),
      ),
    );
  }
  const sites = memory === null ? null : siteTable(memory);
  if (sites !== null) {
    section.append(sites);
  }
  return section;
}

function memoryReason({ no_memory: reason }: Report): string {
  return `Memory was not measured${reason === null ? "" : `: ${reason}`}.`;
}
