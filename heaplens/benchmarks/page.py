# SPDX-License-Identifier: MIT
"""Tables of a benchmark, as text and in a page of the documentation, and the machine's facts above them.

A table is a title, the heads of its columns, and rows of a label and its texts. One without rows is
left out. The part of a page between `<!-- begin: NAME -->` and `<!-- end: NAME -->` is the
benchmark's, the rest is its author's.
"""

import os
import platform
import subprocess
import time


def machine():
    """One line: date, processors, kernel, C library, compiler."""
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
                 platform.machine())
    compiler = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True, check=False).stdout.strip()
    return (f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} processors ({model}), Linux {platform.release()}, "
            f"{' '.join(platform.libc_ver())}, gcc {compiler}")


def show(tables):
    for title, heads, rows in tables:
        if rows:
            print(f"\n{title}\n  " + " " * 22 + "".join(f"{h:>9}" for h in heads))
            for label, cells in rows:
                print(f"  {label:22}" + "".join(f"{c:>9}" for c in cells))


def markdown(title, heads, rows):
    lines = [f"### {title}\n", "| | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]
    lines += [f"| {label} | " + " | ".join(cells) + " |" for label, cells in rows]
    return "\n".join(lines) + "\n"


def write(path, name, facts, tables):
    """Replace what is between the marks of `name`; a half-written page is never left behind."""
    begin, end = f"<!-- begin: {name} -->\n", f"<!-- end: {name} -->\n"
    with open(path) as page:
        head, rest = page.read().split(begin)
    tail = rest.split(end)[1]
    parts = [facts + "\n"] + [markdown(*table) for table in tables if table[2]]
    with open(path + ".part", "w") as page:
        page.write(head + begin + "\n".join(parts) + end + tail)
    os.rename(path + ".part", path)
