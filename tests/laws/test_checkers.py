#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The checkers of the laws find what they are there to find: each is fed a bad tree."""
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import check_examples
import check_includes
import check_symbols
import check_text
import check_reproduced

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


@unittest.skipUnless(shutil.which("cc"), "there is no cc")
class Symbols(unittest.TestCase):
    BAD = """
        #include <assert.h>
        #include <stdio.h>
        #include <stdlib.h>
        void other(int x) { assert(x); printf("%d", x); if (x > 1) { exit(x); } }
        const char *competency_status_text(int s) { return s ? "no" : "yes"; }
    """

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.library = str(self.folder / "libbad.so")
        command = ["cc", "-shared", "-fPIC", "-O0", "-x", "c", "-", "-Wl,--no-as-needed", "-lm"]
        subprocess.run(command + ["-o", self.library], input=self.BAD, text=True, check=True)

    def test_banned_imports_are_found(self):
        names = {offence.split()[-1] for offence in check_symbols.banned(self.library, is_release=True)}
        self.assertEqual(names, {"printf", "exit", "__assert_fail"})
        self.assertEqual(len(check_symbols.banned(self.library, is_release=False)), 2)

    def test_memory_past_the_callers_allocator_is_found(self):
        archive = str(self.folder / "lib.a")
        for name, call in (("memory", "calloc(1, 2)"), ("other", "strdup(text)"), ("sound", "0")):
            source = f"#include <stdlib.h>\nchar *strdup(const char *);\nvoid *f(const char *text) {{ (void)text; return {call}; }}"
            subprocess.run(["cc", "-c", "-x", "c", "-", "-o", str(self.folder / f"{name}.c.o")], input=source, text=True,
                           check=True)
            subprocess.run(["ar", "rc", archive, str(self.folder / f"{name}.c.o")], check=True)
        found = list(check_symbols.around_the_allocator(archive))
        self.assertEqual([offence.split()[1:4] for offence in found], [["other.c.o", "imports", "strdup:"]])

    def test_fortified_calls_are_what_they_stand_for(self):
        self.assertEqual(check_symbols.plain_name("__printf_chk"), "printf")
        self.assertEqual(check_symbols.plain_name("printf"), "printf")

    def test_exports_that_nobody_declared_or_listed_are_found(self):
        listing = self.folder / "symbols.txt"
        listing.write_text("competency_status_text\ncompetency_gone\n")
        found = "\n".join(check_symbols.check_exports("competency", self.library, listing))
        self.assertIn("exports other, which no public header declares", found)
        self.assertIn("other is exported but not listed", found)
        self.assertIn("competency_gone is listed but not exported", found)
        self.assertIn("competency_match_run is declared but not exported", found)
        self.assertNotIn("competency_status_text", found)

    def test_a_library_beside_libc_is_found(self):
        found = list(check_symbols.check_needed("heaplens", self.library))
        self.assertEqual([offence.split()[2] for offence in found], ["libm.so.6;"])


@unittest.skipUnless(shutil.which("cc"), "there is no cc")
class Examples(unittest.TestCase):
    HEADER = "/**\n * @file\n * What it is.\n *\n * @code\n{}\n * @endcode\n */\n"

    def complaint(self, *lines):
        args = SimpleNamespace(cc="cc", flags=["-Wall"], libraries="/nowhere")
        found = list(check_examples.examples(self.HEADER.format("\n".join(f" * {line}".rstrip() for line in lines))))
        self.assertEqual(len(found), 1)
        with tempfile.TemporaryDirectory() as folder, patch.dict(check_examples.LIBRARIES, competency=[]):
            return check_examples.complaint("competency/status.h", found[0], args, Path(folder))

    def test_an_example_that_is_true_is_let_pass(self):
        self.assertEqual(self.complaint("const int a = 2;", "", 'printf("%d\\n", a);  // prints: 2'), "")
        self.assertEqual(self.complaint("#include <math.h>", "int main(void)", "{", "    return 0;", "}"), "")

    def test_what_is_not_true_is_found(self):
        self.assertIn("says that it prints", self.complaint('printf("3\\n");  // prints: 2'))
        self.assertIn("says that it prints", self.complaint('puts("2"); puts("2");  // prints: 2'))
        self.assertIn("unused", self.complaint("int a = 2;"))
        self.assertIn("ends with 1", self.complaint("return 1;"))

    def test_a_header_without_one_has_none(self):
        self.assertEqual(list(check_examples.examples("/**\n * @file\n * Nothing.\n */\n")), [])


class Troubleshooting(unittest.TestCase):
    @staticmethod
    def found(text):
        return list(check_reproduced.offences(text, {"test_one", "test_two"}.__contains__))

    def test_an_entry_without_a_test_is_found(self):
        text = "### a\n\nReproduced by: `test_one`, `test_two`\n\n### b\n\n### c\n\nReproduced by: nobody\n"
        self.assertEqual([entry for entry, _ in self.found(text)], ["b", "c"])

    def test_a_test_that_is_not_there_is_found(self):
        self.assertEqual(self.found("### a\n\nReproduced by: `test_three`\n"), [("a", "there is no test or script test_three")])

    def test_a_page_without_entries_is_found(self):
        self.assertEqual(len(self.found("# Troubleshooting\n")), 1)


if __name__ == "__main__":
    unittest.main()
