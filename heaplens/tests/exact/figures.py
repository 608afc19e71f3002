# SPDX-License-Identifier: MIT
"""Figures of a program's heap by call site: as counted by hand, and as a DHAT file has them.

A site's key is the tuple of "function:line" of its frames that lie in the program's own source,
innermost first. Frames of libc, of the loader and of an interposer carry no name that two tools
must agree on, so sites that differ in nothing else are one site here.
"""
import itertools
import json
import re
from collections import namedtuple
from pathlib import Path

# Each a (bytes, blocks) pair, or None: not known. `own` is the peak of the site by itself.
Figures = namedtuple("Figures", "total gmax end own")
MOMENTS = Figures("total", "t-gmax", "t-end", "own peak")

FRAME = re.compile(r"0x[0-9A-Fa-f]+: (.+) \((?:in )?(.+?)(?::(\d+))?\)$")
LABEL = re.compile(r"//\s*@(\w+)\s*$")


def parse_pair(text):
    """"600/3" as (600, 3); "?" and "-", figures that the table leaves open, as None."""
    return None if text in "?-" else tuple(int(part) for part in text.split("/"))


def parse_stack(text, lines):
    """The key of "leaf@label < caller@label*2 < main@label"; *N repeats a frame."""
    key = []
    for frame in text.split(" < "):
        function, label, times = re.fullmatch(r"(\w+)@(\w+)(?:\*(\d+))?", frame).groups()
        key += [f"{function}:{lines[label]}"] * int(times or 1)
    return tuple(key)


def read_hand_count(source, mark="//! "):
    """(figures of the program, {key: figures}) from the table in a program's first comment.

    `mark` starts each row. None where there is no such table.
    """
    text = Path(source).read_text().splitlines()
    lines = {m.group(1): n for n, line in enumerate(text, 1) if (m := LABEL.search(line))}
    rows = [line[len(mark):].strip() for line in text if line.startswith(mark)]
    if not rows:
        return None
    program, sites = None, {}
    for row in rows[1:]:
        stack, *columns = re.split(r"\s{2,}", row)
        figures = Figures(*(parse_pair(c) for c in columns))
        if stack == "(program)":
            program = figures
        else:
            sites[parse_stack(stack, lines)] = figures
    if program is None or not sites:
        raise ValueError(f"{source}: a table without figures")
    return program, sites


def own_frame(frame, source):
    """"function:line" of a frame in `source`, else None.

    Optimised copies of a function (`f.constprop.0`) are the function that the source has.
    """
    match = FRAME.match(frame)
    if not match or Path(match.group(2)).name != source or match.group(3) is None:
        return None
    return f"{match.group(1).split('.')[0]}:{match.group(3)}"


def add(left, right):
    pair = [(a[0] + b[0], a[1] + b[1]) for a, b in zip(left[:3], right[:3])]
    # The peak of a union is not the sum of the peaks: it is not known from two sites.
    return Figures(*pair, None)


def read_dhat(path, source):
    """(figures of the program, {key: figures}) from a DHAT file; {} of a file without blocks."""
    profile = json.loads(Path(path).read_text())
    table = profile["ftbl"]
    program, sites = Figures((0, 0), (0, 0), (0, 0), None), {}
    for point in profile["pps"]:
        figures = Figures(*((point[f"{m}b"], point[f"{m}bk"]) for m in "tgem"))
        frames = (own_frame(table[index], Path(source).name) for index in point["fs"])
        key = tuple(frame for frame in frames if frame)
        sites[key] = add(sites[key], figures) if key in sites else figures
        program = add(program, figures)
    return program, sites


def describe(key):
    """A stack as text; a frame that repeats is written once, with how often."""
    runs = [(frame, len(list(group))) for frame, group in itertools.groupby(key)]
    text = " < ".join(frame if times == 1 else f"{frame}*{times}" for frame, times in runs)
    return text or "(outside the program's source)"


def differences_of(name, got, want, columns):
    for column in columns:
        g, w = getattr(got, column), getattr(want, column)
        if w is not None and g != w:
            yield f"{name}: {getattr(MOMENTS, column)} is {g}, want {w}"


def differences(got, want, columns=MOMENTS._fields):
    """Every figure of `want` that `got` has not, and every site that only one of them has."""
    found = list(differences_of("(program)", got[0], want[0], columns))
    for key in sorted(set(got[1]) | set(want[1])):
        if key not in got[1]:
            found.append(f"{describe(key)}: no such site, want {want[1][key]}")
        elif key not in want[1]:
            found.append(f"{describe(key)}: unexpected site {got[1][key]}")
        else:
            found += differences_of(describe(key), got[1][key], want[1][key], columns)
    return found
