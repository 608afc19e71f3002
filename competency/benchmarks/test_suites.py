#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The suites of the published package are there under their names, and each measures time and memory.

    test_suites.py FOLDER      of memory_benchmark, embedding_benchmark, overlap_benchmark
"""
import json
import subprocess
import sys
import unittest
from pathlib import Path

FOLDER = Path(sys.argv.pop(1))
FAST = ["--warm-up", "1ms", "--measurement-time", "10ms", "--sample-size", "10", "--resamples", "100"]
OVERLAPS = (0, 25, 50, 75, 90)
NAMES = {
    "memory_benchmark":
        [f"memory_usage/match_skills_{c}_candidates_{c // 2}_required" for c in (10, 50, 100, 200)] +
        [f"embedding_memory/embed_skills_{c}" for c in (10, 50, 100)] +
        [f"similarity_memory/calculate_similarities_{c}x{c // 2}" for c in (10, 50, 100)],
    "embedding_benchmark":
        [f"{group}/{name}/{c}" for group, name in (("batch_embedding", "embed_skills_batch"),
                                                   ("single_embedding", "embed_skills_single"),
                                                   ("unique_embedding", "embed_unique_skills"))
         for c in (10, 25, 50, 100, 200)] +
        [f"embedding_comparison/{kind}/{c}" for kind in ("batch", "single", "unique") for c in (10, 50, 100)],
    "overlap_benchmark":
        [f"{group}/50_candidates_25_required/{o}%" for group in ("batch_separate", "unique_combined") for o in OVERLAPS] +
        [f"overlap_comparison/{kind}/{o}%" for kind in ("batch", "unique") for o in (0, 50, 90)] +
        [f"large_overlap/{kind}_{c}_skills/{o}%" for kind in ("batch", "unique") for c in (100, 200) for o in (0, 50, 90)],
}


def run(program, *arguments):
    return subprocess.run([FOLDER / program, *arguments], capture_output=True, text=True, check=False)


class Suites(unittest.TestCase):
    def measure(self, program, *filters):
        done = run(program, *FAST, "--json", "-", *filters)
        if "no such model" in done.stderr or "fetch-model" in done.stdout:
            self.skipTest("no model")
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return {case["id"]: case for case in json.loads(done.stdout)["benchmarks"]}

    def test_every_name_is_there(self):
        for program, names in NAMES.items():
            with self.subTest(program):
                self.assertEqual(sorted(run(program, "--list").stdout.splitlines()), sorted(names))

    def test_similarities_need_no_model_and_have_their_memory(self):
        cases = self.measure("memory_benchmark", "similarity_memory")
        for candidates in (10, 50, 100):
            required = candidates // 2
            case = cases[f"similarity_memory/calculate_similarities_{candidates}x{required}"]
            self.assertEqual(case["size"], candidates * required)
            if case["memory"]:  # doubles: a matrix, and a candidate's squared norm and 384 numbers
                self.assertEqual(case["memory"]["blocks"]["estimate"]["value"], 3)
                self.assertEqual(case["memory"]["bytes"]["estimate"]["value"],
                                 8 * (candidates * required + candidates + candidates * 384))

    def test_end_to_end_and_embedding_are_measured_beside_what_was_published(self):
        cases = self.measure("memory_benchmark", "match_skills_10_", "/embed_skills_10$/")
        published = {name: case["counters"][0]["value"] for name, case in cases.items()}
        self.assertEqual(published["memory_usage/match_skills_10_candidates_5_required"], 1161.9)
        self.assertEqual(published["embedding_memory/embed_skills_10"], 1424.2)
        for case in cases.values():
            self.assertEqual(case["status"], "measured")
            if case["memory"]:
                self.assertEqual(case["memory"]["growth_blocks"]["estimate"]["value"], 0)
                self.assertGreater(case["memory"]["blocks"]["estimate"]["value"], 0)

    def test_embedding_allocates_nothing_after_the_first(self):
        cases = self.measure("embedding_benchmark", "/^(batch|single|unique)_.*\\/10$/")
        cases.update(self.measure("overlap_benchmark", "50_candidates_25_required/90%"))
        self.assertEqual(len(cases), 5)
        for case in cases.values():
            if case["memory"]:
                self.assertEqual(case["memory"]["blocks"]["estimate"]["value"], 0)


if __name__ == "__main__":
    outcome = unittest.main(exit=False).result
    sys.exit(not outcome.wasSuccessful())
