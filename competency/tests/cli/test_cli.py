#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command line as its users see it: outputs, messages, exit statuses.

    test_cli.py PROGRAM SOURCE_ROOT [CLASS]...
"""
import csv
import io
import json
import math
import os
import pty
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM, ROOT = sys.argv[1], Path(sys.argv[2])
HERE = ROOT / "competency/tests/cli"
DEMO = ROOT / "data/demo"
SKILL = {"name": "Bread", "level": {"value": 3, "max": 5}, "embedding": [1, 0]}
ROLE = {"id": "r", "title": "Baker", "skills": [SKILL]}


def run(*arguments, text="", environment=None, raw=False):
    """The finished process; `text` is its standard input."""
    data = text if isinstance(text, bytes) else text.encode()
    # LeakSanitizer reports on standard error and by the exit status: both are looked at.
    done = subprocess.run([PROGRAM, *map(str, arguments)], input=data, capture_output=True,
                          env={**os.environ, **(environment or {})}, check=False)
    if not raw:
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    return done


SCHEMA = json.loads((ROOT / "docs/format/result.schema.json").read_text())
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
         "number": (int, float), "integer": int}
KEYWORDS = {"$schema", "$defs", "title", "$ref", "anyOf", "type", "enum", "minimum", "maximum",
            "exclusiveMinimum", "required", "properties", "additionalProperties", "items"}


def has_type(value, name):
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def offences(value, schema, place=""):
    """What is wrong with `value`, by the part of JSON Schema that our schema uses."""
    unknown = set(schema) - KEYWORDS
    assert not unknown, f"the checker does not know {unknown}"
    if "$ref" in schema:
        return offences(value, SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]], place)
    if "anyOf" in schema:
        tried = [offences(value, choice, place) for choice in schema["anyOf"]]
        return [] if [] in tried else sum(tried, [])
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(has_type(value, name) for name in names):
        return [f"{place}: {value!r} is not {names}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{place}: {value!r} is not one of {schema['enum']}")
    if "minimum" in schema and value < schema["minimum"] \
            or "maximum" in schema and value > schema["maximum"] \
            or "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        found.append(f"{place}: {value!r} is out of range")
    if isinstance(value, list) and "items" in schema:
        for i, item in enumerate(value):
            found += offences(item, schema["items"], f"{place}/{i}")
    if isinstance(value, dict):
        found += [f"{place}: no {key}" for key in schema.get("required", []) if key not in value]
        for key, item in value.items():
            if key in schema.get("properties", {}):
                found += offences(item, schema["properties"][key], f"{place}/{key}")
            elif schema.get("additionalProperties") is False:
                found.append(f"{place}: {key} is not in the schema")
    return found


class Cli(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, name, content):
        path = self.folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def refused(self, done, status, *fragments):
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertTrue(done.stderr.startswith("competency: "), done.stderr)
        for fragment in fragments:
            self.assertIn(fragment, done.stderr)


class Usage(Cli):
    def test_help_and_version_go_to_standard_output(self):
        for arguments in (["--help"], ["match", "--help"], ["rank", "--help"]):
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("usage: competency", done.stdout)
        self.assertRegex(run("--version").stdout, r"^competency \d+\.\d+\.\d+\n$")

    def test_a_wrong_command_line_ends_with_2(self):
        for arguments in ([], ["nothing"], ["match"], ["match", "a", "b"], ["match", "--role", "r"],
                          ["match", "--role", "r", "--candidate", "a", "--candidates", "b"],
                          ["match", "d", "--role", "r"], ["match", "d", "--unknown"],
                          ["match", "d", "--format", "xml"], ["match", "d", "--strategy", "bold"],
                          ["match", "d", "--scoring", "new"], ["match", "d", "--top", "3"],
                          ["rank", "d", "--top", "0"], ["rank", "d", "--top", "-1"],
                          ["rank", "d", "--top", "3x"], ["rank", "d", "--format", "classic"],
                          ["match", "--role", "-", "--candidates", "-"],
                          ["gap", "d", "--jobs", "2"], ["gap", "d", "--input-format", "csv"]):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertEqual(done.stdout, "", arguments)
            self.assertNotEqual(done.stderr, "", arguments)


class Classic(Cli):
    def near(self, got, want, place):
        """Equal shape; 1e-12 for numbers, 2e-6 for bounds that a bisection found."""
        if isinstance(want, dict):
            self.assertEqual(list(got), list(want), place)
            for key in want:
                self.near(got[key], want[key], f"{place}/{key}")
        elif isinstance(want, list):
            self.assertEqual(len(got), len(want), place)
            for i, (g, w) in enumerate(zip(got, want)):
                self.near(g, w, f"{place}/{i}")
        elif isinstance(want, str):
            self.assertEqual(got, want, place)
        else:
            bound = 2e-6 if "confidence_interval" in place else 1e-12
            self.assertTrue(math.isclose(got, want, rel_tol=0, abs_tol=bound),
                            f"{place}: {got} is not {want}")

    def test_the_published_results_come_out(self):
        cases = [json.loads(line) for line in (HERE / "classic_cases.jsonl").read_text().splitlines()]
        self.assertGreater(len(cases), 10)
        for case in cases:
            skills = {side: [{"name": s["name"], "level": {"value": s["value"], "max": s["max"]},
                              "embedding": s["embedding"]} for s in case[side]]
                      for side in ("required", "candidate")}
            document = {"requiredSkills": skills["required"], "candidateSkills": skills["candidate"]}
            config = self.file("config.json", case["config"])
            done = run("match", "-", "--format", "classic", "--config", config, "--strategy",
                       case["strategy"], text=json.dumps(document))
            self.assertEqual((done.returncode, done.stderr), (0, ""), case["id"])
            got, want = json.loads(done.stdout), dict(case["expected"])
            want.pop("domains")
            self.assertEqual(list(got), ["overall_score", "skill_scores", "skill_similarities",
                                         "pairwise_scores"])
            self.near(got, {key: want[key] for key in got}, str(case["id"]))


class Forms(Cli):
    document = {"role": ROLE, "candidates": [
        {"id": "a", "title": "Ann", "skills": [SKILL]},
        {"skills": [{"name": "\u65e5\u672c", "level": "1/4", "embedding": [0, 1]},
                    {"name": "Oven", "level": None, "embedding": [0, 1]}]}]}

    def test_json_and_jsonl_say_the_same(self):
        text = json.dumps(self.document)
        whole = json.loads(run("match", "-", "--format", "json", text=text).stdout)
        lines = [json.loads(x) for x in
                 run("match", "-", "--format", "jsonl", text=text).stdout.splitlines()]
        self.assertEqual(whole["run"], lines[0]["run"])
        self.assertEqual(whole["results"], lines[1:])
        self.assertIsNone(whole["run"]["model"])
        self.assertEqual(whole["run"]["scoring"]["penalty_config"]["similarity_threshold"], 0.3)
        first, second = whole["results"]
        self.assertEqual((first["id"], first["title"], first["record"]), ("a", "Ann", 1))
        self.assertEqual((second["id"], second["record"], second["evidence"]), (None, 2, 0.5))
        self.assertEqual(first["skills"][0]["status"], "met")
        self.assertEqual(second["skills"][0]["status"], "missing")
        for result in whole["results"]:
            total = sum(skill["contribution"] for skill in result["skills"])
            self.assertAlmostEqual(total, result["score"], delta=1e-12)

    def test_results_follow_the_schema_and_the_checker_can_fail(self):
        role = self.file("r.json", {**ROLE, "uri": "urn:r", "skills": [{**SKILL, "id": 4, "uri": "u"}]})
        text = json.dumps({"id": "a", "uri": "urn:a", "skills": [SKILL]}) + "\n{\n"
        for command in (["match"], ["rank"], ["rank", "--top", "all"]):
            done = run(*command, "--role", role, "--candidates", "-", "--format", "json", text=text)
            document = json.loads(done.stdout)
            self.assertEqual(len(document["results"]), 2)
            self.assertEqual(offences(document, SCHEMA), [])
            for change in ({"version": 2}, {"extra": 1}, {"scoring": None}):
                self.assertNotEqual(offences({**document, "run": {**document["run"], **change}},
                                             SCHEMA), [])

    def test_an_empty_list_of_candidates_is_an_empty_result(self):
        text = json.dumps({"role": ROLE, "candidates": []})
        self.assertEqual(json.loads(run("match", "-", "--format", "json", text=text).stdout)["results"], [])
        self.assertEqual(len(run("rank", "-", "--format", "jsonl", text=text).stdout.splitlines()), 1)

    def test_a_table_has_no_colours_in_a_file_and_has_them_on_a_terminal(self):
        path = self.file("d.json", self.document)
        self.assertNotIn("\033", run("match", path).stdout)
        for no_color, is_coloured in (("", True), ("1", False)):
            control, terminal = pty.openpty()
            done = subprocess.run([PROGRAM, "match", str(path)], stdout=terminal, check=False,
                                  stderr=subprocess.PIPE,
                                  env={**os.environ, "NO_COLOR": no_color, "TERM": "xterm"})
            shown = os.read(control, 65536).decode()
            os.close(terminal)
            os.close(control)
            self.assertEqual(done.returncode, 0)
            self.assertEqual("\033[" in shown, is_coloured)

    def test_a_name_cannot_reach_the_terminal(self):
        evil = {**SKILL, "name": "\x1b]0;owned\x07\u202e"}
        text = json.dumps({"role": {"id": "\x1b[2J", "skills": [evil]},
                           "candidates": [{"id": "\r\x1b[A", "skills": [evil]}]})
        for command in ("match", "rank"):
            shown = run(command, "-", text=text).stdout
            self.assertFalse(set(shown) & {"\x1b", "\r", "\x07", "\u202e"}, shown)

    def test_ties_keep_the_order_of_the_input_and_top_is_honoured(self):
        levels = [1, 3, 1, 5, 3, 0, 3]
        candidates = "".join(json.dumps({"id": i, "skills": [{**SKILL, "level": f"{n}/5"}]}) + "\n"
                             for i, n in enumerate(levels))
        role = self.file("r.json", ROLE)
        for top in (1, 2, 3, 6, 7, 100, "all"):
            done = run("rank", "--role", role, "--candidates", "-", "--top", top, "--format",
                       "json", text=candidates)
            results = json.loads(done.stdout)["results"]
            kept = len(levels) if top == "all" else min(top, len(levels))
            scores = [r["score"] for r in results]
            self.assertEqual(scores, sorted(scores, reverse=True))
            for a, b in zip(results, results[1:]):
                self.assertTrue(a["score"] > b["score"] or a["record"] < b["record"])
            self.assertEqual([r["rank"] for r in results], list(range(1, kept + 1)))
            self.assertEqual(all("skills" in r for r in results), top != "all")
        everyone = [r["id"] for r in results]
        self.assertEqual(sorted(everyone), [str(i) for i in range(7)])


class BadInput(Cli):
    def match(self, document, *options):
        return run("match", "-", *options, text=document if isinstance(document, (str, bytes))
                   else json.dumps(document))

    def test_bad_data_ends_with_65_and_names_place_value_and_limit(self):
        def one(**changes):
            return {"role": {"skills": [{**SKILL, **changes}]}, "candidates": []}
        cases = [
            ("{", "not JSON", "line 1"), ("", "not JSON"), ("[1]", "expected an object"),
            (b'{"role": "\xff"}', "not JSON", "0xff"),
            ('{"role": {"skills": [{"name": "a", "level": NaN}]}}', "not JSON"),
            ('{"role": {"skills": [{"name": "a", "level": {"value": 1e999, "max": 1}}]}}', "overflow"),
            ('{"role": 1, "role": 2}', "duplicate"),
            (one(level={"value": 7, "max": 5}), "/role/skills/0/level/value", "7", "maximum 5"),
            (one(level={"value": 0, "max": 0}), "/role/skills/0/level/max", "above 0"),
            (one(level={"value": -1, "max": 5}), "-1 is below the minimum 0"),
            (one(level="much"), "/role/skills/0/level", "much"),
            (one(name=5), "/role/skills/0/name", "expected a string"),
            (one(embedding=[1e300]), "/role/skills/0/embedding/0"),
            ({"role": {"skills": []}, "candidates": []}, "/role/skills", "no skills"),
            ({"role": ROLE, "candidates": [{"id": "x", "skills": []}]}, "candidate x", "no skills"),
            ("[" * 100000, "depth"),
        ]
        for document, *fragments in cases:
            self.refused(self.match(document), 65, "standard input: ", *fragments)

    def test_a_bad_configuration_ends_with_65(self):
        for config, fragment in (("{", "not JSON"), ("[]", "expected an object"),
                                 ({"penalty": {}}, 'no such group of parameters: "penalty"'),
                                 ({"penalty_config": {"similarity_treshold": 1}}, "similarity_treshold"),
                                 ({"penalty_config": {"severe_penalty": "x"}},
                                  "/penalty_config/severe_penalty: is the string"),
                                 ({"penalty_config": {"similarity_threshold": 1.5}},
                                  "similarity_threshold must be between 0.0 and 1.0")):
            path = self.file("config.json", config)
            self.refused(self.match({"role": ROLE, "candidates": []}, "--config", path), 65, fragment)

    def test_a_bad_record_of_a_stream_is_reported_and_the_rest_goes_on(self):
        good = json.dumps({"id": "ok", "skills": [SKILL]})
        lines = [good, "{", json.dumps({"id": "over", "skills": [{**SKILL, "level": "6/5"}]}), "",
                 json.dumps({"id": "long", "skills": [{**SKILL, "embedding": [1, 2, 3]}]}),
                 json.dumps({"id": "silent", "skills": [{**SKILL, "level": None}]}),
                 '{"id": "huge", "skills": "' + "x" * (16 << 20) + '"}', good]
        role = self.file("r.json", ROLE)
        pool = self.file("pool.jsonl", "\n".join(lines))
        done = run("match", "--role", role, "--candidates", pool, "--format", "jsonl")
        self.assertEqual(done.returncode, 3)
        records = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertIn("run", records.pop(0))
        self.assertEqual([(r["record"], r["id"], "error" in r) for r in records],
                         [(1, "ok", False), (2, None, True), (3, "over", True), (5, "long", True),
                          (6, "silent", True), (7, None, True), (8, "ok", False)])
        self.assertEqual(len(done.stderr.splitlines()), 5)
        self.assertIn("line 3: candidate over: /skills/0/level: 6 is above the maximum 5", done.stderr)
        self.assertEqual(records[0]["score"], records[-1]["score"])

        ranked = run("rank", "--role", role, "--candidates", pool, "--format", "json")
        self.assertEqual(ranked.returncode, 3)
        results = json.loads(ranked.stdout)["results"]
        self.assertEqual(sum("error" in r for r in results), 5)
        self.assertEqual([r["record"] for r in results if "rank" in r], [1, 8])

    def test_what_cannot_be_opened_ends_with_66_and_what_cannot_be_read_with_74(self):
        self.refused(run("match", self.folder / "none.json"), 66, "none.json", "No such file")
        role = self.file("r.json", ROLE)
        self.refused(run("match", "--role", role, "--candidates", self.folder / "none"), 66, "none")
        self.refused(run("match", self.folder), 74, "Is a directory")
        done = run("match", "--role", role, "--candidates", self.folder)
        self.refused(done, 74, "Is a directory")

    def test_a_failed_call_is_told_in_words(self):
        self.assertIn("cannot read the input: Is a directory", run("embed", self.folder).stderr)
        self.assertIn("No such file or directory; --data names the folder",
                      run("eval", "--data", self.folder / "no").stderr)
        self.assertIn("cannot make /dev/null/x: Not a directory",
                      run("cache", "info", "--cache", "/dev/null/x").stderr)
        self.assertIn("not JSON: it is empty", run("match", self.file("empty", " \n")).stderr)
        self.assertIn("not JSON: \\u0000 in a text (line 1,",
                      run("match", self.file("nul", '["\\u0000"]')).stderr)
        self.assertEqual(run("match", "--bogus").stderr,
                         "competency match: unrecognized option '--bogus'\n")
        self.assertEqual(run("bogus").stderr,
                         "competency: no such command: bogus; see competency --help\n")

    def test_a_full_disk_ends_with_74(self):
        path = self.file("d.json", Forms.document)
        for arguments in (["match", path], ["rank", path, "--format", "json"], ["--help"]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([PROGRAM, *map(str, arguments)], stdout=full, check=False,
                                      stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 74, arguments)
            self.assertIn(b"cannot write", done.stderr)

    def test_no_model_ends_with_69_but_only_if_one_is_needed(self):
        nowhere = {"COMPETENCY_MODEL_DIR": str(self.folder)}
        bare = {"name": "Bread", "level": "3/5"}
        text = json.dumps({"role": {"skills": [bare]}, "candidates": [{"skills": [SKILL]}]})
        self.refused(run("match", "-", text=text, environment=nowhere), 69, "model", str(self.folder))
        self.refused(run("match", "-", "--model", "/nonexistent", text=text), 69, "/nonexistent")
        own = run("match", "-", text=json.dumps(Forms.document), environment=nowhere)
        self.assertEqual((own.returncode, own.stderr), (0, ""))

    def test_a_hostile_model_ends_with_69(self):
        for name in ("vocab.txt", "modules.json", "sentence_bert_config.json"):
            self.file(name, "[]")
        (self.folder / "1_Pooling").mkdir()
        (self.folder / "1_Pooling/config.json").write_text("{}")
        text = json.dumps({"role": {"skills": [{"name": "Bread", "level": "3/5"}]},
                           "candidates": [{"skills": [SKILL]}]})
        for config in ("{", '{"hidden_size": 99999999999}', "[]"):
            self.file("config.json", config)
            for weights in (b"", b"\xff" * 8, b"\xff" * 4096, (1 << 20).to_bytes(8, "little") + b"{"):
                self.file("model.safetensors", weights)
                self.refused(run("match", "-", "--model", self.folder, text=text), 69, "model")


class Streams(Cli):
    """Candidates without a model: every skill brings its vector, so any number of them is cheap."""

    def candidates(self, count, bad=()):
        """JSONL of (count) candidates, of which those in `bad` have a level above its maximum."""
        lines = []
        for i in range(count):
            level = {"value": 9 if i in bad else i % 6, "max": 5}
            skills = [{"name": f"Skill {(i + k) % 7}", "level": level, "embedding": [1, (i + k) % 7]}
                      for k in range(1 + i % 4)]
            lines.append(json.dumps({"id": f"c{i}", "title": f"Title {i}", "skills": skills}))
        return "\n".join(lines) + "\n"

    ROLE = {"id": "r", "skills": [
        {"name": "Skill 1", "level": "3/5", "embedding": [1, 1], "weight": 3, "must_have": True},
        {"name": "Skill 5", "level": "5/5", "embedding": [1, 5]}]}

    def test_any_number_of_jobs_writes_the_same_bytes(self):
        role = self.file("role.json", self.ROLE)
        pool = self.file("pool.jsonl", self.candidates(500, bad={0, 3, 64, 65, 499}))
        for command in ("match", "rank"):
            for form in ("table", "json", "jsonl", "csv") + (("classic",) if command == "match" else ()):
                arguments = (command, "--role", role, "--candidates", pool, "--format", form)
                alone = run(*arguments)
                self.assertEqual(alone.returncode, 3, alone.stderr)
                for jobs in (2, 8):
                    done = run(*arguments, "--jobs", jobs)
                    self.assertEqual((done.stdout, done.stderr, done.returncode),
                                     (alone.stdout, alone.stderr, 3), (command, form, jobs))

    def test_a_bad_record_is_reported_in_its_place(self):
        bad = {5, 40, 41, 79}
        role = self.file("role.json", self.ROLE)
        for jobs in (1, 4):
            done = run("match", "--role", role, "--candidates", "-", "--format", "jsonl", "--jobs", jobs,
                       text=self.candidates(80, bad))
            self.assertEqual(done.returncode, 3)
            lines = [json.loads(x) for x in done.stdout.splitlines()][1:]
            self.assertEqual([x["id"] for x in lines], [f"c{i}" for i in range(80)])
            self.assertEqual({int(x["id"][1:]) for x in lines if "error" in x}, bad)
            self.assertEqual(done.stderr.count("above the maximum"), len(bad))

    def test_csv_and_jsonl_of_the_same_candidates_give_the_same_results(self):
        role = self.file("role.json", self.ROLE)
        # CSV has no vectors: names that are the role's own are the same skill whatever the model.
        rows = ["candidate_id,skill,level,max_level,title"]
        lines = []
        for i in range(3):
            rows.append(f'c{i},"Skill, {i}",{i},5,"Title ""{i}"""')
            lines.append(json.dumps({"id": f"c{i}", "title": f'Title "{i}"',
                                     "skills": [{"name": f"Skill, {i}", "level": f"{i}/5"}]}))
        csv = self.file("pool.csv", "\ufeff" + "\r\n".join(rows))
        results = {}
        for name, done in (
                ("csv", run("match", "--role", role, "--candidates", csv, "--model", self.folder)),
                ("jsonl", run("match", "--role", role, "--candidates", "-", "--model", self.folder,
                              text="\n".join(lines)))):
            results[name] = (done.returncode, done.stdout)
            self.assertIn("model", done.stderr)  # both were read, and both ask for a model
        self.assertEqual(results["csv"], results["jsonl"])
        self.assertEqual(results["csv"][0], 69)

    def test_a_bad_csv_is_refused_with_its_line(self):
        role = self.file("role.json", self.ROLE)
        for text, status, fragment in (
                ("candidate_id,skill\n", 65, "no column \"level\""),
                ("candidate_id,skill,level\na,x,6/5\n", 3, "line 2: /level: 6 is above the maximum 5"),
                ("candidate_id,skill,level\na,\"x,1/5\n", 3, "line 2: a quote is never closed")):
            done = run("match", "--role", role, "--candidates", "-", "--input-format", "csv", text=text)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(fragment, done.stderr)

    def test_results_as_csv_have_a_row_for_each_requirement_and_each_error(self):
        role = self.file("role.json", self.ROLE)
        done = run("match", "--role", role, "--candidates", "-", "--format", "csv",
                   text=self.candidates(3, bad={1}))
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual([r["id"] for r in rows], ["c0", "c0", "c1", "c2", "c2"])
        self.assertEqual(rows[0]["requirement"], "Skill 1")
        self.assertEqual((rows[0]["weight"], rows[0]["must_have"]), ("3", "true"))
        self.assertIn("above the maximum", rows[2]["error"])
        self.assertEqual(rows[2]["score"], "")
        whole = json.loads(run("match", "--role", role, "--candidates", "-", "--format", "json",
                               text=self.candidates(1)).stdout)
        self.assertEqual(float(rows[0]["score"]), whole["results"][0]["score"])
        self.assertEqual(float(rows[0]["lower"]), whole["results"][0]["skills"][0]["interval"]["lower"])

    def test_must_haves_filter_and_order(self):
        role = self.file("role.json", self.ROLE)
        pool = self.file("pool.jsonl", self.candidates(60))
        arguments = ("rank", "--role", role, "--candidates", pool, "--top", "all", "--format", "json")
        by_score = json.loads(run(*arguments).stdout)["results"]
        self.assertEqual({r["must_haves"]["met"] for r in by_score}, {0, 1})
        only = json.loads(run(*arguments, "--require-must-haves").stdout)["results"]
        self.assertEqual([r["id"] for r in only],
                         [r["id"] for r in by_score if r["must_haves"]["met"] == 1])
        by_must = json.loads(run(*arguments, "--order-by", "must-haves").stdout)["results"]
        self.assertEqual([r["id"] for r in by_must],
                         [r["id"] for r in sorted(by_score, key=lambda r: -r["must_haves"]["met"])])
        by_weight = json.loads(run(*arguments, "--order-by", "weighted-score").stdout)["results"]
        weighted = [r["weighted_score"] for r in by_weight]
        self.assertEqual(weighted, sorted(weighted, reverse=True))
        one = json.loads(run("match", "--role", role, "--candidates", pool, "--format", "json",
                             "--require-must-haves").stdout)["results"]
        self.assertEqual({r["id"] for r in one}, {r["id"] for r in only})
        first = one[0]
        self.assertAlmostEqual(first["weighted_score"],
                               sum(s["weight"] * s["score"] for s in first["skills"]) / 4, 12)

    def test_every_parameter_has_an_option(self):
        role = self.file("role.json", self.ROLE)
        pool = self.file("pool.jsonl", self.candidates(2))
        arguments = ("match", "--role", role, "--candidates", pool, "--format", "json")
        scoring = json.loads(run(*arguments).stdout)["run"]["scoring"]
        config = self.file("config.json", {"scoring_config": {"ratio_weight_meets": 0.25}})
        for group in ("penalty_config", "scoring_config", "distribution_config"):
            for name in scoring[group]:
                option = "--" + name.replace("_", "-")
                done = run(*arguments, "--config", config, option, "0.125")
                got = json.loads(done.stdout)["run"]["scoring"]
                self.assertEqual(got[group][name], 0.125, option)
                if name != "ratio_weight_meets":
                    self.assertEqual(got["scoring_config"]["ratio_weight_meets"], 0.25)
        self.refused(run(*arguments, "--similarity-threshold", "1.5"), 2,
                     "similarity_threshold must be between 0.0 and 1.0, not 1.5")
        self.refused(run(*arguments, "--desired-variance", "-1"), 2, "non-negative, not -1")
        self.refused(run(*arguments, "--desired-variance", "x"), 2, "must be a number, not \"x\"")

    def test_gap_lists_what_is_not_met_must_haves_first(self):
        role = self.file("role.json", {"skills": [
            {"name": "Bread", "level": "2/5", "embedding": [1, 0, 0]},
            {"name": "Accounts", "level": "4/5", "embedding": [0, 1, 0], "weight": 5},
            {"name": "Hygiene", "level": "4/5", "embedding": [0, 0, 1], "must_have": True}]})
        one = self.file("one.json", {"id": "ann", "skills": [
            {"name": "Bread", "level": "4/5", "embedding": [1, 0, 0]},
            {"name": "Hygiene", "level": "1/5", "embedding": [0, 0, 1]}]})
        done = run("gap", "--role", role, "--candidate", one, "--format", "json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        got = json.loads(done.stdout)
        self.assertEqual([g["name"] for g in got["gaps"]], ["Hygiene", "Accounts"])
        hygiene, accounts = got["gaps"]
        self.assertAlmostEqual(hygiene["shortfall"], 0.6)
        self.assertEqual([c["name"] for c in hygiene["closest"]], ["Hygiene", "Bread"])
        self.assertEqual((accounts["status"], accounts["closest"][0]["similarity"]), ("missing", 0))
        table = run("gap", "--role", role, "--candidate", one).stdout
        self.assertIn("2 of 3 requirements not met", table)
        self.refused(run("gap", "--role", role, "--candidate", one, "--format", "csv"), 2, "table or json")


class Demo(Cli):
    """With the real model."""

    @classmethod
    def setUpClass(cls):
        cls.arguments = ("rank", "--role", DEMO / "demo_role.json", "--candidates",
                         DEMO / "demo_candidates.jsonl", "--top", "all", "--format", "json")
        cls.first = run(*cls.arguments)
        if cls.first.returncode == 69:
            raise RuntimeError("the embedding model is missing: run scripts/fetch-model.sh")

    def test_forty_candidates_are_ranked_related_occupations_first(self):
        self.assertEqual((self.first.returncode, self.first.stderr), (0, ""))
        document = json.loads(self.first.stdout)
        self.assertRegex(document["run"]["model"]["sha256"], r"^[0-9a-f]{64}$")
        score = {r["id"]: r["score"] for r in document["results"]}
        self.assertEqual(len(score), 40)
        rows = [line.split("\t") for line in (DEMO / "demo_expected.tsv").read_text().splitlines()[1:]]
        related = [score[row[0]] for row in rows if row[3]]
        others = [score[row[0]] for row in rows if not row[3]]
        self.assertEqual((len(related), len(others)), (12, 28))
        wins = sum((r > o) + (r == o) / 2 for r in related for o in others)
        auc = wins / (len(related) * len(others))
        print(f"demo: AUC of related occupations {auc:.3f}")
        self.assertGreater(auc, 0.8)

    def test_the_same_input_gives_the_same_bytes(self):
        self.assertEqual(run(*self.arguments).stdout, self.first.stdout)

    def test_a_candidate_scores_the_same_alone_and_in_a_stream(self):
        score = {r["id"]: r["score"] for r in json.loads(self.first.stdout)["results"]}
        lines = (DEMO / "demo_candidates.jsonl").read_text().splitlines()
        for line in (lines[0], lines[-1]):
            alone = self.file("one.json", line)
            done = run("match", "--role", DEMO / "demo_role.json", "--candidate", alone, "--format", "json")
            result = json.loads(done.stdout)["results"][0]
            self.assertEqual(result["score"], score[result["id"]])

    def test_a_stream_that_comes_to_need_the_model_says_so_in_a_new_run_line(self):
        role = self.file("r.json", {"skills": [{**SKILL, "embedding": [1] + [0] * 383}]})
        own = {"id": "own", "skills": [{**SKILL, "embedding": [1] + [0] * 383}]}
        bare = {"id": "bare", "skills": [{"name": "Bread", "level": "1/1"}]}
        text = "\n".join(json.dumps(x) for x in (own, bare, own))
        done = run("match", "--role", role, "--candidates", "-", "--format", "jsonl", text=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(["run" in line for line in lines], [True, False, True, False, False])
        self.assertIsNone(lines[0]["run"]["model"])
        self.assertEqual(len(lines[2]["run"]["model"]["sha256"]), 64)

    def test_csv_and_jsonl_of_the_demo_give_the_same_results(self):
        arguments = ("match", "--role", DEMO / "demo_role.json", "--format", "json", "--candidates")
        strip = lambda done: [{k: v for k, v in r.items() if k != "record"}
                              for r in json.loads(done.stdout)["results"]]
        self.assertEqual(strip(run(*arguments, DEMO / "demo_candidates.csv", "--jobs", 3)),
                         strip(run(*arguments, DEMO / "demo_candidates.jsonl")))

    def test_similar_puts_the_nearest_text_first(self):
        done = run("similar", "Python programming", "Cooking", "Coding in Python")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([line.split("  ")[-1] for line in done.stdout.splitlines()],
                         ["Coding in Python", "Cooking"])
        got = json.loads(run("similar", "a", "b", "c", "--matrix", "--format", "json").stdout)
        rows = got["similarities"]
        self.assertEqual([rows[i][i] for i in range(3)], [1, 1, 1])
        self.assertEqual(rows[0][1], rows[1][0])
        self.refused(run("similar", "alone"), 2, "two texts")

    def test_embed_writes_a_vector_for_each_line(self):
        text = b"Python\r\n\xff\n\nCooking"
        done = run("embed", text=text)
        self.assertEqual(done.returncode, 3)
        lines = [json.loads(x) for x in done.stdout.splitlines()]
        self.assertEqual([x["text"] for x in lines], ["Python", None, "", "Cooking"])
        self.assertIn("error", lines[1])
        raw = run("embed", "-", "--format", "f32", text=text, raw=True)
        numbers = struct.unpack(f"={4 * 384}f", raw.stdout)
        self.assertEqual(list(numbers[:384]), [struct.unpack("f", struct.pack("f", x))[0]
                                               for x in lines[0]["embedding"]])
        self.assertTrue(all(math.isnan(x) for x in numbers[384:768]))
        self.assertAlmostEqual(sum(x * x for x in numbers[:384]), 1, 5)

    def test_embed_answers_a_line_before_the_next_is_written(self):
        with subprocess.Popen([PROGRAM, "embed"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as done:
            for name in ("Python", "Cooking", "", "Bread"):
                print(name, file=done.stdin, flush=True)
                self.assertEqual(json.loads(done.stdout.readline())["text"], name)

    def test_embed_gives_the_same_bytes_with_any_number_of_threads(self):
        # More lines than a batch has, a bad one among them, the last one without an end.
        lines = [f"skill number {i % 60}".encode() * (1 + i % 3) for i in range(600)]
        lines[555] = b"\xff"
        wanted = run("embed", "--format", "f32", text=b"\n".join(lines), raw=True)
        self.assertEqual((wanted.returncode, len(wanted.stdout)), (3, 600 * 384 * 4))
        for jobs in ("2", "3", "0"):
            done = run("embed", "--format", "f32", "--jobs", jobs, text=b"\n".join(lines), raw=True)
            self.assertEqual((done.stdout, done.stderr), (wanted.stdout, wanted.stderr))

    def test_embed_takes_a_line_longer_than_any_buffer(self):
        long = "word " * 50000
        done = run("embed", text=f"a\n{long}\r\nb")
        self.assertEqual([json.loads(x)["text"] for x in done.stdout.splitlines()], ["a", long, "b"])

    def test_model_says_what_it_is_and_that_it_is_sound(self):
        info = json.loads(run("model", "info", "--format", "json").stdout)
        self.assertEqual((info["hidden"], info["layers"], info["pooling"]), (384, 6, "mean"))
        good = run("model", "verify", "--sha256", info["sha256"])
        self.assertEqual((good.returncode, good.stderr), (0, ""))
        self.refused(run("model", "verify", "--sha256", "0" * 64), 65, info["sha256"])
        self.refused(run("model", "info", "--model", self.folder), 69, "model")
        self.refused(run("model", "eat"), 2, "info, verify, pack or list")
        data = self.folder / "competency/models"
        (data / "one").mkdir(parents=True)
        (data / "one/config.json").write_text("{}")
        done = run("model", "list", environment={"XDG_DATA_HOME": str(self.folder)})
        self.assertEqual(done.stdout, f"{data}/one\n")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[3:]])
