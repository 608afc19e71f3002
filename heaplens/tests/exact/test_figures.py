#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""figures.py reads tables and DHAT files, and finds every figure that differs."""
import copy
import json
import tempfile
import unittest
from pathlib import Path

import figures

SOURCE = """//! stack                       total   t-gmax   t-end   own-peak
//! (program)                   70/3    60/2     10/1    -
//! make@m < go@g*2 < main@go   60/2    50/1     ?       50/1
//! main@one                    10/1    10/1     10/1    -
    make();  // @m
    go();  // @g
    go();  // @go
    one();  // @one
"""
PROFILE = {
    "pps": [
        {"tb": 60, "tbk": 2, "gb": 50, "gbk": 1, "eb": 0, "ebk": 0, "mb": 50, "mbk": 1, "fs": [1, 2, 3, 3, 4, 5]},
        {"tb": 10, "tbk": 1, "gb": 10, "gbk": 1, "eb": 10, "ebk": 1, "mb": 10, "mbk": 1, "fs": [1, 6, 5]},
    ],
    "ftbl": ["[root]", "0x1: malloc (in /usr/lib/libx.so)", "0x2: make.part.0 (dir/p.c:5)", "0x3: go (p.c:6)",
             "0x4: main (p.c:7)", "0x5: start (in /lib/libc.so.6)", "0x6: main (p.c:8)"],
}


class Figures(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source, self.profile = Path(folder.name, "p.c"), Path(folder.name, "p.json")
        self.source.write_text(SOURCE)

    def differences(self, profile):
        self.profile.write_text(json.dumps(profile))
        hand = figures.read_hand_count(self.source)
        return figures.differences(figures.read_dhat(self.profile, self.source), hand)

    def test_equal_figures_have_no_difference(self):
        self.assertEqual(self.differences(PROFILE), [])

    def test_every_wrong_figure_is_found(self):
        # In the first site t-end is left open; the second one has no own peak in the table.
        for index, names in enumerate((["tb", "tbk", "gb", "gbk", "mb", "mbk"], ["tb", "gbk", "eb", "ebk"])):
            for name in names:
                with self.subTest(index=index, name=name):
                    wrong = copy.deepcopy(PROFILE)
                    wrong["pps"][index][name] += 1
                    self.assertTrue(any("main:" in d for d in self.differences(wrong)))

    def test_a_wrong_total_of_the_program_is_found(self):
        more = copy.deepcopy(PROFILE)
        more["pps"].append({**PROFILE["pps"][1], "fs": [1, 5]})
        found = self.differences(more)
        self.assertTrue(any(d.startswith("(program): total") for d in found))
        self.assertTrue(any("outside the program's source" in d for d in found))

    def test_a_wrong_line_is_found(self):
        moved = copy.deepcopy(PROFILE)
        moved["ftbl"][3] = "0x3: go (p.c:7)"
        found = self.differences(moved)
        self.assertEqual([("no such site" in d, "unexpected site" in d) for d in found],
                         [(True, False), (False, True)])


if __name__ == "__main__":
    unittest.main()
