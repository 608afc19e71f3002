#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `heaplens run` takes after the program has ended, with the user's cache of symbols in each of
its states.

    heaplens/benchmarks/finishing.py [--rounds 5] [--workloads sqlite3,cc1] [--mode sample] [--peer BUILD]

Records each workload once and then reports the session's folder, which reads the stores and looks up
every name as `heaplens run` does, alternating between no cache, an empty one and a warm one. Prints
CPU milliseconds and the largest resident set in MB, medians. --peer is another build's folder, which
is measured without a cache.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

import overhead
import workloads


def record(library, work, session, mode):
    command, env, stdin = work
    os.mkdir(session)
    env = dict(os.environ, **env, LD_PRELOAD=library, HEAPLENS_MODE=mode, HEAPLENS_SESSION=session)
    with open(stdin or os.devnull, "rb") as given:
        subprocess.run(command, env=env, stdin=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def measure(launcher, heaplens, source, cache, scratch):
    command = [heaplens, "report", "--format", "folded", source]
    seconds, rss, status = overhead.run_once(launcher, command, {"HEAPLENS_SYMBOL_CACHE": cache}, None, scratch)
    if status != 0:
        sys.exit(f"finishing: {' '.join(command)}: exit status {status}")
    return 1000 * seconds, rss / 1000


def finish(launcher, builds, session, scratch, rounds):
    """Milliseconds and MB by state of the cache."""
    heaplens, peer = builds
    cache = os.path.join(scratch, "symbols")
    figures = {}
    for _ in range(rounds):
        shutil.rmtree(cache, ignore_errors=True)
        states = [("none", heaplens, session, ""), ("cold", heaplens, session, cache),
                  ("warm", heaplens, session, cache)]
        states += [("peer", peer, session, "")] if peer else []
        for state, program, source, folder in states:
            figures.setdefault(state, []).append(measure(launcher, program, source, folder, scratch))
    return {state: (statistics.median(ms for ms, _ in runs), statistics.median(mb for _, mb in runs))
            for state, runs in figures.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workloads", help="comma-separated (default: all)")
    parser.add_argument("--mode", default="sample")
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--build", default=os.path.join(overhead.ROOT, "build", "release"))
    parser.add_argument("--peer", help="folder of another build")
    arguments = parser.parse_args()
    heaplens, library = overhead.find_build(arguments.build)
    peer = overhead.find_build(arguments.peer)[0] if arguments.peer else None
    work = workloads.prepare(os.path.join(overhead.ROOT, "build", "benchmark-data"), arguments.scale)
    names = arguments.workloads.split(",") if arguments.workloads else list(work)
    with tempfile.TemporaryDirectory(prefix="heaplens-finishing-") as scratch:
        launcher = overhead.build_launcher(scratch)
        for name in names:
            session = os.path.join(scratch, name)
            record(library, work[name], session, arguments.mode)
            states = finish(launcher, (heaplens, peer), session, scratch, arguments.rounds)
            print(f"{name:10}" + "".join(f"  {state} {ms:6.1f} ms {mb:5.1f} MB" for state, (ms, mb) in states.items()),
                  flush=True)
            shutil.rmtree(session)


if __name__ == "__main__":
    main()
