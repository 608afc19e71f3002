# SPDX-License-Identifier: MIT
"""heaplens check and heaplens baseline on profiles of a real program."""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

OPTIONS = None
KEPT = "[profile]\npeak <= 1 MiB\n"
MIXED = """# a comment
[profile] blocks <= 2_000
leaked    == 0            # 100 terms are never freed
[the <index> & "more"]
function = "index_*"
peak      <= baseline + 2 %
[typo]
function = "no_such_function"
blocks    == 0
"""


class Recorded(unittest.TestCase):
    """Two profiles, and what is needed to hold them to budgets."""
    @classmethod
    def setUpClass(cls):
        cls.owner = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.owner.name)
        for name, program in (("same", OPTIONS.same), ("grown", OPTIONS.grown)):
            done = cls.heaplens("run", "-o", cls.profile(name), "--", program)
            if done.returncode != 0:
                raise AssertionError(done.stderr)

    @classmethod
    def tearDownClass(cls):
        cls.owner.cleanup()

    @classmethod
    def profile(cls, name):
        return cls.folder / f"{name}.heaplens"

    @classmethod
    def heaplens(cls, *arguments):
        return subprocess.run([OPTIONS.heaplens, *map(str, arguments)], capture_output=True,
                              text=True, check=False, cwd=cls.folder)

    def budget(self, text):
        path = self.folder / f"{self.id().rsplit('.', 1)[-1]}.budgets"
        path.write_text(text, "utf-8")
        return path

    def check(self, text, *options, profile="grown"):
        return self.heaplens("check", "--budget", self.budget(text), *options, self.profile(profile))


class Check(Recorded):
    def test_the_exit_code_tells_the_verdict(self):
        self.assertEqual(self.check(KEPT).returncode, 0)
        self.assertEqual(self.check("[profile]\nleaked == 0\n").returncode, 1)
        typo = "[typo]\nfunction = \"no_such\"\nblocks == 0\n"
        done = self.check(typo)
        self.assertEqual(done.returncode, 65)
        self.assertIn("no match [typo] blocks == 0", done.stdout)
        self.assertEqual(self.check(typo.replace("blocks", "absent = allowed\nblocks")).returncode, 0)
        self.assertEqual(self.check(KEPT + "leaked == 0\n" + typo).returncode, 1)  # broken is worse

    def test_the_longest_life_is_exact_and_says_where(self):
        # The first document is freed after everything else was asked for: 59 documents of 4001 bytes
        # and up, 100 terms, and 500 tags with their scratch. The first tag lives through 499 more.
        life = sum(range(4001, 4060)) + 100 * 200 + 500 * (64 + 16)
        budgets = (f"[documents]\nfunction = \"read_documents\"\nmax_lifetime == {life} B\n"
                   f"[tags]\nfunction = \"add_tags\"\nmax_lifetime == {499 * (64 + 16)}\n"
                   # Terms are never freed: they have no longest life, but a leak.
                   "[terms]\nfunction = \"index_terms\"\nmax_lifetime == 0\n")
        done = self.check(budgets, profile="same")
        self.assertEqual(done.returncode, 0, done.stdout)
        done = self.check("[documents]\nfunction = \"read_documents\"\nmax_lifetime <= baseline\n",
                          "--baseline", self.profile("same"))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, f"{life + 1000:,} bytes, 1,000 bytes .* over {life:,} bytes")
        self.assertIn("read_documents", done.stdout)

    def test_says_which_budget_by_how_much_and_where(self):
        done = self.check(MIXED, "--baseline", self.profile("same"))
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stdout.startswith(f"{self.profile('grown')}: 1 of 4 budgets kept, "
                                               f"against the baseline {self.profile('same')}\n"))
        self.assertRegex(done.stdout, r'broken +\[the <index> & "more"\] peak +<= baseline \+ 2 %  '
                                      r"\(\S+:6\)\n"
                                      r" +21,000 bytes, 600 bytes \(\+2\.9 %\) over 20,400 bytes\n"
                                      r" +grown since the baseline:\n"
                                      r" +\+1,000 \(20,000 -> 21,000 bytes\)\n"
                                      r" +index_terms <- main  at check_target\.c:\d+\n")
        self.assertIn("21,000 bytes, where none is allowed", done.stdout)
        self.assertIn("within   [profile] blocks <= 2_000: 1,160 blocks of 2,000 blocks", done.stdout)

    def test_json_has_every_figure(self):
        done = self.check(MIXED, "--baseline", self.profile("same"), "--format", "json")
        data = json.loads(done.stdout)
        self.assertEqual((data["format"], data["version"], data["verdict"]),
                         ("heaplens-check", 1, "broken"))
        verdicts = [limit["verdict"] for limit in data["limits"]]
        self.assertEqual(verdicts, ["within", "broken", "broken", "no match"])
        index = data["limits"][2]
        self.assertEqual((index["value"], index["bound"], index["baseline"], index["stacks"]),
                         (21000, 20400, 20000, 1))
        self.assertEqual(index["places"][0]["path"][:2], ["index_terms", "main"])

    def test_junit_has_a_case_a_limit(self):
        done = self.check(MIXED, "--baseline", self.profile("same"), "--format", "junit")
        suite = xml.etree.ElementTree.fromstring(done.stdout).find("testsuite")
        self.assertEqual([suite.get(key) for key in ("tests", "failures", "errors")],
                         ["4", "2", "1"])
        cases = suite.findall("testcase")
        self.assertEqual([len(case) for case in cases], [0, 1, 1, 1])
        self.assertEqual(cases[2].get("classname"), 'the <index> & "more"')
        failure = cases[2].find("failure")
        self.assertIn("600 bytes (+2.9 %) over", failure.get("message"))
        self.assertIn("index_terms <- main", failure.text)
        self.assertEqual(cases[3].find("error").get("type"), "no match")

    def test_markdown_is_a_table_and_a_list(self):
        done = self.check(MIXED, "--baseline", self.profile("same"), "--format", "markdown")
        self.assertIn("### Heap budgets: 1 of 4 kept\n", done.stdout)
        rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
        self.assertEqual({len(re.findall(r"(?<!\\)\|", row)) for row in rows}, {4})
        self.assertEqual(len(rows), 2 + 4)
        self.assertIn(r"index\_terms &larr; main (check\_target.c:", done.stdout)

    def test_a_file_is_written_whole_and_the_verdict_said(self):
        out = self.folder / "result.xml"
        done = self.check(MIXED, "--baseline", self.profile("same"), "--format", "junit", "-o", out)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("1 of 4 budgets kept; see", done.stderr)
        xml.etree.ElementTree.parse(out)

    def test_an_absolute_limit_lists_what_is_there_also_beside_a_baseline(self):
        alone = self.check("[profile]\ntotal <= 1\n", profile="same")
        beside = self.check("[profile]\ntotal <= 1\n", "--baseline", self.profile("grown"),
                            profile="same")
        self.assertIn("largest call sites:\n", alone.stdout)
        places = alone.stdout.partition("largest call sites:\n")[2]
        self.assertEqual(beside.stdout.partition("largest call sites:\n")[2], places)

    def test_mistakes_in_a_budget_file_are_told_with_their_place(self):
        done = self.check("[profile]\npeak <= 4 MiX\n")
        self.assertEqual(done.returncode, 65)
        self.assertRegex(done.stderr, r"\.budgets: malformed input: line 2, column 11: \"MiX\" is no "
                                      r"unit")

    def test_has_documented_exit_codes(self):
        kept, same = self.budget(KEPT), self.profile("same")
        relative = self.folder / "relative.budgets"
        relative.write_text("[profile]\npeak <= baseline\n", "utf-8")
        for code, arguments in [(2, []), (2, [same]), (2, ["--budget", kept]),
                                (2, ["--budget", kept, same, same]),
                                (2, ["--budget", kept, "--format", "xml", same]),
                                (2, ["--budget", relative, same]),
                                (2, ["--budget", relative, "--baseline", "x y", same]),
                                (66, ["--budget", relative, "--baseline", "none", same]),
                                (66, ["--budget", self.folder / "none", same]),
                                (66, ["--budget", kept, self.folder / "none"]),
                                (65, ["--budget", kept, __file__]),
                                (0, ["--budget", kept, same]),
                                (0, ["--budget", relative, "--baseline", same, same])]:
            done = self.heaplens("check", *arguments)
            self.assertEqual(done.returncode, code, (arguments, done.stderr))
            self.assertEqual(done.stderr == "", code == 0)
        self.assertEqual(self.heaplens("check", "--help").returncode, 0)


