#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A program that includes heaplens/optional.h runs without the recorder, and with it.

    test_optional.py PROGRAM RECORDER
"""
import os
import subprocess
import sys
import unittest

PROGRAM, RECORDER = sys.argv[1:3]


def run(**environment):
    return subprocess.run([PROGRAM], env={**os.environ, **environment}, capture_output=True, text=True, check=False)


class Optional(unittest.TestCase):
    def test_without_the_recorder_there_are_no_figures_and_no_budget_is_kept(self):
        done = run()
        self.assertEqual(done.stdout, "active 0, status -7, bytes 0\n")
        self.assertIn("no figures", done.stderr)
        self.assertEqual(done.returncode, 1)

    def test_with_the_recorder_at_rest_there_are_none_either(self):
        done = run(LD_PRELOAD=RECORDER)
        self.assertEqual(done.stdout, "active 0, status -7, bytes 0\n")
        self.assertEqual(done.returncode, 1)

    def test_with_the_recorder_at_work_there_are(self):
        done = run(LD_PRELOAD=RECORDER, HEAPLENS_MODE="full")
        self.assertEqual(done.stdout, "active 1, status 0, bytes 1234\n")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr, "")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
