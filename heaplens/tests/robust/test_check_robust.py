#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check_robust.py finds what a profiler could do to its host: it is given one that does it."""
import tempfile
import unittest
from pathlib import Path

import check_robust

# Runs the program, and does one bad thing, or none. `report` gives a profile with one block.
STAND_IN = """#!/bin/sh
if [ "$1" = report ] && [ "$2" = --format ]; then echo '{"pps":[{"tbk":%(blocks)d}]}'; exit 0; fi
if [ "$1" = report ]; then echo '  12 /usr/bin/cc1'; exit %(report)d; fi
shift 4
"$@"
status=$?
%(deed)s
echo 'heaplens: wrote a profile' >&2
exit $status
"""


class Finds(unittest.TestCase):
    CASE = check_robust.Case("c", ["sh", "-c", "echo out; echo err >&2; echo x >file; exit 3"], exit=3,
                             outputs=["file"], processes=["cc1"])

    def found(self, case=CASE, deed=":", blocks=1, report=0):
        with tempfile.TemporaryDirectory() as name:
            stand_in = Path(name, "heaplens")
            stand_in.write_text(STAND_IN % {"deed": deed, "blocks": blocks, "report": report})
            stand_in.chmod(0o755)
            return check_robust.check_case(case, stand_in, Path(name))

    def expect_one(self, text, **options):
        found = self.found(**options)
        self.assertEqual(len(found), 1, found)
        self.assertIn(text, found[0])

    def test_a_good_profiler_passes(self):
        self.assertEqual(self.found(), [])

    def test_each_bad_deed_is_found(self):
        self.expect_one("stdout differs", deed="echo more")
        self.expect_one("stderr differs", deed="echo more >&2")
        self.expect_one("stderr differs", deed="echo 'heaplens: early' >&2; echo more >&2")
        self.expect_one("exit status differs", deed="status=4")
        self.expect_one("files differs", deed="echo y >>file")
        self.expect_one("does not say", deed="exit $status")

    def test_a_bad_report_is_found(self):
        self.expect_one("no blocks", blocks=0)
        self.expect_one("heaplens report: exit 65", report=65)
        case = check_robust.Case("c", ["true"], processes=["collect2"])
        self.expect_one("does not list the process collect2", case=case)

    def test_a_program_that_does_not_what_the_table_says_is_found(self):
        self.expect_one("0 expected", case=check_robust.Case("c", ["false"]))


if __name__ == "__main__":
    unittest.main()
