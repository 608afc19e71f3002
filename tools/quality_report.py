#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes docs/quality.md: what `competency eval` measures, as tables.

    tools/quality_report.py [BUILD] [--check]

BUILD is the build folder whose program is run; build/release if it is not given. --check writes
nothing and fails where the page has other figures.
"""
import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/quality.md"

HEAD = """# Quality

How good the model and the scoring are, on data whose answers are known; beside them simple methods
that they have to be better than. `competency-eval(1)` says what is measured and how; `data/README.md`
says where the data is from. Written by

```
tools/quality_report.py
```

which runs `competency eval --format json` ({took:.0f} s here).

| | |
|---|---|
| program | {version} |
| model | {model}, SHA-256 `{sha256}` |
| scoring | {scoring}, strategy {strategy} |
| data | `data/quality`, `data/demo`: the development halves |
| machine | {machine} |
| date | {date} |

The figures depend on the program, the model and the data, and not on the machine.
"""

ABOUT = {
    ("synonyms", "all"): "Find a skill by another name of it, among 14,053 labels.",
    ("synonyms", "no shared word"): "Of these, the names that share no word with the label.",
    ("near-misses", "against near misses"):
        "Tell another name of a skill from the name of another skill that looks alike.",
    ("near-misses", "against random pairs"): "The same, from the name of any other skill.",
    ("related", "35 skills"):
        "Rank 878 occupations by their levels in 35 skills: are O*NET's related occupations on top?\n"
        "A random order has 0.011.",
    ("demo", "as they are"): "Rank the forty candidates of the demo role, of whom twelve have a related occupation.",
    ("demo", "paraphrased"): "The same, with each name of a candidate's skill replaced by its description.",
}

TAIL = """
## What this says

- The model finds and tells names better than their letters do, most of all where they share no word.
- The classic scoring does not rank occupations by levels, and neither ties nor the question are to
  blame: `distance`, asked the same, has fourteen times as much. A requirement is met by whoever has
  its level or more, and to some degree by whatever has a similar name, as any two of the 35 have. An
  occupation with high levels in everything so fits every role best, and what is left is the order
  by `strength`, the sum of levels, which does not look at the role and does as well.
- On the demo it is behind methods that only compare words. These are the figures that another
  scoring has to be better than.
"""


def machine():
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                if line.startswith("model name")), platform.machine())
    return f"{cpu}, {os.cpu_count()} processors, Linux {platform.release()}"


def tables(measures):
    groups = {}
    for m in measures:
        groups.setdefault((m["suite"], m["cases"]), []).append(m)
    for (suite, cases), group in groups.items():
        metrics = list(dict.fromkeys(m["metric"] for m in group))
        methods = list(dict.fromkeys(m["method"] for m in group))
        value = {(m["method"], m["metric"]): m["value"] for m in group}
        yield f"\n## {suite}, {cases}\n\n{ABOUT[suite, cases]} Cases: {group[0]['count']:,}.\n"
        yield "| | " + " | ".join(metrics) + " |\n|---|" + "---|" * len(metrics)
        for method in methods:
            yield f"| {method} | " + " | ".join(f"{value[method, m]:.3f}" for m in metrics) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("build", nargs="?", type=Path, default=ROOT / "build/release")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    program = args.build / "bin/competency"
    start = time.monotonic()
    done = subprocess.run([program, "eval", "--data", ROOT / "data", "--format", "json"],
                          stdout=subprocess.PIPE, check=True)
    took = time.monotonic() - start
    result = json.loads(done.stdout)
    version = subprocess.run([program, "--version"], stdout=subprocess.PIPE, text=True, check=True)
    body = "\n".join(tables(result["measures"])) + "\n" + TAIL
    if args.check:
        page = PAGE.read_text(encoding="utf-8")
        sys.exit(0 if page.endswith(body) else f"{PAGE.name} has other figures: run tools/quality_report.py")
    PAGE.write_text(HEAD.format(
        took=took, version=version.stdout.strip(), model=result["model"]["name"],
        sha256=result["model"]["sha256"], scoring=result["scoring"], strategy=result["strategy"],
        machine=machine(), date=datetime.date.today()) + body, encoding="utf-8")


main()
