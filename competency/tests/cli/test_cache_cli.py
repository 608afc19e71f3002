#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The store of vectors as users of the command line see it. Needs the model.

    test_cache_cli.py PROGRAM SOURCE_ROOT
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM, ROOT = sys.argv[1], Path(sys.argv[2])
DEMO = ROOT / "data/demo"
MATCH = ["match", "--role", DEMO / "demo_role.json", "--candidates", DEMO / "demo_candidates.jsonl",
         "--format", "jsonl"]


def run(*arguments, **environment):
    kept = {name: value for name, value in os.environ.items() if name != "COMPETENCY_CACHE"}
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          env={**kept, **environment}, check=False)


class Cache(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        self.store = self.home / "store"

    def info(self, *arguments, **environment):
        done = run("cache", "info", "--format", "json", *arguments, **environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def test_results_are_the_same_bytes_cold_warm_and_without(self):
        plain = run(*MATCH)
        self.assertEqual(plain.returncode, 0, plain.stderr)
        for _ in ("cold", "warm"):
            done = run(*MATCH, "--cache", self.store)
            self.assertEqual((done.stdout, done.stderr), (plain.stdout, ""))
        self.assertGreater(self.info("--cache", self.store)["entries"], 30)

    def test_nothing_is_kept_unless_somebody_asks_for_it(self):
        self.assertEqual(run(*MATCH, HOME=str(self.home), XDG_CACHE_HOME="",
                             XDG_DATA_HOME=data_home()).returncode, 0)
        kept = {path.relative_to(self.home).parent for path in self.home.rglob("*") if path.is_file()}
        self.assertLessEqual(kept, {Path(".cache/competency/models")}, "more than the packed model")

    def test_the_environment_chooses_and_the_option_has_the_last_word(self):
        home = {"XDG_CACHE_HOME": str(self.home)}
        self.assertEqual(run(*MATCH, COMPETENCY_CACHE="default", **home).returncode, 0)
        default = self.info(**home)
        self.assertEqual(default["directory"], str(self.home / "competency"))
        self.assertGreater(default["entries"], 30)
        self.assertEqual(run(*MATCH, "--cache", "none", COMPETENCY_CACHE=str(self.store)).returncode, 0)
        self.assertFalse(self.store.exists())
        self.assertEqual(run(*MATCH, COMPETENCY_CACHE=str(self.store)).returncode, 0)
        self.assertTrue(self.store.exists())

    def test_clear_drops_every_vector_and_removes_a_damaged_file(self):
        run(*MATCH, "--cache", self.store)
        self.assertEqual(run("cache", "clear", "--cache", self.store).returncode, 0)
        self.assertEqual(self.info("--cache", self.store)["entries"], 0)
        (self.store / "data.mdb").write_bytes(b"x" * 20000)
        refused = run("cache", "info", "--cache", self.store)
        self.assertEqual(refused.returncode, 65)
        self.assertIn("is damaged or something else", refused.stderr)
        self.assertEqual(run("cache", "clear", "--cache", self.store).returncode, 0)
        self.assertEqual(self.info("--cache", self.store)["entries"], 0)

    def test_a_store_that_cannot_be_used_costs_one_message(self):
        plain = run(*MATCH)
        self.store.mkdir(mode=0o700)
        (self.store / "data.mdb").write_bytes(b"x" * 20000)
        for place in (self.store, "/proc/nowhere"):
            done = run(*MATCH, "--cache", place)
            self.assertEqual((done.returncode, done.stdout), (0, plain.stdout))
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn("going on without a cache", done.stderr)

    def test_a_wrong_command_line_ends_with_2(self):
        for arguments in ([], ["nothing"], ["info", "clear"], ["info", "--format", "xml"], ["info", "-x"]):
            self.assertEqual(run("cache", *arguments).returncode, 2, arguments)
        self.assertIn("usage: competency cache", run("cache", "--help").stdout)


def data_home():
    """Where the model is, for a run whose HOME is elsewhere."""
    return os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
