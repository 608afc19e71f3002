#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random allocation programs: what heaplens says of each is what it counted itself.

    random_programs.py --heaplens PATH --library PATH --program PATH
                       [--count 10000] [--seed 1] [--jobs 2]

A seed makes one program (random_program.c): one to six threads, every function of the malloc
family, requests that fail, blocks that other threads free, and for some a forked child or a started
program. Of a process with one thread every figure of every call site must be equal. Of one with
several, totals and live figures must be equal, and peaks within the bound of docs/format/store.md.

Every tenth program runs under `heaplens run`; the others leave a raw store. A failure names its
seed, and `--seed SEED --count 1 --keep` runs it alone and leaves its files.
"""
import argparse
import concurrent.futures
import json
import os
import shlex
import struct
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

PENDING_BYTES = 16384  # a thread may hold back so much of a peak
PROCESSES = ("program", "child", "started program")
PATHS = ("run_threads", "run_thread", "operate_at_exit")
SITES = ("site_0", "site_1", "site_2")
KINDS = ("malloc", "calloc", "realloc", "reallocarray", "aligned_alloc", "posix_memalign",
         "memalign", "valloc", "pvalloc", "adopted")
FIELDS = ("bytes_total", "blocks_total", "most", "bytes_at_end", "blocks_at_end", "peak_most",
          "bytes_own_peak", "bytes_at_peak", "blocks_at_peak", "blocks_own_peak",
          "blocks_temporary", "blocks_short", "blocks_zero", "reallocs", "bytes_copied",
          "life_clock", "lifetime_max_bytes")
HEADER = ("pid", "threads", "is_serial", "largest", "clock", "most", "least", "peak_most", "peak_least",
          "foreign_frees")
ALWAYS_EQUAL = ("bytes_total", "blocks_total", "bytes_at_end", "blocks_at_end")
EQUAL_ALONE = ("bytes_at_peak", "blocks_at_peak", "bytes_own_peak", "blocks_own_peak",
               "blocks_temporary", "blocks_short", "blocks_zero", "reallocs", "bytes_copied",
               "lifetime_bytes", "lifetime_max_bytes")
KEYS = [(path, site, kind) for path in PATHS for site in SITES for kind in KINDS]
PROCESS_FORMAT = struct.Struct(f"={len(HEADER) + len(KEYS) * len(FIELDS)}q")


class Failure(Exception):
    """A command of the campaign failed: what it said."""


def read_counts(path):
    """[(header, {key: figures})] of the processes that a program had, None for those it had not."""
    data, processes = path.read_bytes(), []
    for at in range(len(PROCESSES)):
        numbers = PROCESS_FORMAT.unpack_from(data, at * PROCESS_FORMAT.size)
        header = dict(zip(HEADER, numbers))
        rows = zip(*[iter(numbers[len(HEADER):])] * len(FIELDS))
        keys = {key: dict(zip(FIELDS, row)) for key, row in zip(KEYS, rows) if row[1] > 0}
        for figures in keys.values():
            figures["lifetime_bytes"] = (figures["life_clock"]
                                         + figures["blocks_at_end"] * header["clock"])
        processes.append((header, keys) if header["pid"] else None)
    return processes


def key_of(names):
    """The key of a stack by the functions in it; None of a stack that is not the program's own."""
    kinds = [name[5:] for name in names if name.startswith("take_")]
    sites = [name for name in names if name in SITES]
    if len(kinds) != 1 or len(sites) != 1:
        return None
    path = ("operate_at_exit" if "operate_at_exit" in names
            else "run_thread" if "run_thread" in names else "run_threads")
    return path, sites[0], kinds[0]


def read_report(report):
    """({key: sum of figures}, bytes of stacks that are not the program's own)."""
    names = [[frame["function"] for frame in location["frames"]]
             for location in report["locations"]]
    keys, foreign = defaultdict(lambda: defaultdict(int)), 0
    for site in report["sites"]:
        key = key_of([name for at in site["stack"] for name in names[at]])
        if key is None:
            foreign += site["bytes_total"]
            continue
        for field in (*ALWAYS_EQUAL, *EQUAL_ALONE):
            keys[key][field] = (max if field == "lifetime_max_bytes" else int.__add__)(
                keys[key][field], site[field])
    return keys, foreign


def outside(name, low, value, high):
    return [] if low <= value <= high else [f"{name} is {value:,}, not in [{low:,}, {high:,}]"]


def judge_key(name, got, want, header, slack):
    fields = ALWAYS_EQUAL + (EQUAL_ALONE if header["threads"] == 1 else ())
    found = [f"{name}: {field} is {got[field]:,}, want {want[field]:,}"
             for field in fields if got[field] != want[field]]
    if header["threads"] > 1:
        found += outside(f"{name}: bytes_own_peak", want["bytes_own_peak"] - slack,
                         got["bytes_own_peak"], want["peak_most"] + slack)
    return found


