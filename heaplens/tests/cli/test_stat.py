# SPDX-License-Identifier: MIT
"""heaplens stat: the totals of a program whose allocations are counted by hand, as table and JSON."""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

OPTIONS = None


def stat(*arguments):
    return subprocess.run([OPTIONS.heaplens, "stat", *map(str, arguments)], capture_output=True,
                          check=False, text=True)


class Stat(unittest.TestCase):
    def test_prints_totals_beside_the_programs_own_output(self):
        done = stat("--", "sh", "-c", f"echo out; {OPTIONS.program} leak")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "out\n")
        self.assertRegex(done.stderr, r"\n +[\d,]+  bytes allocated +\d")
        self.assertRegex(done.stderr, r"\n +2  processes\n")

    def test_one_thing_is_not_several(self):
        table = stat("--", OPTIONS.program, "leak").stderr
        self.assertRegex(table, r"\n +3  blocks allocated\n")
        self.assertRegex(table, r"\n +1  thread that allocated\n +1  process\n")

    def test_counts_what_the_program_allocates(self):
        done = stat("--mode", "full", "--json", "--", OPTIONS.program, "leak")
        totals = json.loads(done.stderr)
        self.assertEqual((totals["version"], totals["mode"]), (1, "full"))
        self.assertEqual((totals["bytes_total"], totals["blocks_total"]), (3000, 3))
        self.assertEqual((totals["bytes_end"], totals["blocks_end"]), (3000, 3))
        self.assertEqual((totals["bytes_peak"], totals["peak_error_bytes"]), (3000, 0))
        self.assertEqual((totals["processes"], totals["exit_code"]), (1, 0))
        self.assertEqual((totals["reallocs"], totals["blocks_temporary"]), (0, 0))
        self.assertGreater(totals["wall_ns"], 0)

    def test_counts_usable_bytes_unless_told(self):
        totals = json.loads(stat("--json", "--", OPTIONS.program, "leak").stderr)
        self.assertEqual((totals["mode"], totals["bytes_total"]), ("count", 3000))
        self.assertEqual(totals["blocks_end"], 3)
        self.assertNotIn("reallocs", totals)  # unknown, which is not 0
        self.assertGreaterEqual(totals["bytes_end"], 3000)
        self.assertLess(totals["bytes_end"], 3100)
        self.assertEqual(stat("--mode", "off", "--", "true").returncode, 2)

    def test_exits_as_the_program(self):
        self.assertEqual(stat("--", "sh", "-c", "exit 3").returncode, 3)
        self.assertEqual(stat("--", "sh", "-c", "kill -9 $$").returncode, 137)
        self.assertEqual(stat("--", "/nonexistent").returncode, 127)
        self.assertEqual(stat("--json").returncode, 2)
        self.assertEqual(stat("--nosuch", "--", "true").returncode, 2)
        self.assertEqual(stat("--help").returncode, 0)

    def test_writes_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "totals.json"
            done = stat("--json", "-o", path, "--", OPTIONS.program, "leak")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(json.loads(path.read_text("utf-8"))["bytes_total"], 3000)

    def test_leaves_nothing_behind(self):
        before = set(pathlib.Path("/dev/shm").glob("heaplens.*"))
        stat("--", OPTIONS.program, "leak")
        self.assertLessEqual(set(pathlib.Path("/dev/shm").glob("heaplens.*")) - before, set())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--program", required=True)
    OPTIONS = parser.parse_args()
    sys.exit(not unittest.main(argv=sys.argv[:1], exit=False).result.wasSuccessful())
