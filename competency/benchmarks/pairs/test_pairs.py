#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Of the three optimisations the memory verdicts, which repeat exactly, are what they should be.

    test_pairs.py HEAPLENS FOLDER      FOLDER has the programs of the pairs
"""
import json
import subprocess
import sys
import unittest
from pathlib import Path

HEAPLENS, FOLDER = sys.argv.pop(1), Path(sys.argv.pop(1))


def verdicts(program, before, after, count):
    """{figure: (verdict, base, head)} of the heap; each side is run and recorded a few times only."""
    commands = [f"'{FOLDER / program}' {side} {count}" for side in (before, after)]
    done = subprocess.run([HEAPLENS, "compare", "--format", "json", "--rounds", "1", "--warm-up", "0", *commands],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise RuntimeError(done.stderr)
    report = json.loads(done.stdout)
    return {figure["figure"]: (figure["verdict"], figure["base"], figure["head"]) for figure in report["figures"]
            if figure["figure"].startswith("heap_")}


def said(program, side, count):
    return subprocess.run([FOLDER / program, side, str(count)], capture_output=True, text=True, check=False)


class Pairs(unittest.TestCase):
    def both(self, program, before, after, count):
        first, second = said(program, before, count), said(program, after, count)
        if "fetch-model" in first.stderr:
            self.skipTest(first.stderr)
        self.assertEqual((first.returncode, second.returncode), (0, 0), first.stderr + second.stderr)
        self.assertEqual(first.stdout, second.stdout)
        return verdicts(program, before, after, count)

    def test_a_model_that_is_loaded_once_allocates_its_workspace_once(self):
        found = self.both("model_loading", "per-call", "once", 3)
        verdict, base, head = found["heap_bytes"]
        self.assertEqual(verdict, "improved")
        self.assertGreater(base / head, 2.5)  # of 3 workspaces, each more than all the matches
        self.assertEqual(found["heap_peak"][0], "no-change")

    def test_a_flat_matrix_is_one_block_in_place_of_one_for_each_growth(self):
        found = self.both("similarity_matrix", "nested", "flat", 1)
        # 50 rows that grow to 4, 8, 16, 32, 64, 128, and the array of rows; what else there is, e.g.
        # the buffer of the output, is on both sides.
        self.assertEqual(found["heap_blocks"][0], "improved")
        self.assertEqual(found["heap_blocks"][1] - found["heap_blocks"][2], 50 * 6 + 1 - 1)
        # Rows of 128 numbers of which 100 are used, and 24 bytes a row: all live when the last is filled.
        self.assertEqual(found["heap_peak"][1] - found["heap_peak"][2], 50 * (128 - 100) * 8 + 50 * 24)

    def test_a_batch_is_one_block_in_place_of_one_for_each_name(self):
        found = self.both("embedding_calls", "each", "batch", 20)
        self.assertEqual(found["heap_blocks"][0], "improved")
        self.assertEqual(found["heap_blocks"][1] - found["heap_blocks"][2], 20 - 1)
        self.assertEqual(found["heap_peak"][0], "no-change")


if __name__ == "__main__":
    outcome = unittest.main(exit=False).result
    sys.exit(77 if outcome.skipped and outcome.wasSuccessful() else not outcome.wasSuccessful())
