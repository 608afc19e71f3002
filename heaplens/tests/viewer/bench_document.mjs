// SPDX-License-Identifier: MIT
// A report of benchmarks whose figures are known: times that grow as n^1.5, memory that grows as n, one
// benchmark with a baseline, one with an outlier of each class, one that failed and has a hostile name.

const exactly = (value) => ({ value, low: value * 0.9, high: value * 1.1, error: value * 0.05 });

/** A time whose samples are `each` nanoseconds an iteration. */
export function time(each, mode = "linear") {
  const iterations = each.map((_, i) => (mode === "linear" ? (i + 1) * 10 : 1));
  const mean = each.reduce((sum, ns) => sum + ns, 0) / each.length;
  const fences = { low_severe: mean * 0.4, low_mild: mean * 0.6, high_mild: mean * 1.4, high_severe: mean * 1.6 };
  const classOf = (ns) =>
    ns < fences.low_severe ? -2 : ns < fences.low_mild ? -1 : ns > fences.high_severe ? 2 : ns > fences.high_mild ? 1 : 0;
  const classes = each.map(classOf);
  const count = (outlier) => classes.filter((found) => found === outlier).length;
  return {
    plan: { mode, samples: each.length, samples_wanted: each.length },
    samples: { iterations, ns: each.map((ns, i) => Math.round(ns * iterations[i])), classes },
    estimates: {
      typical: mode === "linear" ? "slope" : "mean",
      slope: mode === "linear" ? exactly(mean * 1.01) : null,
      r_squared: mode === "linear" ? 0.9876 : null,
      mean: exactly(mean),
      median: exactly(mean),
      std_dev: exactly(mean / 10),
      median_abs_dev: exactly(mean / 12),
      block_length: 1,
    },
    fences,
    outliers: { low_severe: count(-2), low_mild: count(-1), none: count(0), high_mild: count(1), high_severe: count(2) },
    density: {
      bandwidth: mean / 20,
      from: mean * 0.3,
      to: mean * 2.2,
      values: Array.from({ length: 201 }, (_, i) => Math.exp(-(((i - 74) / 20) ** 2))),
    },
    throughput: [{ unit: "bytes", per_iteration: 64, per_second: 64e9 / mean, low: 1, high: 2 }],
  };
}

function memory(bytes) {
  const figure = (value) => ({ repeats: true, first: value, estimate: { value, low: value, high: value, error: 0 }, values: [value] });
  return {
    iterations: 4,
    blocks: figure(3),
    bytes: figure(bytes),
    peak_bytes: figure(bytes / 2),
    growth_bytes: figure(0),
    growth_blocks: figure(0),
    reallocs: figure(1),
    sites_left_out: 0,
    sites: [{ path: "grow < sort", blocks: 12, bytes: 4 * bytes, peak_bytes: bytes / 2 }],
  };
}

const plain = { group: null, size: null, status: "measured", message: null, counters: [], hardware: [], memory: null, change: null };

const comparison = (outcome, change, more = {}) => ({
  outcome, base: 100, head: 100 * (1 + change), change, low: change - 0.01, high: change + 0.01,
  relative: true, exact: false, margin: 0.02, p: 0.001, p_adjusted: 0.002, ...more,
});

export const HOSTILE = 'fails</script><img src="x" onerror="document.title=1">';

export function document_() {
  const steady = [95, 97, 99, 100, 101, 103, 105];
  const sizes = [10, 100, 1000].map((n) => ({
    ...plain,
    id: `sort/${n}`,
    name: "sort",
    size: n,
    // The typical time is 1.01 times the mean: 7 n^1.5 exactly.
    time: time(steady.map((share) => (share / 101) * 7 * n ** 1.5)),
    memory: memory(16 * n),
  }));
  sizes[0].change = {
    time: comparison("regressed", 0.08),
    blocks: comparison("improved", -0.25, { exact: true, margin: 0, base: 4, head: 3 }),
    bytes: comparison("no change", 0, { exact: true, margin: 0, base: 160, head: 160 }),
    growth_bytes: comparison("regressed", 16, { exact: true, relative: false, margin: 0, base: 0, head: 16 }),
    sites: [{ path: "grow < sort", blocks_base: 4, blocks_head: 3, bytes_base: 160, bytes_head: 160 }],
    base_time: time(steady.map((share) => share * 2)),
  };
  return {
    format: "heaplens-bench",
    version: 1,
    program: "bench_of_the_test",
    started_unix_s: 1700000000,
    settings: { warm_up_ns: 1, measurement_ns: 1, sample_size: 7, resamples: 100, confidence: 0.95, noise: 0.02, alpha: 0.05, seed: "1", quick: false },
    machine: { fingerprint: "00", processor: "A processor", architecture: "x86_64", processors: 4, memory_bytes: 1, kernel: "Linux", governor: null, randomises_addresses: true },
    overhead: { sample_ns: 20, iteration_ns: 0.25 },
    no_memory: null,
    no_hardware: "none here",
    baseline: { name: "before", path: "x", fingerprint: "00", foreign: false, benchmarks: 1 },
    benchmarks: [
      ...sizes,
      { ...plain, id: "outliers", name: "outliers", time: time([1000, 1000, 990, 1010, 100, 500, 1600, 2600], "flat"), counters: [{ name: "rows", value: 12.5, per_iteration: true }] },
      { ...plain, id: HOSTILE, name: HOSTILE, status: "failed", message: "<b>no</b> memory", time: null },
    ],
  };
}
