#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Valgrind's own viewer shows the DHAT files that heaplens writes of real programs.

    check_view.py --heaplens PATH --node NODE

The first invocation of each program of check_robust.py that is installed. Exit status 77 where
node or the viewer is missing.
"""
import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import check_robust


def record(case, heaplens, folder):
    """The DHAT file of one case."""
    profile, report = folder / "out.heaplens", folder / f"{Path(case.command[0]).name}.json"
    check_robust.run_case(case, folder / "place", [heaplens, "run", "-o", profile, "--"])
    subprocess.run([heaplens, "report", "--format", "dhat", "-o", report, profile], check=True)
    return report


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--node", required=True)
    args = parser.parse_args()
    cases = [cases[0] for cases in check_robust.CASES.values()]
    cases = [c for c in cases if shutil.which(c.command[0], path=check_robust.SYSTEM_PATH)]
    if not args.node or not cases:
        print("node or every program is missing")
        return check_robust.SKIPPED
    with tempfile.TemporaryDirectory() as name:
        reports = [record(case, args.heaplens, Path(name)) for case in cases]
        loader = Path(__file__).parent.parent / "export" / "load_dh_view.js"
        return subprocess.run([args.node, loader, *reports], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
