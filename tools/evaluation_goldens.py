#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the reference values of competency/tests/evaluation/: measures and likenesses.

    python3 -m venv venv && venv/bin/pip install scipy==1.17.1 scikit-learn==1.9.1
    venv/bin/python tools/evaluation_goldens.py competency/tests/evaluation

metrics_goldens.inc    random scores, with ties and without, and what scipy and scikit-learn say:
                       rankdata, roc_auc_score, ndcg_score
likeness_goldens.inc   for some texts, the likeness to each of a list by TfidfVectorizer, and the
                       Jaccard index of words
"""
import random
import re
import sys
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.stats import rankdata
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import ndcg_score, roc_auc_score

SEED = 20261126
TEXTS = ["machine learning", "learning machines", "data analysis", "analyse data", "Data Analysis",
         "C++", "cook pastry products", "pastry", "manage a team", "team management", "go"]
QUERIES = ["machine learning", "analysis", "go", "pastry products", "learning"]


def numbers(values):
    return ", ".join("%.17g" % v for v in values)


def metric_case(rng, count, tied):
    scores = [rng.randint(0, 6) / 4 if tied else rng.random() for _ in range(count)]
    relevant = [1, 0] + [int(rng.random() < 0.3) for _ in range(count - 2)]
    auc = roc_auc_score(relevant, scores)
    # scikit-learn shares the gain of equal scores, we keep them in order: compared without ties.
    ndcg = -1.0 if tied else ndcg_score([relevant], [scores], k=10)
    rank = rankdata([-s for s in scores], "average")[0]
    return "{%d, {%s}, {%s}, %.17g, %.17g, %.17g}," % (
        count, numbers(scores), ", ".join(map(str, relevant)), rank, auc, ndcg)


def words(text):
    return set(re.findall(r"[a-z0-9]+", text.lower()))


def jaccard(a, b):
    both = words(a) | words(b)
    return len(words(a) & words(b)) / len(both) if both else 0.0


def main():
    folder, rng = Path(sys.argv[1]), random.Random(SEED)
    head = "// SPDX-License-Identifier: MIT\n// Written by tools/evaluation_goldens.py, seed %d, %s. Do not edit.\n"
    made_with = "scipy %s, scikit-learn %s" % (scipy.__version__, sklearn.__version__)
    with open(folder / "metrics_goldens.inc", "w", encoding="ascii") as out:
        out.write(head % (SEED, made_with))
        for count in (2, 3, 5, 8, 13, 21, 40):
            for tied in (False, True):
                out.write(metric_case(rng, count, tied) + "\n")
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(3, 3), sublinear_tf=True, lowercase=True)
    corpus = vectorizer.fit_transform([" %s " % t for t in TEXTS])
    with open(folder / "likeness_goldens.inc", "w", encoding="ascii") as out:
        out.write(head % (SEED, made_with))
        for query in QUERIES:
            trigrams = (vectorizer.transform([" %s " % query]) @ corpus.T).toarray()[0]
            out.write('{"%s", {%s}, {%s}},\n' % (
                query, numbers(np.asarray(trigrams)), numbers(jaccard(query, t) for t in TEXTS)))


main()
