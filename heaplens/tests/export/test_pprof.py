# SPDX-License-Identifier: MIT
"""pprof files, read field by field and compared with the hand-made session; and pprof's own word."""
import re
import subprocess
import sys
import unittest

import exported

OPTIONS = exported.parse_arguments()
TYPES = [("alloc_objects", "count"), ("alloc_space", "bytes"), ("inuse_objects", "count"),
         ("inuse_space", "bytes"), ("peak_objects", "count"), ("peak_space", "bytes")]


class Format(unittest.TestCase):
    def setUp(self):
        self.profiles = self.enterContext(exported.profiles(OPTIONS))
        self.file = exported.PprofFile(self.profiles.export(self.profiles.synthetic, "pprof"))

    def test_has_the_sample_types_of_go_and_those_of_the_peak(self):
        self.assertEqual(self.file.types, TYPES)
        self.assertEqual(self.file.default_type, "peak_space")

    def test_has_every_site_with_its_inlined_frames(self):
        self.assertEqual({stack: values for stack, values, _ in self.file.samples},
                         {stack: values[:6] for stack, values in exported.SITES.items()})
        self.assertEqual(len(self.file.samples), len(exported.SITES))

    def test_labels_each_sample_with_its_mean_block_size(self):
        for _, values, labels in self.file.samples:
            self.assertEqual(labels, {"bytes": (values[1] // values[0], "bytes")})

    def test_has_lines_files_and_build_ids(self):
        strings = self.file.strings
        line = exported.message(self.file.locations[1][4][1])
        function = self.file.functions[line[1][0]]
        self.assertEqual((strings[function[2][0]], strings[function[4][0]], line[2][0]),
                         ("parse_row", "/src/parse.c", 40))
        app = self.file.mappings[1]
        self.assertEqual((app[2][0], app[3][0], strings[app[5][0]], strings[app[6][0]]),
                         (0x1000, 0x2000, "/bin/app", "00abcd"))
        self.assertEqual([app[n][0] for n in (7, 8, 9, 10)], [1, 1, 1, 1])
        # Without names, so that pprof looks for them itself.
        self.assertNotIn(7, self.file.mappings[2])

    def test_lets_no_escape_sequence_and_no_stray_byte_through(self):
        self.assertEqual(self.file.comments[0],
                         "app \"quoted\" back\\slash ?[31m \ufffd caf\u00e9")
        self.assertFalse([text for text in self.file.strings if re.search("[\x00-\x1f\x7f]", text)])

    def test_is_the_same_bytes_each_time(self):
        again = self.profiles.export(self.profiles.synthetic, "pprof", ".again")
        self.assertEqual(again.read_bytes(),
                         (self.profiles.folder / "synthetic.pprof").read_bytes())


class Tool(unittest.TestCase):
    """What pprof itself prints."""

    def setUp(self):
        self.profiles = self.enterContext(exported.profiles(OPTIONS))

    def pprof(self, *arguments):
        done = subprocess.run([OPTIONS.tools / "pprof", "-symbolize=none", *arguments],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def top(self, path, sample_type, unit):
        """Flat figures by function."""
        text = self.pprof("-top", "-nodecount=100000", "-nodefraction=0", f"-unit={unit}",
                          f"-sample_index={sample_type}", path)
        rows = re.findall(r"^\s*(\d+)\S*\s+\S+\s+\S+\s+\d+\S*\s+\S+\s+(.*?)(?: \(inline\))?$", text,
                          re.M)
        return {name: int(flat) for flat, name in rows if int(flat) > 0}

    def test_sums_each_type_by_function(self):
        path = self.profiles.export(self.profiles.synthetic, "pprof")
        for column, (sample_type, unit) in enumerate(TYPES):
            flat = {}
            for stack, values in exported.SITES.items():
                leaf = stack[-1] or "[libother.so.1]"
                flat[leaf] = flat.get(leaf, 0) + values[column]
            self.assertEqual(self.top(path, sample_type, "B" if unit == "bytes" else "count"),
                             {name: value for name, value in flat.items() if value > 0},
                             sample_type)

    def test_shows_the_peak_unless_told(self):
        path = self.profiles.export(self.profiles.synthetic, "pprof")
        self.assertIn("Type: peak_space\n", self.pprof("-top", path))
        raw = self.pprof("-raw", path)
        self.assertIn("peak_space/bytes[dflt]", raw)
        self.assertIn("PeriodType: space bytes\nPeriod: 1\n", raw)

    def test_names_the_functions_of_a_program(self):
        path = self.profiles.export(self.profiles.recorded, "pprof")
        flat = self.top(path, "alloc_space", "B")
        self.assertEqual(flat.get("down"), 1500, flat)

    def test_takes_one_profile_from_another(self):
        path = self.profiles.export(self.profiles.synthetic, "pprof")
        text = self.pprof("-top", "-sample_index=alloc_space", f"-diff_base={path}", path)
        self.assertRegex(text, r"Showing nodes accounting for 0, 0% of \d")


if __name__ == "__main__":
    if OPTIONS.tools and not (OPTIONS.tools / "pprof").is_file():
        print("skipped: needs pprof by scripts/fetch-viewers.sh")
        sys.exit(exported.SKIPPED)
    unittest.main(argv=sys.argv[:1], defaultTest="Tool" if OPTIONS.tools else "Format")
