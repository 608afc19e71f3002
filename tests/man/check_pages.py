#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Manual pages are well formed, and say what a page has to say.

    check_pages.py      exit 0: they are; 1: each fault is named; 77: no mandoc
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

PAGES = Path(__file__).resolve().parents[2] / "docs" / "man"
SECTIONS = {
    "1": ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"],
    "7": ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO"],
    "5": ["NAME", "DESCRIPTION", "EXAMPLES", "SEE ALSO"],
}
PRODUCTS = re.compile(r"^\.Xr ((?:heaplens|competency)[\w-]*) (\d)", re.M)


def faults_of(page):
    text = page.read_text()
    for section in SECTIONS[page.suffix[1:]]:
        if f"\n.Sh {section}\n" not in text:
            yield f"{page.name}: no section {section}"
    for name, section in PRODUCTS.findall(text):
        if not (PAGES / f"{name}.{section}").exists():
            yield f"{page.name}: there is no page {name}({section})"
    lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True, check=False)
    yield from (line for line in (lint.stdout + lint.stderr).splitlines() if "mandoc.db" not in line)


def main():
    pages = sorted(PAGES.glob("*.[157]"))
    if not pages:
        sys.exit(f"no pages in {PAGES}")
    if shutil.which("mandoc") is None:
        print("no mandoc")
        return 77
    faults = [fault for page in pages for fault in faults_of(page)]
    print("\n".join(faults) or f"{len(pages)} pages")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
