#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The checkers of the laws find what they are there to find: each is fed a bad tree."""
import tempfile
import unittest
from pathlib import Path

import check_includes
import check_text

SPDX = "// SPDX-License-Identifier: MIT\n"


def tree(files):
    """A temporary repository with these files; kept by the returned object."""
    folder = tempfile.TemporaryDirectory()
    for name, text in files.items():
        path = Path(folder.name, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def offences(checker, files):
    with tree(files) as folder:
        return checker.check(Path(folder).resolve())


class Includes(unittest.TestCase):
    HEADERS = {
        "heaplens/include/heaplens/heaplens.h": "",
        "heaplens/format/store.h": "",
        "heaplens/runtime/shard.h": "",
        "heaplens/profile/model.h": "",
        "competency/include/competency/competency.h": "",
        "competency/text/vocab.h": "",
        "competency/match/beta.h": "",
    }

    def expect(self, name, text, want):
        found = offences(check_includes, {**self.HEADERS, name: text})
        if want is None:
            self.assertEqual(found, [])
        else:
            self.assertEqual([f for f in found if f.startswith(want[0]) and want[1] in f], found)
            self.assertEqual(len(found), 1)

    def test_allowed_directions_pass(self):
        self.expect("heaplens/profile/load.c", '#include "format/store.h"\n', None)
        self.expect("competency/match/score.c", '#include "text/vocab.h"\n#include <stdio.h>\n', None)
        self.expect("competency/cli/main.c", "#include <competency/competency.h>\n", None)
        self.expect("competency/io/x.c", "#include <heaplens/heaplens.h>\n", None)
        self.expect("competency/tests/text/test_vocab.c", '#include "text/vocab.h"\n', None)

    def test_each_forbidden_direction_is_found_with_its_line(self):
        for name, text, want in [
            ("heaplens/cli/main.c", "\n#include <competency/competency.h>\n", "header of competency"),
            ("heaplens/tests/t.c", "\n#include <competency/competency.h>\n", "header of competency"),
            ("heaplens/runtime/hooks.c", '\n#include "profile/model.h"\n', "may not include heaplens/profile"),
            ("heaplens/profile/load.c", '\n#include "runtime/shard.h"\n', "may not include heaplens/runtime"),
            ("heaplens/profile/load.c", '\n#include "../runtime/shard.h"\n', "may not include heaplens/runtime"),
            ("competency/text/a.c", '\n#include "match/beta.h"\n', "may not include competency/match"),
            ("competency/cli/main.c", '\n#include "match/beta.h"\n', "public headers only"),
            ("competency/match/b.c", '\n#include "../../heaplens/format/store.h"\n', "past its doors"),
            ("examples/e.c", '\n#include "../competency/match/beta.h"\n', "public headers only"),
            ("competency/include/competency/x.h", '\n#include "match/beta.h"\n', "public header includes"),
            ("competency/pantry/p.c", '\n#include "match/beta.h"\n', "no room of the house"),
            ("competency/match/b.c", '\n#include "match/gone.h"\n', "no such header"),
            ("competency/match/beta.c", '\n#include <stdio.h>\n#include "match/beta.h"\n', "must come first"),
        ]:
            with self.subTest(name=name, text=text):
                self.expect(name, text, (f"{name}:2:", want))

    def test_a_circle_is_found(self):
        found = offences(check_includes, {
            "competency/match/a.h": '#include "match/b.h"\n',
            "competency/match/b.h": '#include "match/c.h"\n',
            "competency/match/c.h": '#include "match/a.h"\n',
        })
        self.assertEqual(len(found), 1)
        self.assertIn("circle", found[0])


class Text(unittest.TestCase):
    def expect(self, text, want, name="competency/match/a.c"):
        found = offences(check_text, {name: text})
        self.assertEqual([want in f for f in found], [True] if want else [], found)

    def test_clean_text_passes(self):
        self.expect(SPDX + 'int x; // strcpy(a, b) is not used\nchar *s = "atoi(1)";\n', None)
        self.expect(SPDX + "my_rand(); snprintf(b, 1, c); // TO" + "DO(#12): later\n", None)

    def test_each_banned_function_is_found_with_its_line(self):
        for function in "strcpy strcat sprintf strtok atoi rand gets alloca".split():
            with self.subTest(function):
                self.expect(SPDX + f"{function} (x);\n", f"a.c:2: {function} is banned")

    def test_missing_licence_line_is_found(self):
        self.expect("int x;\n", "SPDX")
        self.expect("#!/bin/sh\necho\n", "SPDX", "scripts/a.sh")

    def test_a_name_that_says_nothing_is_found(self):
        self.expect(SPDX, "named for its concept", "competency/match/utils.c")

    def test_loose_ends_and_places_are_found(self):
        self.expect(SPDX + "// TO" + "DO: later\n", "without (#number)")
        self.expect(SPDX + "// see /" + "work/x\n", "path of one machine")
        self.expect("get it from https:" + "//index.of.packages/x\n", "known hosts are listed", "README.md")


if __name__ == "__main__":
    unittest.main()
