# SPDX-License-Identifier: MIT
"""Folded stacks, read with the expression that flamegraph.pl and speedscope use."""
import re
import subprocess
import sys
import unittest

import exported

OPTIONS = exported.parse_arguments()
LINE = re.compile(r"^(.*) (\d+)$")


def read_folded(path):
    """Values by stack; the same stack in two lines is summed, as the consumers do."""
    out = {}
    text = path.read_bytes().decode("utf-8")
    assert not text or text.endswith("\n")
    for line in text.splitlines():
        stack, value = LINE.match(line).groups()
        key = tuple(stack.split(";"))
        out[key] = out.get(key, 0) + int(value)
    return out


class Folded(unittest.TestCase):
    def setUp(self):
        self.profiles = self.enterContext(exported.profiles(OPTIONS))

    def test_counts_each_metric_by_stack(self):
        for metric in ("peak", "total", "blocks", "leaked", "temporary"):
            path = self.profiles.export(self.profiles.synthetic, "folded", f".{metric}",
                                        "--metric", metric)
            self.assertEqual(read_folded(path), exported.figure_of_sites(metric), metric)

    def test_counts_what_was_live_at_the_peak_unless_told(self):
        path = self.profiles.export(self.profiles.synthetic, "folded")
        self.assertEqual(read_folded(path), exported.figure_of_sites("peak"))

    def test_refuses_a_metric_that_does_not_add_up(self):
        for arguments in (["--format", "folded", "--metric", "lifetime"],
                          ["--metric", "lifetime", "--format", "folded"]):
            done = subprocess.run([OPTIONS.heaplens, "report", *arguments, self.profiles.synthetic],
                                  capture_output=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (2, b""))
            self.assertIn(b"means do not add up", done.stderr)

    def test_has_the_stacks_of_a_recorded_program(self):
        stacks = read_folded(self.profiles.export(self.profiles.recorded, "folded"))
        chains = {stack[stack.index("main"):]: value for stack, value in stacks.items()}
        self.assertEqual(chains, {("main", *["down"] * depth): 600 - 100 * depth
                                  for depth in range(1, 6)})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
