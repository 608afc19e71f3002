#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What recording costs, beside the peers, on programs that we did not write.

Runs every workload without a profiler and under each profiler in turn, alternating, several
times, and prints ratios of CPU time (user+sys of the whole process tree, the finishing of the
profile included) and of peak RSS (the largest process), file sizes, and geometric means.

    heaplens/benchmarks/overhead.py                     all profilers, three rounds
    heaplens/benchmarks/overhead.py --rounds 1 --only full,none --workloads sqlite3,jq
    heaplens/benchmarks/overhead.py --json FILE         the raw figures too

Valgrind DHAT runs on a hundredth of the input, against unprofiled runs of the same size.
"""

import argparse
import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

import workloads

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SMALL = 0.01  # of the input, for DHAT


def run_once(command, extra_env, stdin_path):
    """CPU seconds of the tree, peak RSS in KiB of its largest process, exit status."""
    env = dict(os.environ, **extra_env)
    stdin = open(stdin_path, "rb") if stdin_path else subprocess.DEVNULL
    # A process of its own does the waiting, so that RUSAGE_CHILDREN holds this run and no other.
    report_read, report_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(report_read)
        status = subprocess.run(command, env=env, stdin=stdin, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL).returncode
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        os.write(report_write, json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss, status]).encode())
        os._exit(0)
    os.close(report_write)
    if stdin_path:
        stdin.close()
    with os.fdopen(report_read) as report:
        text = report.read()
    os.waitpid(pid, 0)
    seconds, rss, status = json.loads(text)
    return seconds, rss, status


class Profiler:
    """How to put a command under a profiler, and what file that leaves."""

    def __init__(self, name, wrap, scale=1, file_of=None, baseline="none"):
        self.name, self.wrap, self.scale, self.file_of, self.baseline = name, wrap, scale, file_of, baseline


def profilers(heaplens, library, scratch):
    profile = os.path.join(scratch, "p.heaplens")
    jemalloc = next((p for p in ("/usr/lib/x86_64-linux-gnu/libjemalloc.so.2",
                                 "/usr/lib/aarch64-linux-gnu/libjemalloc.so.2") if os.path.exists(p)), None)
    run = lambda *options: lambda c, e: ([heaplens, "run", *options, "-o", profile, "--"] + c, e)
    preload = lambda lib, **more: lambda c, e: (c, dict(e, LD_PRELOAD=lib, **more))
    found = [
        Profiler("none", lambda c, e: (c, e)),
        Profiler("off", preload(library, HEAPLENS_MODE="off")),
        Profiler("count", run("--mode", "count")),
        Profiler("sample", run("--mode", "sample"), file_of=lambda: profile),
        Profiler("full", run(), file_of=lambda: profile),
    ]
    if shutil.which("heaptrack"):
        out = os.path.join(scratch, "ht")
        found.append(Profiler("heaptrack", lambda c, e: (["heaptrack", "-o", out] + c, e),
                              file_of=lambda: next((p for p in (out + ".zst", out + ".gz") if os.path.exists(p)), None)))
    if jemalloc:
        found.append(Profiler("jemalloc", preload(jemalloc)))
        found.append(Profiler("je-sample", preload(
            jemalloc, MALLOC_CONF=f"prof:true,lg_prof_sample:19,prof_final:true,prof_prefix:{scratch}/je"),
            baseline="jemalloc"))
    if shutil.which("valgrind"):
        found.append(Profiler("none/100", lambda c, e: (c, e), scale=SMALL))
        found.append(Profiler("dhat/100", lambda c, e: (
            ["valgrind", "--tool=dhat", f"--dhat-out-file={scratch}/dhat.out", "-q"] + c, e),
            scale=SMALL, baseline="none/100"))
    return found


def measure(chosen, work, rounds, scratch):
    """(profiler, workload) -> list of (seconds, rss KiB, file bytes); alternating, rotated each round."""
    figures = {}
    steps = rounds * sum(len(work[p.scale]) for p in chosen)
    done = 0
    for turn in range(rounds):
        for name in work[1]:
            for profiler in chosen[turn % len(chosen):] + chosen[:turn % len(chosen)]:
                command, env, stdin = work[profiler.scale][name]
                command, env = profiler.wrap(list(command), dict(env))
                seconds, rss, status = run_once(command, env, stdin)
                path = profiler.file_of() if profiler.file_of else None
                size = os.path.getsize(path) if path and os.path.exists(path) else None
                for left in os.listdir(scratch):
                    os.unlink(os.path.join(scratch, left))
                done += 1
                if sys.stderr.isatty():
                    print(f"\r{done}/{steps} {name} {profiler.name}: {seconds:.2f} s   ", end="", file=sys.stderr)
                if status != 0:
                    print(f"\n{name} under {profiler.name}: exit status {status}, not counted", file=sys.stderr)
                    continue
                figures.setdefault((profiler.name, name), []).append((seconds, rss, size))
    if sys.stderr.isatty():
        print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
    return figures


def ratio(figures, name, base, workload, field):
    """Median of the round-by-round ratios, or None where either side is missing."""
    ours, theirs = figures.get((name, workload)), figures.get((base, workload))
    if not ours or not theirs:
        return None
    return statistics.median(o[field] / max(t[field], 1e-9) for o, t in zip(ours, theirs))


def geometric_mean(values):
    known = [v for v in values if v is not None]
    return math.exp(statistics.fmean(math.log(max(v, 1e-9)) for v in known)) if known else None


def print_table(title, chosen, names, cell, mean=True):
    print(f"\n{title}")
    print("  " + " " * 22 + "".join(f"{n:>9}" for n in names) + ("  geomean" if mean else ""))
    for profiler in chosen:
        values = [cell(profiler, n) for n in names]
        if all(v is None for v in values):
            continue
        label = profiler.name if profiler.baseline in ("none", profiler.name) else f"{profiler.name} / {profiler.baseline}"
        row = "".join("        -" if v is None else f"{v:9.2f}" for v in values)
        print(f"  {label:22}{row}" + (f"{geometric_mean(values):9.2f}" if mean else ""))


def find_build(preset):
    heaplens = os.path.join(ROOT, "build", preset, "bin", "heaplens")
    library = os.path.join(ROOT, "build", preset, "lib", "libheaplens.so")
    if not os.path.exists(heaplens) or not os.path.exists(library):
        sys.exit(f"overhead: build first: cmake --preset {preset} && cmake --build --preset {preset}")
    return heaplens, library


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help="profilers, comma-separated")
    parser.add_argument("--workloads", help="workloads, comma-separated")
    parser.add_argument("--scale", type=float, default=1, help="size of the inputs (default 1)")
    parser.add_argument("--preset", default="release", help="which build (default release)")
    parser.add_argument("--json", help="write the raw figures to this file")
    arguments = parser.parse_args()

    heaplens, library = find_build(arguments.preset)
    cache = os.path.join(ROOT, "build", "benchmark-data")
    with tempfile.TemporaryDirectory(prefix="heaplens-overhead-") as scratch:
        chosen = profilers(heaplens, library, scratch)
        if arguments.only:
            wanted = arguments.only.split(",")
            unknown = set(wanted) - {p.name for p in chosen}
            if unknown:
                sys.exit(f"overhead: unknown or missing profiler: {', '.join(sorted(unknown))}")
            chosen = [p for p in chosen if p.name in wanted]
        work = {1: workloads.prepare(cache, arguments.scale)}
        if any(p.scale == SMALL for p in chosen):
            work[SMALL] = workloads.prepare(cache, arguments.scale * SMALL)
        if arguments.workloads:
            wanted = arguments.workloads.split(",")
            work = {s: {n: w for n, w in loads.items() if n in wanted} for s, loads in work.items()}
        figures = measure(chosen, work, arguments.rounds, scratch)

    names = list(work[1])
    print(f"{arguments.rounds} rounds, alternating; {os.cpu_count()} processors; ratios to a run without a profiler")
    print_table("CPU time, ratio", chosen, names, lambda p, n: ratio(figures, p.name, p.baseline, n, 0))
    print_table("Peak RSS, ratio", chosen, names, lambda p, n: ratio(figures, p.name, p.baseline, n, 1))
    print_table("CPU time, seconds", chosen, names, lambda p, n: statistics.median(
        f[0] for f in figures[(p.name, n)]) if (p.name, n) in figures else None, mean=False)
    print_table("Profile, MB", chosen, names, lambda p, n: next(
        (f[2] / 1e6 for f in figures.get((p.name, n), []) if f[2] is not None), None), mean=False)
    if arguments.json:
        with open(arguments.json, "w") as out:
            json.dump([{"profiler": p, "workload": w, "runs": runs} for (p, w), runs in figures.items()], out, indent=1)


if __name__ == "__main__":
    main()
