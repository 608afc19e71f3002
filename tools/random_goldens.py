#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Print reference values of the random numbers for heaplens/tests/bench/test_random.c.

    tools/random_goldens.py      needs lua 5.4 and a JDK (11 or later); run 2026-11-26

Both are independent implementations: `math.random` of Lua 5.4 is xoshiro256** (its state is seeded
with n, 0xff, m, 0, and 16 numbers are thrown away), and `java.util.SplittableRandom(seed)` is
SplitMix64.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

LUA = "math.randomseed(%d, %d) for i = 1, 5 do io.write(string.format('%%016x ', math.random(0))) end"
LUA_UNIT = "math.randomseed(%d, %d) for i = 1, 3 do io.write(string.format('%%a ', math.random())) end"
JAVA = """
class Seeds {
    public static void main(String[] seeds) {
        for (String seed : seeds) {
            var random = new java.util.SplittableRandom(Long.parseUnsignedLong(seed));
            System.out.print(seed + ":");
            for (int i = 0; i < 4; i++) System.out.printf(" %016x", random.nextLong());
            System.out.println();
        }
    }
}
"""


def main():
    for n, m in ((1, 2), (0x123456789abcdef, 42)):
        for script in (LUA, LUA_UNIT):
            done = subprocess.run(["lua5.4", "-e", script % (n, m)], capture_output=True, text=True, check=True)
            print(f"xoshiro256** {n:#x}, {m:#x}:", done.stdout)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "Seeds.java"
        source.write_text(JAVA)
        done = subprocess.run(["java", source, "0", "1", "1234567", "18446744073709551615"],
                              capture_output=True, text=True, check=True)
        print("SplitMix64", done.stdout, sep="\n")


if __name__ == "__main__":
    sys.exit(main())
