#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run one memory test; when a budget is broken, show the functions and lines behind it.

    run_memory_test.py HEAPLENS PROGRAM TEST BASELINES

BASELINES has a profile of each test, TEST.heaplens: call sites that it has not, or that had fewer
blocks, are named first. tools/save_baselines.sh records them again.
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SHOWN = 5


def sites_with_more_blocks(heaplens, baseline, store):
    """[(more blocks, "function <- caller <- ... at FILE:LINE")], most first."""
    done = subprocess.run([heaplens, "diff", "--format", "json", baseline, store], stdout=subprocess.PIPE, check=True)
    report = json.loads(done.stdout)
    found = []
    for site in report["sites"]:
        before, after = site["figures"]["blocks"]
        if after > before:
            path = " <- ".join(report["functions"][at]["name"] for at in site["path"])
            found.append((after - before, f"{path}  at {site['file']}:{site['line']}"))
    return sorted(found, reverse=True)


def explain(heaplens, baseline, store):
    if baseline.is_file():
        for more, site in sites_with_more_blocks(heaplens, baseline, store)[:SHOWN]:
            print(f"+{more} blocks since the baseline: {site}", flush=True)
    subprocess.run([heaplens, "report", store, "--top", "3"], check=False)


def main():
    heaplens, program, test, baselines = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, HEAPLENS_EXPECT_DIR=folder)
        status = subprocess.run([program, test], env=env, check=False).returncode
        sys.stdout.flush()
        for store in sorted(Path(folder).iterdir()):
            explain(heaplens, Path(baselines) / f"{test}.heaplens", store)
    return status


if __name__ == "__main__":
    sys.exit(main())
