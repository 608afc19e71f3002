#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Kill a recording program at random instants; what it recorded must be readable and true.

    kill_campaign.py --heaplens PATH --library PATH --target PATH [--rounds 200] [--seed N]

The program keeps its own count beside the recorder (kill_target.c): what it had begun and what it
had done. Totals and live figures of the profile must lie between the two: never ahead of what
happened, and behind by no more than the operation that each thread was in. Peaks may be off by what
threads hold back (docs/format/store.md). Every second round kills a program under `heaplens run`,
which then finishes the profile; the others leave a raw store.
"""
import argparse
import json
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PENDING_BYTES = 16384   # a thread may hold back so much of a peak, and the operation it is in
OPERATION_BYTES = 2048
COUNTS = ("bytes_begun", "bytes_done", "blocks_begun", "blocks_done", "live_most", "live_least",
          "peak_most", "peak_least")


def read_counts(path):
    return dict(zip(COUNTS, struct.unpack("=8q", path.read_bytes()), strict=True))


def start_of(pid, deadline):
    """The process that `heaplens run` started, once there is one."""
    while time.monotonic() < deadline:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if children:
            return int(children[0])
        time.sleep(0.0005)
    raise RuntimeError("heaplens run starts nothing")


def kill_under_run(args, command, folder, delay):
    """Kill the program; `heaplens run` writes the profile. (path of the profile, what was said)"""
    profile = folder / "out.heaplens"
    with subprocess.Popen([args.heaplens, "run", "-o", profile, "--", *command],
                          stderr=subprocess.PIPE, text=True) as running:
        program = start_of(running.pid, time.monotonic() + 30)
        time.sleep(delay)
        os.kill(program, signal.SIGKILL)
        said = running.stderr.read()
    return profile, said


def kill_alone(args, command, folder, delay):
    session = folder / "session"
    session.mkdir()
    environment = {**os.environ, "LD_PRELOAD": args.library, "HEAPLENS_SESSION": str(session)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as running:
        time.sleep(delay)
        running.kill()
        said = running.stderr.read()
    return session, said


def read_profile(args, path):
    """(exit status, {figure: sum over the program's own stacks}) of a profile."""
    done = subprocess.run([args.heaplens, "report", "--format", "dhat", path], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        return done.returncode, done.stderr
    dhat = json.loads(done.stdout)
    own = {i for i, text in enumerate(dhat["ftbl"]) if ": churn_" in text}
    points = [point for point in dhat["pps"] if own & set(point["fs"])]
    figures = {key: sum(point[key] for point in points) for key in ("tb", "tbk", "eb", "gb", "tl")}
    return 0, figures | {"te": dhat["te"]}


def between(name, low, value, high):
    return [] if low <= value <= high else [f"{name} {value:,}, not in [{low:,}, {high:,}]"]


def judge(figures, counts, threads):
    # One thread holds nothing back, but its last operation may be half counted.
    slack = OPERATION_BYTES if threads == 1 else threads * (PENDING_BYTES + OPERATION_BYTES)
    ahead = 0 if threads == 1 else threads * PENDING_BYTES
    return (between("bytes", counts["bytes_done"], figures["tb"], counts["bytes_begun"])
            + between("blocks", counts["blocks_done"], figures["tbk"], counts["blocks_begun"])
            + between("live bytes", counts["live_least"], figures["eb"], counts["live_most"])
            + between("bytes at the peak", counts["peak_least"] - slack, figures["gb"],
                      counts["peak_most"] + ahead)
            + between("lifetimes", 0, figures["tl"], figures["tbk"] * figures["te"]))


def run_round(args, number, generator):
    threads = generator.choice((1, 2, 4))
    delay = 10 ** generator.uniform(-2.8, -0.5)  # 1.6 ms to 320 ms
    kill = kill_under_run if number % 2 == 0 else kill_alone
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        counted = folder / "counts"
        counted.write_bytes(bytes(8 * len(COUNTS)))
        path, said = kill(args, [args.target, str(counted), str(threads)], folder, delay)
        counts = read_counts(counted)
        if not path.exists():
            # Killed before anything was recorded; and then nothing may have happened.
            found = [] if counts["blocks_done"] == 0 and "was not recorded" in said else [said]
            return counts, found
        status, figures = read_profile(args, path)
        if status == 66 and counts["blocks_done"] == 0:
            return counts, []
        found = judge(figures, counts, threads) if status == 0 else [f"exit {status}: {figures}"]
    return counts, [f"round {number}, {threads} threads, {1000 * delay:.1f} ms: {text}"
                    for text in found]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--library", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    generator = random.Random(args.seed)
    failed, recorded, blocks = 0, 0, 0
    for number in range(args.rounds):
        counts, found = run_round(args, number, generator)
        failed += bool(found)
        recorded += counts["blocks_done"] > 0
        blocks += counts["blocks_done"]
        print(*found, sep="\n", end="\n" if found else "")
    print(f"{args.rounds} rounds, {failed} failed; {recorded} programs had allocated by then, "
          f"{blocks:,} blocks in all")
    return 1 if failed or recorded == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
