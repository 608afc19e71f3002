#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The suites on four allocators: time, peak of the heap, resident memory, fragmentation, in one table.

    allocators.py [BUILD] [--rounds N] [--only TEXT] [--json FILE]

Each case runs in a process of its own, the allocators in turns, in an order that rotates from round to
round; an allocator other than the system's is preloaded. A time is that of the fastest sample of a
process, and a ratio that of two neighbours of one round: its median over the rounds, and the least and
the largest of them (of 6 rounds this is an interval of 97 % for the median: 1 - 2 / 2^6). BUILD is
build/release if it is not given.

    peak      most bytes that an iteration has in live blocks, as they were asked for: the same on each
    resident  largest resident set of the process, files that it maps too; median of the rounds
    held      private pages at the point where most blocks are live, for each byte of these blocks: what
              rounding, free lists, headers and holes cost; below 1 where blocks were never written to
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = "system"
LIBRARIES = {"jemalloc": ["libjemalloc.so.2"], "mimalloc": ["libmimalloc.so.2.0", "libmimalloc.so.2"],
             "tcmalloc": ["libtcmalloc_minimal.so.4"]}
# Suite and case.
CASES = [
    ("memory_benchmark", "memory_usage/match_skills_100_candidates_50_required"),
    ("memory_benchmark", "embedding_memory/embed_skills_50"),
    ("memory_benchmark", "similarity_memory/calculate_similarities_100x50"),
    ("embedding_benchmark", "batch_embedding/embed_skills_batch/50"),
    ("overlap_benchmark", "unique_combined/50_candidates_25_required/50%"),
    ("pool_benchmark", "pool/kept_results"),
]
SHORT = ["--warm-up", "50ms", "--measurement-time", "300ms", "--sample-size", "10", "--resamples", "100"]


def find_library(names):
    """The path of a library as the dynamic linker would find it, or None."""
    listed = subprocess.run(["/sbin/ldconfig", "-p"], stdout=subprocess.PIPE, text=True, check=True).stdout
    for line in listed.splitlines():
        words = line.split()
        if words and words[0] in names:
            return words[-1]
    return None


def installed():
    """{allocator: library to preload, or None}; the system's first."""
    found = {name: find_library(names) for name, names in LIBRARIES.items()}
    return {SYSTEM: None, **{name: path for name, path in found.items() if path}}


def run(command, preload, folder, **more):
    """The report on the one case of a command."""
    report = Path(folder) / "report.json"
    env = {**{name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}, **more}
    if preload:
        env["LD_PRELOAD"] = preload
    done = subprocess.run([*map(str, command), "--json", report], env=env, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr}")
    (case,) = json.loads(report.read_text())["benchmarks"]
    return case


def counter(case, name):
    return next(c["value"] for c in case["counters"] if c["name"] == name)


def fastest(case):
    samples = case["time"]["samples"]
    return min(ns / iterations for ns, iterations in zip(samples["ns"], samples["iterations"]))


class Case:
    """One case of a suite on every allocator."""

    def __init__(self, build, suite, name, allocators, folder):
        self.program, self.name, self.folder = build / "competency/benchmarks" / suite, name, folder
        self.heaplens, self.allocators = build / "bin/heaplens", allocators
        self.peak_bytes = self.live_bytes = None
        self.seen = {a: {"times_ns": [], "resident_bytes": [], "private_bytes": []} for a in allocators}

    def measure(self, allocator):
        case = run([self.program, *SHORT, "--no-memory", "--no-hardware", self.name],
                   self.allocators[allocator], self.folder)
        seen = self.seen[allocator]
        seen["times_ns"].append(fastest(case))
        seen["resident_bytes"].append(counter(case, "resident bytes"))
        seen["private_bytes"].append(counter(case, "private bytes"))

    def count(self):
        """The figures of the heap, which repeat: the peak, and what is live where most is."""
        options = [*SHORT, "--no-hardware", self.name]
        case = run([self.program, *options], None, self.folder)
        self.peak_bytes = case["memory"] and case["memory"]["peak_bytes"]["estimate"]["value"]
        case = run([self.heaplens, "run", "-o", Path(self.folder) / "profile", "--", self.program, *options,
                    "--no-memory", "--in-process"], None, self.folder, SUITE_LIVE_BYTES="1")
        self.live_bytes = counter(case, "live bytes")

    def row(self, allocator):
        seen, system = self.seen[allocator], self.seen[SYSTEM]
        ratios = sorted(a / b for a, b in zip(seen["times_ns"], system["times_ns"]))
        return {
            "case": self.name,
            "allocator": allocator,
            "time_ns": statistics.median(seen["times_ns"]),
            "time_ratio": statistics.median(ratios),
            "time_ratio_range": [ratios[0], ratios[-1]],
            "peak_bytes": self.peak_bytes,
            "resident_bytes": statistics.median(seen["resident_bytes"]),
            "private_bytes": statistics.median(seen["private_bytes"]),
            "live_bytes": self.live_bytes,
            "held": statistics.median(seen["private_bytes"]) / self.live_bytes,
            "rounds": len(ratios),
        }


def rotated(names, by):
    by %= len(names)
    return names[by:] + names[:by]


def measure(build, only, rounds, folder):
    allocators = installed()
    rows = []
    for suite, name in CASES:
        if only not in name:
            continue
        case = Case(build, suite, name, allocators, folder)
        for at in range(rounds):
            for allocator in rotated(list(allocators), at):
                case.measure(allocator)
        case.count()
        rows += [case.row(allocator) for allocator in allocators]
    return rows


def time_text(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if ns >= size:
            return f"{ns / size:.4g} {unit}"
    return f"{ns:.4g} ns"


def table(rows):
    yield f"{'case':<54}{'allocator':<10}{'time':>9}{'of system':>11}{'least - largest':>17}" \
          f"{'peak KiB':>10}{'resident MiB':>14}{'held':>7}"
    for row in rows:
        low, high = row["time_ratio_range"]
        peak = "-" if row["peak_bytes"] is None else f"{row['peak_bytes'] / 1024:.0f}"
        yield f"{row['case']:<54}{row['allocator']:<10}{time_text(row['time_ns']):>9}{row['time_ratio']:>11.3f}" \
              f"{low:>9.3f} - {high:.3f}{peak:>10}{row['resident_bytes'] / 2**20:>14.1f}{row['held']:>7.2f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", type=Path, default=ROOT / "build/release")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--only", default="", help="cases whose name has this")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(args.build.resolve(), args.only, args.rounds, folder)
    print("\n".join(table(rows)))
    if args.json:
        args.json.write_text(json.dumps({"format": "competency-allocators", "version": 1, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
