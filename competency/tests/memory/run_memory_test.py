#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run one memory test; when a budget is broken, show the functions and lines behind it.

    run_memory_test.py HEAPLENS PROGRAM TEST
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main():
    heaplens, program, test = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, HEAPLENS_EXPECT_DIR=folder)
        status = subprocess.run([program, test], env=env, check=False).returncode
        sys.stdout.flush()
        for store in sorted(Path(folder).iterdir()):
            subprocess.run([heaplens, "report", store, "--top", "3"], check=False)
    return status


if __name__ == "__main__":
    sys.exit(main())
