#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Three optimisations before and after: verdicts on time and memory, and the call sites that changed.

    run_pairs.py [BUILD] [--only NAME] [--rounds N] [--margin PERCENT] [--json FILE]

Each pair is one program with both sides of the change; `heaplens compare` runs them in turns, then
`heaplens diff` names what the change took away and what it brought. With --json nothing is printed:
the file has what both commands write. BUILD is build/release if it is not given. Exit 0: measured,
whatever the verdicts are.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
MEASURED = (0, 3)  # `heaplens compare`: nothing regressed; something did

# Program, what it was, what it is, and the figure of the heap that the change is about.
PAIRS = {
    "model_loading": ("the model loaded for each of 10 calls; once for all", "per-call", "once", "total"),
    "similarity_matrix": ("50 rows that grow, for 100 columns; one block of the size that is known", "nested", "flat",
                          "blocks"),
    "embedding_calls": ("100 names with a call and a vector each; in one call, into one block", "each", "batch",
                        "blocks"),
}


def heaplens(build, *arguments, statuses=(0,)):
    done = subprocess.run([build / "bin/heaplens", *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in statuses:
        sys.exit(f"heaplens {arguments[0]}: exit {done.returncode}\n{done.stdout}")
    return done.stdout


def record(build, folder, program, side):
    profile = Path(folder) / f"{side}.heaplens"
    said = heaplens(build, "run", "-o", profile, "--", program, side)
    return profile, said


def measure(build, name, options, form):
    """(what `heaplens compare`, what `heaplens diff` write) of one pair."""
    _, before, after, figure = PAIRS[name]
    program = build / "competency/benchmarks/pairs" / name
    compared = heaplens(build, "compare", "--format", form, *options, f"'{program}' {before}", f"'{program}' {after}",
                        statuses=MEASURED)
    with tempfile.TemporaryDirectory() as folder:
        (base, base_said), (head, head_said) = (record(build, folder, program, side) for side in (before, after))
        if base_said != head_said:
            sys.exit(f"{name}: not the same result\n{base_said}{head_said}")
        return compared, heaplens(build, "diff", "--format", form, "--sort", figure, "--top", 5, base, head)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", type=Path, default=ROOT / "build/release")
    parser.add_argument("--only", choices=PAIRS)
    parser.add_argument("--rounds", help="blocks of four processes, at most; as of heaplens-compare(1)")
    parser.add_argument("--margin", default="2", help="changes of time within it do not matter; 2")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    options = ["--margin", args.margin] + (["--rounds", args.rounds] if args.rounds else [])
    found = {}
    for name in [args.only] if args.only else PAIRS:
        compared, differ = measure(args.build.resolve(), name, options, "json" if args.json else "text")
        if args.json:
            found[name] = {"what": PAIRS[name][0], "compare": json.loads(compared), "diff": json.loads(differ)}
        else:
            print(f"== {name}: {PAIRS[name][0]}\n\n{compared}\n{differ}", flush=True)
    if args.json:
        args.json.write_text(json.dumps({"format": "competency-pairs", "version": 1, "pairs": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
