# SPDX-License-Identifier: MIT
"""A profile is moved to a root folder that has nothing but heaplens and the libraries it needs: no
program, no debug symbols, no /proc. Every report says the same there, with the same names."""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

OPTIONS = None
SKIPPED = 77
FORMATS = ("text", "json", "dhat", "pprof", "folded", "speedscope", "markdown")


def libraries_of(program):
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return re.findall(r"(/\S+) \(0x", listed)


def enter(root):
    """The command that runs another one in a root folder; None where nobody may."""
    for prefix in (["chroot", root], ["unshare", "--map-root-user", "chroot", root]):
        done = subprocess.run([*prefix, "/heaplens", "--version"], capture_output=True, check=False)
        if done.returncode == 0:
            return prefix
    return None


class Elsewhere(unittest.TestCase):
    def setUp(self):
        owner = tempfile.TemporaryDirectory()
        self.addCleanup(owner.cleanup)
        self.folder = pathlib.Path(owner.name)
        # A copy that is gone afterwards: whatever is found later comes from the profile.
        program = self.folder / "program"
        shutil.copy(OPTIONS.program, program)
        self.profile = self.folder / "profile"
        done = subprocess.run([OPTIONS.heaplens, "run", "-o", self.profile, "--", program],
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.here = {kind: self.report([OPTIONS.heaplens], kind, self.profile) for kind in FORMATS}
        program.unlink()
        self.root = self.folder / "root"
        self.root.mkdir()
        shutil.copy(OPTIONS.heaplens, self.root / "heaplens")
        shutil.copy(self.profile, self.root / "profile")
        for library in libraries_of(OPTIONS.heaplens):
            to = self.root / library.lstrip("/")
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(os.path.realpath(library), to)

    def report(self, command, kind, profile):
        done = subprocess.run([*command, "report", "--format", kind, profile], capture_output=True,
                              check=False, env={"LC_ALL": "C", "PATH": os.environ["PATH"]})
        self.assertEqual((done.returncode, done.stderr), (0, b""), kind)
        return done.stdout

    def test_every_report_is_the_same_without_the_program(self):
        prefix = enter(self.root)
        if prefix is None:
            self.skipTest("another root folder is not allowed here")
        self.assertIn(b"down", self.here["text"])
        self.assertRegex(self.here["text"], rb"down +recursion\.c:\d+  \[program\]")
        for kind in FORMATS:
            self.assertEqual(self.report([*prefix, "/heaplens"], kind, "/profile"), self.here[kind], kind)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--program", required=True)
    OPTIONS = parser.parse_args()
    if any("san.so" in library for library in libraries_of(OPTIONS.heaplens)):
        print("skipped: sanitizers need a /proc")
        sys.exit(SKIPPED)
    result = unittest.main(argv=sys.argv[:1], exit=False).result
    sys.exit(1 if not result.wasSuccessful() else SKIPPED if result.skipped else 0)
