// SPDX-License-Identifier: MIT
// All benchmarks in one table, as in the terminal; a row leads to the benchmark's section.
import { h } from "../dom";
import { countText } from "../figures";
import { verdict } from "./change";
import { amountText, changeText, intervalText, nsText, rateText } from "./quantities";
import { typical, type Benchmark, type MemoryKind, type Report } from "./report";

interface Column {
  title: string;
  key: string;
  isText?: boolean;
  rank?: "extra" | "minor";
  cell: (benchmark: Benchmark) => [string | HTMLElement, number?];
}

const memoryColumn = (title: string, kind: MemoryKind, rank?: "extra" | "minor"): Column => ({
  title,
  key: kind,
  ...(rank === undefined ? {} : { rank }),
  cell: ({ memory }) => (memory === null ? ["-"] : [amountText(memory[kind].estimate.value, kind), memory[kind].estimate.value]),
});

function columnsOf(report: Report): Column[] {
  const columns: Column[] = [
    { title: "Time", key: "time", cell: ({ time }) => (time === null ? ["failed"] : [nsText(typical(time).value), typical(time).value]) },
    { title: "Interval", key: "interval", rank: "minor", cell: ({ time }) => (time === null ? [""] : [intervalText(typical(time), nsText)]) },
  ];
  if (report.benchmarks.some(({ time }) => (time?.throughput.length ?? 0) > 0)) {
    columns.push({
      title: "Throughput",
      key: "throughput",
      rank: "extra",
      cell: ({ time }) => {
        const rate = time?.throughput[0];
        return rate === undefined ? ["-"] : [rateText(rate.per_second, rate.unit), rate.per_second];
      },
    });
  }
  if (report.benchmarks.some(({ memory }) => memory !== null)) {
    columns.push(memoryColumn("Allocations", "blocks", "minor"), memoryColumn("Bytes", "bytes", "minor"), memoryColumn("Peak", "peak_bytes", "extra"));
  }
  if (report.baseline !== null) {
    columns.push(
      {
        title: "Change",
        key: "change",
        rank: "minor",
        cell: ({ change }) => (change?.time === undefined ? ["-"] : [changeText(change.time, nsText), change.time.change]),
      },
      { title: "Verdict", key: "verdict", isText: true, cell: ({ change }) => (change?.time === undefined ? ["new"] : [verdict(change.time.outcome)]) },
    );
  }
  return columns;
}

export function overviewSection(report: Report, go: (id: string) => void): HTMLElement {
  const columns = columnsOf(report);
  const look = ({ isText, rank }: Column) => `${isText === true ? "name-cell" : "figure-cell"} ${rank ?? ""}`.trim();
  const row = (benchmark: Benchmark) =>
    h(
      "tr",
      { "data-row": benchmark.id },
      h("th", { scope: "row", class: "name-cell" }, h("button", { type: "button", class: "link code", click: () => go(benchmark.id) }, benchmark.id)),
      ...columns.map((column) => {
        const [shown, value] = column.cell(benchmark);
        return h("td", { class: look(column), "data-column": column.key, title: value === undefined ? null : String(value) }, shown);
      }),
    );
  return h(
    "section",
    { id: "overview", "aria-labelledby": "overview-title" },
    h("div", { class: "section-head" }, h("h2", { id: "overview-title" }, `${countText(report.benchmarks.length)} benchmarks`)),
    h(
      "div",
      { class: "table-scroll" },
      h(
        "table",
        { class: "plain" },
        h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "name-cell" }, "Benchmark"), ...columns.map((column) => h("th", { scope: "col", class: look(column) }, column.title)))),
        h("tbody", {}, ...report.benchmarks.map(row)),
      ),
    ),
    h("ul", { class: "notes quiet" }, ...remarks(report).map((text) => h("li", {}, text))),
  );
}

/** What stands between the reader and taking the figures at their word. */
function remarks(report: Report): string[] {
  const { settings, overhead, baseline } = report;
  const notes = [
    `Intervals have a confidence of ${100 * settings.confidence} %. The harness takes ${nsText(overhead.sample_ns)} a sample and ` +
      `${nsText(overhead.iteration_ns)} an iteration, which is in the times.`,
  ];
  if (settings.quick) {
    notes.push("A quick run: few samples, wide intervals.");
  }
  if (report.no_memory !== null) {
    notes.push(`Memory was not measured: ${report.no_memory}.`);
  }
  if (baseline !== null) {
    notes.push(
      `Compared with ${baseline.name}, which was measured at another time${baseline.foreign ? " and on another machine" : ""}; ` +
        `changes within ${100 * settings.noise} % do not matter. heaplens compare measures both side by side.`,
    );
  }
  return notes;
}
