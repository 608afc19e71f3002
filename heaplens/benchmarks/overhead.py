#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What recording costs, beside the peers, on programs that we did not write.

Runs every workload without a profiler and under each profiler in turn, alternating, several
times, and prints ratios of CPU time (user+sys of the whole process tree, the finishing of the
profile included), the peak of the resident set of the profiled program and of the largest process
beside it, file sizes, and geometric means.

    heaplens/benchmarks/overhead.py                     all profilers, three rounds
    heaplens/benchmarks/overhead.py --rounds 1 --only full,none --workloads sqlite3,jq
    heaplens/benchmarks/overhead.py --json FILE         the raw figures too
    heaplens/benchmarks/overhead.py --merge A B C       tables of earlier runs, nothing is run
    heaplens/benchmarks/overhead.py --page docs/overhead.md   puts the tables into that page
    heaplens/benchmarks/overhead.py --pin --rounds 20 --seconds 200
                                                        workloads at the same time, each on a
                                                        processor of its own; no round is begun
                                                        after 200 seconds

A ratio is always one of two runs of the same round; --merge takes rounds of several runs together,
so that a long campaign can be made of short ones. "full-alone" is full mode without `heaplens run`,
so without the finishing: the difference to "full" is the command line's share.

Valgrind DHAT runs on a hundredth of the input, against unprofiled runs of the same size.
"""

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import page
import processors
import workloads

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SMALL = 0.01  # of the input, for DHAT
NAME = "overhead.py"


class Profiler:
    """How to put a command under a profiler, and what file that leaves."""

    def __init__(self, name, wrap, scale=1, file_of=None, baseline="none", has_profile=False):
        self.name, self.wrap, self.scale, self.file_of = name, wrap, scale, file_of
        self.baseline, self.has_profile = baseline, has_profile

    @property
    def label(self):
        return self.name if self.baseline in ("none", self.name) else f"{self.name} / {self.baseline}"


def profilers(heaplens, library, scratch):
    profile = os.path.join(scratch, "p.heaplens")
    session = os.path.join(scratch, "session")
    jemalloc = next((p for p in ("/usr/lib/x86_64-linux-gnu/libjemalloc.so.2",
                                 "/usr/lib/aarch64-linux-gnu/libjemalloc.so.2") if os.path.exists(p)), None)
    preload = lambda lib, **more: lambda c, e: (c, dict(e, LD_PRELOAD=lib, **more))

    def run(mode):
        wrap = lambda c, e: ([heaplens, "run", "--mode", mode, "-o", profile, "--"] + c, e)
        return Profiler(mode, wrap, file_of=lambda: profile, has_profile=True)

    found = [
        Profiler("none", lambda c, e: (c, e), baseline="none"),
        Profiler("off", preload(library, HEAPLENS_MODE="off")),
        run("count"),
        run("sample"),
        run("full"),
        Profiler("full-alone", preload(library, HEAPLENS_MODE="full", HEAPLENS_SESSION=session)),
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
        found.append(Profiler("none/100", lambda c, e: (c, e), scale=SMALL, baseline="none/100"))
        found.append(Profiler("dhat/100", lambda c, e: (
            ["valgrind", "--tool=dhat", f"--dhat-out-file={scratch}/dhat.out", "-q"] + c, e),
            scale=SMALL, baseline="none/100"))
    return found


class Limits:
    """When to stop, and the name of the campaign's rounds."""

    def __init__(self, rounds, seconds, shown):
        self.rounds, self.seconds, self.shown, self.began = rounds, seconds, shown, int(time.time())

    def are_over(self):
        return self.seconds is not None and time.time() - self.began > self.seconds


def build_launcher(scratch):
    program = os.path.join(scratch, "measure")
    subprocess.run(["gcc", "-std=gnu17", "-O2", os.path.join(HERE, "measure.c"), "-o", program], check=True)
    return program


