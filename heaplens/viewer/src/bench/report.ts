// SPDX-License-Identifier: MIT
// The document of docs/format/bench-json.md, as far as the page shows it.

/** A figure with the interval of the settings' confidence. */
export interface Estimated {
  value: number;
  low: number;
  high: number;
}

export type Outcome = "improved" | "regressed" | "no change" | "inconclusive";

export interface Comparison extends Record<"base" | "head" | "change", number> {
  outcome: Outcome;
  /** Absent or null where the data are too few for an interval. */
  low: number | null;
  high: number | null;
  relative: boolean;
  exact: boolean;
  margin: number;
  p_adjusted: number;
}

export interface Time {
  plan: { mode: "linear" | "flat"; samples: number; samples_wanted: number };
  samples: { iterations: number[]; ns: number[]; classes: number[] };
  estimates: {
    typical: "slope" | "mean";
    slope: Estimated | null;
    r_squared: number | null;
    mean: Estimated;
    median: Estimated;
    std_dev: Estimated;
    median_abs_dev: Estimated;
  };
  fences: { low_severe: number; low_mild: number; high_mild: number; high_severe: number };
  outliers: Record<"low_severe" | "low_mild" | "none" | "high_mild" | "high_severe", number>;
  density: { from: number; to: number; values: number[] } | null;
  throughput: { unit: "items" | "bytes"; per_second: number }[];
}

export const MEMORY_KINDS = ["blocks", "bytes", "peak_bytes", "growth_bytes", "growth_blocks", "reallocs"] as const;
export type MemoryKind = (typeof MEMORY_KINDS)[number];

export interface MemoryFigure {
  repeats: boolean;
  first: number;
  estimate: Estimated;
}

export interface MemorySite {
  path: string;
  blocks: number;
  bytes: number;
  peak_bytes: number;
}

export type Memory = Record<MemoryKind, MemoryFigure> & {
  iterations: number;
  sites: MemorySite[];
  sites_left_out: number;
};

export interface SiteChange extends Record<"blocks_base" | "blocks_head" | "bytes_base" | "bytes_head", number> {
  path: string;
}

export type Change = Partial<Record<"time" | MemoryKind, Comparison>> & {
  sites: SiteChange[];
  base_time: Time | null;
};

export interface Counter {
  name: string;
  value: number;
  per_iteration: boolean;
}

export interface Benchmark {
  id: string;
  group: string | null;
  name: string;
  size: number | null;
  status: "measured" | "failed";
  message: string | null;
  time: Time | null;
  counters: Counter[];
  hardware: Counter[];
  memory: Memory | null;
  change: Change | null;
}

export interface Report {
  program: string;
  started_unix_s: number;
  settings: { confidence: number; noise: number; alpha: number; seed: string; quick: boolean; sample_size: number };
  machine: { processor: string; architecture: string; processors: number; kernel: string; governor: string | null };
  overhead: { sample_ns: number; iteration_ns: number };
  no_memory: string | null;
  no_hardware: string | null;
  baseline: { name: string; foreign: boolean; benchmarks: number } | null;
  benchmarks: Benchmark[];
}

export function readReport(): Report {
  const report = JSON.parse(document.getElementById("heaplens-bench")!.textContent!) as Report & {
    format: string;
    version: number;
  };
  if (report.format !== "heaplens-bench" || report.version !== 1) {
    throw new Error(`it is ${report.format} ${report.version}, and this page reads heaplens-bench 1`);
  }
  return report;
}

/** What to quote as the time of an iteration. */
export function typical({ estimates }: Time): Estimated {
  return estimates.typical === "slope" && estimates.slope !== null ? estimates.slope : estimates.mean;
}

/** Times of an iteration, sample by sample. */
export function timesOf({ samples }: Time): number[] {
  return samples.ns.map((ns, i) => ns / samples.iterations[i]!);
}

/** One benchmark at several sizes, smallest first. */
export interface Series {
  title: string;
  cases: (Benchmark & { size: number })[];
}

export function seriesOf(report: Report): Series[] {
  const found = new Map<string, Series>();
  for (const benchmark of report.benchmarks) {
    const { size } = benchmark;
    if (size !== null && size > 0 && benchmark.time !== null) {
      const title = benchmark.group === null ? benchmark.name : `${benchmark.group}/${benchmark.name}`;
      const series = found.get(title) ?? { title, cases: [] };
      series.cases.push({ ...benchmark, size });
      found.set(title, series);
    }
  }
  const all = [...found.values()].filter(({ cases }) => new Set(cases.map(({ size }) => size)).size > 1);
  all.forEach(({ cases }) => cases.sort((a, b) => a.size - b.size));
  return all;
}
