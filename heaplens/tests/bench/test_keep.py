#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The optimisation barrier holds at every level, with gcc and with clang, as C and as C++.

    test_keep.py INCLUDE_FOLDER
"""
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

SOURCE = Path(__file__).parent / "keep.c"
INCLUDE = sys.argv.pop(1)
COMPILERS = [c for c in ("gcc", "clang", "g++", "clang++") if shutil.which(c)]
LEVELS = ("-O2", "-O3", "-Os")  # gcc keeps an empty loop at -O1


def functions(compiler, level):
    """Instructions of every function, by its name."""
    language = ["-x", "c++", "-std=c++17"] if compiler.endswith("++") else ["-std=c17"]
    command = [compiler, *language, level, "-S", "-o", "-", "-fno-asynchronous-unwind-tables", f"-I{INCLUDE}", SOURCE]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found, name = {}, None
    for line in done.stdout.splitlines():
        label = re.match(r"(?:_Z\d+)?(sum_unkept|sum_kept|constant_kept|loop_empty|loop_kept)\w?:", line)
        if label:
            name = label.group(1)
            found[name] = []
        elif line.startswith("\t.size"):
            name = None
        elif name and re.match(r"\t[a-z]", line):
            found[name].append(line.strip())
    return found


class Keep(unittest.TestCase):
    def setUp(self):
        self.assertTrue(COMPILERS)
        self.found = {f"{compiler} {level}": functions(compiler, level) for compiler in COMPILERS for level in LEVELS}

    def test_an_object_that_nobody_reads_is_in_memory(self):
        for name, found in self.found.items():
            stores = [line for line in found["sum_kept"] if re.search(r"mov\w*\s.*,\s*-?\d*\(%r", line)]
            self.assertTrue(stores, (name, found["sum_kept"]))
            self.assertLessEqual(len(found["sum_unkept"]), 3, (name, found["sum_unkept"]))  # xor, ret

    def test_a_constant_is_hidden(self):
        for name, found in self.found.items():
            text = "\n".join(found["constant_kept"])
            self.assertNotIn("$252", text, name)  # 6 * 6 * 7
            self.assertRegex(text, r"i?mul|lea|shl", name)

    def test_a_loop_is_not_taken_out(self):
        for name, found in self.found.items():
            self.assertTrue(any(line.startswith("j") for line in found["loop_kept"]), (name, found["loop_kept"]))
            self.assertFalse(any(line.startswith("j") for line in found["loop_empty"]), (name, found["loop_empty"]))


if __name__ == "__main__":
    unittest.main()
