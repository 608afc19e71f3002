#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command eval: its figures are computed here again, from what other commands print. Needs the model.

    test_eval_cli.py PROGRAM SOURCE_ROOT
"""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM, ROOT = sys.argv[1], Path(sys.argv[2])
DATA = ROOT / "data"


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False)


def figures(done):
    measures = json.loads(done.stdout)["measures"]
    return {(m["suite"], m["cases"], m["method"], m["metric"]): m["value"] for m in measures}


def scores(candidates):
    done = run("match", "--role", DATA / "demo/demo_role.json", "--candidates", DATA / candidates,
               "--format", "jsonl")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["id"]: line["score"] for line in lines if "score" in line}


class Eval(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data = Path(folder.name)
        (self.data / "quality").mkdir()

    def write(self, name, *rows):
        (self.data / "quality" / name).write_text("".join("\t".join(row) + "\n" for row in rows))

    def test_the_demo_figures_are_those_of_the_scores_that_match_prints(self):
        rows = (DATA / "demo/demo_expected.tsv").read_text().splitlines()[1:]
        related = {row.split("\t")[0] for row in rows if row.split("\t")[3]}
        self.assertEqual(len(related), 12)
        done = run("eval", "demo", "--data", DATA, "--format", "json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        got = figures(done)
        for cases, file in (("as they are", "demo/demo_candidates.jsonl"),
                            ("paraphrased", "demo/demo_candidates_paraphrased.jsonl")):
            of = scores(file)
            self.assertEqual(len(of), 40)
            wins = sum((of[a] > of[b]) + (of[a] == of[b]) / 2 for a in related for b in of.keys() - related)
            top = sorted(of, key=lambda name: -of[name])[:12]
            self.assertAlmostEqual(got["demo", cases, "competency", "AUC"], wins / (12 * 28), places=12)
            self.assertEqual(got["demo", cases, "competency", "P@12"], len(related & set(top)) / 12)
        self.assertEqual(got["demo", "paraphrased", "exact", "AUC"], 0.5)

    def test_synonyms_of_a_small_corpus_by_hand(self):
        self.write("esco_skill_corpus.tsv", ["target_id", "label"], ["0", "baking bread"], ["1", "welding"],
                   ["2", "bread"], ["3", "Python"])
        self.write("esco_synonym_queries_dev.tsv", ["query_alt_label", "relevant_target_ids", "token_jaccard"],
                   ["bread", "0 2", "0.5"], ["python", "3", "1.0"], ["soldering", "1", "0.000"])
        done = run("eval", "synonyms", "--data", self.data, "--format", "json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        got = figures(done)
        # Exact: two first; the third finds nothing, and 4 equal scores have rank 2.5.
        self.assertAlmostEqual(got["synonyms", "all", "exact", "MRR"], (1 + 1 + 1 / 2.5) / 3, places=12)
        self.assertAlmostEqual(got["synonyms", "all", "exact", "R@1"], 2 / 3, places=12)
        self.assertEqual(got["synonyms", "no shared word", "exact", "MRR"], 1 / 2.5)
        self.assertEqual(got["synonyms", "all", "exact", "R@10"], 1.0)
        self.assertEqual(got["synonyms", "no shared word", "competency", "MRR"], 1.0)

    def test_bad_data_is_named(self):
        self.write("esco_skill_corpus.tsv", ["target_id", "label"], ["0", "baking"])
        missing = run("eval", "synonyms", "--data", self.data)
        self.assertEqual((missing.returncode, missing.stdout), (66, ""))
        self.assertIn("esco_synonym_queries_dev.tsv", missing.stderr)
        for rows, fragment in (([["query_alt_label", "relevant_target_ids", "token_jaccard"], ["a", "7", "0"]],
                                'query 1 means "7", of 1 labels'),
                               ([["query_alt_label", "relevant_target_ids"], ["a", "0"]], "no column token_jaccard"),
                               ([["query_alt_label", "relevant_target_ids", "token_jaccard"], ["a", "0"]], "line 2"),
                               ([["query_alt_label", "relevant_target_ids", "token_jaccard"], ["a", "0", "1"]],
                                "nothing to measure MRR on")):
            self.write("esco_synonym_queries_dev.tsv", *rows)
            done = run("eval", "synonyms", "--data", self.data)
            self.assertEqual((done.returncode, done.stdout), (65, ""), fragment)
            self.assertIn(fragment, done.stderr)

    def test_a_table_says_what_json_says(self):
        table = run("eval", "demo", "--data", DATA)
        values = figures(run("eval", "demo", "--data", DATA, "--format", "json"))
        shown = ["%.3f" % value for value in values.values()]
        self.assertEqual(sorted(word for word in table.stdout.split() if word.count(".") == 1), sorted(shown))

    def test_a_wrong_command_line_ends_with_2(self):
        for arguments in (["nothing"], ["demo", "--format", "xml"], ["--strategy", "bold"], ["-x"]):
            self.assertEqual(run("eval", *arguments).returncode, 2, arguments)
        self.assertIn("usage: competency eval", run("eval", "--help").stdout)
        self.assertEqual(run("eval", "demo", "--model", self.data).returncode, 69)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
