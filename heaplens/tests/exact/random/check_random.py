#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random programs: what heaplens says of them is what they counted themselves.

    check_random.py INTERPRETER SOURCE (--heaplens PATH | --valgrind PATH)
                    [--first SEED] [--seeds N] [--operations N]

A seed makes one script, always the same; a failure names the seed, and `--first SEED --seeds 1`
runs it alone. The tests run a few short seeds; a long hunt is

    check_random.py INTERPRETER SOURCE --heaplens PATH --seeds 2000 --operations 5000

With --valgrind, DHAT is the one that is checked (and so the interpreter's own count): no block is
then of zero bytes, which DHAT counts as one byte.
"""
import argparse
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import figures  # noqa: E402
import tools  # noqa: E402

SITES, KINDS, SLOTS = 6, 7, 256


def random_size(rng, least):
    """Mostly small, now and then none, and rarely so large that it comes straight from the kernel."""
    size = rng.choice([
        lambda: 0, lambda: rng.randrange(1, 64), lambda: rng.randrange(1, 64),
        lambda: rng.randrange(64, 1024), lambda: rng.randrange(1024, 40000),
        lambda: rng.randrange(100000, 400000) if rng.random() < 0.2 else 24,
        lambda: 8 * rng.randrange(1, 17),
    ])()
    return max(size, least)


def make_script(seed, operations, least):
    """A script whose heap grows, shrinks and grows again, so that peaks are not all at the end."""
    rng = random.Random(seed)
    slots = rng.choice([3, 20, SLOTS])
    lines, drift = [], 0.6
    for step in range(operations):
        if step % 50 == 0:
            drift = rng.choice([0.15, 0.5, 0.85])
        slot = rng.randrange(slots)
        if rng.random() < 0.25:
            lines.append(f"r {slot} {random_size(rng, least)}")
        elif rng.random() < drift:
            lines.append(f"a {slot} {rng.randrange(SITES)} {rng.randrange(KINDS)} {random_size(rng, least)}")
        else:
            lines.append(f"f {slot}")
    return "\n".join(lines) + "\n"


def read_count(output, source):
    """What the interpreter printed, in the form of figures.read_dhat."""
    text = Path(source).read_text().splitlines()
    lines = {m.group(1): n for n, line in enumerate(text, 1) if (m := figures.LABEL.search(line))}
    program, sites = figures.Figures((0, 0), (0, 0), (0, 0), None), {}
    for row in output.splitlines():
        site, kind, *numbers = map(int, row.split())
        pairs = figures.Figures(*zip(numbers[::2], numbers[1::2]))
        stack = f"take@k{kind} < site_{site}@s{site} < allocate@call < run_script@run < main@main"
        if pairs.total[1] > 0:
            sites[figures.parse_stack(stack, lines)] = pairs
            program = figures.add(program, pairs)
    return program, sites


def check_seed(args, seed, folder):
    script = folder / "script"
    script.write_text(make_script(seed, args.operations, 1 if args.valgrind else 0))
    if args.valgrind:
        report, output = tools.run_valgrind(args.valgrind, args.interpreter, folder, [script])
        columns = ("total", "gmax", "end")
    else:
        report, output = tools.run_heaplens(args.heaplens, args.interpreter, folder, [script])
        columns = figures.MOMENTS._fields
    want = read_count(output, args.source)
    found = figures.differences(figures.read_dhat(report, args.source), want, columns)
    return [f"seed {seed}: {text}" for text in found], want[0].total[1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("interpreter")
    parser.add_argument("source")
    parser.add_argument("--heaplens")
    parser.add_argument("--valgrind")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--operations", type=int, default=1500)
    args = parser.parse_args()
    if not args.heaplens and not args.valgrind:
        print("neither heaplens nor valgrind to check")
        return tools.SKIPPED
    found, blocks = [], 0
    for seed in range(args.first, args.first + args.seeds):
        with tempfile.TemporaryDirectory() as folder:
            differing, counted = check_seed(args, seed, Path(folder))
        found += differing
        blocks += counted
    print("\n".join(found[:40]) or f"{args.seeds} programs, {blocks} blocks, every figure is equal")
    return 1 if found or blocks == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
