#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write a variant of competency/match/candidate.c that makes one copy of the similarities too many.

    extra_copy.py CANDIDATE_C OUT

The copy is freed at once: neither the peak nor what is never freed shows it. The tests build this
variant to see that they would stop it.
"""
import sys
from pathlib import Path

BEFORE = "        fill_matrix(out, scorer);\n"
COPY = """        const size_t bytes = count * scorer->required.count * sizeof(double);
        double *const copy = malloc(bytes);
        if (copy != NULL) {
            memcpy(copy, out->similarities, bytes);
            __asm__ volatile("" : : "r"(copy) : "memory");  // it is not optimised away
            free(copy);
        }
"""


def main():
    source, out = map(Path, sys.argv[1:])
    text = source.read_text()
    if text.count(BEFORE) != 1:
        sys.exit(f"{source}: {BEFORE.strip()!r} is there {text.count(BEFORE)} times, 1 expected")
    out.write_text("#include <stdlib.h>\n#include <string.h>\n" + text.replace(BEFORE, BEFORE + COPY))


if __name__ == "__main__":
    main()
