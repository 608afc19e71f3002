# SPDX-License-Identifier: MIT
"""heaplens compare: what it runs and in which order, what it says of the heap, and how it fails.

What it says of time is held to statistics on simulated machines (test_false_verdicts): nothing is
asserted about the time that something takes here.
"""
import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import jsonschema

OPTIONS = None
SCHEMA = pathlib.Path(__file__).parents[3] / "docs/format/heaplens-compare.schema.json"


def compare(*arguments, **environment):
    return subprocess.run([OPTIONS.heaplens, "compare", "--seed", "1", *map(str, arguments)], check=False,
                          capture_output=True, text=True, env={**os.environ, **environment})


def compare_json(*arguments, expect=None):
    done = compare("--format", "json", *arguments)
    if expect is not None and done.returncode != expect:
        raise AssertionError(f"exit {done.returncode}: {done.stdout}{done.stderr}")
    document = json.loads(done.stdout)
    jsonschema.validate(document, json.loads(SCHEMA.read_text("utf-8")))
    return document


def figure_of(document, name):
    return next(f for f in document["figures"] if f["figure"] == name)


def target(spins, blocks, *more):
    return f"{OPTIONS.program} {spins} {blocks} {' '.join(more)}"


class Heap(unittest.TestCase):
    def test_one_more_block_is_a_regression_with_its_call_site(self):
        document = compare_json("--rounds", 1, target(1000, 10), target(1000, 11), expect=3)
        self.assertEqual(document["verdict"], "regressed")
        self.assertEqual(document["recordings"], 5)
        blocks = figure_of(document, "heap_blocks")
        self.assertEqual((blocks["verdict"], blocks["exact"]), ("regressed", True))
        self.assertEqual(blocks["head"] - blocks["base"], 1)
        self.assertEqual(figure_of(document, "heap_bytes")["head"] - figure_of(document, "heap_bytes")["base"], 100)
        grown = blocks["grown"][0]
        self.assertEqual((grown["before"], grown["after"]), (10, 11))
        self.assertEqual(grown["path"][:2], ["allocate_rows", "main"])
        self.assertTrue(grown["file"].endswith("compare_target.c"))

    def test_one_block_less_is_an_improvement(self):
        document = compare_json("--rounds", 1, target(1000, 11), target(1000, 10), expect=0)
        self.assertEqual(figure_of(document, "heap_blocks")["verdict"], "improved")

    def test_the_same_program_has_the_same_heap(self):
        document = compare_json("--rounds", 1, target(1000, 10), target(1000, 10), expect=0)
        self.assertEqual(document["recordings"], 2)
        for figure in document["figures"]:
            if figure["figure"].startswith("heap_"):
                self.assertEqual((figure["verdict"], figure["exact"], figure["change"]), ("no-change", True, 0))

    def test_blocks_that_vary_by_chance_are_no_regression(self):
        document = compare_json("--rounds", 1, target(1000, 10, "vary"), target(1000, 10, "vary"))
        blocks = figure_of(document, "heap_blocks")
        values = set(blocks["base_values"]) | set(blocks["head_values"])
        if len(values) > 1:  # by far the rule
            self.assertFalse(blocks["exact"])
            self.assertGreaterEqual(document["recordings"], 5)

    def test_a_program_without_a_recording_says_why(self):
        document = compare_json("--rounds", 1, f"{OPTIONS.static} 10 1", f"{OPTIONS.static} 10 1", expect=0)
        self.assertIn("statically linked", document["heap_reason"])
        self.assertEqual([f["figure"] for f in document["figures"]], ["wall_time", "processor_time", "rss_peak"])

    def test_the_heap_is_left_out_if_asked(self):
        document = compare_json("--rounds", 1, "--no-heap", target(10, 1), target(10, 2), expect=0)
        self.assertEqual((document["recordings"], document["heap_reason"]), (0, None))
        self.assertEqual(len(document["figures"]), 3)


BRIEF = "--warm-up 1ms --measurement-time 2ms --sample-size 10"


