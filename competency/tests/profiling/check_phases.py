#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Phases cost nothing in a build without COMPETENCY_MEMORY_PROFILING.

    check_phases.py SOURCES COMPILE_COMMANDS

Each file that has phases is compiled as the build compiles it, and again with those lines made
blank: the assembly must be the same. With the option the assembly must differ, or the comparison
could not fail.
"""
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

PHASE = re.compile(r"^.*COMPETENCY__PHASE_(BEGIN|END)\(.*$", re.MULTILINE)


def commands_of(database):
    """The first command that compiles each file."""
    found = {}
    for entry in json.loads(Path(database).read_text()):
        found.setdefault(Path(entry["file"]), entry)
    return found


def assembly(entry, source, text, *more):
    """What the compiler makes of `text` in place of the file `source`."""
    words = [w for w in shlex.split(entry["command"]) if not w.startswith("-g")]
    words[words.index("-o") + 1] = "-"
    words[words.index("-c")] = "-S"
    words.remove(str(source))
    done = subprocess.run([*words, *more, "-g0", f"-I{source.parent}", "-x", "c", "-"], input=text, text=True,
                          cwd=entry["directory"], stdout=subprocess.PIPE, check=True)
    return done.stdout


def check(entry, source, heaplens_headers):
    text = source.read_text()
    as_built = assembly(entry, source, text)
    if as_built != assembly(entry, source, PHASE.sub("", text)):
        sys.exit(f"{source}: its phases leave machine code in a build without them")
    if heaplens_headers.is_dir():
        profiled = assembly(entry, source, text, "-DCOMPETENCY_MEMORY_PROFILING", f"-I{heaplens_headers}")
        if profiled == as_built:
            sys.exit(f"{source}: the same machine code with COMPETENCY_MEMORY_PROFILING and without")


def main():
    root, database = Path(sys.argv[1]), sys.argv[2]
    commands = commands_of(database)
    count = 0
    for source in sorted(root.rglob("*.c")):
        if PHASE.search(source.read_text()):
            check(commands[source], source, root.parent / "heaplens/include")
            count += 1
    if count == 0:
        sys.exit("no file has a phase: nothing was compared")
    print(f"{count} files with phases: the same machine code without them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
