#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each public header compiles alone, and twice in a row, as C17 and as C++17 without a warning.

    check_headers.py CC CXX     CXX may be empty: then only C is checked, and the exit status is 77
"""
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def compile_alone(compiler, language, header):
    """The compiler's complaint, or "" if there is none."""
    include = f"#include <{header.parent.name}/{header.name}>\n"
    roots = [f"-I{ROOT / product / 'include'}" for product in ("heaplens", "competency")]
    command = [compiler, "-x", language[0], f"-std={language[1]}", *WARNINGS, *roots, "-fsyntax-only", "-"]
    done = subprocess.run(command, input=include * 2, capture_output=True, text=True, check=False)
    return done.stderr or ("" if done.returncode == 0 else f"exit {done.returncode}")


def main():
    cc, cxx = sys.argv[1], sys.argv[2]
    languages = [(cc, ("c", "c17"))] + ([(cxx, ("c++", "c++17"))] if cxx else [])
    headers = sorted(ROOT.glob("*/include/*/*.h"))
    complaints = 0
    for header in headers:
        for compiler, language in languages:
            complaint = compile_alone(compiler, language, header)
            complaints += bool(complaint)
            if complaint:
                print(f"{header.relative_to(ROOT)} as {language[1]}:\n{complaint}")
    print(f"{len(headers)} headers, {len(languages)} languages, {complaints} complaints")
    if complaints or not headers:
        return 1
    return 0 if cxx else 77


if __name__ == "__main__":
    sys.exit(main())
