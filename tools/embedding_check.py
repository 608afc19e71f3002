#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds competency's vectors of 2,000 real skill names to a float64 forward pass.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6 tokenizers==0.21.0
    venv/bin/python tools/embedding_check.py MODEL_DIR [BUILD]

The names are every seventh label of data/quality/esco_skill_corpus.tsv. BUILD is the build folder
whose program embeds them, build/release if it is not given. Prints the largest difference of any
number of any vector and the smallest cosine, and fails above 2e-6.
"""
import argparse
import pathlib
import subprocess
import tempfile

import numpy as np

from encoder_reference import Model

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAMES, STEP, LIMIT = 2000, 7, 2e-6


def skill_names():
    rows = (ROOT / "data/quality/esco_skill_corpus.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [row.split("\t")[1] for row in rows[::STEP]][:NAMES]


def embed(build, model, names):
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as texts:
        texts.write("".join(name + "\n" for name in names))
        texts.flush()
        program = build / "competency/tests/embed/embed_texts"
        done = subprocess.run([program, model, texts.name], stdout=subprocess.PIPE, check=True)
    return np.frombuffer(done.stdout, dtype="<f4").reshape(len(names), -1).astype(np.float64)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("build", type=pathlib.Path, nargs="?", default=ROOT / "build/release")
    args = parser.parse_args()
    names, model = skill_names(), Model(args.model)
    worst, cosine = 0.0, 1.0
    for name, got in zip(names, embed(args.build, args.model, names)):
        want = model.embed(name)[1]
        worst = max(worst, np.abs(got - want).max())
        cosine = min(cosine, got @ want / np.linalg.norm(got) / np.linalg.norm(want))
    print(f"{len(names)} names, largest difference {worst:.3g} (limit {LIMIT:g}), smallest cosine {cosine:.9f}")
    raise SystemExit(0 if worst <= LIMIT else 1)


main()
