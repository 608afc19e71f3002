# SPDX-License-Identifier: MIT
"""heaplens report, on the hand-made profiles: formats, choices, exit codes."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

OPTIONS = None


def heaplens(*arguments, **options):
    return subprocess.run([OPTIONS.heaplens, *map(str, arguments)], capture_output=True,
                          check=False, **options)


class Report(unittest.TestCase):
    def setUp(self):
        self.folder_owner = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder_owner.cleanup)
        self.folder = pathlib.Path(self.folder_owner.name)
        self.session = self.folder / "session.heaplens"
        self.store = self.folder / "stores" / "42.1.store"
        self.store.parent.mkdir()
        for kind, path in (("session", self.session), ("store", self.store)):
            subprocess.run([OPTIONS.synthetic, kind, path], check=True)

    def test_shows_the_largest_process_unless_told(self):
        done = heaplens("report", self.session)
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"process 101,", done.stdout)
        done = heaplens("report", "--process", "100", self.session)
        self.assertIn(b"process 100,", done.stdout)
        self.assertEqual(heaplens("report", "--process", "5", self.session).returncode, 66)

    def test_sorts_by_one_metric(self):
        done = heaplens("report", "--sort", "leaked", "--top", "1", self.session)
        self.assertIn(b"Never freed, bytes (1 of 1 sites)", done.stdout)
        self.assertNotIn(b"Live at the peak", done.stdout)

    def test_selects_by_function_module_scope_and_thread(self):
        for options, total in [(["--filter", "parse_row"], b"4,600,000 bytes"),
                               (["--filter", "libother.so*"], b"300,000 bytes"),
                               (["--filter", "/^grow_/"], b"4,600,000 bytes"),
                               (["--scope", "load rows"], b"700,000 bytes"),
                               (["--thread", "102"], b"300,000 bytes")]:
            done = heaplens("report", *options, self.session)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout, rb"allocated +" + total)
        folded = heaplens("report", "--format", "folded", "--metric", "total", "--filter",
                          "libother*", self.session)
        self.assertEqual(folded.stdout.count(b"\n"), 1)
        self.assertTrue(folded.stdout.endswith(b" 300000\n"))
        done = heaplens("report", "--filter", "nosuch", self.session)
        self.assertEqual((done.returncode, done.stderr.count(b"no call site matches")), (0, 1))

    def test_shows_one_moment_and_either_direction(self):
        end = heaplens("report", "--at", "end", self.session).stdout
        self.assertIn(b"Never freed, bytes (1 of 1 sites)", end)
        self.assertNotIn(b"Live at the peak", end)
        self.assertIn(b"Tree of calls, by bytes never freed", end)
        peak = heaplens("report", "--at", "peak", "--invert", self.session).stdout
        self.assertIn(b"Callers of what allocated, by bytes at the peak", peak)

    def test_draws_plots_as_the_locale_can_show_them(self):
        def drawn(**locale):
            environment = {key: value for key, value in os.environ.items()
                           if key not in ("LC_ALL", "LC_CTYPE", "LANG")}
            return heaplens("report", self.session, env={**environment, **locale}).stdout.decode(errors="replace")

        for locale in ({"LC_ALL": "C"}, {}, {"LANG": "C.UTF-8", "LC_ALL": "C"}):
            self.assertRegex(drawn(**locale), r"heap +2\.9 MiB \| +#{20}")
            self.assertNotIn("\u2588", drawn(**locale))
        self.assertRegex(drawn(LC_CTYPE="C.UTF-8"), "heap +2\\.9 MiB \\| +\u2588{20}")

    def test_says_of_a_part_whose_peak_it_is(self):
        text = heaplens("report", "--filter", "parse_row", self.session).stdout.decode(errors="replace")
        self.assertRegex(text, r"at the peak +2,900,000 bytes .*\n +that is 96\.7 % of the process's peak, 2\.9 MiB")
        self.assertIn("own peak     between 2.8 MiB and 2.9 MiB, by the peaks of its call sites", text)
        text = heaplens("report", "--scope", "load rows", self.session).stdout.decode(errors="replace")
        self.assertRegex(text, r"peak +300,000 bytes .* in 9 blocks, the largest of one scope or pool\n")
        self.assertNotIn("Sizes of blocks", text)
        text = heaplens("report", "--thread", "102", "--sort", "peak", self.session).stdout.decode(errors="replace")
        self.assertIn("  peak         not recorded of such a part\n", text)
        self.assertIn("Live at the peak\n  not recorded of such a part\n", text)
        facts = json.loads(heaplens("report", "--thread", "102", "--format", "json", self.session).stdout)["process"]
        self.assertEqual((facts["peak_of"], facts["not_recorded"]),
                         ("nothing", ["peak", "leaked", "temporary", "lifetime"]))
        self.assertEqual(heaplens("report", "--thread", "102", "--scope", "load rows", self.session).returncode, 2)

    def test_reads_a_raw_store_and_a_folder_of_them(self):
        for path in (self.store, self.store.parent):
            done = heaplens("report", path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"850 bytes", done.stdout)

    def test_says_which_stores_of_a_folder_it_cannot_read(self):
        (self.store.parent / "43.1.store").write_bytes(b"nonsense")
        done = heaplens("report", self.store.parent)
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"1 of 2 stores cannot be read", done.stderr)

    def test_writes_a_file_whole_or_not_at_all(self):
        out = self.folder / "out.json"
        done = heaplens("report", "--format", "dhat", "-o", out, self.session)
        self.assertEqual((done.returncode, done.stdout), (0, b""))
        self.assertEqual(json.loads(out.read_text("utf-8"))["pid"], 101)
        done = heaplens("report", "-o", self.folder / "no" / "out", self.session)
        self.assertEqual(done.returncode, 74)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()),
                         ["out.json", "session.heaplens", "stores"])

    def test_writes_into_what_is_not_a_file(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE)
        self.assertEqual(heaplens("report", "--format", "dhat", "-o", pipe, self.session).returncode, 0)
        self.assertEqual(json.loads(reader.communicate()[0])["pid"], 101)
        self.assertTrue(pipe.is_fifo(), "a file was put in the place of the pipe")

    def test_has_documented_exit_codes(self):
        for code, arguments in [(2, []), (2, ["--sort", "size", self.session]), (2, ["--nosuch"]),
                                (2, ["--top", "0", self.session]), (2, [self.session, "x"]),
                                (2, ["--format", "xml", self.session]),
                                (2, ["--at", "lifetime", self.session]),
                                (2, ["--filter", "/(/", self.session]),
                                (2, ["--thread", "0", self.session]),
                                (66, ["--thread", "5", self.session]),
                                (66, ["--scope", "none", self.session]),
                                (66, [self.folder / "none"]), (66, [self.folder]),
                                (65, [__file__]), (65, ["/dev/null"]), (0, ["--help"])]:
            done = heaplens("report", *arguments)
            self.assertEqual(done.returncode, code, (arguments, done.stderr))
            self.assertEqual(done.stderr == b"", code == 0)
        self.assertEqual(heaplens().returncode, 2)
        self.assertEqual(heaplens("nosuch").returncode, 2)
        self.assertTrue(heaplens("--version").stdout.startswith(b"heaplens "))

    def test_a_message_names_what_is_wrong_once(self):
        none = self.folder / "none"
        for arguments, said in [(["report", none], f"{none}: No such file or directory"),
                                (["report", "/dev/null"], "/dev/null: neither a file nor a folder"),
                                (["top", "2147483647"], "process 2147483647: no such process"),
                                (["nosuch"], 'no verb "nosuch"; see heaplens --help'),
                                (["report", "--top", "x", none],
                                 "--top x: expected a number, 1 or more; see heaplens report --help"),
                                (["top", "--interval", "0", "1"],
                                 "--interval 0: expected seconds from 0.01 to 86400; see "
                                 "heaplens top --help")]:
            self.assertEqual(heaplens(*arguments).stderr.decode(), f"heaplens: {said}\n")
        self.assertEqual(heaplens("report", "--nosuch").stderr,
                         b"heaplens report: unrecognized option '--nosuch'\n")

    def test_reports_a_full_disk(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([OPTIONS.heaplens, "report", self.session], stdout=full,
                                  stderr=subprocess.PIPE, check=False)
        self.assertEqual((done.returncode, done.stderr),
                         (74, b"heaplens: standard output: No space left on device\n"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--synthetic", required=True)
    OPTIONS = parser.parse_args()
    sys.exit(not unittest.main(argv=sys.argv[:1], exit=False).result.wasSuccessful())
