# SPDX-License-Identifier: MIT
"""heaplens snapshot and heaplens top: what they say of a running process is what it counts itself."""
import argparse
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest

OPTIONS = None
NOBODY = 65534


class Counts:
    """What the target had begun and done at one moment; see kill_target.c."""

    def __init__(self, path):
        (self.bytes_begun, self.bytes_done, self.blocks_begun, self.blocks_done,
         *_) = struct.unpack("=8q", path.read_bytes())


class Live(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.folder.chmod(0o777)
        self.counted = self.folder / "counts"
        self.counted.write_bytes(bytes(64))
        self.counted.chmod(0o666)
        self.session = self.folder / "session"
        self.session.mkdir()
        self.session.chmod(0o777)
        self.user = {}

    def start(self, threads=2, **environment):
        """A target that records, and has allocated something."""
        environment = {**os.environ, "LD_PRELOAD": OPTIONS.library, **environment}
        target = subprocess.Popen([OPTIONS.target, str(self.counted), str(threads)], env=environment,
                                  **self.user)
        self.addCleanup(target.wait)
        self.addCleanup(target.kill)
        deadline = time.monotonic() + 60
        while Counts(self.counted).blocks_done < 1000:
            self.assertLess(time.monotonic(), deadline)
            self.assertIsNone(target.poll())
            time.sleep(0.01)
        return target

    def heaplens(self, *arguments):
        return subprocess.run([OPTIONS.heaplens, *map(str, arguments)], capture_output=True, text=True,
                              check=False, **self.user)

    def check_snapshot(self, target):
        profile = self.folder / "out.heaplens"
        before = Counts(self.counted)
        done = self.heaplens("snapshot", "-o", profile, target.pid)
        after = Counts(self.counted)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(str(profile), done.stderr)
        dhat = json.loads(self.heaplens("report", "--format", "dhat", profile).stdout)
        own = {i for i, text in enumerate(dhat["ftbl"]) if ": churn_" in text}
        points = [point for point in dhat["pps"] if own & set(point["fs"])]
        self.assertTrue(before.bytes_done <= sum(p["tb"] for p in points) <= after.bytes_begun)
        self.assertTrue(before.blocks_done <= sum(p["tbk"] for p in points) <= after.blocks_begun)
        self.assertIsNone(target.poll(), "the process runs on")

    def check_top(self, target):
        before = Counts(self.counted)
        done = self.heaplens("top", "--once", "--json", "--top", 3, target.pid)
        after = Counts(self.counted)
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = json.loads(done.stdout)
        self.assertEqual(shown["pid"], target.pid)
        self.assertTrue(before.bytes_done <= shown["bytes_total"])
        # Its threads' own blocks are counted too: a few hundred bytes each.
        self.assertTrue(shown["bytes_total"] <= after.bytes_begun + 65536)
        self.assertEqual(len(shown["sites"]), 3)
        for site in shown["sites"]:
            self.assertIn("work_on", [frame["function"] for frame in site["stack"]])
            self.assertGreater(site["bytes_live"], 0)
        live = [site["bytes_live"] for site in shown["sites"]]
        self.assertEqual(live, sorted(live, reverse=True))

    def test_reads_the_store_of_a_session(self):
        target = self.start(HEAPLENS_SESSION=str(self.session))
        self.check_snapshot(target)
        self.check_top(target)

    def test_reads_a_store_whose_file_is_gone(self):
        target = self.start(HEAPLENS_SESSION=str(self.session))
        shutil.rmtree(self.session)
        if os.getuid() != 0:
            self.skipTest("only root can open what has no name")
        self.check_snapshot(target)

    def test_reads_a_store_in_memory(self):
        target = self.start(HEAPLENS_MODE="full")
        if os.getuid() != 0:
            scope = pathlib.Path("/proc/sys/kernel/yama/ptrace_scope")
            if scope.exists() and scope.read_text().strip() != "0":
                self.skipTest("this system lets no process read another's memory")
        self.check_snapshot(target)
        self.check_top(target)

    def test_works_without_privileges(self):
        self.user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        try:
            subprocess.run([OPTIONS.heaplens, "--version"], check=True, capture_output=True,
                           **self.user)
        except (OSError, subprocess.SubprocessError):
            self.skipTest("cannot run the programs as another user")
        for environment in ({"HEAPLENS_SESSION": str(self.session)}, {"HEAPLENS_MODE": "full"}):
            with self.subTest(environment):
                self.counted.write_bytes(bytes(64))
                target = self.start(**environment)
                self.check_snapshot(target)
                self.check_top(target)
                target.kill()
                target.wait()

    def test_may_not_read_the_process_of_another_user(self):
        if os.getuid() != 0:
            self.skipTest("only root has a process of another user at hand")
        target = self.start(HEAPLENS_MODE="full")
        self.user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        try:
            done = self.heaplens("snapshot", "-o", self.folder / "out.heaplens", target.pid)
        except PermissionError:
            self.skipTest("cannot run the programs as another user")
        self.assertIn(done.returncode, (66, 74))
        self.assertFalse((self.folder / "out.heaplens").exists())

    def test_shows_text_and_ends_with_the_process(self):
        target = self.start(HEAPLENS_SESSION=str(self.session))
        with subprocess.Popen([OPTIONS.heaplens, "top", "--top", "2", str(target.pid)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as top:
            first = [top.stdout.readline() for _ in range(6)]
            target.kill()
            target.wait()
            _, said = top.communicate(timeout=60)
        self.assertEqual(top.returncode, 0)
        self.assertIn(f"process {target.pid}: ", first[0])
        self.assertRegex(first[1], r"live, peak .*; allocated .* in [\d,]+ blocks\n")
        self.assertRegex(first[4], r"work_on kill_target\.c:\d+ < churn_")
        self.assertIn("has ended", said)

    def test_says_what_it_cannot_read(self):
        for verb in ("snapshot", "top"):
            self.assertEqual(self.heaplens(verb).returncode, 2)
            self.assertEqual(self.heaplens(verb, "0").returncode, 2)
            done = self.heaplens(verb, os.getpid())
            self.assertEqual((done.returncode, done.stdout), (66, ""))
            self.assertIn("does not record", done.stderr)
            done = self.heaplens(verb, 2**22 + 1)  # beyond the largest number that a process can have
            self.assertEqual(done.returncode, 66)
            self.assertIn("no such process", done.stderr)
        self.assertEqual(self.heaplens("top", "--sort", "size", "1").returncode, 2)
        self.assertEqual(self.heaplens("top", "--interval", "0", "1").returncode, 2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--library", required=True)
    parser.add_argument("--target", required=True)
    OPTIONS = parser.parse_args()
    sys.exit(not unittest.main(argv=sys.argv[:1], exit=False).result.wasSuccessful())
