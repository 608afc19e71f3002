#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The rooms without dependencies, compiled for aarch64, give the bits that they give here.

    run_aarch64.py SOURCES PRINT_BITS

Compiles print_bits.c with kernels and encoder for aarch64, runs it under qemu-user, and compares
what it prints of the scalar table and of that for NEON with what PRINT_BITS, the same program built
for this processor, prints of the scalar one. Exits with 77, which means skipped, where there is no cross compiler (Debian: gcc-aarch64-linux-gnu,
libc6-dev-arm64-cross) or no qemu-aarch64 (qemu-user).
"""

import os
import shutil
import subprocess
import sys
import tempfile

COMPILER, EMULATOR = "aarch64-linux-gnu-gcc", "qemu-aarch64"
FILES = ["tests/aarch64/print_bits.c", "tests/encoder/synthetic_model.c", "base/error.c", "base/half.c",
         "base/memory.c", "kernels/kernels.c", "kernels/kernels_neon.c", "kernels/kernels_scalar.c",
         "kernels/panels.c",
         "encoder/calibration.c", "encoder/encoder.c", "encoder/packed_weights.c",
         "encoder/pooling.c", "encoder/workspace.c"]
# Linked statically: nothing of the other system needs to be installed.
OPTIONS = ["-std=c17", "-O2", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off", "-static",
           "-D_XOPEN_SOURCE=700", "-DCOMPETENCY_HAVE_X86=0", "-DCOMPETENCY_HAVE_NEON=1"]


def run(*command):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def main():
    sources, native = sys.argv[1:]
    for tool in (COMPILER, EMULATOR):
        if shutil.which(tool) is None:
            print(f"skipped: no {tool}")
            return 77
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "print_bits")
        subprocess.run([COMPILER, *OPTIONS, f"-I{sources}", f"-I{sources}/include",
                        *(os.path.join(sources, name) for name in FILES), "-lm", "-o", program], check=True)
        there = {table: run(EMULATOR, program, table) for table in ("scalar", "neon")}
    here = run(native, "scalar")
    if len(here.splitlines()) < 100:
        sys.exit(f"run_aarch64.py: {native} printed {here!r}")
    for table, printed in there.items():
        for ours, theirs in zip(here.splitlines(), printed.splitlines()):
            if ours != theirs:
                print(f"{ours}, on aarch64 {table} {theirs}")
        print(f"{table}: {len(printed.splitlines())} results")
    return int(any(printed != here for printed in there.values()))


if __name__ == "__main__":
    sys.exit(main())
