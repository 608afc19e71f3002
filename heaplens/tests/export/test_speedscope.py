# SPDX-License-Identifier: MIT
"""Speedscope's importer on the files made for it, for pprof, and for flame graphs."""
import json
import pathlib
import shutil
import subprocess
import sys
import unittest

import exported

OPTIONS = exported.parse_arguments()
PACKAGE = OPTIONS.tools / "speedscope" / "node_modules" / "speedscope"
LOADER = pathlib.Path(__file__).with_name("load_speedscope.mjs")
NODE = shutil.which("node")
PROFILES = [("live at the peak", "bytes", "peak"), ("allocated", "bytes", "total"),
            ("never freed", "bytes", "leaked"), ("blocks allocated", "none", "blocks"),
            ("temporary blocks", "none", "temporary")]


def load(*paths):
    """What speedscope made of each file."""
    done = subprocess.run([NODE, LOADER, PACKAGE, *paths], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def by_text(stacks):
    return {";".join(stack): value for stack, value in stacks.items()}


class Speedscope(unittest.TestCase):
    def setUp(self):
        self.profiles = self.enterContext(exported.profiles(OPTIONS))

    def speedscope(self, profile):
        return self.profiles.export(profile, "speedscope", ".speedscope.json")

    def test_shows_a_profile_of_each_figure_the_peak_first(self):
        group, = load(self.speedscope(self.profiles.synthetic))
        self.assertEqual(group["shown"], 0)
        self.assertEqual(group["name"],
                         "app \"quoted\" back\\slash \x1b[31m \ufffd caf\u00e9")
        self.assertEqual([(p["name"], p["unit"]) for p in group["profiles"]],
                         [(name, unit) for name, unit, _ in PROFILES])
        for profile, (_, _, figure) in zip(group["profiles"], PROFILES):
            want = exported.figure_of_sites(figure)
            self.assertEqual(profile["stacks"], by_text(want))
            self.assertEqual(profile["total"], sum(want.values()))

    def test_follows_its_own_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("needs python3-jsonschema")
        schema = json.loads((PACKAGE / "dist/release/file-format-schema.json").read_text("utf-8"))
        for profile in (self.profiles.synthetic, self.profiles.recorded):
            document = json.loads(self.speedscope(profile).read_text("utf-8"))
            jsonschema.validate(document, schema)

    def test_reads_pprof_and_folded_files_to_the_same_stacks(self):
        pprof = self.profiles.export(self.profiles.synthetic, "pprof")
        folded = self.profiles.export(self.profiles.synthetic, "folded", ".collapsedstack.txt")
        from_pprof, from_folded = load(pprof, folded)
        want = exported.figure_of_sites("peak")
        self.assertEqual(from_folded["profiles"][0]["stacks"], by_text(want))
        # Of pprof's locations it shows one line, the caller of what was inlined, and none without.
        unseen = (exported.GROW, exported.NAMELESS)
        want = {tuple(name for name in stack if name not in unseen): value
                for stack, value in want.items()}
        self.assertEqual(from_pprof["profiles"][0]["unit"], "bytes")
        self.assertEqual(from_pprof["profiles"][0]["stacks"], by_text(want))

    def test_agrees_with_dhat_about_a_recorded_program(self):
        dhat = json.loads(self.profiles.export(self.profiles.recorded, "dhat").read_text("utf-8"))
        group, = load(self.speedscope(self.profiles.recorded))
        totals = [profile["total"] for profile in group["profiles"][:4]]
        self.assertEqual(totals, [sum(point[key] for point in dhat["pps"])
                                  for key in ("gb", "tb", "eb", "tbk")])
        self.assertEqual(totals, [1500, 1500, 0, 5])


if __name__ == "__main__":
    if NODE is None or not PACKAGE.is_dir():
        print("skipped: needs node, and speedscope by scripts/fetch-viewers.sh")
        sys.exit(exported.SKIPPED)
    unittest.main(argv=sys.argv[:1])
