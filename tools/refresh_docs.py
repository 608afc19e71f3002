#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keep what the documentation shows true.

    tools/refresh_docs.py [PAGE...]           write the real output into the pages, or all of them
    tools/refresh_docs.py --check [PAGE...]   fail where a page shows what the commands do not print
    ... --build FOLDER                        the build whose programs are run; build/release if not given

In the pages:

    ```LANGUAGE FILE                 the block is that file, without its first comment lines
    ```console                       lines that begin with "$ " are run, one after the other, in
    $ COMMAND                        the repository, with the built programs on the PATH; what
                                     they print follows them
    ```console not run: REASON       commands that cannot be run here; there may be few of these
    ```text                          neither commands nor what they print

There are no other blocks. Links lead to files and headings that are there. Every file of examples/ is
shown or linked by one of the pages, and every build option is in the Setup Guide.

The commands have these variables: EXAMPLES, the folder of the built examples, and PROFILED, a build
with COMPETENCY_MEMORY_PROFILING and COMPETENCY_DHAT, which the test options_matrix makes; MATRIX, the
programs of the robustness matrix. Blocks that use PROFILED are left out, with a message, where there is
none.

A check compares shapes: numbers, times and addresses may differ from machine to machine, words
may not. A "..." line in a block stands for any lines.
"""

import argparse
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGES = ["README.md", "docs/USAGE_EXAMPLES.md", "docs/TROUBLESHOOTING.md", "docs/SETUP_GUIDE.md",
         "docs/MEMORY_PROFILING_GUIDE.md", "docs/OPTIMIZATION_WORKFLOW.md", "docs/STATUS.md",
         "docs/scoring-classic.md"]
NOT_RUN_MAX = 8
PROFILED = "options/profiling-on"  # in the build folder
BLOCK = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.S | re.M)
COMMENTS = {".c": "//", ".sh": "#"}


def shape(text):
    """What must agree: the words. Numbers with their units, verdicts about times, and the layout may not."""
    text = re.sub(r"\b(improved|regressed|inconclusive|no change); ", "verdict; ", text)
    text = re.sub(r"\b0x[0-9a-f]+\b|\b[0-9a-f]{12,}\b", "#", text)
    text = re.sub(r"[0-9][0-9,]*(\.[0-9]+)?", "#", text)
    text = re.sub(r"# (ns|us|ms|s|B|KiB|MiB|GiB)\b", "# unit", text)
    text = re.sub(r"[+-](?=#)", "", text)
    return [re.sub(r"\s+", " ", line).strip() for line in text.splitlines() if line.strip()]


def agree(shown, real):
    """Do the lines agree, where "..." stands for any number of lines?"""
    if not shown:
        return not real
    if shown[0] == "...":
        return any(agree(shown[1:], real[i:]) for i in range(len(real) + 1))
    return bool(real) and shown[0] == real[0] and agree(shown[1:], real[1:])


def environment(build):
    """What the commands of the pages find in their environment."""
    variables = {"EXAMPLES": os.path.join(build, "examples"), "PROFILED": os.path.join(build, PROFILED),
                 "MATRIX": os.path.join(build, "heaplens/tests/robust/matrix")}
    return dict(os.environ, PATH=os.path.join(build, "bin") + os.pathsep + os.environ["PATH"], NO_COLOR="1",
                COLUMNS="100", LC_ALL="C.UTF-8", **{name: os.path.relpath(path, ROOT) for name, path in variables.items()})


def run(command, build):
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=environment(build), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
    return done.stdout


def included(name):
    """The file as a page shows it."""
    with open(os.path.join(ROOT, name), encoding="utf-8") as source:
        lines = source.read().splitlines(keepends=True)
    comment = COMMENTS.get(os.path.splitext(name)[1])
    while comment is not None and lines and lines[0].startswith(comment):
        lines.pop(0)
    return "".join(lines)


def split_commands(body):
    """(command, what the page shows) of each command; a line that ends in a backslash goes on in the next."""
    for group in re.split(r"^(?=\$ )", body, flags=re.M):
        if group.startswith("$ "):
            lines = group[2:].splitlines(keepends=True)
            end = next(i for i, line in enumerate(lines) if not line.endswith("\\\n")) + 1
            yield "".join(lines[:end]), "".join(lines[end:])


def console(body, build):
    """(real block, shown shapes, real shapes) of a console block."""
    real, pairs = [], []
    for command, shown in split_commands(body):
        printed = run(command, build)
        if printed and not printed.endswith("\n"):
            printed += "\n"
        pairs.append((command.splitlines()[0], shape(shown), shape(printed)))
        real.append(f"$ {command}{printed if '...' not in shape(shown) else shown}")
    return "".join(real), pairs


def describe(page, command, shown, printed):
    """Lines that are printed nowhere, or else the first ones that differ."""
    differ = [f"    shown, and not printed: {line}" for line in shown if line not in printed + ["..."]][:3]
    differ = differ or [f"    shown   {s}\n    printed {p}" for s, p in zip(shown, printed) if s != p][:3]
    return f"{page}: {command}\n" + "\n".join(differ or [f"    {len(shown)} lines shown, {len(printed)} printed"])


class Page:
    def __init__(self, name, build):
        self.name, self.build, self.wrong = name, build, []
        self.not_run = 0
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            self.text = file.read()

    def replace(self, match):
        language, rest, body = match.groups()
        rest = rest.strip()
        if language == "console":
            if rest.startswith("not run: "):
                self.not_run += 1
                return match.group(0)
            return self.replace_console(body)
        if os.path.isfile(os.path.join(ROOT, rest)):
            real = included(rest)
            if real != body:
                self.wrong.append(f"{self.name}: the block of {rest} is not that file")
            return f"```{language} {rest}\n{real}```"
        if language != "text":
            self.wrong.append(f"{self.name}: a block is neither console, nor text, nor a file: {language} {rest}")
        return match.group(0)

    def replace_console(self, body):
        if "$PROFILED" in body and not os.path.isfile(os.path.join(self.build, PROFILED, "examples/profile_engine")):
            print(f"{self.name}: left out, since there is no build with profiling: {body.splitlines()[0]}")
            return f"```console\n{body}```"
        real, pairs = console(body, self.build)
        self.wrong += [describe(self.name, *pair) for pair in pairs if not agree(*pair[1:])]
        return f"```console\n{real}```"

    def refresh(self, check):
        new = BLOCK.sub(self.replace, self.text)
        if not check and new != self.text:
            with open(os.path.join(ROOT, self.name), "w", encoding="utf-8") as file:
                file.write(new)
            print(f"{self.name}: refreshed")


def build_options():
    """The names of what CMake can be told."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in ("build", "out", "node_modules") and name[0] != "."]
        for name in files:
            if name == "CMakeLists.txt" or name.endswith(".cmake"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    yield from re.findall(r"^ *(?:option\(|set\((?=\w+[^)]* CACHE STRING))(\w+)", file.read(), re.M)


def anchors(path):
    """What a link into a page may name: its headings, as they are turned into names."""
    with open(path, encoding="utf-8") as file:
        headings = re.findall(r"^#+ (.+)$", file.read(), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page):
    """Links of the page to files, and places in pages, that are not there."""
    for link in re.findall(r"\]\(([^)\s]+)\)", BLOCK.sub("", page.text)):
        name, _, place = link.partition("#")
        path = os.path.join(ROOT, os.path.dirname(page.name), name) if name else os.path.join(ROOT, page.name)
        if "://" not in link and (not os.path.exists(path) or (place and place not in anchors(path))):
            yield f"{page.name}: there is no {link}"


def check_whole(pages):
    """What is asked of all pages together."""
    wrong = []
    for name in sorted(os.listdir(os.path.join(ROOT, "examples"))):
        if name != "CMakeLists.txt" and not any(f"examples/{name}" in page.text for page in pages):
            wrong.append(f"examples/{name} is in no page")
    setup = next(page.text for page in pages if page.name == "docs/SETUP_GUIDE.md")
    wrong += [f"docs/SETUP_GUIDE.md: no build option {name}" for name in build_options() if f"`{name}`" not in setup]
    wrong += [text for page in pages for text in broken_links(page)]
    not_run = sum(page.not_run for page in pages)
    if not_run > NOT_RUN_MAX:
        wrong.append(f"{not_run} blocks are not run, at most {NOT_RUN_MAX} are allowed")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("pages", nargs="*", metavar="PAGE")
    args = parser.parse_args()
    os.makedirs(os.path.join(ROOT, "out"), exist_ok=True)
    pages = [Page(name, os.path.abspath(args.build)) for name in args.pages or PAGES]
    for page in pages:
        page.refresh(args.check)
    wrong = [w for page in pages for w in page.wrong] + ([] if args.pages else check_whole(pages))
    if args.check and wrong:
        print("\n".join(wrong))
        print("tools/refresh_docs.py writes the real output into the pages")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
