#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does recording cost more per operation with more threads?

Runs the malloc-only benchmark with 1, 2, 4, 8, ... threads, each thread with the same work, with
and without the recorder, alternating, and prints nanoseconds of wall time an operation of one
thread, and the ratio to one thread. Beyond the machine's processors the figures mean nothing.

    heaplens/benchmarks/scaling.py [--build BUILD] [--rounds N] [--pairs N] [--depth N]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def run(churn, pairs, threads, depth, env):
    start = time.monotonic()
    subprocess.run([churn, str(pairs * threads), str(threads), str(depth)], env=env, check=True)
    return (time.monotonic() - start) * 1e9 / pairs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=2000000, help="of malloc and free, for each thread")
    parser.add_argument("--depth", type=int, default=20)
    arguments = parser.parse_args()
    library = os.path.join(arguments.build, "lib", "libheaplens.so")
    if not os.path.exists(library):
        sys.exit(f"scaling: no {library}: build first, or say --build")

    processors = len(os.sched_getaffinity(0))
    threads = [t for t in (1, 2, 4, 8, 16, 32) if t <= processors]
    figures = {}
    with tempfile.TemporaryDirectory(prefix="heaplens-scaling-") as scratch:
        churn = os.path.join(scratch, "churn")
        subprocess.run(["gcc", "-std=c17", "-O2", "-pthread", os.path.join(HERE, "churn.c"), "-o", churn], check=True)
        session = os.path.join(scratch, "session")
        os.mkdir(session)
        for _ in range(arguments.rounds):
            for count in threads:
                for mode in ("none", "count", "full"):
                    env = dict(os.environ)
                    if mode != "none":
                        env.update(LD_PRELOAD=library, HEAPLENS_SESSION=session, HEAPLENS_MODE=mode)
                    figures.setdefault((mode, count), []).append(
                        run(churn, arguments.pairs, count, arguments.depth, env))
                    for left in os.listdir(session):
                        os.unlink(os.path.join(session, left))

    print(f"{processors} processors, {arguments.rounds} rounds, alternating; ns a pair of malloc and free, median")
    print(f"{'threads':>8}{'none':>9}{'count':>9}{'full':>9}    to one thread:{'none':>7}{'count':>7}{'full':>7}")
    middle = {key: statistics.median(values) for key, values in figures.items()}
    for count in threads:
        row = [middle[(mode, count)] for mode in ("none", "count", "full")]
        one = [middle[(mode, 1)] for mode in ("none", "count", "full")]
        print(f"{count:>8}" + "".join(f"{v:9.1f}" for v in row) + " " * 18 +
              "".join(f"{v / o:7.2f}" for v, o in zip(row, one)))


if __name__ == "__main__":
    main()
