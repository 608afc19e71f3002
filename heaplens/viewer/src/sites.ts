// SPDX-License-Identifier: MIT
// The table of call sites. In a comparison a row is a path of functions, so that both sides meet in it.
import { changeColumn, figure, quiet } from "./cells";
import type { SiteKey } from "./data";
import { h } from "./dom";
import { bytesText, countText, timeText } from "./figures";
import { METRICS, type Metric } from "./metrics";
import type { Profile } from "./profile";
import { siteFigures, stackList } from "./stack";
import type { State } from "./state";
import { SortableTable, type Column } from "./table";

interface SiteRow {
  /** Of the profile that is shown; -1 if the path is gone from it. */
  site: number;
  before: number;
  after: number;
  name: string;
  place: string;
  caller: string;
  /** Of a comparison: the functions of the path, innermost first. */
  path: string[];
}

export class SiteTable {
  readonly table = new SortableTable<SiteRow>("Call sites", (row) => this.open(row));
  private state!: State;

  update(state: State, isOtherMetric: boolean): void {
    this.state = state;
    const { analysis, metric } = state;
    if (analysis.before === null) {
      const sort = isOtherMetric ? metric.site : null;
      this.table.fill(siteColumns(analysis.profile), this.siteRows(), sort);
    } else {
      this.table.fill(comparisonColumns(metric), this.pathRows(), isOtherMetric ? "change" : null);
    }
  }

  private siteRows(): SiteRow[] {
    const { analysis, search } = this.state;
    const { profile } = analysis;
    const matches = search.isActive ? search.sites(profile) : null;
    const rows: SiteRow[] = [];
    for (let site = 0; site < profile.siteCount; site++) {
      if (matches === null || matches[site] === 1) {
        rows.push({ site, before: 0, after: 0, path: [], ...describe(profile, site) });
      }
    }
    return rows;
  }

  private pathRows(): SiteRow[] {
    const { analysis, metric, search } = this.state;
    const { tree, labels, ends, endsBefore } = analysis.merged("function", { isInverted: false, foldsRecursion: true });
    const rows = new Map<number, SiteRow>();
    const add = (profile: Profile, nodes: Int32Array, side: "before" | "after") => {
      const values = profile.column(metric.site);
      nodes.forEach((node, site) => {
        let row = rows.get(node);
        if (row === undefined) {
          const path = tree.path(node).reverse();
          const names = path.map((at) => labels.all[tree.label[at]!]!);
          if (search.isActive && !names.some((label) => search.matchesLabel(label))) {
            return;
          }
          row = { site: -1, before: 0, after: 0, ...wordsOf(names.map((label) => label.text)) };
          rows.set(node, row);
        }
        row[side] += values[site]!;
        if (side === "after") {
          row.site = site;
        }
      });
    };
    add(analysis.before!, endsBefore!, "before");
    add(analysis.profile, ends, "after");
    return [...rows.values()].filter((row) => row.before !== row.after);
  }

  private open(row: SiteRow): HTMLElement {
    const { profile, before } = this.state.analysis;
    if (before !== null) {
      return h("ol", { class: "stack" }, ...row.path.map((text) => h("li", { class: "code" }, text)));
    }
    return h(
      "div",
      { class: "columns" },
      stackList(profile, profile.column("stack")[row.site]!),
      siteFigures(profile, row.site),
    );
  }
}

function wordsOf(path: string[]) {
  return { path, name: path[0] ?? "(no call stack)", place: "", caller: path[1] ?? "" };
}

/** The innermost named frame of a site, and who called that. */
function describe(profile: Profile, site: number): { name: string; place: string; caller: string } {
  const slots = profile.stackSlots(profile.column("stack")[site]!);
  const named = slots.findIndex((slot) => profile.slotFunction[slot] !== 0);
  const at = Math.max(named, 0);
  const slot = slots[at];
  if (slot === undefined) {
    return { name: "(no call stack)", place: "", caller: "" };
  }
  const caller = slots[at + 1];
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
      h("span", { class: "code" }, row.name),
      quiet(row.place),
      row.caller === "" ? "" : h("span", { class: "quiet" }, " from ", h("span", { class: "code" }, row.caller)),
    ),
};

function siteColumns(profile: Profile): Column<SiteRow>[] {
  const byMetric = METRICS.map((metric): Column<SiteRow> => {
    const values = profile.column(metric.site);
    return {
      key: metric.site,
      title: metric.title,
      isExtra: metric.key === "blocks" || metric.key === "temporary",
      value: (row) => values[row.site]!,
      show: (row) => figure(values[row.site]!, metric),
    };
  });
  const blocks = profile.column("blocks_total");
  const perBlock = (key: SiteKey, title: string, hint: string, text: (value: number) => string): Column<SiteRow> => {
    const values = profile.column(key);
    const mean = (row: SiteRow) => values[row.site]! / Math.max(blocks[row.site]!, 1);
    return { key: `mean_${key}`, title, hint, isExtra: true, value: mean, show: (row) => text(mean(row)) };
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
      isExtra: true,
      value: (row) => reallocs[row.site]!,
      show: (row) => h("span", { class: reallocs[row.site] === 0 ? "zero" : "" }, countText(reallocs[row.site]!)),
    },
  ];
}

function comparisonColumns(metric: Metric): Column<SiteRow>[] {
  const side = (key: "before" | "after", title: string): Column<SiteRow> => ({
    key,
    title,
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
