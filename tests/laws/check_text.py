#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The laws of the text: banned functions, licence lines, loose ends, names of machines.

    check_text.py [ROOT]     exit 0: every law holds; 1: each offence as file:line: text

Looks at the tracked files where ROOT is a git work tree, at every file otherwise.
"""
import re
import subprocess
import sys
from pathlib import Path

C_FILES = {".c", ".h"}
LICENSED = C_FILES | {".py", ".sh", ".js", ".mjs", ".ts", ".css"}
SPDX = "SPDX-License-Identifier: MIT"

# Unbounded, stateful or unchecked: snprintf, memcpy, strtol and the project's readers replace them.
BANNED = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atof|rand|srand|gets|alloca)\s*\(")
LOOSE_END = re.compile(r"\b(?:TO[D]O|FIX[M]E)\b(?!\(#\d+\))")
# Homes that exist on one machine only. "/work" and "/root" are meant as whole path components.
MACHINE_PATH = re.compile(r"(?<![\w.*$}-])/(?:work|root)/\w")
URL_HOST = re.compile(r"https?://([A-Za-z0-9.-]+)")
# Where the project's own text may point: add a host here when it should. A package index or a mirror never belongs to this list:
# it is the reader's configuration that says where packages come from.
HOSTS = {
    "www.w3.org", "json-schema.org", "spdx.org", "www.gnu.org", "gnu.org", "github.com",
    "creativecommons.org", "www.onetcenter.org", "www.onetonline.org", "onetcenter.org",
    "huggingface.co", "arxiv.org", "doi.org", "dl.acm.org", "www.unicode.org", "unicode.org",
    "valgrind.org", "www.valgrind.org", "nnethercote.github.io", "profiler.firefox.com",
    "www.speedscope.app", "refspecs.linuxfoundation.org", "dwarfstd.org", "sourceware.org",
    "man7.org", "cmocka.org", "keepachangelog.com", "semver.org", "no-color.org",
    "en.wikipedia.org", "dlmf.nist.gov", "rfc-editor.org", "www.rfc-editor.org", "localhost",
    "zlib.net", "www.zlib.net", "www.isthe.com", "xoshiro.di.unimi.it", "prng.di.unimi.it",
    "www.hpl.hp.com", "rurban.github.io", "brendangregg.com", "www.brendangregg.com",
    "example.com", "example.org", "127.0.0.1",
}
# A file is named for its concept; these name none.
SHAPELESS = {"util", "utils", "common", "helper", "helpers", "misc", "stuff"}
# Data that is quoted, not written, by the project.
QUOTED = ("data/", "competency/fuzz/corpus/", "heaplens/fuzz/corpus/")


def tracked(root):
    listing = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, check=False)
    if listing.returncode == 0 and listing.stdout:
        names = listing.stdout.decode().rstrip("\0").split("\0")
    else:
        names = [str(p.relative_to(root)) for p in sorted(root.rglob("*")) if p.is_file()]
    return [name for name in names if (root / name).is_file()]


def without_comments_and_strings(text):
    """C text with comments and literals blanked; line breaks stay, so line numbers do too."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    return token.sub(lambda m: "".join(c if c == "\n" else " " for c in m.group()), text)


def offences_of_lines(name, text, pattern, describe):
    for number, line in enumerate(text.splitlines(), 1):
        for match in pattern.finditer(line):
            why = describe(match)
            if why:
                yield f"{name}:{number}: {why}"


def foreign_host(match):
    host = match.group(1).rstrip(".").lower()
    return None if host in HOSTS else f"a URL of {host}: known hosts are listed in check_text.py"


def check_file(root, name):
    try:
        text = (root / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    suffix = Path(name).suffix
    if Path(name).stem in SHAPELESS:
        yield f"{name}:1: a file is named for its concept"
    if suffix in LICENSED and not any(SPDX in line for line in text.splitlines()[:2]):
        yield f"{name}:1: no line \"{SPDX}\" at the top"
    if suffix in C_FILES:
        code = without_comments_and_strings(text)
        yield from offences_of_lines(name, code, BANNED, lambda m: f"{m.group(1)} is banned")
    if name.startswith(QUOTED):
        return
    yield from offences_of_lines(name, text, LOOSE_END, lambda m: f"{m.group()} without (#number)")
    yield from offences_of_lines(name, text, MACHINE_PATH, lambda m: f"a path of one machine: {m.group()}")
    yield from offences_of_lines(name, text, URL_HOST, foreign_host)


def check(root):
    """All offences below `root`, as text."""
    return [offence for name in tracked(root) for offence in check_file(root, name)]


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    offences = check(root)
    print("\n".join(offences) or "every text law holds")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
