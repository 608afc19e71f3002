#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One copy of the similarities too many is stopped, with a message that points at its line.

    test_extra_copy.py HEAPLENS FOLDER VARIANT SOURCE

FOLDER has `competency` and `test_memory`, built with VARIANT (extra_copy.py). They are run by the
scripts that run the real ones.
"""
import subprocess
import sys
import unittest
from pathlib import Path

HEAPLENS, FOLDER, VARIANT, SOURCE = (Path(sys.argv.pop(1)) for _ in range(4))
HERE = Path(__file__).resolve().parent
SKIPPED = 77


class ExtraCopy(unittest.TestCase):
    def assert_stopped(self, script, *arguments):
        done = subprocess.run([sys.executable, HERE / script, *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode == SKIPPED:
            self.skipTest("no model")
        line = 1 + VARIANT.read_text().splitlines().index("        double *const copy = malloc(bytes);")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertRegex(done.stdout, rf"competency__candidate_prepare.*\b{VARIANT.name}:{line}\b")

    def test_the_budget_file_stops_it(self):
        self.assert_stopped("check_budget.py", HEAPLENS, FOLDER / "competency", SOURCE)

    def test_the_memory_tests_stop_it(self):
        for test in ("baseline_memory_usage", "similarity_calculation_memory", "steady_state_allocates_nothing"):
            with self.subTest(test):
                self.assert_stopped("run_memory_test.py", HEAPLENS, FOLDER / "test_memory", test,
                                    SOURCE / "budgets/baselines")


if __name__ == "__main__":
    outcome = unittest.main(exit=False).result
    sys.exit(SKIPPED if outcome.skipped and outcome.wasSuccessful() else not outcome.wasSuccessful())
