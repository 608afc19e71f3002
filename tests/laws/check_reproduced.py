#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every entry of a page names a test that there is, or a script, which brings it about.

    check_reproduced.py BUILD [PAGE]     exit 0: so it is; 1: each offence as PAGE: entry: text
                                              PAGE is docs/TROUBLESHOOTING.md if none is given

BUILD is a build tree with every test: the names are those that ctest lists there.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENTRY = re.compile(r"^### (.+)$", re.M)
EVIDENCE = re.compile(r"^Reproduced by: (.+)$", re.M)


def known_tests(build):
    listing = subprocess.run(["ctest", "--test-dir", build, "-N"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^ *Test +#\d+: (\S+)", listing, re.M))


def offences(text, is_known):
    """What is wrong with each entry; `is_known` says whether a name is one of a test or a script."""
    headings = list(ENTRY.finditer(text))
    ends = [match.start() for match in headings[1:]] + [len(text)]
    if not headings:
        yield "the page", "has no entries"
    for heading, end in zip(headings, ends):
        lines = EVIDENCE.findall(text[heading.end():end])
        names = re.findall(r"`([^`]+)`", " ".join(lines))
        if len(lines) != 1 or not names:
            yield heading.group(1), "names no test: one line \"Reproduced by: `NAME`\" is asked of each entry"
        for name in names:
            if not is_known(name):
                yield heading.group(1), f"there is no test or script {name}"


def main():
    page = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs/TROUBLESHOOTING.md"
    tests = known_tests(sys.argv[1])
    found = list(offences(page.read_text(encoding="utf-8"), lambda name: name in tests or (ROOT / name).is_file()))
    for entry, text in found:
        print(f"{page.name}: {entry}: {text}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
