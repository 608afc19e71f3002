#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Embed texts with a plain float64 forward pass: what competency's encoder is held against.

    tools/encoder_reference.py MODEL_DIR --goldens TEXTS > competency/tests/embed/reference_vectors.inc
    competency embed TEXTS ... | tools/encoder_reference.py MODEL_DIR --compare TEXTS VECTORS.f32

TEXTS has one text a line. --goldens prints C initialisers: the text, its token ids, and the first
numbers of its vector with their sum over all. --compare reads raw float32 vectors and prints the
largest difference. Shares nothing with the C sources: the tokenizer is Hugging Face's, the weights
are read by numpy. Needs numpy and tokenizers (made with 2.x and 0.23.3).
"""
import argparse
import json
import math
import pathlib
import struct

import numpy as np
import tokenizers

FIRST = 8

ERF = np.vectorize(math.erf, otypes=[np.float64])


def read_safetensors(path):
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            continue
        start, end = (8 + size + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[start:end], dtype="<f4").reshape(entry["shape"])
        tensors[name.removeprefix("bert.")] = values.astype(np.float64)
    return tensors


class Model:
    def __init__(self, directory):
        self.config = json.loads((directory / "config.json").read_text())
        self.weights = read_safetensors(directory / "model.safetensors")
        self.tokenizer = tokenizers.Tokenizer.from_file(str(directory / "tokenizer.json"))
        self.tokenizer.no_padding()
        limit = json.loads((directory / "sentence_bert_config.json").read_text())["max_seq_length"]
        self.tokenizer.enable_truncation(limit)

    def norm(self, x, name):
        mean = x.mean(-1, keepdims=True)
        variance = ((x - mean) ** 2).mean(-1, keepdims=True)
        unit = (x - mean) / np.sqrt(variance + self.config["layer_norm_eps"])
        return unit * self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def linear(self, x, name):
        return x @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]

    def attention(self, x, name):
        heads = self.config["num_attention_heads"]
        q, k, v = (
            self.linear(x, f"{name}.self.{part}").reshape(len(x), heads, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
        weight = np.exp(scores - scores.max(-1, keepdims=True))
        weight /= weight.sum(-1, keepdims=True)
        return self.linear((weight @ v).transpose(1, 0, 2).reshape(x.shape), name + ".output.dense")

    def rows(self, ids):
        w = self.weights
        x = (
            w["embeddings.word_embeddings.weight"][ids]
            + w["embeddings.position_embeddings.weight"][: len(ids)]
            + w["embeddings.token_type_embeddings.weight"][0]
        )
        x = self.norm(x, "embeddings.LayerNorm")
        for i in range(self.config["num_hidden_layers"]):
            at = f"encoder.layer.{i}"
            x = self.norm(x + self.attention(x, at + ".attention"), at + ".attention.output.LayerNorm")
            inside = self.linear(x, at + ".intermediate.dense")
            inside = 0.5 * inside * (1 + ERF(inside / math.sqrt(2)))
            x = self.norm(x + self.linear(inside, at + ".output.dense"), at + ".output.LayerNorm")
        return x

    def embed(self, text):
        ids = self.tokenizer.encode(text).ids
        mean = self.rows(ids).mean(0)
        return ids, mean / np.linalg.norm(mean)


def print_golden(text, ids, vector):
    first = ", ".join(f"{v:.10g}" for v in vector[:FIRST])
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    print(f'{{"{escaped}", {len(ids)}, {{{", ".join(map(str, ids))}}},')
    print(f" {{{first}}}, {vector.sum():.10g}}},")


def compare(model, texts, path):
    got = np.fromfile(path, dtype="<f4").reshape(len(texts), -1)
    worst = 0.0
    for text, row in zip(texts, got):
        worst = max(worst, np.abs(row - model.embed(text)[1]).max())
    print(f"{len(texts)} texts, largest difference {worst:.3g}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--goldens", type=pathlib.Path, metavar="TEXTS")
    mode.add_argument("--compare", type=pathlib.Path, nargs=2, metavar=("TEXTS", "VECTORS"))
    args = parser.parse_args()
    model = Model(args.model)
    texts = (args.goldens or args.compare[0]).read_text().splitlines()
    if args.compare:
        compare(model, texts, args.compare[1])
        return
    print("// Printed by tools/encoder_reference.py --goldens; see there. SPDX-License-Identifier: MIT")
    for text in texts:
        print_golden(text, *model.embed(text))


if __name__ == "__main__":
    main()
