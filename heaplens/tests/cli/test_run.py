# SPDX-License-Identifier: MIT
"""heaplens run: programs are run as they would be without it, and a profile is written."""
import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

OPTIONS = None


def heaplens(*arguments, **options):
    return subprocess.run([OPTIONS.heaplens, *map(str, arguments)], capture_output=True,
                          check=False, **options)


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.profile = self.folder / "out.heaplens"
        # Sessions are made here, so that what is left of them is seen.
        self.runtime = self.folder / "runtime"
        self.runtime.mkdir()
        os.environ["XDG_RUNTIME_DIR"] = str(self.runtime)

    def tearDown(self):
        self.assertEqual(list(self.runtime.iterdir()), [], "the session's folder is removed")

    def run_program(self, *arguments, **options):
        return heaplens("run", "-o", self.profile, "--", *arguments, **options)

    def test_writes_a_profile_with_names_and_lines(self):
        done = self.run_program(OPTIONS.program)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(str(self.profile).encode(), done.stderr)
        report = heaplens("report", "--sort", "leaked", self.profile).stdout.decode()
        # The program leaks 3 blocks of 1000 bytes in leak_blocks(), called by main().
        self.assertIn("#1             3,000  100.0 %  leak_blocks < main", report)
        self.assertRegex(report, r"leak_blocks +run_target\.c:\d+  \[run_target\]\n"
                                 r" +main +run_target\.c:\d+  \[run_target\]")
        self.assertNotIn("libheaplens", report)

    def test_the_resident_set_is_not_that_of_the_program_before_exec(self):
        allocate = "text = b'x' * 30_000_000"
        replace = ("import mmap, os, sys\n"
                   "pages = mmap.mmap(-1, 200_000_000)\n"  # not of the heap
                   "for at in range(0, len(pages), mmap.PAGESIZE): pages[at] = 1\n"
                   "os.execv(sys.executable, [sys.executable, '-c', sys.argv[1]])")
        done = self.run_program(sys.executable, "-c", replace, allocate)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(heaplens("report", "--format", "json", self.profile).stdout)
        self.assertIn(f"-c {allocate}", report["process"]["command"])
        self.assertGreater(report["process"]["rss_peak_bytes"], 30_000_000)
        self.assertLess(report["process"]["rss_peak_bytes"], 100_000_000)

    def test_symbols_are_kept_where_the_environment_says(self):
        places = {
            "named": ({"HEAPLENS_SYMBOL_CACHE": "{}/named"}, "named"),
            "xdg": ({"XDG_CACHE_HOME": "{}/xdg"}, "xdg/heaplens/symbols"),
            "home": ({"HOME": "{}/home"}, "home/.cache/heaplens/symbols"),
            "xdg before home": ({"XDG_CACHE_HOME": "{}/both", "HOME": "/dev/null"}, "both/heaplens/symbols"),
            "off": ({"HEAPLENS_SYMBOL_CACHE": "", "HOME": "{}/off"}, None),
            "relative": ({"XDG_CACHE_HOME": "relative"}, None),
        }
        reports = set()
        for name, (variables, place) in places.items():
            env = {k: v for k, v in os.environ.items()
                   if k not in ("HEAPLENS_SYMBOL_CACHE", "XDG_CACHE_HOME", "HOME", "DEBUGINFOD_URLS")}
            env.update((k, v.format(self.folder)) for k, v in variables.items())
            for _ in ("cold", "warm"):
                self.assertEqual(self.run_program(OPTIONS.program, env=env, cwd=self.folder).returncode, 0, name)
                reports.add(heaplens("report", "--format", "folded", self.profile).stdout)
            kept = [path.parent for path in self.folder.rglob("*.symbols")]
            self.assertEqual(set(kept), set() if place is None else {self.folder / place}, name)
            for folder in set(kept):
                shutil.rmtree(folder)
        self.assertEqual(len(reports), 1)

    def test_names_the_profile_after_the_program(self):
        done = heaplens("run", OPTIONS.program, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        made = [path.name for path in self.folder.glob("*.heaplens")]
        self.assertEqual(len(made), 1)
        self.assertRegex(made[0], r"^heaplens\.run_target\.\d+\.heaplens$")

    def test_exits_as_the_program_does(self):
        self.assertEqual(self.run_program(OPTIONS.program, "exit", "7").returncode, 7)
        done = self.run_program(OPTIONS.program, "kill")
        self.assertEqual(done.returncode, 128 + signal.SIGKILL)
        report = heaplens("report", self.profile).stdout
        self.assertIn(b"did not end by itself", report)
        self.assertIn(b"3,000 bytes", report)

    def test_says_what_cannot_be_run(self):
        self.assertEqual(self.run_program("no-such-program").returncode, 127)
        self.assertEqual(self.run_program(__file__).returncode, 126)
        self.assertEqual(heaplens("run").returncode, 2)
        self.assertEqual(heaplens("run", "--depth", "0", "true").returncode, 2)
        self.assertEqual(heaplens("run", "--mode", "sometimes", "true").returncode, 2)

    def test_says_why_a_static_program_was_not_recorded(self):
        done = self.run_program(OPTIONS.static)
        self.assertEqual(done.returncode, 74)
        self.assertIn(b"statically linked", done.stderr)
        self.assertFalse(self.profile.exists())

    def test_says_when_the_profile_cannot_be_written(self):
        mark = self.folder / "mark"
        for nowhere in (self.folder / "no" / "out.heaplens", self.folder):
            self.profile = nowhere
            done = self.run_program("touch", mark)
            self.assertEqual(done.returncode, 74)
            self.assertIn(f"heaplens: cannot write {nowhere}: ".encode(), done.stderr)
        self.assertFalse(mark.exists(), "the program ran, and its profile was to be lost")

    def test_a_mistaken_option_is_named_with_what_was_expected(self):
        for arguments, said in [(["--depth", "0"], b"--depth 0: expected a number from 1 to 1024"),
                                (["--mode", "fast"], b"--mode fast: expected full, count"),
                                (["--mode", "sample=0"], b"--mode sample=0: expected full, count"),
                                (["--store-max=7"], b"--store-max 7: expected bytes from 1M"),
                                (["--bogus"], b"heaplens run: unrecognized option '--bogus'")]:
            done = heaplens("run", *arguments, "--", OPTIONS.program)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)

    def test_a_program_that_starts_no_recording_in_mode_off_is_no_failure(self):
        done = heaplens("run", "--mode", "off", "-o", self.profile, "--", "true")
        self.assertEqual((done.returncode, self.profile.exists()), (0, False))
        self.assertIn(b"the mode is off", done.stderr)

    def test_leaves_a_device_a_device(self):
        device = self.folder / "device"
        os.mkfifo(device)
        keeps_open = os.open(device, os.O_RDWR)
        self.addCleanup(os.close, keeps_open)
        self.assertEqual(heaplens("run", "-o", device, "--", OPTIONS.program).returncode, 74)
        self.assertTrue(device.is_fifo(), "a file was put in the place of the device")

    def test_follows_children_and_lists_them(self):
        shell = shutil.which("sh")
        done = self.run_program(shell, "-c", f"'{OPTIONS.program}'; '{OPTIONS.program}' exit 3")
        self.assertEqual(done.returncode, 3, done.stderr)
        report = heaplens("report", self.profile).stdout.decode()
        self.assertIn("Processes", report)
        self.assertIn("run_target exit 3", report)

    def test_finishes_the_profile_after_an_interrupt_of_the_terminal(self):
        with subprocess.Popen([OPTIONS.heaplens, "run", "-o", self.profile, OPTIONS.program,
                               "wait"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              start_new_session=True) as running:
            self.assertEqual(running.stdout.readline(), b"waiting\n")
            os.killpg(running.pid, signal.SIGINT)
            running.communicate(timeout=60)
        self.assertEqual(running.returncode, 128 + signal.SIGINT)
        self.assertIn(b"3,000 bytes", heaplens("report", self.profile).stdout)

    def test_passes_a_request_to_terminate_on(self):
        with subprocess.Popen([OPTIONS.heaplens, "run", "-o", self.profile, OPTIONS.program,
                               "wait"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            self.assertEqual(running.stdout.readline(), b"waiting\n")
            running.terminate()
            running.communicate(timeout=60)
        self.assertEqual(running.returncode, 128 + signal.SIGTERM)
        self.assertTrue(self.profile.exists())

    def test_a_store_is_read_while_its_process_runs(self):
        with subprocess.Popen([OPTIONS.heaplens, "run", "-o", self.profile, OPTIONS.program,
                               "wait"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            self.assertEqual(running.stdout.readline(), b"waiting\n")
            folder, = self.runtime.iterdir()
            report = heaplens("report", folder)
            running.terminate()
            running.communicate(timeout=60)
        self.assertEqual(report.returncode, 0, report.stderr)
        self.assertIn(b"3,000 bytes", report.stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--static", required=True)
    OPTIONS = parser.parse_args()
    sys.exit(not unittest.main(argv=sys.argv[:1], exit=False).result.wasSuccessful())
