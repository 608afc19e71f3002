#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Print the polynomials that competency/kernels/kernels_body.h evaluates for erf and exp.

Each is a least-squares fit at Chebyshev nodes, in float64, weighted for the error that matters,
then rounded to float32; the last line is the largest error of a float32 evaluation against
math.erf. Needs numpy.
"""
import math

import numpy as np

SPLIT = 0.9375  # below: odd polynomial; above: 1 - exp(polynomial)
LAST = 4.0      # erf(4) rounds to 1 in f32


def nodes(low, high, count=4000):
    at = np.cos((2 * np.arange(count) + 1) * math.pi / (2 * count))
    return 0.5 * (high + low) + 0.5 * (high - low) * at


def fit(x, y, degree, weight):
    powers = np.vander(x, degree + 1, increasing=True)
    coefficients, *_ = np.linalg.lstsq(powers * weight[:, None], y * weight, rcond=None)
    return coefficients.astype(np.float32)


def fma_horner(coefficients, x):
    r = np.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        r = (r.astype(np.float64) * x + np.float64(c)).astype(np.float32)
    return r


def main():
    z = nodes(1e-6, SPLIT)
    near = fit(z * z, np.array([math.erf(v) / v for v in z]), 6, np.ones_like(z))

    t = nodes(SPLIT - 0.02, LAST)
    tail = np.array([math.erfc(v) for v in t])
    far = fit(t, np.log(tail), 8, tail)

    r = nodes(-math.log(2) / 2, math.log(2) / 2)
    exp = fit(r, (np.exp(r) - 1 - r) / np.where(r == 0, 1, r * r), 5, r * r)

    for name, values in (("erf near", near), ("log erfc far", far), ("exp", exp)):
        print(name, *(f"{v:.9g}F" for v in values))

    x = np.linspace(0, 6, 600001).astype(np.float32)
    clamped = np.minimum(x, np.float32(LAST))
    low = (x * fma_horner(near, (x * x).astype(np.float32))).astype(np.float32)
    high = (1 - np.exp(fma_horner(far, clamped).astype(np.float64))).astype(np.float32)
    got = np.where(x < SPLIT, low, high)
    want = np.array([math.erf(v) for v in x.astype(np.float64)])
    print("largest |erf error|", np.abs(got - want).max())
    rr = np.linspace(-math.log(2) / 2, math.log(2) / 2, 200001).astype(np.float32)
    e = fma_horner(exp, rr)
    e = (e.astype(np.float64) * (rr * rr).astype(np.float32) + rr).astype(np.float32) + np.float32(1)
    print("largest relative exp error", np.abs(e / np.exp(rr.astype(np.float64)) - 1).max())


main()
