// SPDX-License-Identifier: MIT
// The table of functions: what each is responsible for itself, and what was allocated under it.
import type { Analysis } from "./analysis";
import { changeColumn, figure, quiet, shareBar } from "./cells";
import { h } from "./dom";
import { countedText } from "./figures";
import { METRICS, type Metric } from "./metrics";
import { codeName } from "./names";
import { stackList } from "./stack";
import type { Change, State } from "./state";
import { Search } from "./search";
import { SortableTable, type Column } from "./table";

const STACKS_SHOWN = 3;

interface FunctionRow {
  label: number;
  text: string;
  module: string;
}

export class FunctionTable {
  readonly table: SortableTable<FunctionRow>;
  private state!: State;

  constructor(private readonly change: Change) {
    this.table = new SortableTable<FunctionRow>("Functions", (row) => this.open(row));
  }

  update(state: State, isOtherMetric: boolean): void {
    this.state = state;
    const { analysis, search, metric } = state;
    const labels = analysis.group("function").labels.all;
    const { cumulative } = analysis.functions(metric);
    // Of a comparison, what did not change is left out.
    const under = analysis.before && analysis.functions(metric, "before").cumulative;
    const rows: FunctionRow[] = [];
    labels.forEach((label, id) => {
      if ((!search.isActive || search.matchesLabel(label)) && (under === null || cumulative[id] !== under[id])) {
        rows.push({ label: id, text: label.text, module: label.module });
      }
    });
    // The order among equals of the column that is sorted by.
    rows.sort((a, b) => cumulative[b.label]! - cumulative[a.label]!);
    const isComparison = analysis.before !== null;
    const columns = isComparison ? this.comparisonColumns(metric) : this.columns(metric);
    this.table.fill(columns, rows, isOtherMetric ? (isComparison ? "change" : "self") : null);
  }

  private nameColumn(): Column<FunctionRow> {
    return {
      key: "name",
      title: "Function",
      isName: true,
      value: (row) => row.text,
      show: (row) => h("span", {}, codeName(row.text), quiet(row.module)),
    };
  }

  private columns(metric: Metric): Column<FunctionRow>[] {
    const { analysis } = this.state;
    const { self, cumulative } = analysis.functions(metric);
    const whole = analysis.profile.sum(metric.site);
    const unit = metric.title.toLowerCase();
    const others = METRICS.filter((other) => other !== metric).map((other): Column<FunctionRow> => {
      const figures = analysis.functions(other).cumulative;
      return {
        key: `under-${other.key}`,
        title: other.title,
        hint: `${other.title}, in the function and in what it called`,
        rank: "extra",
        value: (row) => figures[row.label]!,
        show: (row) => figure(figures[row.label]!, other),
      };
    });
    return [
      this.nameColumn(),
      {
        key: "self",
        title: "Self",
        hint: `${unit}, by the function itself: directly, or through a wrapper of malloc`,
        value: (row) => self[row.label]!,
        show: (row) => figure(self[row.label]!, metric),
      },
      {
        key: "share",
        title: "Share",
        rank: "minor",
        value: (row) => self[row.label]!,
        show: (row) => shareBar(self[row.label]!, whole),
      },
      {
        key: "cumulative",
        title: "With callees",
        hint: `${unit}, in the function and in what it called`,
        value: (row) => cumulative[row.label]!,
        show: (row) => figure(cumulative[row.label]!, metric),
      },
      ...others,
    ];
  }

  private comparisonColumns(metric: Metric): Column<FunctionRow>[] {
    const { analysis } = this.state;
    const after = analysis.functions(metric, "after");
    const before = analysis.functions(metric, "before");
    const column = (key: string, title: string, value: (label: number) => number): Column<FunctionRow> => ({
      key,
      title,
      rank: "minor",
      value: (row) => value(row.label),
      show: (row) => figure(value(row.label), metric),
    });
    return [
      this.nameColumn(),
      column("before", "Self before", (label) => before.self[label]!),
      column("after", "Self after", (label) => after.self[label]!),
      changeColumn("change", "Change", metric, (row) => after.self[row.label]! - before.self[row.label]!),
      changeColumn(
        "change-under",
        "With callees",
        metric,
        (row) => after.cumulative[row.label]! - before.cumulative[row.label]!,
      ),
    ];
  }

  private open(row: FunctionRow): HTMLElement {
    const { analysis, metric } = this.state;
    const sites = sitesWith(analysis, row.label, metric);
    const { profile, before } = analysis;
    const values = profile.column(metric.site);
    const shown = sites.slice(0, STACKS_SHOWN);
    return h(
      "div",
      {},
      h(
        "p",
        {},
        `In ${countedText(sites.length, "call stack")} ${before === null ? `that were ${metric.phrase}` : "that changed"}. `,
        h(
          "button",
          { type: "button", click: () => this.change({ search: new Search(row.text), grouping: "function" }) },
          "Find in the flame graph",
        ),
      ),
      h(
        "div",
        { class: "columns" },
        ...shown.map((site) =>
          h(
            "div",
            {},
            h("h4", {}, before === null ? metric.exact(values[site]!) : changeOf(before.column(metric.site)[site]!, values[site]!, metric)),
            stackList(profile, profile.column("stack")[site]!),
          ),
        ),
      ),
    );
  }
}

/** Sites in whose stack a function is, and that have a figure or a change; the largest first. */
function sitesWith(analysis: Analysis, label: number, metric: Metric): number[] {
  const { profile } = analysis;
  const { ofSlots } = analysis.group("function");
  const { parent, location } = profile.data.nodes;
  const found = new Uint8Array(parent.length);
  for (let node = 1; node < parent.length; node++) {
    const place = location[node]!;
    const own = ofSlots.subarray(profile.slotFirst[place]!, profile.slotFirst[place + 1]!);
    found[node] = found[parent[node]!]! | Number(own.includes(label));
  }
  const { before } = analysis;
  const values = before === null
    ? profile.column(metric.site)
    : profile.column(metric.site).map((value, site) => Math.abs(value - before.column(metric.site)[site]!));
  const sites: number[] = [];
  profile.column("stack").forEach((stack, site) => {
    if (found[stack] === 1 && values[site]! > 0) {
      sites.push(site);
    }
  });
  return sites.sort((a, b) => values[b]! - values[a]!);
}

function changeOf(before: number, after: number, metric: Metric): string {
  return `${metric.text(before)} before, ${metric.text(after)} after`;
}
