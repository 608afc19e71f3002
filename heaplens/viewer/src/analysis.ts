// SPDX-License-Identifier: MIT
// What the views ask of the profile that is shown, or of the two that are compared; each answer is
// computed once.
import { CallTree, type TreeOptions } from "./calltree";
import type { SiteKey } from "./data";
import { Labels, type Grouping } from "./labels";
import { METRICS, type Metric } from "./metrics";
import type { Profile } from "./profile";

export interface MergedStacks {
  labels: Labels;
  tree: CallTree;
  /** For each site, the node at which its stack ends. */
  ends: Int32Array;
}

/** The figures of a function in one metric, on one side. */
export interface FunctionFigures {
  /** Of sites that it is responsible for: it called malloc, or what wraps malloc. */
  self: Float64Array;
  /** Of sites in whose stack it is; recursion counts once. */
  cumulative: Float64Array;
}

/** Sums that belong to one metric, before and after. */
export interface Sums {
  after: Float64Array;
  before: Float64Array | null;
  /** Of a sample, the variances of `after`. */
  variances: Float64Array | null;
}

export class Analysis {
  private readonly stacks = new Map<string, MergedStacks>();
  private readonly figures = new Map<string, FunctionFigures>();
  private readonly grouped = new Map<Grouping, { labels: Labels; ofSlots: Int32Array }>();

  constructor(
    readonly profile: Profile,
    /** The profile that it is compared with; their sites are the same, row by row. */
    readonly before: Profile | null,
  ) {}

  /** The label of every slot. */
  group(grouping: Grouping) {
    let group = this.grouped.get(grouping);
    if (group === undefined) {
      const labels = new Labels(grouping);
      group = { labels, ofSlots: labels.ofSlots(this.profile) };
      this.grouped.set(grouping, group);
    }
    return group;
  }

  merged(grouping: Grouping, options: TreeOptions): MergedStacks {
    const key = `${grouping} ${options.isInverted} ${options.foldsRecursion}`;
    let merged = this.stacks.get(key);
    if (merged === undefined) {
      const { labels, ofSlots } = this.group(grouping);
      const tree = new CallTree(options);
      merged = { labels, tree, ends: tree.add(this.profile, ofSlots) };
      this.stacks.set(key, merged);
    }
    return merged;
  }

  /** The figure of each node of a merged tree. */
  sums(merged: MergedStacks, column: SiteKey): Sums {
    const variances = this.profile.variances(column);
    return {
      variances: variances && merged.tree.sum(merged.ends, variances),
      after: merged.tree.sum(merged.ends, this.profile.column(column)),
      before: this.before && merged.tree.sum(merged.ends, this.before.column(column)),
    };
  }

  /** Figures by function label, as group("function") numbers them. */
  functions(metric: Metric, side: "after" | "before" = "after"): FunctionFigures {
    const key = `${metric.key} ${side}`;
    let figures = this.figures.get(key);
    if (figures === undefined) {
      const { labels, ofSlots } = this.group("function");
      const profile = side === "after" ? this.profile : this.before!;
      figures = sumFunctions(profile, ofSlots, labels, profile.column(metric.site));
      this.figures.set(key, figures);
    }
    return figures;
  }

  /** The function with the largest share of its own, or the largest change of that; null: none. */
  topFunction(metric: Metric): { text: string; value: number } | null {
    const { self } = this.functions(metric);
    const before = this.before && this.functions(metric, "before").self;
    let top = -1;
    let largest = 0;
    for (let label = 0; label < self.length; label++) {
      const value = self[label]! - (before?.[label] ?? 0);
      if (Math.abs(value) > Math.abs(largest)) {
        top = label;
        largest = value;
      }
    }
    return top < 0 ? null : { text: this.group("function").labels.all[top]!.text, value: largest };
  }

  /** Hue of each module, by how much of all stacks is its code: 0 the most; -1 beyond the hues. */
  moduleHues(hueCount: number): Map<string, number> {
    const { labels, tree, ends } = this.merged("function", { isInverted: false, foldsRecursion: false });
    const sums = tree.sum(ends, this.profile.column(METRICS[1]!.site));
    const weights = new Map<string, number>();
    for (let node = 1; node < tree.size; node++) {
      const { module } = labels.all[tree.label[node]!]!;
      weights.set(module, (weights.get(module) ?? 0) + sums[node]!);
    }
    const ranked = [...weights].filter(([module]) => module !== "").sort((a, b) => b[1] - a[1]);
    return new Map(ranked.map(([module], rank) => [module, rank < hueCount ? rank : -1]));
  }
}

function sumFunctions(
  profile: Profile,
  slots: Int32Array,
  labels: Labels,
  values: readonly number[],
): FunctionFigures {
  const self = new Float64Array(labels.all.length);
  const cumulative = new Float64Array(labels.all.length);
  const lastSite = new Int32Array(labels.all.length).fill(-1);
  const { parent, location } = profile.data.nodes;
  const stacks = profile.column("stack");
  for (let site = 0; site < values.length; site++) {
    const value = values[site]!;
    if (value === 0) {
      continue;
    }
    for (let node = stacks[site]!; node !== 0; node = parent[node]!) {
      const place = location[node]!;
      for (let slot = profile.slotFirst[place]!; slot < profile.slotFirst[place + 1]!; slot++) {
        const label = slots[slot]!;
        if (lastSite[label] !== site) {
          lastSite[label] = site;
          cumulative[label]! += value;
        }
      }
    }
    const own = profile.responsibleSlot(site);
    if (own >= 0) {
      self[slots[own]!]! += value;
    }
  }
  return { self, cumulative };
}