class Benchmarks(unittest.TestCase):
    def run_brief(self, change="none", *more, expect=None):
        command = f"{OPTIONS.bench} {BRIEF}"
        return compare_json("--rounds", 1, command, f"env COMPARE_BENCH={change} {command}", *more, expect=expect)

    def test_each_benchmark_has_its_own_figures(self):
        document = self.run_brief()
        if document["heap_reason"] is not None:
            self.skipTest(document["heap_reason"])
        self.assertEqual([(f["benchmark"], f["figure"]) for f in document["figures"]],
                         [("work", f) for f in ("time", "blocks", "bytes", "peak_bytes", "growth_bytes")])
        self.assertEqual(document["figures"][1]["base"], 3)
        for figure in document["figures"][1:]:
            self.assertEqual((figure["verdict"], figure["exact"]), ("no-change", True))
        self.assertEqual(len(document["figures"][0]["base_values"]), 2)
        self.assertGreater(document["figures"][0]["base"], 0)

    def test_one_more_block_an_iteration_is_a_regression_with_its_call_site(self):
        document = self.run_brief("more")
        if document["heap_reason"] is not None:
            self.skipTest(document["heap_reason"])
        blocks = figure_of(document, "blocks")
        self.assertEqual((blocks["verdict"], blocks["base"], blocks["head"]), ("regressed", 3, 4))
        self.assertEqual((blocks["grown"][0]["before"], blocks["grown"][0]["after"]), (3, 4))
        self.assertIn("allocate_rows", blocks["grown"][0]["path"][0])
        self.assertEqual(document["verdict"], "regressed")

    def test_what_only_one_version_has_is_named(self):
        document = compare_json("--rounds", 1, "--no-heap", f"{OPTIONS.copy} {BRIEF}", f"{OPTIONS.copy} {BRIEF} copy/1")
        self.assertEqual((document["only_base"], document["only_head"]), ("copy/65536", None))
        self.assertEqual([f["benchmark"] for f in document["figures"]], ["copy/16", "copy/1024"])

    def test_programs_without_a_benchmark_in_common_are_an_error(self):
        done = compare(f"{OPTIONS.copy} {BRIEF}", f"{OPTIONS.bench} {BRIEF}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no benchmark in common", done.stderr)

    def test_options_of_the_environment_that_do_not_measure_are_refused(self):
        for options in ("--json -", "--baseline x", "--nonsense", "--seed x"):
            done = subprocess.run([OPTIONS.bench], capture_output=True, text=True, check=False,
                                  env={**os.environ, "HEAPLENS_BENCH_OPTIONS": options})
            self.assertEqual(done.returncode, 2, options)


