#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How often `heaplens compare` is wrong, and how often it finds what there is, on real processes.

    compare_campaign.py --heaplens BIN/heaplens --program PROGRAM same --runs 500
    compare_campaign.py --heaplens BIN/heaplens --program PROGRAM allocation --runs 100
    compare_campaign.py --heaplens BIN/heaplens --bench BENCH same|slower|allocation --runs 100

PROGRAM is compare_target, and BENCH compare_bench, of heaplens/tests/cli. `same` compares a program
with itself: every figure that is said to have changed is a false verdict. `slower` makes head 5 %
slower, `allocation` lets it allocate one block more: each is to be found. Every comparison has a
seed of its own, from --first on. --busy N keeps N processors busy meanwhile (default 1).
Exit 1 if more than 5 % of the runs have a false verdict, or less than 95 % find what there is.
"""
import argparse
import json
import subprocess
import sys
import time


def commands(options):
    """Base, head, and the figure that is to be found regressed; None: none is."""
    if options.bench:
        brief = "--warm-up 2ms --measurement-time 20ms --sample-size 10"
        base, slower, more = (f"env COMPARE_BENCH={a} {options.bench} {brief}" for a in ("none", "slower", "more"))
        time_figure, block_figure = "time", "blocks"
    else:
        base, slower, more = (f"{options.program} {a}" for a in ("3000000 10", "3150000 10", "3000000 11"))
        time_figure, block_figure = "processor_time", "heap_blocks"
    return {"same": (base, base, None), "slower": (base, slower, time_figure),
            "allocation": (base, more, block_figure)}[options.what]


def compare(options, base, head, seed):
    done = subprocess.run([options.heaplens, "compare", "--format", "json", "--seed", str(seed),
                           "--rounds", str(options.rounds), "--margin", str(options.margin), base, head],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        sys.exit(f"seed {seed}: exit {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["same", "slower", "allocation"])
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--program")
    parser.add_argument("--bench")
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--margin", type=float, default=1)
    parser.add_argument("--busy", type=int, default=1)
    options = parser.parse_args()
    base, head, figure = commands(options)
    load = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(options.busy)]
    changed = found = blocks = 0
    verdicts = {}
    started = time.monotonic()
    try:
        for seed in range(options.first, options.first + options.runs):
            document = compare(options, base, head, seed)
            blocks += document["blocks"]
            for f in document["figures"]:
                key = (f["figure"], f["verdict"])
                verdicts[key] = verdicts.get(key, 0) + 1
            wrong = [f["figure"] for f in document["figures"] if f["verdict"] in ("regressed", "improved")]
            changed += bool(wrong)
            found += any(f["figure"] == figure and f["verdict"] == "regressed" for f in document["figures"])
            if figure is None and wrong:
                print(f"seed {seed}: {wrong}", flush=True)
    finally:
        for process in load:
            process.kill()
            process.wait()
    for (name, verdict), count in sorted(verdicts.items()):
        print(f"{name:20} {verdict:14} {count}")
    count = changed if figure is None else found
    print(f"{options.what}: {count} of {options.runs} runs {'have a false verdict' if figure is None else 'find it'}"
          f" (seeds {options.first} to {options.first + options.runs - 1}, {blocks / options.runs:.1f} blocks on average, "
          f"{time.monotonic() - started:.0f} s)")
    is_good = count * 20 <= options.runs if figure is None else count * 100 >= options.runs * 95
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
