#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What bash offers for a command line, word by word as readline splits it."""
import os
import sys
import tempfile
from pathlib import Path

from check_options import bash_answers

# The line, and what is offered for its last word.
CASES = [
    ("heaplens re", {"report"}),
    ("heaplens report --format = js", {"json"}),
    ("heaplens report --format =", set("text html markdown json dhat pprof folded speedscope".split())),
    ("heaplens diff --so", {"--sort"}),
    ("heaplens report a", {"app.heaplens", "app.budget"}),
    ("heaplens report -o out ap", {"app.heaplens", "app.budget"}),
    ("heaplens check --budget app.b", {"app.budget"}),
    ("heaplens check --baseline ma", {"main"}),
    ("heaplens check --baselines = kept --baseline ", {"old", "app.heaplens", "app.budget", "kept"}),
    ("heaplens baseline ", {"save", "update", "show"}),
    ("heaplens baseline show m", {"main"}),
    ("heaplens check --top ", set()),                    # any number
    ("heaplens run --mode = full --dep", {"--depth"}),
    ("heaplens run -- bash app.b", {"app.budget"}),      # the program's own arguments
    ("heaplens run -o x bash --depth", set()),
    ("heaplens run -o x -- mkdi", {"mkdir"}),
    ("heaplens unknown --", set()),
    ("competency ra", {"rank"}),
    ("competency rank --top ", {"all"}),
    ("competency match --strategy con", {"conservative"}),
    ("competency match --role app.h", {"app.heaplens"}),
    ("competency match --model ", {"app.budget", "app.heaplens", "kept"}),
]


def make_files():
    Path("app.heaplens").touch()
    Path("app.budget").touch()
    for folder, name in ((".heaplens/baselines", "main"), ("kept", "old")):
        os.makedirs(folder)
        Path(folder, f"{name}.heaplens").touch()


def main():
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make_files()
        for line, wanted in CASES:
            found = bash_answers(*line.split(" "))
            found.discard(".heaplens")
            if found != wanted:
                wrong.append(f"{line!r}: {sorted(found)}, not {sorted(wanted)}")
        own = str(os.getpid())
        if own not in bash_answers("heaplens", "top", own):
            wrong.append("heaplens top: a process of this user is not offered")
        os.chdir("/")
    print("\n".join(wrong) or f"{len(CASES)} lines")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
