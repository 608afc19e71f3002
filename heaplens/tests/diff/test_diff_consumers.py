# SPDX-License-Identifier: MIT
"""Two profiles of different builds, subtracted by pprof and drawn by inferno: they find the change that
heaplens diff finds, and nothing else."""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

OPTIONS = None
SKIPPED = 77


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stderr}")
    return done.stdout


class Consumers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder_owner = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.folder_owner.name)
        for name in ("base", "grown", "optimised", "reshaped", "renamed"):
            run(OPTIONS.heaplens, "run", "-o", cls.profile(name), "--",
                pathlib.Path(OPTIONS.programs) / f"diff_target_{name}")

    @classmethod
    def tearDownClass(cls):
        cls.folder_owner.cleanup()

    @classmethod
    def profile(cls, name):
        return cls.folder / f"{name}.heaplens"

    def functions(self, before, after, metric):
        """Changes by function, of its own and with what it calls, as heaplens diff has them."""
        data = json.loads(run(OPTIONS.heaplens, "diff", "--no-renames", "--format", "json",
                              self.profile(before), self.profile(after)))
        return {f["name"]: (f["self"][metric][1] - f["self"][metric][0],
                            f["within"][metric][1] - f["within"][metric][0])
                for f in data["functions"]}, data["totals"][metric]


class Pprof(Consumers):
    def subtract(self, before, after, sample_type):
        """(flat, cum) by function, of pprof -diff_base; and the total that it names."""
        paths = []
        for name in (before, after):
            paths.append(self.folder / f"{name}.pb.gz")
            run(OPTIONS.heaplens, "report", "--format", "pprof", "-o", paths[-1], self.profile(name))
        text = run(OPTIONS.tools / "pprof", "-symbolize=none", "-top", "-nodecount=100000",
                   "-nodefraction=0", "-unit=B", f"-sample_index={sample_type}",
                   "-diff_base", paths[0], paths[1])
        rows = re.findall(r"^\s*(-?\d+)\S*\s+\S+\s+\S+\s+(-?\d+)\S*\s+\S+\s+(\S+)(?: \(inline\))?$",
                          text, re.M)
        total = re.search(r"Showing nodes accounting for (-?\d+)\S*, \S+ of (\d+)\S* total", text)
        return {name: (int(flat), int(cum)) for flat, cum, name in rows}, int(total[2])

    def test_diff_base_finds_what_heaplens_diff_finds(self):
        for after in ("grown", "reshaped"):
            for metric, sample_type in (("total", "alloc_space"), ("peak", "peak_space"),
                                        ("leaked", "inuse_space")):
                rows, total = self.subtract("base", after, sample_type)
                want, totals = self.functions("base", after, metric)
                changed = {name: change for name, change in want.items() if any(change)}
                self.assertTrue(changed)
                self.assertEqual({name: row for name, row in rows.items() if any(row)}, changed,
                                 (after, metric))
                self.assertEqual(total, totals[0])  # shares are of the profile before

    def test_diff_base_names_the_one_function_that_changed(self):
        rows, _ = self.subtract("base", "grown", "alloc_space")
        self.assertEqual({name: flat for name, (flat, _) in rows.items() if flat},
                         {"parse_row": 2000})

    def test_other_inlining_is_no_change_to_pprof_either(self):
        rows, _ = self.subtract("base", "optimised", "alloc_space")
        self.assertFalse([row for row in rows.values() if any(row)])


class Inferno(Consumers):
    def draw(self, before, after, *options):
        """What the picture says of each function: its value after, and its change in percent."""
        folded = self.folder / "diff.folded"
        run(OPTIONS.heaplens, "diff", "--format", "folded", "--sort", "total", "-o", folded,
            *options, self.profile(before), self.profile(after))
        picture = run(OPTIONS.tools / "inferno" / "bin" / "inferno-flamegraph", folded)
        titles = re.findall(r"<title>(\S+) \(([0-9,]+) samples, [0-9.]+%(?:; ([+-]?[0-9.]+)%)?\)",
                            picture)
        fills = dict(re.findall(r"<title>(\S+) \([^<]*</title><rect[^>]*fill=\"rgb\((\d+,\d+,\d+)\)",
                                picture))
        return {name: (int(value.replace(",", "")), float(change or 0))
                for name, value, change in titles}, fills

    def test_a_picture_of_both_counts_shows_growth_in_red(self):
        rows, fills = self.draw("base", "grown")
        want, totals = self.functions("base", "grown", "total")
        self.assertEqual(rows["all"][0], totals[1])
        self.assertEqual(rows["parse_row"][0], 42000)
        # The picture's change is a share of everything, to two digits.
        self.assertAlmostEqual(rows["parse_row"][1], 100 * want["parse_row"][0] / totals[1], delta=0.006)
        self.assertEqual({name for name, (_, change) in rows.items() if change}, {"parse_row"})
        red, green, blue = map(int, fills["parse_row"].split(","))
        self.assertGreater(red, max(green, blue))

    def test_a_renamed_function_is_drawn_once(self):
        rows, _ = self.draw("base", "renamed")
        self.assertEqual(rows["read_line"], (40000, 0.0))
        self.assertNotIn("parse_row", rows)
        # flamegraph draws what is there after.
        apart, _ = self.draw("base", "renamed", "--no-renames")
        self.assertGreater(apart["read_line"][1], 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--programs", required=True)
    parser.add_argument("--tools", type=pathlib.Path, required=True)
    parser.add_argument("--consumer", choices=("pprof", "inferno"), required=True)
    OPTIONS = parser.parse_args()
    tool = {"pprof": "pprof", "inferno": "inferno/bin/inferno-flamegraph"}[OPTIONS.consumer]
    if not (OPTIONS.tools / tool).is_file():
        print(f"skipped: needs {OPTIONS.consumer} by scripts/fetch-viewers.sh")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1], defaultTest=OPTIONS.consumer.capitalize())