class Schedule(unittest.TestCase):
    def logged(self, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "log"
            done = compare("--no-heap", "--log", log, *arguments)
            # Of equal commands one run in twenty says by chance that one is slower: 3.
            self.assertIn(done.returncode, (0, 3), done.stderr)
            return log.read_text("utf-8").split("\n")[:-1]

    def test_blocks_are_mirrored_in_an_order_by_lot(self):
        lines = self.logged("--rounds", 7, "--warm-up", 2, "echo A", "echo B")
        self.assertEqual(lines[:4], ["A", "B", "A", "B"])
        blocks = ["".join(lines[i:i + 4]) for i in range(4, len(lines), 4)]
        self.assertEqual(len(blocks), 7)
        self.assertEqual(set(blocks), {"ABBA", "BAAB"})

    def test_the_order_follows_from_the_seed(self):
        runs = [self.logged("--rounds", 7, "echo A", "echo B") for _ in range(2)]
        self.assertEqual(runs[0], runs[1])
        self.assertNotEqual(runs[0], self.logged("--rounds", 7, "--seed", 2, "echo A", "echo B"))

    def test_the_environment_has_another_size_each_time(self):
        command = "printf '%s\\n' ${#HEAPLENS_PADDING}"
        sizes = [int(s) for s in self.logged("--shell", "--rounds", 5, command, command)]
        self.assertEqual(len(sizes), 22)
        self.assertGreater(len(set(sizes)), 10)
        self.assertLess(max(sizes), 4096)

    def test_a_limit_of_time_ends_it(self):
        document = compare_json("--no-heap", "--rounds", 500, "--max-time", "0.3", "sleep 0.02", "sleep 0.02")
        self.assertEqual(document["end"], "time" if document["blocks"] < document["blocks_max"] else document["end"])
        self.assertLess(document["blocks"], 100)

    def test_every_run_is_in_the_report(self):
        document = compare_json("--no-heap", "--rounds", 3, "true", "true", expect=0)
        for figure in document["figures"]:
            self.assertEqual((len(figure["base_values"]), len(figure["head_values"])), (6, 6))
            self.assertEqual(figure["verdict"], "inconclusive")  # three blocks say nothing
            self.assertIsNone(figure["interval"])


class Failures(unittest.TestCase):
    def test_a_command_that_fails_is_an_error_with_its_exit_status(self):
        done = compare("true", "sh -c 'exit 7'")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("head failed with exit status 7: sh -c 'exit 7'", done.stderr)
        done = compare("sh -c 'kill -9 $$'", "true", "--no-heap")
        self.assertEqual(done.returncode, 1)
        self.assertIn("base was killed by signal 9 (Killed)", done.stderr)

    def test_a_command_that_is_not_there_is_an_error(self):
        done = compare("/nonexistent/program", "true")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nonexistent/program: No such file or directory", done.stderr)

    def test_command_lines_that_are_none_are_refused(self):
        for arguments, message in (
                (("true",), "not of 1"),
                (("true", "true", "true"), "not of 3"),
                (("true", "--rounds", "0", "true"), "expected"),
                (("true", "--rounds", "513", "true"), "expected"),
                (("true", "--margin", "x", "true"), "expected"),
                (("true", "--margin", "1%%", "true"), "expected"),
                (("true", "--alpha", "0.6", "true"), "expected"),
                (("true", "--max-time", "nan", "true"), "expected"),
                (("true", "--format", "xml", "true"), "expected"),
                (("true", ""), "the command is empty"),
                (("echo 'a", "true"), "a ' is not closed"),
                (("echo \"a", "true"), "a \" is not closed"),
                (("echo a | cat", "true"), "| needs a shell"),
                (("echo $HOME", "true"), "$ needs a shell"),
                (("A=1 echo", "true"), "= needs a shell"),
                (("echo a\\", "true"), "nothing follows"),
        ):
            done = compare(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn(message, done.stderr, arguments)

    def test_a_report_that_cannot_be_written_is_an_error(self):
        done = compare("--no-heap", "--rounds", 1, "-o", "/nonexistent/report", "true", "true")
        self.assertEqual(done.returncode, 1)
        done = compare("--log", "/nonexistent/log", "true", "true")
        self.assertEqual(done.returncode, 1)

    def test_a_signal_stops_the_command_and_leaves_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.Popen([OPTIONS.heaplens, "compare", "sleep 600", "sleep 600"],
                                   env={**os.environ, "XDG_RUNTIME_DIR": folder}, stderr=subprocess.DEVNULL)
            children = pathlib.Path(f"/proc/{run.pid}/task/{run.pid}/children")
            while not children.read_text("utf-8").split():
                time.sleep(0.01)
            child = int(children.read_text("utf-8").split()[0])
            run.send_signal(signal.SIGTERM)
            self.assertEqual(run.wait(60), 128 + signal.SIGTERM)
            self.assertFalse(pathlib.Path(f"/proc/{child}").exists())
            self.assertEqual(os.listdir(folder), [])


class Words(unittest.TestCase):
    def words(self, command, *options):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "log"
            done = compare("--no-heap", "--rounds", 1, "--warm-up", 0, "--log", log, *options, command, "true")
            self.assertEqual(done.returncode, 0, done.stderr)
            lines = log.read_text("utf-8").split("\n")[:-1]
            return lines[:len(lines) // 2]

    def test_a_command_is_split_as_a_shell_splits_it(self):
        for text in ("a b  c", "'a b' c", "\"a 'b'\" c", "a\\ b", "'a'\"b\"c", "\"\\\"\\\\\\a\\$\"", "'' x", "a\\\nb",
                     "'$HOME|;' \"*\"", "x=y", "\ta\t b "):
            command = f"printf '<%s>\\n' {text}"
            by_shell = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout
            self.assertEqual(self.words(command), by_shell.split("\n")[:-1], text)

    def test_a_shell_runs_it_if_asked(self):
        self.assertEqual(self.words("printf '%s\\n' a b | tr a-z A-Z", "--shell"), ["A", "B"])


class Reports(unittest.TestCase):
    def test_text_is_aligned_and_plain(self):
        done = compare("--rounds", 1, target(1000, 10), target(1000, 11))
        self.assertEqual((done.returncode, done.stderr), (3, ""))
        self.assertNotIn("\033", done.stdout)
        rows = [line for line in done.stdout.split("\n") if line.startswith("  heap: ")]
        self.assertEqual(len(rows), 5)
        self.assertEqual(len({len(re.sub(r"  [a-z][a-z ]*$", "", row)) for row in rows}), 1)
        self.assertRegex(done.stdout, r"heap: blocks allocated +11 +12 +\+9\.1 % +exact +regressed\n")
        self.assertIn("allocate_rows <- main\n      at compare_target.c:", done.stdout)
        self.assertIn("\nregressed: heap: bytes allocated, heap: blocks allocated\n", done.stdout)

    def test_markdown_is_a_table(self):
        done = compare("--format", "markdown", "--rounds", 1, target(1000, 10), target(1000, 11))
        self.assertEqual(done.returncode, 3)
        self.assertTrue(done.stdout.startswith("### heaplens compare: regressed\n"))
        self.assertIn("| heap: blocks allocated | 11 | 12 | +9.1 % | exact |  | **regressed** |\n", done.stdout)
        self.assertIn("| +1 | 10 | 11 | allocate\\_rows <- main |\n", done.stdout)

    def test_a_report_is_written_to_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "report.json"
            done = compare("--no-heap", "--rounds", 1, "--format", "json", "-o", path, "true", "true")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
            self.assertEqual(json.loads(path.read_text("utf-8"))["format"], "heaplens-compare")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--static", required=True)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--copy", required=True)
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
