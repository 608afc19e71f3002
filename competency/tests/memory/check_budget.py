#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A run of the command line over the demo data keeps to the budget file of the repository.

    check_budget.py HEAPLENS COMPETENCY SOURCE

Some of the budgets are relative to a baseline that is in the repository too;
tools/save_baselines.sh records it again.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED, NO_MODEL = 77, 69


def main():
    heaplens, competency, source = sys.argv[1:]
    demo, budgets = Path(source) / "data/demo", Path(source) / "budgets"
    command = [competency, "match", "--role", demo / "demo_role.json", "--candidates", demo / "demo_candidates.jsonl",
               "--format", "jsonl"]
    # The first program that opens a model packs it, for all that come after.
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        return SKIPPED if done.returncode == NO_MODEL else done.returncode
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "match.heaplens"
        subprocess.run([heaplens, "run", "-o", profile, "--", *command], stdout=subprocess.DEVNULL, check=True)
        return subprocess.run([heaplens, "check", profile, "--budget", budgets / "match.budget", "--baseline",
                               budgets / "baselines/match.heaplens"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
