# SPDX-License-Identifier: MIT
"""heaplens diff between profiles of real programs: the same build, and others of the same source."""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

OPTIONS = None


def heaplens(*arguments):
    return subprocess.run([OPTIONS.heaplens, *map(str, arguments)], capture_output=True, text=True,
                          check=False)


class Builds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder_owner = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.folder_owner.name)
        for program in pathlib.Path(OPTIONS.programs).iterdir():
            if not program.name.startswith("diff_target_"):
                continue
            for run in ("", ".again"):
                name = program.name.removeprefix("diff_target_") + run
                done = heaplens("run", "-o", cls.path(name), "--", program)
                if done.returncode != 0:
                    raise AssertionError(done.stderr)

    @classmethod
    def tearDownClass(cls):
        cls.folder_owner.cleanup()

    @classmethod
    def path(cls, name):
        return cls.folder / f"{name}.heaplens"

    def diff(self, before, after, *options):
        done = heaplens("diff", *options, self.path(before), self.path(after))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def changes(self, before, after, metric="total"):
        """(innermost function, change of bytes) of every site that changed, and of every function
        whose own share did."""
        data = json.loads(self.diff(before, after, "--format", "json"))
        names = [function["name"] for function in data["functions"]]

        def change(figures):
            return figures[metric][1] - figures[metric][0]

        sites = sorted((names[site["path"][0]], change(site["figures"])) for site in data["sites"]
                       if change(site["figures"]))
        functions = sorted((function["name"], change(function["self"]))
                           for function in data["functions"] if change(function["self"]))
        return sites, functions

    def test_two_runs_of_one_build_do_not_differ(self):
        for name in ("base", "optimised", "stripped"):
            for metric in ("peak", "total", "blocks", "leaked"):
                self.assertEqual(self.changes(name, f"{name}.again", metric), ([], []), name)
            self.assertIn("0 new, 0 gone, 0 grown, 0 shrunk", self.diff(name, f"{name}.again"))

    def test_moved_lines_and_one_changed_function_name_that_function(self):
        sites, functions = self.changes("base", "grown")
        self.assertEqual(sites, [("parse_row", 400 * 5)])
        self.assertEqual(functions, sites)
        text = self.diff("base", "grown", "--sort", "total", "--threshold", "0")
        self.assertIn("0 new, 0 gone, 1 grown, 0 shrunk call sites", text)
        self.assertRegex(text, r"1\. grown  \+2,000 bytes  \+5\.0 %  \(40,000 -> 42,000\)\n"
                               r" +parse_row <- load_rows <- main\n +at diff_target\.c:\d+")
        self.assertNotIn("build_tree", text)  # its recursion is deeper now

    def test_other_inlining_is_no_change(self):
        self.assertEqual(self.changes("base", "optimised"), ([], []))
        sites, _ = self.changes("optimised", "grown")
        self.assertEqual(sites, [("parse_row", 400 * 5)])

    def test_finds_functions_that_came_and_went(self):
        sites, _ = self.changes("base", "reshaped")
        self.assertEqual(sites, [("fresh_cache", 4096), ("old_table", -7000)])
        text = self.diff("base", "reshaped")
        self.assertRegex(text, r"1\. gone +-7,000 bytes +-100\.0 % ")
        self.assertRegex(text, r"2\. new +\+4,096 bytes +new ")

    def test_renamed_functions_are_named_and_hide_nothing(self):
        self.assertEqual(self.changes("base", "renamed"), ([], []))
        data = json.loads(self.diff("base", "renamed", "--format", "json"))
        self.assertEqual({(r["before"], r["after"], r["sites"]) for r in data["renames"]},
                         {("parse_row", "read_line", 1), ("load_rows", "read_lines", 1)})
        text = self.diff("base", "renamed")
        self.assertIn("      parse_row -> read_line  (40,000 bytes allocated -> 40,000)\n", text)
        self.assertIn("Likely renamed: parse\\_row &rarr; read\\_line",
                      self.diff("base", "renamed", "--format", "markdown"))
        # Names that came and went with other figures are no renaming, and none is made if not wanted.
        self.assertEqual(json.loads(self.diff("base", "reshaped", "--format", "json"))["renames"], [])
        apart = self.diff("base", "renamed", "--no-renames", "--sort", "total")
        self.assertIn("1 new, 1 gone, 0 grown, 0 shrunk", apart)

    def test_what_has_no_symbols_is_matched_by_its_module(self):
        # The names are gone, the total is right, and nothing is called new.
        sites, _ = self.changes("stripped", "base")
        self.assertEqual(sum(change for _, change in sites), 0)

    def test_hidden_changes_are_counted(self):
        text = self.diff("base", "reshaped", "--sort", "total", "--threshold", "5000")
        self.assertIn("0 new, 1 gone, 0 grown, 0 shrunk", text)
        self.assertIn("not shown: 1 call site that changed by less than 5,000 bytes each, "
                      "together +4,096 and -0", text)

    def test_folded_stacks_add_up_to_both_totals(self):
        text = self.diff("base", "grown", "--format", "folded", "--sort", "total")
        rows = [re.fullmatch(r"(\S.*) (\d+) (\d+)", line) for line in text.splitlines()]
        self.assertTrue(all(rows) and rows)
        totals = json.loads(self.diff("base", "grown", "--format", "json"))["totals"]["total"]
        self.assertEqual([sum(int(row[i]) for row in rows) for i in (2, 3)], totals)
        self.assertTrue(any(row[1].endswith(";main;load_rows;parse_row") for row in rows))

    def test_markdown_names_the_function_in_a_table(self):
        text = self.diff("base", "grown", "--format", "markdown", "--sort", "total")
        self.assertIn("| grown | 40,000 | 42,000 | +2,000 | +5.0 % | "
                      r"parse\_row &larr; load\_rows &larr; main (diff\_target.c:", text)

    def test_has_documented_exit_codes(self):
        base, none = self.path("base"), self.folder / "none"
        for code, arguments in [(2, []), (2, [base]), (2, [base, base, base]), (66, [base, none]),
                                (66, [none, base]), (65, [base, __file__]),
                                (2, ["--sort", "lifetime", base, base]),
                                (2, ["--threshold", "nan%", base, base]),
                                (2, ["--threshold", "-1", base, base]),
                                (2, ["--format", "xml", base, base]),
                                (66, ["--after-process", "1", base, base]), (0, ["--help"])]:
            done = heaplens("diff", *arguments)
            self.assertEqual(done.returncode, code, (arguments, done.stderr))
            self.assertEqual(done.stderr == "", code == 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--programs", required=True)
    OPTIONS = parser.parse_args()
    sys.exit(not unittest.main(argv=sys.argv[:1], exit=False).result.wasSuccessful())
