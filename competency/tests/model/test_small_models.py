#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Models of every shape that is supported give the vectors of another implementation, and what is
not supported is refused by its name.

    test_small_models.py EMBED_TEXTS TOOLS
"""
import json
import math
import os
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM, TOOLS = sys.argv[1], sys.argv[2]
sys.path.insert(0, TOOLS)
import small_models  # noqa: E402


def embed(folder):
    texts = folder / "texts"
    texts.write_text("".join(text + "\n" for text in small_models.TEXTS))
    caches = {**os.environ, "XDG_CACHE_HOME": str(folder / "caches")}  # packed files are not the user's to keep
    return subprocess.run([PROGRAM, folder, texts], capture_output=True, check=False, env=caches)


class SmallModels(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def model(self, name):
        spec = {**small_models.PLAIN, **small_models.MODELS[name]}
        weights = small_models.make_weights(spec, small_models.random.Random(1))
        small_models.write_model(self.folder, spec, weights)

    def change(self, name, **values):
        path = self.folder / name
        old = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps({**old, **values}))

    def refused(self, *fragments):
        done = embed(self.folder)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        for fragment in fragments:
            self.assertIn(fragment, done.stderr.decode())

    def test_vectors_are_those_of_the_float64_encoder(self):
        for name, spec, weights in small_models.models():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                small_models.write_model(Path(folder), spec, weights)
                done = embed(Path(folder))
                self.assertEqual(done.returncode, 0, done.stderr.decode())
                size = 4 * spec["hidden"]
                self.assertEqual(len(done.stdout), size * len(small_models.TEXTS))
                for i, text in enumerate(small_models.TEXTS):
                    got = struct.unpack(f"<{spec['hidden']}f", done.stdout[i * size:(i + 1) * size])
                    want = small_models.vector(spec, weights, text)
                    # Every layer ends in a normalisation, so errors add up: eight roundings of the
                    # largest number a layer, all in one direction.
                    allowed = 8 * (spec["layers"] + 1) * 2.0 ** -24 * max(1, max(map(abs, want)))
                    worst = max(abs(a - b) for a, b in zip(got, want))
                    self.assertLessEqual(worst, allowed, f"{name}: {text!r}")
                    self.assertTrue(all(map(math.isfinite, got)))

    def test_a_prompt_is_put_before_every_text_unless_there_is_no_default(self):
        self.model("prompt")
        with_prompt = embed(self.folder).stdout
        self.change("config_sentence_transformers.json", default_prompt_name="passage")
        other_prompt = embed(self.folder).stdout
        self.change("config_sentence_transformers.json", default_prompt_name=None)
        without = embed(self.folder).stdout
        (self.folder / "config_sentence_transformers.json").unlink()
        self.assertEqual(embed(self.folder).stdout, without)
        self.assertEqual(len({with_prompt, other_prompt, without}), 3)

    def test_what_is_not_supported_is_named(self):
        for file, values, fragment in (
                ("config.json", dict(model_type="roberta"), "roberta"),
                ("config.json", dict(position_embedding_type="relative_key"), "relative_key"),
                ("config.json", dict(hidden_act="relu"), "relu"),
                ("config.json", dict(is_decoder=True), "is_decoder"),
                ("1_Pooling/config.json", dict(pooling_mode_max_tokens=True, pooling_mode_mean_tokens=False),
                 "pooling_mode_max_tokens"),
                ("1_Pooling/config.json", dict(pooling_mode_lasttoken=True, pooling_mode_mean_tokens=False),
                 "pooling_mode_lasttoken"),
                ("tokenizer_config.json", dict(tokenizer_class="MPNetTokenizer"), "MPNetTokenizer"),
                ("tokenizer_config.json", dict(do_basic_tokenize=False), "do_basic_tokenize"),
                ("config_sentence_transformers.json", dict(prompts={"q": "query " * 43}, default_prompt_name="q"),
                 "more than 255 bytes"),
                ("config_sentence_transformers.json", dict(prompts={}, default_prompt_name="q"), "prompts has no text for q"),
        ):
            self.model("plain")
            self.change(file, **values)
            self.refused(fragment)
            (self.folder / "config_sentence_transformers.json").unlink(missing_ok=True)

    def test_modules_that_are_not_supported_are_named(self):
        self.model("plain")
        path = self.folder / "modules.json"
        modules = json.loads(path.read_text())
        modules[2]["type"] = "sentence_transformers.models.Dense"
        path.write_text(json.dumps(modules))
        self.refused("Dense")

    def test_a_prompt_that_is_left_out_of_pooling_is_refused(self):
        self.model("prompt")
        self.change("1_Pooling/config.json", include_prompt=False)
        self.refused("include_prompt")

    def test_weights_in_another_file_are_named(self):
        self.model("plain")
        (self.folder / "model.safetensors").rename(self.folder / "pytorch_model.bin")
        self.refused("pytorch_model.bin", "only model.safetensors")

    def test_a_vocabulary_in_json_that_is_none_of_bert_is_refused(self):
        for values, fragment in ((dict(type="Unigram"), "Unigram"), (dict(continuing_subword_prefix="@@"), "@@"),
                                 (dict(unk_token="<unk>"), "<unk>"),
                                 (dict(max_input_chars_per_word=50), "max_input_chars_per_word"),
                                 (dict(vocab=["a"]), "vocab is not an object"),
                                 (dict(vocab={"[UNK]": 0, "[CLS]": 2}), "ids of vocab"),
                                 (dict(vocab={"[UNK]": 0, "[CLS]": 0}), "ids of vocab"),
                                 (dict(vocab={"[UNK]": 0, "a\nb": 1}), "ids of vocab")):
            self.model("tokenizer.json")
            whole = json.loads((self.folder / "tokenizer.json").read_text())
            whole["model"].update(values)
            (self.folder / "tokenizer.json").write_text(json.dumps(whole))
            self.refused(fragment)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
