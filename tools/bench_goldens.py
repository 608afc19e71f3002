#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write reference values of the benchmark statistics for test_estimate.c and its neighbours.

    tools/bench_goldens.py > heaplens/tests/bench/data/estimates.json

Needs numpy, scipy and arch. Run 2026-11-26 with numpy 2.4.6, scipy 1.17.1, arch 8.0.0.

Estimates, fences and densities are NumPy's and SciPy's; the plan is Criterion.rs's published rule,
written down here once more; block lengths are those of arch.bootstrap.optimal_block_length. An
interval is the percentile interval at the tail that Hesterberg's expansion asks for, from a circular
block bootstrap by arch; `spread` is the standard deviation of each end over repeated bootstraps, from
which the test derives what randomness may do.
"""
import json
import math
import sys

import numpy as np
from arch.bootstrap import CircularBlockBootstrap, optimal_block_length
from scipy import stats

RESAMPLES = 5000
REPEATS = 8
CONFIDENCE = 0.95
SEED = 20261126


def samples(rng, kind, count, linear):
    """Iterations and nanoseconds of a made-up benchmark of about 1000 ns an iteration."""
    iterations = np.arange(1, count + 1) * 7 if linear else np.full(count, 50)
    if linear:
        iterations = rng.permutation(iterations)
    noise = {
        "normal": lambda: rng.normal(0, 20, count),
        "lognormal": lambda: rng.lognormal(3, 1, count),
        "outliers": lambda: rng.normal(0, 5, count) + (rng.random(count) < 0.08) * rng.uniform(-300, 600, count),
        "dependent": lambda: autoregressive(rng, count, 0.8) * 15,
        "drift": lambda: np.linspace(0, 200, count) + rng.normal(0, 10, count),
        "constant": lambda: np.zeros(count),
    }[kind]()
    return iterations, np.maximum(1, np.rint((1000 + noise) * iterations)).astype(np.int64)


def autoregressive(rng, count, rho):
    values = np.empty(count)
    values[0] = rng.normal() / math.sqrt(1 - rho * rho)
    for i in range(1, count):
        values[i] = rho * values[i - 1] + rng.normal()
    return values


def statistics(iterations, ns):
    each = ns / iterations
    median = np.percentile(each, 50)
    return np.array([
        each.mean(), median, each.std(ddof=1),
        1.4826 * np.median(np.abs(each - median)),
        np.sum(iterations * ns) / np.sum(iterations.astype(float) ** 2),
    ])


def determination(iterations, ns):
    slope = np.sum(iterations * ns) / np.sum(iterations.astype(float) ** 2)
    residual = np.sum((ns - slope * iterations) ** 2)
    total = np.sum((ns - ns.mean()) ** 2)
    return 1 - residual / total if total > 0 else 0.0


def tail(count):
    t = stats.t.ppf((1 + CONFIDENCE) / 2, count - 1)
    return stats.norm.cdf(-math.sqrt(count / (count - 1)) * t)


def intervals(iterations, ns, block):
    """Ends of the intervals and standard errors, averaged over repeats, and their spread."""
    ends = []
    for repeat in range(REPEATS):
        bootstrap = CircularBlockBootstrap(block, iterations.astype(float), ns.astype(float), seed=SEED + repeat)
        drawn = np.array([statistics(*data[0]) for data in bootstrap.bootstrap(RESAMPLES)])
        p = tail(len(ns))
        ends.append(np.array([np.quantile(drawn, p, axis=0), np.quantile(drawn, 1 - p, axis=0), drawn.std(axis=0, ddof=1)]))
    ends = np.array(ends)
    return ends.mean(axis=0), ends.std(axis=0, ddof=1)


def case(rng, kind, count, linear):
    iterations, ns = samples(rng, kind, count, linear)
    each = ns / iterations
    constant = kind == "constant"
    block = 1
    if count >= 20 and not constant:
        block = max(1, int(round(optimal_block_length(each)["circular"].iloc[0])))
    low_high, spread = intervals(iterations, ns, block)
    q1, q3 = np.percentile(each, [25, 75])
    result = {
        "name": f"{kind} {count} {'linear' if linear else 'flat'}",
        "iterations": iterations.tolist(), "ns": ns.tolist(),
        "values": statistics(iterations, ns).tolist(),
        "determination": determination(iterations, ns),
        "block_length": block,
        "low": low_high[0].tolist(), "high": low_high[1].tolist(), "error": low_high[2].tolist(),
        "spread": spread.tolist(),
        "fences": [q1 - 3 * (q3 - q1), q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1), q3 + 3 * (q3 - q1)],
    }
    if not constant:
        kernel = stats.gaussian_kde(each, bw_method="silverman")
        bandwidth = float(np.sqrt(kernel.covariance[0, 0]))
        grid = np.linspace(each.min() - 3 * bandwidth, each.max() + 3 * bandwidth, 201)
        result["bandwidth"] = bandwidth
        result["density"] = kernel(grid)[::20].tolist()
    return result


def plan(mode, count, target, each):
    """Criterion.rs: iterations of every sample, in its order."""
    units = count * (count + 1) / 2
    step = max(1, math.ceil(target / each / units))
    if mode == "flat" or (mode == "auto" and units * step * each > 2 * target):
        return [max(1, math.ceil(target / count / each))] * count
    return [step * (i + 1) for i in range(count)]


def plans():
    for mode in ("auto", "linear", "flat"):
        for count in (10, 100):
            for each in (0.4, 33.0, 1e6, 1.1e9):
                iterations = plan(mode, count, 5e9, each)
                yield {"mode": mode, "samples": count, "target": 5e9, "each": each, "first": iterations[0],
                       "last": iterations[-1], "sum": sum(iterations)}


def main():
    rng = np.random.default_rng(SEED)
    cases = [case(rng, kind, count, linear) for kind, count, linear in (
        ("normal", 100, True), ("normal", 10, True), ("lognormal", 100, False), ("outliers", 100, True),
        ("dependent", 100, False), ("drift", 100, True), ("dependent", 400, False), ("constant", 20, True))]
    quantiles = [{"p": p, "freedom": v, "normal": stats.norm.ppf(p), "student": stats.t.ppf(p, v)}
                 for p in (0.0005, 0.005, 0.025, 0.05, 0.5, 0.95, 0.975, 0.995, 0.9995) for v in (9, 19, 99, 999)]
    json.dump({"cases": cases, "plans": list(plans()), "quantiles": quantiles}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
