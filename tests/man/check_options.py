#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What --help prints, the manual pages and the completion of three shells have the same options.

    check_options.py PROGRAM

PROGRAM is a built heaplens or competency. Exit 0: they agree; 1: each difference is named.
Only what a shell itself answers is asked of bash; zsh and fish files are read as text, so that
the comparison is made where those shells are not installed.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPTION = r"--?[A-Za-z][\w-]*"


def help_of(program, *words):
    done = subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=False)
    if done.returncode != 0 or not done.stdout.startswith("usage: "):
        sys.exit(f"{program.name} {' '.join(words)} --help: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def verbs_of(text):
    return set(re.findall(r"^  ([a-z]+) +[a-z]", text, re.M))


def options_of(text):
    """The options at the beginnings of lines; every verb has --help, whether it says so or not."""
    found = {"--help"}
    for line in re.findall(rf"^  ({OPTION}(?:, {OPTION})*)", text, re.M):
        found.update(line.split(", "))
    return found


def page_options(page):
    """What the list of options has, and what the synopsis has beside it."""
    text = page.read_text()
    listed = {"-" + o for line in re.findall(r"^\.It (Fl .*)", text, re.M)
              for o in re.findall(r"Fl ([\w-]+)", line)}
    synopsis = text.partition(".Sh SYNOPSIS")[2].partition(".Sh")[0]
    return listed, {"-" + o for o in re.findall(r"Fl ([\w-]{2,}|\w)", synopsis)}


def bash_answers(name, *words):
    """What bash offers for the last of the words."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "_$1"; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "--norc", "-c", script, "bash",
                           ROOT / "completions" / "bash" / name, name, *words],
                          capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def zsh_text(name):
    """The file of zsh with its lists put in where they are named."""
    text = (ROOT / "completions" / "zsh" / f"_{name}").read_text()
    for listed, lines in re.findall(r"^(_\w+)=\(\n(.*?)^\)\n", text, re.M | re.S):
        text = text.replace(f'    "${listed}[@]" \\\n', re.sub(r"^  (.*)$", r"    \1 \\", lines, flags=re.M))
    return text


def zsh_answers(name, verb):
    text = zsh_text(name)
    if verb is None:
        return set(re.findall(r"^    '([a-z]+):", text, re.M))
    body = re.search(rf"^_{name}_{verb}\(\) \{{\n  _arguments(.*?)^\}}", text, re.M | re.S)
    return set(re.findall(rf"^    '(?:\([^)]*\))?({OPTION})\[", body.group(1), re.M)) if body else set()


def zsh_values(name, verb, option):
    text = zsh_text(name)
    body = re.search(rf"^_{name}_{verb}\(\) \{{(.*?)^\}}", text, re.M | re.S)
    values = re.search(rf"'{option}\[[^]]*\]:[^:]*:\(([^)]*)\)'", body.group(1)) if body else None
    return set(values.group(1).split()) if values else set()


def fish_lines(name, verb):
    text = (ROOT / "completions" / "fish" / f"{name}.fish").read_text()
    place = r"\w+_has_no_\w+" if verb is None else rf"'__{name}_\w+_is (?:[a-z]+ )*{verb}(?: [a-z]+)*'"
    return re.findall(rf"^complete -c {name} -n {place} (.*)", text, re.M)


def fish_answers(name, verb):
    lines = fish_lines(name, verb)
    if verb is None:
        return {line.split()[1] for line in lines if line.startswith("-a ")}
    return ({"--" + line.split()[1] for line in lines if line.startswith("-l ")} |
            {"-" + line.split()[1] for line in lines if line.startswith("-s ")})


def fish_values(name, verb, option):
    for line in fish_lines(name, verb):
        values = re.match(rf"-l {option[2:]} -x -a '([\w -]+)'", line)
        if values:
            return set(values.group(1).split())
    return set()


class Comparison:
    """Collects what differs from what the program says."""

    def __init__(self):
        self.differences = []

    def same(self, where, found, wanted):
        for what in sorted(wanted - found):
            self.differences.append(f"{where}: {what} is missing")
        for what in sorted(found - wanted):
            self.differences.append(f"{where}: {what} is unknown to the program")


def compare_verb(name, verb, text, comparison):
    wanted = options_of(text)
    page = ROOT / "docs" / "man" / f"{name}-{verb}.1"
    if not page.exists():
        comparison.differences.append(f"{page.name}: there is no such page")
        return
    listed, synopsis = page_options(page)
    comparison.same(page.name, listed, wanted)
    comparison.same(f"{page.name}, synopsis", synopsis - wanted, set())
    comparison.same(f"bash, {name} {verb}", bash_answers(name, verb, "-"), wanted)
    comparison.same(f"zsh, {name} {verb}", zsh_answers(name, verb), wanted)
    comparison.same(f"fish, {name} {verb}", fish_answers(name, verb), wanted)
    # Words that are offered for an option are in the help, and all shells offer the same.
    for option in sorted(wanted):
        values = zsh_values(name, verb, option)
        unknown = {value for value in values if not re.search(rf"\b{value}\b", text)}
        comparison.same(f"zsh, {name} {verb} {option}", unknown, set())
        comparison.same(f"fish, {name} {verb} {option}", fish_values(name, verb, option), values)
        if values:
            comparison.same(f"bash, {name} {verb} {option}", bash_answers(name, verb, option, ""), values)


def main():
    program = Path(sys.argv[1])
    name = program.name
    comparison = Comparison()
    verbs = verbs_of(help_of(program))
    if len(verbs) < 2:
        sys.exit(f"{name} --help: no verbs were found in it")
    top = {"--help", "--version"}
    comparison.same(f"{name}.1", page_options(ROOT / "docs" / "man" / f"{name}.1")[0], top)
    comparison.same(f"bash, {name}", bash_answers(name, ""), verbs | top)
    comparison.same(f"zsh, {name}", zsh_answers(name, None), verbs)
    comparison.same(f"fish, {name}", fish_answers(name, None), verbs)
    for verb in sorted(verbs):
        compare_verb(name, verb, help_of(program, verb), comparison)
    for page in (ROOT / "docs" / "man").glob(f"{name}-*.1"):
        if page.stem.partition("-")[2] not in verbs:
            comparison.differences.append(f"{page.name}: {name} has no such verb")
    print("\n".join(comparison.differences) or f"{name}: {len(verbs)} verbs agree")
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main())
