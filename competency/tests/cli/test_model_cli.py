#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Models as users of the command line see them: packed files and precisions. Needs the model.

    test_model_cli.py PROGRAM SOURCE_ROOT
"""
import json
import os
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM, ROOT = sys.argv[1], Path(sys.argv[2])
DEMO = ROOT / "data/demo"
MATCH = ["match", "--role", DEMO / "demo_role.json", "--candidates", DEMO / "demo_candidates.jsonl"]
NAMES = "Python\nSoftware engineering\n\nC++ and Rust\n"


def run(*arguments, text="", **environment):
    kept = {name: value for name, value in os.environ.items() if name != "COMPETENCY_CACHE"}
    return subprocess.run([PROGRAM, *map(str, arguments)], input=text, capture_output=True, text=True,
                          env={**kept, **environment}, check=False)


class Model(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.packed = Path(folder.name) / "minilm.int8"
        done = run("model", "pack", "--precision", "int8", "-o", cls.packed)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done.stderr

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def out(self, *arguments, **how):
        done = run(*arguments, **how)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def refused(self, done, status, *fragments):
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        for fragment in fragments:
            self.assertIn(str(fragment), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)

    def info(self, *arguments, **environment):
        return json.loads(self.out("model", "info", "--format", "json", *arguments, **environment))

    def damaged(self, change):
        content = bytearray(self.packed.read_bytes())
        path = self.folder / "damaged"
        path.write_bytes(change(content))
        return path

    def test_a_packed_file_gives_the_same_bytes_as_its_directory(self):
        from_directory = self.out("embed", "--precision", "int8", text=NAMES)
        self.assertEqual(self.out("embed", "--model", self.packed, text=NAMES), from_directory)
        self.assertNotEqual(self.out("embed", text=NAMES), from_directory)
        for form in ("table", "jsonl"):
            self.assertEqual(self.out(*MATCH, "--format", form, "--model", self.packed),
                             self.out(*MATCH, "--format", form, "--precision", "int8"))

    def test_info_of_a_packed_file_is_that_of_its_directory(self):
        packed, whole = self.info("--model", self.packed), self.info("--precision", "int8")
        self.assertEqual((packed.pop("directory"), packed.pop("is_packed")), (str(self.packed), True))
        del whole["directory"], whole["is_packed"]
        self.assertEqual(packed, whole)
        self.assertEqual((packed["precision"], packed["prompt"]), ("int8", ""))
        self.assertNotEqual(packed["identity"], self.info()["identity"])
        table = self.out("model", "info", "--model", self.packed)
        self.assertIn("\nprecision     int8\npacked        yes\nprompt        none\nkernels       ", table)

    def test_info_names_the_kernels_that_would_run(self):
        self.assertEqual(self.info(COMPETENCY_KERNELS="scalar")["kernels"], "scalar")
        self.assertNotEqual(self.info()["kernels"], "")
        self.refused(run("model", "info", COMPETENCY_KERNELS="mmx"), 69, "mmx", "scalar")

    def test_verify_finds_one_flipped_bit_that_opening_does_not(self):
        self.assertIn("sound", self.out("model", "verify", "--model", self.packed))

        def flip(content):
            content[len(content) // 2] ^= 4
            return content
        path = self.damaged(flip)
        self.assertEqual(self.info("--model", path)["precision"], "int8")
        self.refused(run("model", "verify", "--model", path), 69, "layers", "sum")

    def test_every_command_refuses_what_is_not_whole_with_the_reason(self):
        cut = self.damaged(lambda content: content[:-1])
        older = self.damaged(lambda content: content[:8] + b"\0" + content[9:])
        for arguments in (["embed"], ["similar", "a", "b"], ["model", "verify"], MATCH):
            self.refused(run(*arguments, "--model", older, text=NAMES), 69, "version")
        cut.write_bytes(self.packed.read_bytes()[:-1])
        self.refused(run("embed", "--model", cut, text=NAMES), 69, self.packed.stat().st_size)

    def test_another_precision_than_that_of_a_packed_file_is_an_error(self):
        self.refused(run("embed", "--model", self.packed, "--precision", "f32", text=NAMES), 69,
                     "packed as int8, not as f32")
        self.refused(run("model", "pack", "--model", self.packed, "-o", self.folder / "again"), 69,
                     "packed already")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_kept_vectors_of_one_precision_are_never_taken_for_those_of_another(self):
        store = self.folder / "store"
        for options in ([], ["--precision", "int8"], ["--model", self.packed], [], ["--precision", "f16"]):
            self.assertEqual(self.out("embed", "--cache", store, *options, text=NAMES),
                             self.out("embed", *options, text=NAMES), options)
        kept = json.loads(self.out("cache", "info", "--cache", store, "--format", "json"))
        self.assertGreaterEqual(kept["entries"], 3 * NAMES.count("\n"))

    def test_results_name_the_precision(self):
        for options, name in ([[], "f32"], [["--model", self.packed], "int8"]):
            head = json.loads(self.out(*MATCH, "--format", "jsonl", *options).splitlines()[0])
            self.assertEqual(head["run"]["model"]["precision"], name)
            similar = json.loads(self.out("similar", "a", "b", "--format", "json", *options))
            self.assertEqual(similar["model"]["precision"], name)
        self.assertTrue(self.out(*MATCH, "--model", self.packed).endswith(") in int8.\n"))

    def test_a_file_is_replaced_when_the_new_one_is_complete_and_a_device_is_written_to(self):
        path = self.folder / "model"
        path.write_text("of old")
        self.out("model", "pack", "-o", path)
        self.assertEqual(self.info("--model", path)["precision"], "f32")
        self.assertEqual(list(self.folder.iterdir()), [path])
        self.out("model", "pack", "--precision", "int8", "-o", "/dev/null")
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))
        self.refused(run("model", "pack", "-o", self.folder / "none/model"), 74, "none/model")
        self.refused(run("model", "pack", "--precision", "int8", "-o", "/dev/full"), 74, "/dev/full")

    def test_list_has_packed_files_beside_directories(self):
        models = self.folder / "competency/models"
        (models / "one").mkdir(parents=True)
        (models / "one/config.json").write_text("{}")
        (models / "notes.txt").write_text("not a model")
        (models / "two").symlink_to(self.packed)
        self.assertEqual(self.out("model", "list", XDG_DATA_HOME=str(self.folder)),
                         f"{models}/one\n{models}/two\n")

    def test_a_wrong_command_line_ends_with_2(self):
        self.refused(run("model", "pack"), 2, "--output")
        self.refused(run("model", "info", "-o", "x"), 2, "only pack")
        self.refused(run("embed", "--output", "x"), 2, "embed has no --output")
        for command in ("match", "rank", "gap", "similar", "embed", "eval", "model"):
            self.refused(run(command, "--precision", "bf16"), 2, "bf16", "f32, f16 or int8")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
