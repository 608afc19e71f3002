#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One program, counted by hand, against heaplens and Valgrind's DHAT.

    check_program.py hand|dhat PROGRAM SOURCE --heaplens PATH [--valgrind PATH]

hand    every figure that heaplens gives equals the hand count in SOURCE
dhat    so does every figure of DHAT, and heaplens equals DHAT in what the table leaves open

Where DHAT counts by another rule, the program has a second table for it, counted by hand as well
(rows "//dhat!"), and DHAT is held against that one.

DHAT 3.19 updates a site's own peak (mb, mbk) only at moments when the whole program reaches a new
maximum, so that a site which peaks between two of those has too small a value, or 0. Its own
peaks are therefore held against an upper bound, the hand count, and never against heaplens.
"""
import argparse
import sys
import tempfile
from pathlib import Path

import figures
import tools

EXACT_IN_DHAT = ("total", "gmax", "end")


def too_high_own_peaks(dhat, hand):
    for key, want in hand[1].items():
        if want.own and key in dhat[1] and dhat[1][key].own and dhat[1][key].own > want.own:
            yield f"{figures.describe(key)}: own peak in DHAT {dhat[1][key].own}, by hand {want.own}"


def check_hand(args, folder, hand):
    report, _ = tools.run_heaplens(args.heaplens, args.program, folder)
    ours = figures.read_dhat(report, args.source)
    return [f"heaplens, hand count: {d}" for d in figures.differences(ours, hand)]


def check_dhat(args, folder, hand):
    hand_for_dhat = figures.read_hand_count(args.source, "//dhat! ")
    want = hand_for_dhat or hand
    report, _ = tools.run_valgrind(args.valgrind, args.program, folder)
    dhat = figures.read_dhat(report, args.source)
    found = [f"DHAT, hand count: {d}" for d in figures.differences(dhat, want, EXACT_IN_DHAT)]
    found += too_high_own_peaks(dhat, want)
    if args.heaplens and not hand_for_dhat:
        report, _ = tools.run_heaplens(args.heaplens, args.program, folder)
        ours = figures.read_dhat(report, args.source)
        found += [f"heaplens, DHAT: {d}" for d in figures.differences(ours, dhat, EXACT_IN_DHAT)]
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("reference", choices=["hand", "dhat"])
    parser.add_argument("program")
    parser.add_argument("source")
    parser.add_argument("--heaplens", help="may be left out of `dhat`: then only DHAT is checked")
    parser.add_argument("--valgrind")
    args = parser.parse_args()
    if args.reference == "dhat" and not args.valgrind:
        print("valgrind is not installed")
        return tools.SKIPPED
    hand = figures.read_hand_count(args.source)
    with tempfile.TemporaryDirectory() as folder:
        found = (check_dhat if args.reference == "dhat" else check_hand)(args, Path(folder), hand)
    print("\n".join(found) or "every figure is equal")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
