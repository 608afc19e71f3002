#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Rank a large pool of candidates with the real model: time, and the memory that the process takes.

    rank_pool.py BIN/competency [--candidates N] [--names N] [--skills N] [-- RANK OPTIONS...]

Names are labels of data/quality; a candidate has 20 of 2,000, the role the 12 that come first.
Every vector is computed in the run: there is no cache, unless the options name one.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LABELS = Path(__file__).resolve().parents[2] / "data/quality/esco_skill_corpus.tsv"
ROLE_SKILLS = 12


def labels(count):
    rows = LABELS.read_text(encoding="utf-8").splitlines()
    column = rows[0].split("\t").index("label")
    names = sorted({row.split("\t")[column] for row in rows[1:]})
    return random.Random(1).sample(names, count)


def skill(rng, name):
    return {"name": name, "level": {"value": rng.randrange(6), "max": 5}}


def write_pool(folder, count, names, skills):
    rng = random.Random(2)
    role, pool = folder / "role.json", folder / "pool.jsonl"
    role.write_text(json.dumps({"id": "role", "skills": [
        {"name": name, "level": {"value": 3, "max": 5}} for name in names[:ROLE_SKILLS]]}))
    with pool.open("w") as file:
        for i in range(count):
            chosen = [skill(rng, name) for name in rng.sample(names, skills)]
            file.write(json.dumps({"id": f"c{i}", "skills": chosen}) + "\n")
    return role, pool


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("--candidates", type=int, default=100_000)
    parser.add_argument("--names", type=int, default=2000)
    parser.add_argument("--skills", type=int, default=20)
    parser.add_argument("options", nargs="*", help="of competency rank")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        role, pool = write_pool(Path(folder), args.candidates, labels(args.names), args.skills)
        command = [args.program, "rank", "--role", role, "--candidates", pool, "--format", "json",
                   *args.options]
        start = time.monotonic()
        child = subprocess.Popen(command, stdout=subprocess.PIPE)
        result = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            sys.exit(f"competency rank ended with {child.returncode}")
        print(f"{args.candidates:,} candidates of {args.skills} skills, {args.names:,} names, "
              f"{pool.stat().st_size / 1e6:.0f} MB of JSONL, {len(result):,} bytes of result\n"
              f"  time    {wall:8.2f} s, processor {usage.ru_utime + usage.ru_stime:.2f} s\n"
              f"  memory  {usage.ru_maxrss / 1024:8.1f} MiB resident at its largest")


if __name__ == "__main__":
    main()
