#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes competency/text/unicode_classes.inc: what the reference tokenizer does to each code point.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.21.0
    venv/bin/python tools/unicode_classes.py > competency/text/unicode_classes.inc

The classes are those that the reference itself shows for every code point, one at a time. They
are not a Unicode version's general categories: the reference mixes the tables of several versions
(categories of 8.0, decompositions of 9.0), and its behaviour, not Unicode's, is what the models
were trained with.
"""
import tokenizers
from tokenizers import normalizers, pre_tokenizers

CODE_POINTS = [c for c in range(0x80, 0x110000) if not 0xD800 <= c < 0xE000]


def bert(**on):
    flags = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**flags, **on}).normalize_str


CLEAN = bert(clean_text=True)
SPACED = bert(handle_chinese_chars=True)
STRIPPED = bert(strip_accents=True)
NFD = normalizers.NFD().normalize_str
SPLIT = pre_tokenizers.BertPreTokenizer().pre_tokenize_str


def takes_part_in_canonical_order(char):
    """True if NFD moves the character across a mark of a lower, or a mark of a higher, class."""
    return (
        NFD("\u0301" + char) == char + "\u0301"
        or NFD(char + "\u0323") == "\u0323" + char
        or NFD(char + "\u0334") == "\u0334" + char
    )


def classify(char):
    if CLEAN(char) == "":
        return "DROPPED"
    if CLEAN(char) == " ":
        return "SPACE"
    if SPACED(char) != char:
        return "CJK"
    if STRIPPED(char) == "":
        return "MARK"
    if len(SPLIT("a" + char + "b")) == 3:
        return "PUNCTUATION"
    if takes_part_in_canonical_order(char):
        return "COMBINING"
    if char == "\U00011938":  # decomposes since Unicode 13, which the reference does not know
        assert NFD(char) == char
        return "WHOLE"
    return None


def main():
    ranges = []
    for code_point in CODE_POINTS:
        kind = classify(chr(code_point))
        if kind is None:
            continue
        if ranges and ranges[-1][1] == code_point - 1 and ranges[-1][2] == kind:
            ranges[-1][1] = code_point
        else:
            ranges.append([code_point, code_point, kind])
    print("// SPDX-License-Identifier: MIT")
    print("// Written by tools/unicode_classes.py with tokenizers %s. Do not edit." % tokenizers.__version__)
    for first, last, kind in ranges:
        print("{0x%05X, 0x%05X, COMPETENCY__%s}," % (first, last, kind))


main()
