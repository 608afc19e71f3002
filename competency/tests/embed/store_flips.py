#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What becomes of a cache on disk whose file has a bit that flipped, or a page that was overwritten.

    store_flips.py BIN/competency [--count N] [--seed N]

A damaged file may be refused or miss what it had; a wrong vector is a failure, and so is a process that
ends by a signal: LMDB does not verify its pages, so they are checked before it is given them (ADR 0011).
"""
import argparse
import collections
import random
import subprocess
import sys
import tempfile
from pathlib import Path

PAGE = 4096
NAMES = "".join(f"name number {i}\n" for i in range(150))


def embed(program, cache):
    done = subprocess.run([program, "embed", "-", "--cache", cache], input=NAMES.encode(),
                          capture_output=True, check=False)
    return done.returncode, done.stdout


def damage(rng, kind, data):
    page = rng.randrange(len(data) // PAGE) * PAGE
    if kind == "page":
        data[page:page + PAGE] = rng.randbytes(PAGE)
    else:
        place = rng.randrange(len(data)) if kind == "bit" else page + rng.randrange(64)
        data[place] ^= 1 << rng.randrange(8)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("--count", type=int, default=100, help="of each kind of damage")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        status, good = embed(args.program, cache)
        if status != 0:
            sys.exit(f"competency embed ended with {status}")
        whole = (cache / "data.mdb").read_bytes()
        for kind in ("bit", "head of a page", "page"):
            seen = collections.Counter()
            for _ in range(args.count):
                data = bytearray(whole)
                damage(rng, kind, data)
                (cache / "data.mdb").write_bytes(data)
                (cache / "lock.mdb").unlink(missing_ok=True)
                status, vectors = embed(args.program, cache)
                wrong += status < 0 or (status == 0 and vectors != good)
                seen["ended by a signal" if status < 0 else "right" if status == 0 else "refused"] += 1
            print(f"{kind:<16}" + ", ".join(f"{count} {what}" for what, count in sorted(seen.items())))
    if wrong:
        sys.exit(f"{wrong} runs ended by a signal, or gave a wrong vector")


if __name__ == "__main__":
    main()
