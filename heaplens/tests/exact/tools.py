# SPDX-License-Identifier: MIT
"""A program under heaplens and under Valgrind's DHAT, each giving a DHAT file."""
import os
import subprocess
import sys

SKIPPED = 77


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def run_heaplens(heaplens, program, folder, arguments=()):
    """The DHAT file that heaplens writes about a run of `program`; its stdout beside it."""
    profile, report = folder / "out.heaplens", folder / "heaplens.json"
    done = run([heaplens, "run", "-o", profile, "--", program, *arguments])
    run([heaplens, "report", "--format", "dhat", "-o", report, profile])
    return report, done.stdout


def run_valgrind(valgrind, program, folder, arguments=()):
    """The DHAT file that Valgrind writes about a run of `program`; its stdout beside it.

    500 callers are the most that it can keep. libc's own blocks are left as the program leaves
    them at its end, instead of being freed for a clean leak report.
    """
    report = folder / "valgrind.json"
    done = run([valgrind, "--tool=dhat", "--num-callers=500", "--run-libc-freeres=no",
                "--read-inline-info=yes", f"--dhat-out-file={report}", program, *arguments],
               env={**os.environ, "LC_ALL": "C"})
    return report, done.stdout