class Baseline(Recorded):
    def test_saves_shows_and_updates(self):
        same, grown = self.profile("same"), self.profile("grown")
        self.assertEqual(self.heaplens("baseline", "show").returncode, 66)
        for arguments in (["baseline", "update", "main", same], ["baseline", "show", "main"]):
            done = self.heaplens(*arguments)
            self.assertEqual(done.returncode, 66)
            self.assertIn('no baseline "main" in .heaplens/baselines', done.stderr)
        self.assertIn('"keep" is none of', self.heaplens("baseline", "keep").stderr)
        self.assertEqual(self.heaplens("baseline", "save", "main", same).returncode, 0)
        done = self.heaplens("baseline", "save", "main", grown)
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is a baseline \"main\" already", done.stderr)
        self.assertTrue((self.folder / ".heaplens" / "baselines" / "main.heaplens").is_file())

        self.assertRegex(self.heaplens("baseline", "show").stdout, r"^main +peak .*check_target_same\n$")
        facts = self.heaplens("baseline", "show", "main").stdout
        for line in (r"^main$", r"^  command +\S*check_target_same$", r"^  machine +\w+",
                     r"^  recorded +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC, for ",
                     r"^  allocated +[\d,]+ bytes in 1,160 blocks$",
                     r"^  build +[0-9a-f]{8,}  .*check_target_same$"):
            self.assertRegex(facts, re.compile(line, re.M))

        relative = "[profile]\ntotal <= baseline\n"
        self.assertEqual(self.check(relative, "--baseline", "main").returncode, 1)
        done = self.heaplens("baseline", "update", "main", grown)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"peak bytes +[\d,]+ -> +[\d,]+  \+0\.4 %")
        self.assertEqual(self.check(relative, "--baseline", "main").returncode, 0)

    def test_names_stay_in_their_folder(self):
        for name in ("../x", "a/b", "", ".hidden", "-x", "a b", "x" * 65):
            done = self.heaplens("baseline", "save", "--", name, self.profile("same"))
            self.assertEqual(done.returncode, 2, name)

    def test_baseline_has_documented_exit_codes(self):
        for code, arguments in [(2, []), (2, ["keep", "a", "b"]), (2, ["save", "a"]),
                                (2, ["show", "a", "b"]), (2, ["--nosuch"]),
                                (66, ["show", "none"]),
                                (66, ["save", "new", self.folder / "none"]),
                                (65, ["save", "new", __file__]), (0, ["--help"])]:
            done = self.heaplens("baseline", *arguments)
            self.assertEqual(done.returncode, code, (arguments, done.stderr))
            self.assertEqual(done.stderr == "", code == 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for option in ("--heaplens", "--same", "--grown"):
        parser.add_argument(option, required=True)
    OPTIONS = parser.parse_args()
    sys.exit(not unittest.main(argv=sys.argv[:1], exit=False).result.wasSuccessful())