def judge(report, header, want, siblings):
    """Everything in which a report differs from what its process counted.

    The C library frees in a child what belonged to the parent's other threads, its `siblings`.
    """
    got, foreign = read_report(report)
    losses, totals, threads = report["losses"], report["totals"], header["threads"]
    in_flight = 0 if header["is_serial"] else header["largest"]
    slack = 0 if threads == 1 else threads * (PENDING_BYTES + in_flight)
    found = [f"a call site that allocated nothing: {key}" for key in got.keys() - want.keys()]
    for key, figures in want.items():
        found += judge_key(" < ".join(key[::-1]), got[key], figures, header, slack)
    found += outside("bytes at the peak", header["peak_least"] - slack, totals["bytes_at_peak"],
                     header["peak_most"] + slack + foreign)
    found += outside("unknown frees", header["foreign_frees"], losses["frees_unknown"],
                     header["foreign_frees"] + 2 * siblings)
    found += [f"{name} is {losses[name]}" for name in ("operations_lost", "stacks_broken",
                                                       "stacks_cut", "is_store_full")
              if losses[name]]
    if threads == 1 and foreign:
        found.append(f"{foreign:,} bytes of call stacks that are not the program's own")
    return found


def run(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False, timeout=300, **options)
    if done.returncode != 0:
        raise Failure(f"{shlex.join(map(str, command))}: exit {done.returncode}: {done.stderr}")
    return done.stdout


def report_of(args, path, *options):
    return json.loads(run([args.heaplens, "report", "--format", "json", *options, path]))


def record_under_run(args, command, folder):
    """Runs the program under `heaplens run`; a function from a pid to its report."""
    profile = folder / "out.heaplens"
    run([args.heaplens, "run", "-o", profile, "--", *command])
    return lambda pid: report_of(args, profile, "--process", pid)


def record_alone(args, command, folder):
    session = folder / "session"
    session.mkdir()
    run(command, env={**os.environ, "LD_PRELOAD": args.library, "HEAPLENS_SESSION": str(session)})
    return lambda pid: report_of(args, session / f"{pid}.0.store")


def check(args, seed, folder):
    """(differences, blocks, processes by kind) of one program."""
    counted = folder / "counts"
    counted.write_bytes(bytes(PROCESS_FORMAT.size * len(PROCESSES)))
    record = record_under_run if seed % 10 == 0 else record_alone
    report = record(args, [args.program, str(seed), counted], folder)
    found, blocks, seen = [], 0, defaultdict(int)
    processes = read_counts(counted)
    for name, process in zip(PROCESSES, processes):
        if process is None:
            continue
        header, want = process
        siblings = processes[0][0]["threads"] - 1 if name == "child" else 0
        found += [f"{name}, {header['threads']} threads: {text}"
                  for text in judge(report(header["pid"]), header, want, siblings)]
        blocks += sum(figures["blocks_total"] for figures in want.values())
        seen[name if header["threads"] == 1 else "threaded program"] += 1
    return found, blocks, seen


def check_seed(args, seed):
    try:
        if args.keep:
            folder = Path(tempfile.mkdtemp(prefix="random-program-"))
            print(f"files in {folder}")
            return seed, check(args, seed, folder)
        with tempfile.TemporaryDirectory() as folder:
            return seed, check(args, seed, Path(folder))
    except (Failure, subprocess.TimeoutExpired) as error:
        return seed, ([str(error)], 0, {})


def reproduce(args, seed):
    words = ["python3", __file__, "--heaplens", args.heaplens, "--library", args.library,
             "--program", args.program, "--seed", seed, "--count", 1, "--keep"]
    return shlex.join(map(str, words))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--library", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="leave the files of each program")
    args = parser.parse_args()
    failed, blocks, seen, began = {}, 0, defaultdict(int), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        seeds = range(args.seed, args.seed + args.count)
        for done, (seed, (found, more, processes)) in enumerate(
                pool.map(lambda seed: check_seed(args, seed), seeds), 1):
            blocks += more
            for name, count in processes.items():
                seen[name] += count
            if found:
                failed[seed] = found
                print(*(f"seed {seed}: {text}" for text in found[:8]), sep="\n", flush=True)
            if done % 500 == 0:
                print(f"{done} programs, {len(failed)} failed, {time.monotonic() - began:.0f} s",
                      flush=True)
    print(f"{args.count} programs, {len(failed)} failed, {time.monotonic() - began:.0f} s; "
          f"{blocks:,} blocks; " + ", ".join(f"{name}: {n}" for name, n in sorted(seen.items())))
    if failed:
        print(f"the smallest seed that failed: {min(failed)}\n  {reproduce(args, min(failed))}")
    return 1 if failed or blocks == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
