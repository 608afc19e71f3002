#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A program of benchmarks as its users run it. Nothing here depends on how long anything takes.

    test_bench_program.py --target PROGRAM --before PROGRAM --after PROGRAM --cpp PROGRAM [--no-recorder]
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import jsonschema

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "docs/format/bench-report.schema.json").read_text())
FAST = ["--warm-up", "1ms", "--measurement-time", "20ms", "--sample-size", "12", "--resamples", "200"]
KINDS = ("blocks", "bytes", "peak_bytes", "growth_bytes", "growth_blocks", "reallocs")

parser = argparse.ArgumentParser()
parser.add_argument("--target")
parser.add_argument("--before")
parser.add_argument("--after")
parser.add_argument("--cpp")
parser.add_argument("--no-recorder", action="store_true", help="sanitized build: memory cannot be measured")
OPTIONS, sys.argv[1:] = parser.parse_known_args()


def closed(schema):
    """The schema with every object closed: a key that it does not document is an error here."""
    if isinstance(schema, dict):
        out = {key: closed(value) for key, value in schema.items()}
        return {**out, "additionalProperties": False} if "properties" in schema else out
    return [closed(item) for item in schema] if isinstance(schema, list) else schema


class Program(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def run_program(self, program, *arguments, expect=0, environment=None):
        done = subprocess.run([program, *arguments], cwd=self.folder, capture_output=True, text=True, check=False,
                              env={**os.environ, **(environment or {})})
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def measure(self, program, *arguments, expect=0):
        done = self.run_program(program, *FAST, "--json", "-", *arguments, expect=expect)
        report = json.loads(done.stdout)
        jsonschema.Draft202012Validator(closed(SCHEMA)).validate(report)
        return {case["id"]: case for case in report["benchmarks"]}, report


class CommandLine(Program):
    def test_list_prints_every_case_and_measures_nothing(self):
        lines = self.run_program(OPTIONS.target, "--list").stdout.splitlines()
        self.assertEqual(lines, ["memory/known", "memory/grow", "memory/vary", "nothing", "count/0", "count/7",
                                 "small batches", "large batches", "batches of one", "slow", "heap", "broken/fixture",
                                 "broken/break", "broken/none", "broken/twice", "broken/crash"])

    def test_filters_are_texts_patterns_and_regular_expressions(self):
        for filters, want in ((["memory"], ["memory/known", "memory/grow", "memory/vary"]),
                              (["count/?"], ["count/0", "count/7"]), (["/^no.*g$/"], ["nothing"]),
                              (["grow", "*7"], ["memory/grow", "count/7"])):
            with self.subTest(filters=filters):
                self.assertEqual(self.run_program(OPTIONS.target, "--list", *filters).stdout.splitlines(), want)

    def test_a_wrong_command_line_exits_with_2_and_says_why(self):
        for arguments, word in ((["--nonsense"], "--nonsense"), (["--sample-size", "9"], "from 10 to 100000"),
                                (["--warm-up", "1y"], "1y"), (["--warm-up", "nan"], "nan"),
                                (["--confidence", "1"], "0.999"),
                                (["--fail-on-regression"], "needs --baseline"), (["--list", "/(/"], "regular"),
                                (["--seed", "-1"], "-1"), (["--json"], "--json")):
            with self.subTest(arguments=arguments):
                done = self.run_program(OPTIONS.target, *arguments, expect=2)
                self.assertIn(word, done.stderr)
                self.assertEqual(done.stdout, "")

    def test_a_filter_that_takes_nothing_exits_with_1(self):
        self.assertIn("--list", self.run_program(OPTIONS.target, "no such name", expect=1).stderr)

    def test_help_names_every_option(self):
        text = self.run_program(OPTIONS.target, "--help").stdout
        for option in ("--list", "--quick", "--save-baseline", "--baseline", "--fail-on-regression", "--json", "--html",
                       "--markdown", "--seed", "--noise", "--confidence", "--no-memory"):
            self.assertIn(option, text)

    def test_an_output_that_cannot_be_written_exits_with_1(self):
        done = self.run_program(OPTIONS.target, *FAST, "--no-memory", "nothing", "--json", "no/such/folder", expect=1)
        self.assertIn("No such file", done.stderr)


class Figures(Program):
    def test_every_figure_is_that_of_its_samples(self):
        cases, report = self.measure(OPTIONS.target, "nothing", "--no-memory")
        time = cases["nothing"]["time"]
        iterations, ns = time["samples"]["iterations"], time["samples"]["ns"]
        each = [t / n for t, n in zip(ns, iterations)]
        estimates = time["estimates"]
        self.assertAlmostEqual(estimates["mean"]["value"], statistics.mean(each), delta=1e-9)
        self.assertAlmostEqual(estimates["median"]["value"], statistics.median(each), delta=1e-9)
        self.assertAlmostEqual(estimates["std_dev"]["value"], statistics.stdev(each), delta=1e-9)
        slope = sum(n * t for n, t in zip(iterations, ns)) / sum(n * n for n in iterations)
        self.assertAlmostEqual(estimates["slope"]["value"], slope, delta=1e-9)
        step = time["plan"]["step"]
        self.assertEqual(sorted(iterations), [step * i for i in range(1, 13)])
        self.assertNotEqual(iterations, sorted(iterations))
        self.assertGreater(report["overhead"]["sample_ns"], 0)

    def test_counters_and_rates(self):
        cases, _ = self.measure(OPTIONS.target, "count/7", "--no-memory")
        case = cases["count/7"]
        self.assertEqual(case["counters"], [{"name": "things", "value": 3, "per_iteration": True},
                                            {"name": "load factor", "value": 0.75, "per_iteration": False}])
        typical = case["time"]["estimates"][case["time"]["estimates"]["typical"]]
        items, size = case["time"]["throughput"]
        self.assertEqual((items["unit"], items["per_iteration"]), ("items", 10))
        self.assertEqual((size["unit"], size["per_iteration"]), ("bytes", 640))
        self.assertAlmostEqual(items["per_second"] * typical["value"], 10e9, delta=1)
        self.assertEqual((case["name"], case["size"]), ("count", 7))

    def test_a_case_that_fails_says_why_and_the_others_are_measured(self):
        cases, _ = self.measure(OPTIONS.target, "broken", "nothing", "--no-memory", expect=1)
        self.assertEqual(cases["broken/fixture"]["message"], "no fixture")
        self.assertIn("left the loop", cases["broken/break"]["message"])
        self.assertIn("no HEAPLENS_BENCH_LOOP", cases["broken/none"]["message"])
        self.assertIn("more than one", cases["broken/twice"]["message"])
        self.assertEqual(cases["broken/crash"]["message"], "its process ended with signal 9")
        self.assertEqual(cases["nothing"]["status"], "measured")

    def test_a_slow_case_gets_fewer_samples_rather_than_minutes(self):
        cases, _ = self.measure(OPTIONS.target, "slow", "--no-memory")
        plan = cases["slow"]["time"]["plan"]
        self.assertEqual((plan["mode"], plan["samples"], plan["samples_wanted"], plan["step"]), ("flat", 10, 12, 1))
        self.assertIsNone(cases["slow"]["time"]["estimates"]["slope"])
        self.assertGreaterEqual(cases["slow"]["time"]["estimates"]["mean"]["value"], 10e6)

    def test_batches_of_every_size_get_fresh_inputs(self):
        cases, _ = self.measure(OPTIONS.target, "batches", "--no-memory")
        for case in cases.values():
            self.assertEqual(case["status"], "measured")

    def test_a_library_for_cpp_too(self):
        if not OPTIONS.cpp:
            self.skipTest("no C++ compiler")
        cases, _ = self.measure(OPTIONS.cpp)
        if not OPTIONS.no_recorder:
            self.assertEqual(cases["push_back/1000"]["memory"]["bytes"]["estimate"]["value"], 4000)

    def test_hardware_counters_are_silent_where_there_are_none(self):
        cases, report = self.measure(OPTIONS.target, "nothing", "--no-memory")
        hardware = cases["nothing"]["hardware"]
        if report["no_hardware"] is None:
            self.assertTrue(all(counter["value"] > 0 for counter in hardware[:2]))
        else:
            self.assertEqual(hardware, [])


@unittest.skipIf(OPTIONS.no_recorder, "the recorder does not work in a sanitized program")
class Memory(Program):
    def figures(self, case):
        return {kind: case["memory"][kind]["estimate"]["value"] for kind in KINDS}

    def test_figures_are_those_of_a_count_by_hand(self):
        cases, _ = self.measure(OPTIONS.target, "memory", "nothing")
        self.assertEqual(self.figures(cases["memory/known"]),
                         {"blocks": 3, "bytes": 150, "peak_bytes": 130, "growth_bytes": 0, "growth_blocks": 0, "reallocs": 0})
        self.assertEqual(self.figures(cases["memory/grow"]),
                         {"blocks": 1, "bytes": 16, "peak_bytes": 16, "growth_bytes": 16, "growth_blocks": 1, "reallocs": 0})
        self.assertEqual(self.figures(cases["nothing"]), dict.fromkeys(KINDS, 0))
        for kind in KINDS:
            self.assertTrue(cases["memory/known"]["memory"][kind]["repeats"])

    def test_what_does_not_repeat_is_a_mean_with_an_interval(self):
        cases, _ = self.measure(OPTIONS.target, "vary")
        memory = cases["memory/vary"]["memory"]
        self.assertTrue(memory["blocks"]["repeats"])
        self.assertFalse(memory["bytes"]["repeats"])
        self.assertEqual(memory["bytes"]["first"], 1)
        values = memory["bytes"]["values"]
        self.assertEqual(values, list(range(2, 2 + len(values))))
        estimate = memory["bytes"]["estimate"]
        self.assertAlmostEqual(estimate["value"], statistics.mean(values))
        self.assertLess(estimate["low"], estimate["value"])
        self.assertGreater(estimate["high"], estimate["value"])
        self.assertIn("~", self.run_program(OPTIONS.target, *FAST, "vary").stdout)

    def test_set_up_and_tear_down_are_not_counted(self):
        cases, _ = self.measure(OPTIONS.target, "batches")
        for name, case in cases.items():
            with self.subTest(name):
                self.assertEqual(self.figures(case)["blocks"], 1)
                self.assertEqual(self.figures(case)["bytes"], 64)

    def test_sites_are_named_up_to_the_benchmark(self):
        cases, _ = self.measure(OPTIONS.target, "known")
        sites = cases["memory/known"]["memory"]["sites"]
        iterations = cases["memory/known"]["memory"]["iterations"]
        self.assertEqual(sum(site["blocks"] for site in sites), 3 * iterations)
        self.assertTrue(all(site["path"].endswith("allocate_known") for site in sites), sites)

    def test_a_recorder_that_is_not_there_is_said_and_is_not_zero(self):
        done = self.run_program(OPTIONS.target, *FAST, "--json", "-", "known",
                                environment={"HEAPLENS_LIBRARY": str(self.folder / "nothing.so")})
        report = json.loads(done.stdout)
        self.assertIn("libheaplens.so", report["no_memory"])
        self.assertIsNone(report["benchmarks"][0]["memory"])
        table = self.run_program(OPTIONS.target, *FAST, "known",
                                 environment={"HEAPLENS_LIBRARY": str(self.folder / "nothing.so")}).stdout
        self.assertIn("Memory not measured: no libheaplens.so", table)
        self.assertNotIn("allocs", table)

    def test_nothing_is_left_in_the_temporary_folder(self):
        self.run_program(OPTIONS.target, *FAST, "known", environment={"TMPDIR": str(self.folder)})
        self.assertEqual(list(self.folder.iterdir()), [])


class Baselines(Program):
    def test_an_added_allocation_is_a_regression_and_its_place_is_named(self):
        if OPTIONS.no_recorder:
            self.skipTest("the recorder does not work in a sanitized program")
        path = self.folder / "base/bench.json"
        self.run_program(OPTIONS.before, *FAST, "--save-baseline", str(path))
        arguments = [*FAST, "--baseline", str(path), "--fail-on-regression"]
        done = self.run_program(OPTIONS.after, *arguments, expect=3)
        self.assertIn("blocks 1 -> 2 (regressed)", done.stdout)
        self.assertIn("+1 block, +24 bytes an iteration (0 before): work", done.stdout)
        cases, _ = self.measure(OPTIONS.after, "--baseline", str(path))
        change = cases["work"]["change"]
        self.assertEqual([change["blocks"][key] for key in ("base", "head", "outcome", "exact")], [1, 2, "regressed", True])
        self.assertEqual(change["sites"], [{"path": "work", "blocks_base": 0, "blocks_head": 1, "bytes_base": 0, "bytes_head": 24}])

    def test_an_allocation_less_is_an_improvement_and_no_regression(self):
        if OPTIONS.no_recorder:
            self.skipTest("the recorder does not work in a sanitized program")
        path = str(self.folder / "base.json")
        self.run_program(OPTIONS.after, *FAST, "--save-baseline", path)
        cases, _ = self.measure(OPTIONS.before, "--baseline", path)
        self.assertEqual(cases["work"]["change"]["blocks"]["outcome"], "improved")
        self.assertEqual(cases["work"]["change"]["bytes"]["outcome"], "improved")

    def test_samples_of_a_baseline_are_compared_as_they_are_in_it(self):
        path = self.folder / "slow.json"
        self.run_program(OPTIONS.target, *FAST, "--no-memory", "nothing", "--save-baseline", str(path))
        base = json.loads(path.read_text())
        samples = base["benchmarks"][0]["time"]["samples"]
        # Times in the file become 100 times smaller: what is measured now is a regression.
        samples["ns"] = [max(1, t // 100) for t in samples["ns"]]
        path.write_text(json.dumps(base))
        arguments = [*FAST, "--no-memory", "nothing", "--baseline", str(path)]
        self.run_program(OPTIONS.target, *arguments, "--fail-on-regression", expect=3)
        done = self.run_program(OPTIONS.target, *arguments)
        self.assertIn("regressed", done.stdout)

    def test_a_baseline_of_another_machine_is_refused_unless_told(self):
        path = self.folder / "foreign.json"
        self.run_program(OPTIONS.target, *FAST, "--no-memory", "nothing", "--save-baseline", str(path))
        base = json.loads(path.read_text())
        base["machine"].update(fingerprint="0123456789abcdef", processor="Another")
        path.write_text(json.dumps(base))
        arguments = [*FAST, "--no-memory", "nothing", "--baseline", str(path)]
        done = self.run_program(OPTIONS.target, *arguments, expect=1)
        self.assertIn("another machine (Another", done.stderr)
        done = self.run_program(OPTIONS.target, *arguments, "--accept-foreign")
        self.assertIn("OF ANOTHER MACHINE", done.stdout)

    def test_a_case_finds_the_same_heap_whatever_else_the_run_does(self):
        path = str(self.folder / "base.json")
        plain, _ = self.measure(OPTIONS.target, "heap", "--no-memory", "--save-baseline", path)
        for more in (["--no-memory", "--baseline", path], ["--no-hardware"], ["--no-memory", "--html", str(self.folder / "page.html")]):
            with self.subTest(more):
                cases, _ = self.measure(OPTIONS.target, "heap", *more)
                self.assertEqual(cases["heap"]["counters"], plain["heap"]["counters"])

    def test_saving_some_keeps_the_others(self):
        self.run_program(OPTIONS.target, *FAST, "--no-memory", "nothing", "--save-baseline", "main")
        self.run_program(OPTIONS.target, *FAST, "--no-memory", "count/7", "--save-baseline", "main")
        file = self.folder / ".heaplens/bench/main" / f"{Path(OPTIONS.target).name}.json"
        saved = json.loads(file.read_text())
        jsonschema.validate(saved, SCHEMA)
        self.assertEqual([case["id"] for case in saved["benchmarks"]], ["count/7", "nothing"])

    def test_a_file_that_is_no_baseline_is_refused_and_left_alone(self):
        path = self.folder / "notes.json"
        for text in ("[]", "{\"format\": \"heaplens-bench\", \"version\": 2}", "not json", ""):
            with self.subTest(text=text):
                path.write_text(text)
                done = self.run_program(OPTIONS.target, "nothing", "--baseline", str(path), expect=1)
                self.assertIn("notes.json", done.stderr)
                self.run_program(OPTIONS.target, *FAST, "--no-memory", "nothing", "--save-baseline", str(path), expect=1)
                self.assertEqual(path.read_text(), text)

    def test_a_baseline_that_is_not_there_and_a_name_that_is_none(self):
        self.assertIn("none/bench_target.json; each program keeps its own", self.run_program(OPTIONS.target, "--baseline", "none", expect=1).stderr)
        self.assertIn("no name", self.run_program(OPTIONS.target, "--baseline", "-x", expect=1).stderr)


class Outputs(Program):
    def test_markdown_is_a_table_with_the_same_numbers(self):
        file = self.folder / "table.md"
        table = self.run_program(OPTIONS.target, *FAST, "count", "--no-memory", "--markdown", str(file)).stdout
        lines = file.read_text().splitlines()
        self.assertTrue(lines[0].startswith("| benchmark | time |"))
        self.assertEqual(set(lines[1]), set("|-:"))
        cells = [cell.strip() for cell in lines[2].strip("|").split("|")]
        self.assertEqual(cells[0], "count/0")
        for cell in cells:
            self.assertIn(cell, table)

    def test_the_page_has_the_document(self):
        file = self.folder / "page.html"
        done = self.run_program(OPTIONS.target, *FAST, "count", "--no-memory", "--json", "-", "--html", str(file))
        page = file.read_text()
        data = page.split('id="heaplens-bench">', 1)[1].split("</script>", 1)[0]
        self.assertEqual(json.loads(data), json.loads(done.stdout))
        self.assertNotRegex(page.split("<script")[0], r"https?:|<link|\bsrc=")

    def test_no_color_where_nobody_looks(self):
        self.assertNotIn("\033", self.run_program(OPTIONS.target, *FAST, "--no-memory", "nothing").stdout)


if __name__ == "__main__":
    unittest.main()
