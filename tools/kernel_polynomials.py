#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Print the polynomials that competency/kernels/kernels_body.h evaluates for exp and GELU.

exp is a least-squares fit at Chebyshev nodes. GELU is x Phi(x), Phi the normal distribution;
with tail(s) = Phi(-s), which decreases for s >= 0, it is max(x, 0) - |x| tail(|x|), and tail(s) =
2^q(s), q a polynomial; 2^r for |r| <= 1/2 is another one. Those two are fitted to the smallest
largest error by Lawson's iteration, q weighted by what its error does to GELU. All in float64, then
rounded to float32. After each pair the largest errors of a float32 evaluation, over the larger of |x|
and 1, are printed. Needs numpy.
"""
import math

import numpy as np

LAST = 6.0  # beyond, the tail counts as that at 6, 1e-9
DEGREES = {"": (8, 5), "coarse ": (4, 3)}  # of q and of 2^r


def nodes(low, high, count=4000):
    at = np.cos((2 * np.arange(count) + 1) * math.pi / (2 * count))
    return 0.5 * (high + low) + 0.5 * (high - low) * at


def fit(x, y, degree, weight, rounds=0):
    """Coefficients from degree 0 on. Lawson's iteration counts a point by how far it was missed."""
    powers = np.vander(x / x.max(), degree + 1, increasing=True)
    counts = np.ones_like(x)
    best = math.inf
    for _ in range(rounds + 1):
        root = np.sqrt(counts) * weight
        found, *_ = np.linalg.lstsq(powers * root[:, None], y * root, rcond=None)
        missed = np.abs(powers @ found - y) * weight
        if missed.max() < best:
            best, coefficients = missed.max(), found / x.max() ** np.arange(degree + 1)
        counts = counts * missed / (counts * missed).sum()
    return coefficients.astype(np.float32)


def fma(a, b, c):
    return (a.astype(np.float64) * b + np.asarray(c, np.float64)).astype(np.float32)


def horner(coefficients, x):
    y = np.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        y = fma(y, x, c)
    return y


def print_exp():
    r = nodes(-math.log(2) / 2, math.log(2) / 2)
    exp = fit(r, (np.exp(r) - 1 - r) / np.where(r == 0, 1, r * r), 5, r * r)
    print("exp", *(f"{v:.9g}F" for v in exp))
    x = np.linspace(-math.log(2) / 2, math.log(2) / 2, 200001).astype(np.float32)
    e = fma(horner(exp, x), (x * x).astype(np.float32), x) + np.float32(1)
    print("largest relative error", np.abs(e / np.exp(x.astype(np.float64)) - 1).max())


def print_gelu(name, degrees):
    s = nodes(0, LAST)
    tail = np.array([0.5 * math.erfc(v / math.sqrt(2)) for v in s])
    log_tail = fit(s, np.log2(tail), degrees[0], tail * np.maximum(s, 1), 200)
    r = nodes(-0.5, 0.5)
    power = fit(r, 2.0**r, degrees[1], 2.0**-r, 200)
    print(f"{name}log2 tail", *(f"{v:.9g}F" for v in log_tail))
    print(f"{name}power of 2", *(f"{v:.9g}F" for v in power))

    x = np.linspace(-8, 8, 1600001).astype(np.float32)
    size = np.abs(x)
    q = horner(log_tail, np.minimum(size, np.float32(LAST)))
    n = np.rint(q)
    two_to_q = horner(power, (q - n).astype(np.float32)) * (2.0**n).astype(np.float32)
    got = fma(-size, two_to_q, np.maximum(x, np.float32(0)))
    want = np.array([0.5 * v * math.erfc(-v / math.sqrt(2)) for v in x.astype(np.float64)])
    error = np.abs(got - want)
    print("largest error over |x|", (error / np.maximum(size, 1e-30)).max(), "and absolute", error.max())


def main():
    print_exp()
    for name, degrees in DEGREES.items():
        print_gelu(name, degrees)


main()
