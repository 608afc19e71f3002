#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The comparison of allocators has a row for each that is installed, with figures that can be true.

    test_allocators.py BUILD
"""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BUILD = Path(sys.argv.pop(1))
HERE = Path(__file__).resolve().parent


class Allocators(unittest.TestCase):
    def test_each_has_a_row_and_the_system_is_its_own_measure(self):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "rows.json"
            done = subprocess.run([sys.executable, HERE / "allocators.py", BUILD, "--rounds", "1", "--only", "pool", "--json",
                                   out], stdout=subprocess.PIPE, text=True, check=True)
            rows = json.loads(out.read_text())["rows"]
        self.assertEqual(rows[0]["allocator"], "system")
        self.assertEqual(rows[0]["time_ratio"], 1)
        self.assertEqual(len(done.stdout.splitlines()), 1 + len(rows))
        for row in rows:
            with self.subTest(row["allocator"]):
                # Half of the results are live when the memory is read, and none of them is untouched.
                self.assertGreater(row["peak_bytes"], row["live_bytes"])
                self.assertGreater(row["private_bytes"], row["live_bytes"])
                self.assertGreater(row["resident_bytes"], row["private_bytes"])


if __name__ == "__main__":
    unittest.main()
