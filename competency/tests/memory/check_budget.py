#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A run of the command line over the demo data keeps to the budget file of the repository.

    check_budget.py HEAPLENS COMPETENCY SOURCE
"""
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED, NO_MODEL = 77, 69


def main():
    heaplens, competency, source = sys.argv[1:]
    demo = Path(source) / "data/demo"
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "match.heaplens"
        done = subprocess.run([heaplens, "run", "-o", profile, "--", competency, "match", "--role",
                               demo / "demo_role.json", "--candidates", demo / "demo_candidates.jsonl",
                               "--format", "jsonl"], stdout=subprocess.DEVNULL, check=False)
        if done.returncode == NO_MODEL:
            return SKIPPED
        if done.returncode != 0:
            return done.returncode
        return subprocess.run([heaplens, "check", profile, "--budget", Path(source) / "budgets/match.budget"],
                              check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
