#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write competency/match/domain_keywords.c from domain_keywords.tsv beside it.

    tools/domain_keywords.py > competency/match/domain_keywords.c

The table keeps the order of the file, which is the order of checking: a name belongs to the
domain of the first keyword that occurs in it. A keyword may end in a blank.
"""
import pathlib
import re

SOURCE = pathlib.Path(__file__).parent.parent / "competency/match/domain_keywords.tsv"

HEAD = """\
// SPDX-License-Identifier: MIT
// Written by tools/domain_keywords.py from domain_keywords.tsv: change that, not this.
#include "match/domain_keywords.h"

// One keyword a line, as in its source.
// clang-format off
const competency__domain_keyword competency__domain_keywords[] = {"""

TAIL = """\
};
// clang-format on

const size_t competency__domain_keyword_count =
    sizeof(competency__domain_keywords) / sizeof(competency__domain_keywords[0]);"""


def enum_of(domain):
    if domain == "DevOps":
        return "COMPETENCY_DOMAIN_DEVOPS"
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", domain)
    return "COMPETENCY_DOMAIN_" + words.upper()


def main():
    print(HEAD)
    for line in SOURCE.read_text(encoding="ascii").splitlines():
        domain, keyword = line.split("\t")
        assert keyword == keyword.lower() and len(keyword) < 32, keyword
        print(f'    {{{enum_of(domain)}, "{keyword}"}},')
    print(TAIL)


main()
