#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Small random BERT models in every shape that competency opens, and their vectors in float64.

A model directory as sentence-transformers writes it, and an encoder that shares nothing with the C
sources: plain Python, no packages. Imported by competency/tests/model/test_small_models.py.

    tools/small_models.py DIR      write every model below DIR, to look at
"""
import json
import math
import random
import struct
import sys
from pathlib import Path

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = ["query", ":", "Data", "data", "an", "##aly", "##sis", "go", "C", "c", "+", "cook", "##ing", "bread", "-"]
SEGMENTS, POSITIONS = 2, 24

# What a model may be; each below says what is different.
PLAIN = dict(layers=3, hidden=32, heads=4, inside=64, act="gelu", eps=1e-12, pooling="mean", normalised=True,
             lower=True, prompt="", vocabulary="vocab.txt", names="", longest=16, dtype="F32", folder="",
             listed=True)
MODELS = {
    "plain": {},
    "deep": dict(layers=48, hidden=16, heads=2, inside=24),
    "narrow": dict(hidden=6, heads=3, inside=10),
    "wide": dict(hidden=104, heads=4, inside=168),
    "one head": dict(hidden=20, heads=1, inside=33),
    "cls": dict(pooling="cls"),
    "not normalised": dict(normalised=False),
    "cls, not normalised": dict(pooling="cls", normalised=False, eps=1e-5),
    "cased": dict(lower=False),
    "tanh": dict(act="gelu_new", layers=6),
    "prompt": dict(prompt="query: "),
    "tokenizer.json": dict(vocabulary="tokenizer.json"),
    "bert. names": dict(names="bert."),
    "short": dict(longest=4),
    "f16": dict(layers=1, dtype="F16"),
    "bf16": dict(layers=1, dtype="BF16"),
    "encoder in a folder": dict(folder="0_Transformer", prompt="query: ", layers=1, hidden=8, heads=2),
    # What sentence-transformers makes of a bare encoder: the mean, as it is, of what the tokenizer allows.
    "no modules.json": dict(listed=False, normalised=False, longest=9, layers=1, hidden=8,
                            heads=2),
    "prompt joined to the text": dict(prompt="go", layers=1, hidden=8, heads=2),
    "prompt that ends inside a word": dict(prompt="query: an", layers=1, hidden=8, heads=2),
}
TEXTS = ["", "data", "Data analysis", "cooking bread", "C++ go", "unknown words here", "bread-bread",
         "data go cook bread data go cook bread data go cook bread"]


def f32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def pack(dtype, value):
    """Bytes of the number of that type that is nearest to `value`, ties to even."""
    if dtype == "BF16":
        bits = struct.unpack("<I", struct.pack("<f", value))[0]
        return struct.pack("<H", (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
    return struct.pack({"F32": "<f", "F16": "<e"}[dtype], value)


def unpack(dtype, data):
    if dtype == "BF16":
        return struct.unpack("<f", b"\0\0" + data)[0]
    return struct.unpack({"F32": "<f", "F16": "<e"}[dtype], data)[0]


def matrix(rng, rows, cols, spread):
    return [[f32(rng.gauss(0, spread)) for _ in range(cols)] for _ in range(rows)]


def rounded(weights, dtype):
    def each(value):
        return [each(v) for v in value] if isinstance(value, list) else unpack(dtype, pack(dtype, value))
    return {name: each(value) for name, value in weights.items()}


def make_weights(spec, rng):
    """Name to (rows of numbers, or one row for a vector)."""
    h, f = spec["hidden"], spec["inside"]
    weights = {}

    def linear(name, out, inner):
        weights[name + ".weight"] = matrix(rng, out, inner, 0.6 / math.sqrt(inner))
        weights[name + ".bias"] = matrix(rng, 1, out, 0.05)[0]

    def norm(name):
        weights[name + ".weight"] = [f32(1 + v) for v in matrix(rng, 1, h, 0.1)[0]]
        weights[name + ".bias"] = matrix(rng, 1, h, 0.1)[0]

    weights["embeddings.word_embeddings.weight"] = matrix(rng, len(SPECIALS + WORDS), h, 0.5)
    weights["embeddings.position_embeddings.weight"] = matrix(rng, POSITIONS, h, 0.2)
    weights["embeddings.token_type_embeddings.weight"] = matrix(rng, SEGMENTS, h, 0.2)
    norm("embeddings.LayerNorm")
    for i in range(spec["layers"]):
        at = f"encoder.layer.{i}."
        for part in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            linear(at + part, h, h)
        norm(at + "attention.output.LayerNorm")
        linear(at + "intermediate.dense", f, h)
        linear(at + "output.dense", h, f)
        norm(at + "output.LayerNorm")
    return rounded(weights, spec["dtype"])


def write_safetensors(path, weights, names, dtype):
    header, data = {}, bytearray()
    for name, value in weights.items():
        rows = value if isinstance(value[0], list) else [value]
        shape = [len(rows), len(rows[0])] if rows is value else [len(value)]
        start = len(data)
        for row in rows:
            data += b"".join(pack(dtype, value) for value in row)
        header[names + name] = {"dtype": dtype, "shape": shape, "data_offsets": [start, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def write_model(folder, spec, weights):
    def put(name, value):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else json.dumps(value))

    entries = SPECIALS + WORDS
    encoder = spec["folder"] + "/" if spec["folder"] else ""
    put(encoder + "config.json", {
        "model_type": "bert", "hidden_size": spec["hidden"], "num_hidden_layers": spec["layers"],
        "num_attention_heads": spec["heads"], "intermediate_size": spec["inside"], "hidden_act": spec["act"],
        "layer_norm_eps": spec["eps"], "vocab_size": len(entries), "max_position_embeddings": POSITIONS,
        "type_vocab_size": SEGMENTS})
    modules = ["Transformer", "Pooling"] + ["Normalize"] * spec["normalised"]
    paths = [spec["folder"], "1_Pooling", "2_Normalize"]
    if spec["listed"]:
        put("modules.json", [{"idx": i, "name": str(i), "path": paths[i], "type": "sentence_transformers.models." + m}
                             for i, m in enumerate(modules)])
        put("1_Pooling/config.json", {
            "word_embedding_dimension": spec["hidden"], "pooling_mode_cls_token": spec["pooling"] == "cls",
            "pooling_mode_mean_tokens": spec["pooling"] == "mean"})
        put(encoder + "sentence_bert_config.json", {"max_seq_length": spec["longest"]})
    put(encoder + "tokenizer_config.json", {
        "do_lower_case": spec["lower"], "tokenizer_class": "BertTokenizer",
        "model_max_length": 1000000000000000019884624838656 if spec["listed"] else spec["longest"]})
    if spec["prompt"]:
        put("config_sentence_transformers.json",
            {"prompts": {"query": spec["prompt"], "passage": "passage: "}, "default_prompt_name": "query"})
    if spec["vocabulary"] == "vocab.txt":
        put(encoder + "vocab.txt", "".join(entry + "\n" for entry in entries))
    else:
        put("tokenizer.json", {"model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                                         "max_input_chars_per_word": 100,
                                         "vocab": {entry: i for i, entry in reversed(list(enumerate(entries)))}}})
    write_safetensors(folder / encoder / "model.safetensors", weights, spec["names"], spec["dtype"])


def tokenize(spec, text):
    """WordPiece of ASCII text: all that the texts above need."""
    ids = {entry: i for i, entry in enumerate(SPECIALS + WORDS)}
    text = spec["prompt"] + text
    text = text.lower() if spec["lower"] else text
    words = "".join(c if c.isalnum() else f" {c} " for c in text).split()
    pieces = []
    for word in words:
        found, at = [], 0
        while at < len(word):
            ends = [e for e in range(len(word), at, -1) if ("##" if at else "") + word[at:e] in ids]
            if not ends:
                found = [ids["[UNK]"]]
                break
            found.append(ids[("##" if at else "") + word[at:ends[0]]])
            at = ends[0]
        pieces += found
    return [ids["[CLS]"]] + pieces[:spec["longest"] - 2] + [ids["[SEP]"]]


def linear(x, weights, name):
    matrix_rows, bias = weights[name + ".weight"], weights[name + ".bias"]
    return [[math.fsum(a * b for a, b in zip(row, out)) + c for out, c in zip(matrix_rows, bias)] for row in x]


def normalise_rows(x, weights, name, eps):
    done = []
    for row in x:
        mean = math.fsum(row) / len(row)
        scale = 1 / math.sqrt(math.fsum((v - mean) ** 2 for v in row) / len(row) + eps)
        done.append([(v - mean) * scale * g + b
                     for v, g, b in zip(row, weights[name + ".weight"], weights[name + ".bias"])])
    return done


def gelu(x, kind):
    if kind == "gelu":
        return 0.5 * x * (1 + math.erf(x / math.sqrt(2)))
    return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


def attend(x, weights, at, heads):
    q, k, v = (linear(x, weights, at + "attention.self." + part) for part in ("query", "key", "value"))
    width = len(q[0]) // heads
    rows = []
    for asked in q:
        row = []
        for h in range(0, len(asked), width):
            scores = [math.fsum(a * b for a, b in zip(asked[h:h + width], key[h:h + width])) / math.sqrt(width)
                      for key in k]
            most = max(scores)
            shares = [math.exp(s - most) for s in scores]
            total = math.fsum(shares)
            row += [math.fsum(s * value[h + c] for s, value in zip(shares, v)) / total for c in range(width)]
        rows.append(row)
    return linear(rows, weights, at + "attention.output.dense")


def add(a, b):
    return [[x + y for x, y in zip(p, q)] for p, q in zip(a, b)]


def vector(spec, weights, text):
    """The vector of `text` in float64."""
    eps = f32(spec["eps"])
    segment = weights["embeddings.token_type_embeddings.weight"][0]
    x = [[a + b + c for a, b, c in zip(weights["embeddings.word_embeddings.weight"][token],
                                      weights["embeddings.position_embeddings.weight"][place], segment)]
         for place, token in enumerate(tokenize(spec, text))]
    x = normalise_rows(x, weights, "embeddings.LayerNorm", eps)
    for i in range(spec["layers"]):
        at = f"encoder.layer.{i}."
        x = add(x, attend(x, weights, at, spec["heads"]))
        x = normalise_rows(x, weights, at + "attention.output.LayerNorm", eps)
        inside = [[gelu(v, spec["act"]) for v in row] for row in linear(x, weights, at + "intermediate.dense")]
        x = normalise_rows(add(x, linear(inside, weights, at + "output.dense")), weights, at + "output.LayerNorm", eps)
    pooled = x[0] if spec["pooling"] == "cls" else [math.fsum(column) / len(x) for column in zip(*x)]
    if spec["normalised"]:
        length = math.sqrt(math.fsum(v * v for v in pooled))
        pooled = [v / length for v in pooled]
    return pooled


def models():
    """(name, spec, weights) of every model; the same each time."""
    for number, (name, changes) in enumerate(MODELS.items()):
        spec = {**PLAIN, **changes}
        yield name, spec, make_weights(spec, random.Random(number))


if __name__ == "__main__":
    for model_name, model_spec, model_weights in models():
        target = Path(sys.argv[1]) / model_name.replace(" ", "-").replace(",", "")
        target.mkdir(parents=True, exist_ok=True)
        write_model(target, model_spec, model_weights)
