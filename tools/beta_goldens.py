#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Print reference values of the regularised incomplete beta function for test_beta.c.

    tools/beta_goldens.py        needs mpmath 1.3.0; 50 digits; run 2026-11-23

Small parameters, where the density is U-shaped; the sizes that levels give; and large ones at the
mean and a few standard deviations from it. Where the 50-digit series does not settle, the integral
of the density is taken instead.
"""
from mpmath import mp, mpf, betainc, beta, quad, sqrt

mp.dps = 50


def cdf(a, b, x):
    a, b, x = mpf(a), mpf(b), mpf(x)
    if a + b < 1e4:
        return betainc(a, b, 0, x, regularized=True)
    mean = a / (a + b)
    sigma = sqrt(a * b / (a + b) ** 3)
    log_scale = mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b)
    low = max(mpf(0), mean - 40 * sigma)
    points = [low + (x - low) * k / 80 for k in range(81)]
    return quad(lambda t: mp.exp(log_scale + (a - 1) * mp.log(t) + (b - 1) * mp.log(1 - t)), points)


SMALL = [0.00011111111111112071, 0.0027434842249656967, 0.11, 0.44, 1.0, 1.76, 2.28, 10.0, 143.4]
for a in SMALL:
    for b in (0.0011111111111111176, 0.09, 1.52, 95.6):
        for x in (1e-6, 0.25, 0.6, 0.999):
            print(f"    {{{a!r}, {b!r}, {x!r}, {float(cdf(a, b, x))!r}}},")
for a, b in ((4000.0, 6000.0), (9e5, 1e5), (1.5e6, 1.2e6), (2e7, 3e7), (4e9, 1.1e6)):
    for z in (-2.0, -0.3, 0.0, 0.7, 3.0):
        x = float(mpf(a) / (a + b) + z * sqrt(mpf(a) * b / mpf(a + b) ** 3))
        print(f"    {{{a!r}, {b!r}, {x!r}, {float(cdf(a, b, x))!r}}},")
