#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keep what the documentation shows true.

    tools/refresh_docs.py [BUILD]            write the real output into every page
    tools/refresh_docs.py --check [BUILD]    fail where a page shows what the commands do not print

BUILD is the build folder whose programs are run; build/release if it is not given.

In the pages:

    ```c examples/NAME.c             the block is that file, without its first comment lines
    ```console                       lines that begin with "$ " are run, one after the other, in
    $ COMMAND                        the repository, with the built programs on the PATH; what
                                     they print follows them

A check compares shapes: numbers, times and addresses may differ from machine to machine, words
may not. A "..." line in a block stands for any lines.
"""

import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGES = ["README.md"]
BLOCK = re.compile(r"^```(console|c)\b([^\n]*)\n(.*?)^```$", re.S | re.M)


def shape(text):
    """What must agree: the words. Numbers with their units, verdicts about times, and the layout may not."""
    text = re.sub(r"\b(improved|regressed|inconclusive|no change); ", "verdict; ", text)
    text = re.sub(r"\b0x[0-9a-f]+\b|\b[0-9a-f]{12,}\b", "#", text)
    text = re.sub(r"[0-9][0-9,]*(\.[0-9]+)?", "#", text)
    text = re.sub(r"# (ns|us|ms|s|B|KiB|MiB|GiB)\b", "# unit", text)
    return [re.sub(r"\s+", " ", line).strip() for line in text.splitlines() if line.strip()]


def agree(shown, real):
    """Do the lines agree, where "..." stands for any number of lines?"""
    if not shown:
        return not real
    if shown[0] == "...":
        return any(agree(shown[1:], real[i:]) for i in range(len(real) + 1))
    return bool(real) and shown[0] == real[0] and agree(shown[1:], real[1:])


def run(command, build):
    env = dict(os.environ, PATH=os.path.join(build, "bin") + os.pathsep + os.environ["PATH"], NO_COLOR="1",
               COLUMNS="100", LC_ALL="C.UTF-8", EXAMPLES=os.path.relpath(os.path.join(build, "examples"), ROOT))
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    return done.stdout


def example_source(name):
    with open(os.path.join(ROOT, name)) as source:
        lines = source.read().splitlines(keepends=True)
    while lines and lines[0].startswith("//"):
        lines.pop(0)
    return "".join(lines)


def console(body, build):
    """(real block, shown shapes, real shapes) of a console block."""
    groups = re.split(r"^(?=\$ )", body, flags=re.M)
    real, pairs = [], []
    for group in [g for g in groups if g.startswith("$ ")]:
        command, _, shown = group[2:].partition("\n")
        printed = run(command, build)
        pairs.append((shape(shown), shape(printed)))
        real.append(f"$ {command}\n{printed if '...' not in shape(shown) else shown}")
    return "".join(real), pairs


def refresh(page, build, check):
    path = os.path.join(ROOT, page)
    with open(path) as file:
        text = file.read()
    wrong = []

    def replace(match):
        kind, rest, body = match.groups()
        if kind == "c":
            if not rest.strip():
                return match.group(0)
            real = example_source(rest.strip())
            if real != body:
                wrong.append(f"{page}: the block of {rest.strip()} is not that file")
        else:
            real, pairs = console(body, build)
            for shown, printed in pairs:
                if not agree(shown, printed):
                    differ = [f"    shown   {s}\n    printed {p}" for s, p in zip(shown, printed) if s != p][:3]
                    wrong.append(f"{page}: {body.splitlines()[0]}\n" + "\n".join(differ or [f"    {len(shown)} lines shown, {len(printed)} printed"]))
        return f"```{kind}{rest}\n{real}```"

    new = BLOCK.sub(replace, text)
    if not check and new != text:
        with open(path, "w") as file:
            file.write(new)
        print(f"{page}: refreshed")
    return wrong


def main():
    check = "--check" in sys.argv[1:]
    folders = [a for a in sys.argv[1:] if not a.startswith("--")]
    build = os.path.abspath(folders[0]) if folders else os.path.join(ROOT, "build", "release")
    os.makedirs(os.path.join(ROOT, "out"), exist_ok=True)
    wrong = [w for page in PAGES for w in refresh(page, build, check)]
    if check and wrong:
        print("\n".join(wrong))
        print("tools/refresh_docs.py writes the real output into the pages")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
