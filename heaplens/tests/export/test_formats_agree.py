# SPDX-License-Identifier: MIT
"""Every format says the same of a program that nobody wrote for a test: Python starting up."""
import json
import re
import subprocess
import sys
import unittest

import exported
from test_folded import read_folded

OPTIONS = exported.parse_arguments()
# The column of a pprof sample, the key of DHAT, the key of our JSON; the name of the metric, if any.
FIGURES = [(0, "tbk", "blocks_total", "blocks"), (1, "tb", "bytes_total", "total"),
           (2, "ebk", "blocks_at_end", None), (3, "eb", "bytes_at_end", "leaked"),
           (4, "gbk", "blocks_at_peak", None), (5, "gb", "bytes_at_peak", "peak")]
NAMES = {"live at the peak": "peak", "allocated": "total", "never freed": "leaked",
         "blocks allocated": "blocks", "temporary blocks": "temporary"}


def summed(pairs):
    out = {}
    for stack, value in pairs:
        out[stack] = out.get(stack, 0) + value
    return {stack: value for stack, value in out.items() if value > 0}


class Formats(unittest.TestCase):
    def setUp(self):
        self.profiles = self.enterContext(exported.profiles(OPTIONS))
        self.profile = self.profiles.folder / "python.heaplens"
        subprocess.run([OPTIONS.heaplens, "run", "-o", self.profile, "--", sys.executable, "-c",
                        "import json; json.loads('[' + '1,' * 10000 + '1]')"],
                       check=True, capture_output=True)
        self.json = json.loads(self.text("json"))
        self.pprof = exported.PprofFile(self.profiles.export(self.profile, "pprof"))

    def text(self, form, *arguments):
        return self.profiles.export(self.profile, form, "", *arguments).read_text("utf-8")

    def folded(self, metric):
        return read_folded(self.profiles.export(self.profile, "folded", f".{metric}", "--metric",
                                                metric))

    def test_have_the_same_totals(self):
        dhat = json.loads(self.text("dhat"))
        self.assertGreater(len(self.json["sites"]), 100)
        for column, dhat_key, key, metric in FIGURES:
            total = self.json["totals"][key]
            sums = {"json": sum(site[key] for site in self.json["sites"]),
                    "dhat": sum(point[dhat_key] for point in dhat["pps"]),
                    "pprof": sum(values[column] for _, values, _ in self.pprof.samples)}
            if metric:
                sums["folded"] = sum(self.folded(metric).values())
            self.assertEqual(sums, dict.fromkeys(sums, total), key)

    def test_have_the_same_totals_for_people(self):
        totals = self.json["totals"]
        want = {label: [totals[f"bytes_{at}"], totals[f"blocks_{at}"]] for label, at in
                [("live at the peak", "at_peak"), ("allocated", "total"), ("never freed", "at_end")]}
        rows = re.findall(r"^\| (\w[\w ]+) \| ([\d,]+) \| .* \| ([\d,]+) \|$", self.text("markdown"),
                          re.M)
        self.assertEqual({label: [int(n.replace(",", "")) for n in figures]
                          for label, *figures in rows}, want)

    def test_have_the_same_stacks(self):
        document = json.loads(self.text("speedscope"))
        frames = [frame["name"] for frame in document["shared"]["frames"]]
        for profile in document["profiles"]:
            stacks = summed((";".join(frames[at] for at in sample), weight) for sample, weight
                            in zip(profile["samples"], profile["weights"]))
            self.assertEqual(sum(stacks.values()), profile["endValue"])
            folded = summed((";".join(stack), value) for stack, value
                            in self.folded(NAMES[profile["name"]]).items())
            self.assertEqual({stack.replace(";", ":"): value for stack, value in stacks.items()},
                             {stack.replace(";", ":"): value for stack, value in folded.items()})

    def test_have_the_same_functions(self):
        named = summed((tuple(name for name in stack if name), values[1])
                       for stack, values, _ in self.pprof.samples)
        nameless = re.compile(r"(\+|^)0x[0-9a-f]+$")
        folded = summed((tuple(name for name in stack if not nameless.search(name)), value)
                        for stack, value in self.folded("total").items())
        self.assertEqual(named, folded)

    def test_are_the_same_bytes_each_time(self):
        for form in ("dhat", "pprof", "folded", "speedscope", "json", "markdown", "text"):
            first = self.profiles.export(self.profile, form).read_bytes()
            self.assertEqual(first, self.profiles.export(self.profile, form).read_bytes(), form)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
