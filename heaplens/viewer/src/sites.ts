// SPDX-License-Identifier: MIT
// The table of call sites; in a comparison, of those that changed.
import { changeColumn, figure, quiet } from "./cells";
import type { SiteKey } from "./data";
import { h } from "./dom";
import { bytesText, countText, timeText } from "./figures";
import { METRICS, type Metric } from "./metrics";
import { codeName } from "./names";
import type { Profile } from "./profile";
import { siteFigures, stackList } from "./stack";
import type { State } from "./state";
import { SortableTable, type Column } from "./table";

interface SiteRow {
  site: number;
  /** The chosen metric, on both sides. */
  before: number;
  after: number;
  name: string;
  place: string;
  caller: string;
}

export class SiteTable {
  readonly table = new SortableTable<SiteRow>("Call sites", (row) => this.open(row));
  private state!: State;

  update(state: State, isOtherMetric: boolean): void {
    this.state = state;
    const { analysis, metric } = state;
    const [columns, sort] =
      analysis.before === null
        ? [siteColumns(analysis.profile, metric), metric.site]
        : [comparisonColumns(metric), "change"];
    this.table.fill(columns, this.rows(), isOtherMetric ? sort : null);
  }

  private rows(): SiteRow[] {
    const { analysis, metric, search } = this.state;
    const { profile } = analysis;
    const matches = search.isActive ? search.sites(profile) : null;
    const afters = profile.column(metric.site);
    const befores = analysis.before?.column(metric.site);
    const rows: SiteRow[] = [];
    for (let site = 0; site < profile.siteCount; site++) {
      const after = afters[site]!;
      const before = befores === undefined ? 0 : befores[site]!;
      if ((matches === null || matches[site] === 1) && (befores === undefined || before !== after)) {
        rows.push({ site, before, after, ...describe(profile, site) });
      }
    }
    return rows;
  }

  private open(row: SiteRow): HTMLElement {
    const { profile, before } = this.state.analysis;
    return h(
      "div",
      { class: "columns" },
      stackList(profile, profile.column("stack")[row.site]!),
      before === null && siteFigures(profile, row.site),
    );
  }
}

/** Whose doing a site is, and who called that. */
function describe(profile: Profile, site: number): { name: string; place: string; caller: string } {
  const slot = profile.responsibleSlot(site);
  if (slot < 0) {
    return { name: "(no call stack)", place: "", caller: "" };
  }
  const slots = profile.stackSlots(profile.column("stack")[site]!);
  const caller = slots[slots.indexOf(slot) + 1];
  return {
    name: profile.slotText(slot),
    place: profile.slotPlace(slot) || profile.slotModule(slot),
    caller: caller === undefined ? "" : profile.slotText(caller),
  };
}

const nameColumn: Column<SiteRow> = {
  key: "name",
  title: "Call site",
  isName: true,
  value: (row) => row.name,
  show: (row) =>
    h(
      "span",
      {},
      codeName(row.name),
      quiet(row.place),
      row.caller === "" ? "" : h("span", { class: "quiet" }, " from ", codeName(row.caller)),
    ),
};

function siteColumns(profile: Profile, chosen: Metric): Column<SiteRow>[] {
  const byMetric = METRICS.map((metric): Column<SiteRow> => {
    const values = profile.column(metric.site);
    return {
      key: metric.site,
      title: metric.title,
      ...(metric === chosen ? {} : { rank: metric.key === "blocks" || metric.key === "temporary" ? "extra" : "minor" }),
      value: (row) => values[row.site]!,
      show: (row) => figure(values[row.site]!, metric),
    };
  });
  const blocks = profile.column("blocks_total");
  const perBlock = (key: SiteKey, title: string, hint: string, text: (value: number) => string): Column<SiteRow> => {
    const values = profile.column(key);
    const mean = (row: SiteRow) => values[row.site]! / Math.max(blocks[row.site]!, 1);
    return { key: `mean_${key}`, title, hint, rank: "extra", value: mean, show: (row) => text(mean(row)) };
  };
  const reallocs = profile.column("reallocs");
  return [
    nameColumn,
    ...byMetric,
    perBlock("bytes_total", "Mean block", "Bytes of a block, on average", (bytes) => bytesText(Math.floor(bytes))),
    perBlock("lifetime_ns", "Mean lifetime", "From allocation to free, on average", timeText),
    {
      key: "reallocs",
      title: "Reallocs",
      rank: "extra",
      value: (row) => reallocs[row.site]!,
      show: (row) => h("span", { class: reallocs[row.site] === 0 ? "zero" : "" }, countText(reallocs[row.site]!)),
    },
  ];
}

function comparisonColumns(metric: Metric): Column<SiteRow>[] {
  const side = (key: "before" | "after", title: string): Column<SiteRow> => ({
    key,
    title,
    rank: "minor",
    value: (row) => row[key],
    show: (row) => figure(row[key], metric),
  });
  const kind = (row: SiteRow) =>
    row.before === 0 ? "new" : row.after === 0 ? "gone" : row.after > row.before ? "grown" : "shrunk";
  return [
    nameColumn,
    { key: "kind", title: "Kind", value: kind, show: kind },
    side("before", "Before"),
    side("after", "After"),
    changeColumn("change", "Change", metric, (row) => row.after - row.before),
  ];
}
