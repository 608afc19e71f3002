// SPDX-License-Identifier: MIT
// What the views ask of the profile that is shown, or of the two that are compared; each answer is
// computed once.
import { CallTree, type TreeOptions } from "./calltree";
import type { SiteKey } from "./data";
import { Labels, type Grouping } from "./labels";
import { METRICS, type Metric } from "./metrics";
import type { Profile } from "./profile";

/** The stacks of both sides in one tree. */
export interface MergedStacks {
  labels: Labels;
  tree: CallTree;
  /** For each site, the node at which its stack ends. */
  ends: Int32Array;
  endsBefore: Int32Array | null;
}

/** The figures of a function in one metric, on one side. */
export interface FunctionFigures {
  /** Of sites whose innermost named frame it is. */
  self: Float64Array;
  /** Of sites in whose stack it is; recursion counts once. */
  cumulative: Float64Array;
}

/** Sums that belong to one metric, before and after. */
export interface Sums {
  after: Float64Array;
  before: Float64Array | null;
}

export class Analysis {
  private readonly stacks = new Map<string, MergedStacks>();
  private readonly figures = new Map<string, FunctionFigures>();
  private readonly grouped = new Map<Grouping, { labels: Labels; after: Int32Array; before: Int32Array | null }>();

  constructor(
    readonly profile: Profile,
    /** The profile that it is compared with. */
    readonly before: Profile | null,
  ) {}

  /** Labels of every slot of both sides. */
  group(grouping: Grouping) {
    let group = this.grouped.get(grouping);
    if (group === undefined) {
      const labels = new Labels(grouping, this.before !== null);
      const after = labels.ofSlots(this.profile);
      group = { labels, after, before: this.before && labels.ofSlots(this.before) };
      this.grouped.set(grouping, group);
    }
    return group;
  }

  merged(grouping: Grouping, options: TreeOptions): MergedStacks {
    const key = `${grouping} ${options.isInverted} ${options.foldsRecursion}`;
    let merged = this.stacks.get(key);
    if (merged === undefined) {
      const { labels, after, before } = this.group(grouping);
      const tree = new CallTree(options, labels.all.length);
      const ends = tree.add(this.profile, after);
      const endsBefore = this.before && tree.add(this.before, before!);
      merged = { labels, tree, ends, endsBefore };
      this.stacks.set(key, merged);
    }
    return merged;
  }

  /** The figure of each node of a merged tree. */
  sums(merged: MergedStacks, column: SiteKey): Sums {
    return {
      after: merged.tree.sum(merged.ends, this.profile.column(column)),
      before: this.before && merged.tree.sum(merged.endsBefore!, this.before.column(column)),
    };
  }

  /** Figures by function label, as group("function") numbers them. */
  functions(metric: Metric, side: "after" | "before" = "after"): FunctionFigures {
    const key = `${metric.key} ${side}`;
    let figures = this.figures.get(key);
    if (figures === undefined) {
      const group = this.group("function");
      const profile = side === "after" ? this.profile : this.before!;
      const slots = side === "after" ? group.after : group.before!;
      figures = sumFunctions(profile, slots, group.labels, profile.column(metric.site));
      this.figures.set(key, figures);
    }
    return figures;
  }

  /** The function with the largest share of its own in a metric; null if there is none. */
  topFunction(metric: Metric): { text: string; value: number } | null {
    const { self } = this.functions(metric);
    let top = -1;
    self.forEach((value, label) => {
      if (value > 0 && (top < 0 || value > self[top]!)) {
        top = label;
      }
    });
    return top < 0 ? null : { text: this.group("function").labels.all[top]!.text, value: self[top]! };
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
    let innermost = -1;
    for (let node = stacks[site]!; node !== 0; node = parent[node]!) {
      const place = location[node]!;
      for (let slot = profile.slotFirst[place]!; slot < profile.slotFirst[place + 1]!; slot++) {
        const label = slots[slot]!;
        // A named frame is preferred, as in the report for terminals.
        if (innermost < 0 || (!labels.all[innermost]!.hasName && labels.all[label]!.hasName)) {
          innermost = label;
        }
        if (lastSite[label] !== site) {
          lastSite[label] = site;
          cumulative[label]! += value;
        }
      }
    }
    if (innermost >= 0) {
      self[innermost]! += value;
    }
  }
  return { self, cumulative };
}
