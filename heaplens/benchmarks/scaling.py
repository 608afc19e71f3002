#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does recording cost more per operation with more threads?

Runs the malloc-only benchmark with 1, 2, 4, 8, ... threads, each thread with the same work, without
the recorder and in each of its modes, alternating, and prints for a pair of malloc and free

- nanoseconds of wall time in one thread, and the ratios to no recorder and to one thread;
- nanoseconds of CPU time of all threads together, divided by their pairs. Where threads wait for a
  lock, wall time grows and CPU time does not; where they wait for memory, or write to the same cache
  lines, both grow.

The threads have nothing in common but the allocator, or hand blocks over (--handover 8), by which
the C library's allocator itself becomes several times slower. Beyond the machine's processors the
figures mean nothing.

    heaplens/benchmarks/scaling.py                              as many threads as processors
    heaplens/benchmarks/scaling.py --threads 1,8 --modes none,full --rounds 9
    heaplens/benchmarks/scaling.py --json FILE                  the raw figures too
    heaplens/benchmarks/scaling.py --page docs/overhead.md      puts the tables into that page
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import page

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MODES = ("none", "off", "count", "sample", "full")
NAME = "scaling.py"


def run(churn, threads, arguments, env):
    """Nanoseconds of wall time and of CPU time a pair."""
    pairs = arguments.pairs
    start = time.monotonic()
    program = subprocess.Popen(
        [churn, str(pairs * threads), str(threads), str(arguments.depth), str(arguments.handover)], env=env)
    _, status, used = os.wait4(program.pid, 0)
    wall = time.monotonic() - start
    program.returncode = os.waitstatus_to_exitcode(status)  # it was waited for behind the back of Popen
    if program.returncode != 0:
        raise subprocess.CalledProcessError(program.returncode, program.args)
    return wall * 1e9 / pairs, (used.ru_utime + used.ru_stime) * 1e9 / (pairs * threads)


def measure(churn, library, session, arguments):
    """Rows of mode, threads, round, nanoseconds of wall time and of CPU time a pair."""
    rows = []
    for turn in range(arguments.rounds):
        for threads in arguments.threads:
            for mode in arguments.modes:
                env = dict(os.environ)
                if mode != "none":
                    env.update(LD_PRELOAD=library, HEAPLENS_SESSION=session, HEAPLENS_MODE=mode)
                wall, cpu = run(churn, threads, arguments, env)
                rows.append({"mode": mode, "threads": threads, "round": turn, "wall_ns": wall, "cpu_ns": cpu})
                for left in os.listdir(session):
                    os.unlink(os.path.join(session, left))
    return rows


def median_table(title, rows, modes, threads, value):
    """(title, heads, rows): a row for each number of threads, a column for each mode; medians of value(row)."""
    def cell(count, mode):
        values = [value(r) for r in rows if r["threads"] == count and r["mode"] == mode]
        values = [v for v in values if v is not None]
        return f"{statistics.median(values):.2f}" if values else "-"

    return title, list(modes), [(f"{n} thread{'s' if n > 1 else ''}", [cell(n, m) for m in modes]) for n in threads]


def make_tables(rows, modes, threads):
    by_run = {(r["mode"], r["threads"], r["round"]): r["wall_ns"] for r in rows}

    def ratio_to(row, mode, count):
        """To the run of the same round, if there was one."""
        other = by_run.get((mode, count, row["round"]))
        return row["wall_ns"] / other if other else None

    return [
        median_table("Wall time of a pair in one thread, ns", rows, modes, threads, lambda r: r["wall_ns"]),
        median_table("Wall time, ratio to no recorder", rows, modes, threads,
                     lambda r: ratio_to(r, "none", r["threads"])),
        median_table("Wall time, ratio to one thread", rows, modes, threads, lambda r: ratio_to(r, r["mode"], 1)),
        median_table("CPU time of a pair, ns", rows, modes, threads, lambda r: r["cpu_ns"]),
    ]


def list_of(allowed):
    """A reader of comma-separated values that are all allowed(value)."""
    def read(text):
        values = text.split(",")
        for value in values:
            if not allowed(value):
                raise argparse.ArgumentTypeError(f"{value!r} is none")
        return values

    return read


def numbers(text):
    return [int(n) for n in list_of(lambda n: n.isdecimal() and 1 <= int(n) <= 64)(text)]


def main():
    usable = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=2000000, help="of malloc and free, for each thread")
    parser.add_argument("--depth", type=int, default=20, help="frames of a call stack")
    parser.add_argument("--handover", type=int, default=0,
                        help="one block in so many is freed by the next thread (default 0: none)")
    parser.add_argument("--threads", type=numbers, default=[n for n in (1, 2, 4, 8, 16, 32, 64) if n <= usable],
                        help="numbers of threads, comma-separated, from 1 to 64")
    parser.add_argument("--modes", type=list_of(MODES.__contains__), default=list(MODES),
                        help=f"comma-separated (default {','.join(MODES)})")
    parser.add_argument("--json", help="write the raw figures to this file")
    parser.add_argument("--page", help="put the tables between the marks of this page")
    arguments = parser.parse_args()
    library = os.path.join(arguments.build, "lib", "libheaplens.so")
    if not os.path.exists(library):
        sys.exit(f"scaling: no {library}: build first, or say --build")

    with tempfile.TemporaryDirectory(prefix="heaplens-scaling-") as scratch:
        churn, session = os.path.join(scratch, "churn"), os.path.join(scratch, "session")
        subprocess.run(["gcc", "-std=c17", "-O2", "-pthread", os.path.join(HERE, "churn.c"), "-o", churn], check=True)
        os.mkdir(session)
        rows = measure(churn, library, session, arguments)
    if arguments.json:
        with open(arguments.json, "w") as out:
            json.dump(rows, out, indent=1)
    facts = (f"{page.machine()}; {usable} processors for this run, {arguments.rounds} rounds, alternating, medians; "
             f"{arguments.pairs} pairs of malloc and free a thread, {arguments.depth + 5} frames; "
             + (f"one block in {arguments.handover} freed by another thread." if arguments.handover
                else "each frees its own."))
    tables = make_tables(rows, arguments.modes, arguments.threads)
    print(facts)
    page.show(tables)
    if arguments.page:
        page.write(arguments.page, NAME, facts, tables)


if __name__ == "__main__":
    main()