def run_once(launcher, command, extra_env, stdin_path, scratch):
    """CPU seconds of the tree, peak RSS in KiB of its largest process, exit status."""
    report = os.path.join(scratch, "measured")
    with open(stdin_path or os.devnull, "rb") as stdin:
        subprocess.run([launcher, report] + command, env=dict(os.environ, **extra_env), stdin=stdin,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    with open(report) as text:
        seconds, rss, status = text.read().split()
    return float(seconds), int(rss), int(status)


def rss_in_profile(heaplens, path):
    """The peak of the resident set in KiB that the profiled program had, as its profile says."""
    text = subprocess.run([heaplens, "report", "--format", "json", path], capture_output=True, check=True).stdout
    return json.loads(text)["process"]["rss_peak_bytes"] // 1024


def measure(chosen, work, limits, heaplens, scratch, launcher):
    """Rows of profiler, workload, round, seconds, RSS of the program and of the largest, bytes of file."""
    rows, done = [], 0
    steps = limits.rounds * sum(len(work[p.scale]) for p in chosen)
    for turn in range(limits.rounds):
        if turn > 0 and limits.are_over():
            break
        for name in work[1]:
            for profiler in chosen[turn % len(chosen):] + chosen[:turn % len(chosen)]:
                os.mkdir(os.path.join(scratch, "session"))
                command, env, stdin = work[profiler.scale][name]
                command, env = profiler.wrap(list(command), dict(env))
                seconds, largest, status = run_once(launcher, command, env, stdin, scratch)
                path = profiler.file_of() if profiler.file_of else None
                size = os.path.getsize(path) if path and os.path.exists(path) else None
                own = rss_in_profile(heaplens, path) if profiler.has_profile and size else largest
                for left in os.scandir(scratch):
                    if left.is_dir():
                        shutil.rmtree(left.path)
                    else:
                        os.unlink(left.path)
                done += 1
                if limits.shown:
                    print(f"\r{done}/{steps} {name} {profiler.name}: {seconds:.2f} s   ", end="", file=sys.stderr)
                if status != 0:
                    print(f"\n{name} under {profiler.name}: exit status {status}, not counted", file=sys.stderr)
                    continue
                rows.append({"profiler": profiler.name, "workload": name, "round": f"{limits.began}.{turn}",
                             "seconds": seconds, "rss": own, "largest": largest, "bytes": size})
    if limits.shown:
        print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
    return rows


class Figures:
    """Rows, found by profiler, workload and round."""

    def __init__(self, rows):
        self.by_run = {(r["profiler"], r["workload"], r["round"]): r for r in rows}
        self.rounds = sorted({r["round"] for r in rows})

    def values(self, profiler, workload, field):
        runs = (self.by_run.get((profiler, workload, r)) for r in self.rounds)
        return [r[field] for r in runs if r is not None and r[field] is not None]

    def median(self, profiler, workload, field, unit=1.0):
        values = self.values(profiler, workload, field)
        return statistics.median(values) / unit if values else None

    def ratio(self, profiler, workload, field):
        """Median of the ratios of rounds in which both ran."""
        pairs = ((self.by_run.get((profiler.name, workload, r)), self.by_run.get((profiler.baseline, workload, r)))
                 for r in self.rounds)
        ratios = [ours[field] / max(theirs[field], 1e-9) for ours, theirs in pairs if ours and theirs]
        return statistics.median(ratios) if ratios else None

    def beside(self, profiler, workload):
        """MB of the largest process, where it is not the profiled program: the command line, mostly."""
        own, largest = self.median(profiler.name, workload, "rss"), self.median(profiler.name, workload, "largest")
        return largest / 1000 if own is not None and largest > own * 1.02 else None


def geometric_mean(values):
    known = [v for v in values if v is not None]
    return math.exp(statistics.fmean(math.log(max(v, 1e-9)) for v in known)) if known else None


def make_table(title, chosen, names, cell, mean=True):
    """(title, heads, rows of label and texts); nothing for a profiler that has no cell."""
    rows = []
    for profiler in chosen:
        if profiler.baseline == profiler.name and profiler.name != "none":
            continue  # of its own size: it is what another is compared with
        values = [cell(profiler, n) for n in names]
        if any(v is not None for v in values):
            values += [geometric_mean(values)] if mean else []
            rows.append((profiler.label, ["-" if v is None else f"{v:.2f}" for v in values]))
    return title, names + (["geomean"] if mean else []), rows


def make_tables(figures, chosen, names):
    ratio = lambda field: lambda p, n: figures.ratio(p, n, field)
    median = lambda field, unit: lambda p, n: figures.median(p.name, n, field, unit)
    beside = lambda p, n: figures.beside(p, n) if p.has_profile else None
    return [
        make_table("CPU time, ratio", chosen, names, ratio("seconds")),
        make_table("Peak RSS of the profiled program, ratio", chosen, names, ratio("rss")),
        make_table("Peak RSS of `heaplens run`, MB, where it exceeds the program's", chosen, names, beside, mean=False),
        make_table("CPU time, seconds", chosen, names, median("seconds", 1.0), mean=False),
        make_table("Profile, MB", chosen, names, median("bytes", 1e6), mean=False),
    ]


def facts_text(figures):
    version = lambda *command: subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    peers = [version(*c).split("\n")[0] for c in (["heaptrack", "--version"], ["valgrind", "--version"])
             if shutil.which(c[0])]
    rounds = f"{len(figures.rounds)} round{'s' if len(figures.rounds) != 1 else ''}"
    return (f"{', '.join([page.machine()] + peers)}; {rounds} in all, "
            "each of some workloads or profilers, alternating.")


def find_build(folder):
    heaplens, library = os.path.join(folder, "bin", "heaplens"), os.path.join(folder, "lib", "libheaplens.so")
    if not os.path.exists(heaplens) or not os.path.exists(library):
        sys.exit(f"overhead: no {heaplens}: build first (cmake --preset release && cmake --build --preset release)")
    return heaplens, library


def choose(chosen, only):
    if not only:
        return chosen
    wanted = only.split(",")
    unknown = set(wanted) - {p.name for p in chosen}
    if unknown:
        sys.exit(f"overhead: unknown or missing profiler: {', '.join(sorted(unknown))}")
    return [p for p in chosen if p.name in wanted]


def run_all(arguments, build, launcher):
    cache = os.path.join(ROOT, "build", "benchmark-data")
    scales = {1} | {p.scale for p in choose(profilers(*build, ""), arguments.only)}
    work = {scale: workloads.prepare(cache, arguments.scale * scale) for scale in scales}
    wanted = arguments.workloads.split(",") if arguments.workloads else list(work[1])
    limits = Limits(arguments.rounds, arguments.seconds, sys.stderr.isatty() and not arguments.pin)

    def run(names):
        some = {scale: {n: w for n, w in loads.items() if n in names} for scale, loads in work.items()}
        with tempfile.TemporaryDirectory(prefix="heaplens-overhead-") as scratch:
            chosen = choose(profilers(*build, scratch), arguments.only)
            return measure(chosen, some, limits, build[0], scratch, launcher)

    if not arguments.pin:
        return run(wanted)
    jobs = [(name, workloads.processors_of(name), lambda name=name: run([name])) for name in work[1] if name in wanted]
    return processors.run_pinned(jobs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, help="begin no round after so many (default: no limit)")
    parser.add_argument("--pin", action="store_true", help="run the workloads at the same time, each on processors of its own")
    parser.add_argument("--only", help="profilers, comma-separated")
    parser.add_argument("--workloads", help="workloads, comma-separated")
    parser.add_argument("--scale", type=float, default=1, help="size of the inputs (default 1)")
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"), help="folder of the build")
    parser.add_argument("--json", help="write the raw figures to this file")
    parser.add_argument("--merge", nargs="+", metavar="FILE", help="tables of the raw figures in these files")
    parser.add_argument("--page", help="put the tables between the marks of this page")
    arguments = parser.parse_args()

    build = find_build(arguments.build)
    chosen = choose(profilers(*build, ""), arguments.only)
    if arguments.merge:
        rows = [row for path in arguments.merge for row in json.load(open(path))]
    else:
        with tempfile.TemporaryDirectory(prefix="heaplens-overhead-") as tools:
            rows = run_all(arguments, build, build_launcher(tools))
    if arguments.json:
        with open(arguments.json, "w") as out:
            json.dump(rows, out, indent=1)
    figures = Figures(rows)
    measured = {row["workload"] for row in rows}
    tables = make_tables(figures, chosen, [n for n in workloads.NAMES if n in measured])
    print(facts_text(figures))
    page.show(tables)
    if arguments.page:
        page.write(arguments.page, NAME, facts_text(figures), tables)


if __name__ == "__main__":
    main()
