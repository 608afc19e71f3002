#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The examples in the public headers compile without a warning, run, and print what they say.

    check_examples.py [--cc CC] [--libraries FOLDER] [--flags=FLAG,FLAG...] HEADER...

An example stands in the comment that begins a header, between @code and @endcode: a program, or what is
in main() after its #include lines. The header itself and the usual ones of C are included. Each line
that it prints is in a comment, in order:

    // prints: LINE

An example must end with 0. One without such comments may print anything (a benchmark does).
"""
import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLE = re.compile(r"^ \* @code\n((?: \*[^\n]*\n)*?) \* @endcode\n", re.M)
PRINTS = re.compile(r"// prints: (.*)$", re.M)
LIBRARIES = {"heaplens": ["-lheaplens-bench", "-lheaplens"], "competency": ["-lcompetency"]}
ARGUMENTS = {"heaplens/bench.h": ["--quick", "--no-memory", "--in-process", "/10$/"]}
UNLINKED = {"heaplens/optional.h"}  # which is for programs that are not linked with the library


def examples(text):
    """The examples of a header's first comment about the file."""
    comment = text[text.index("@file"):].partition("*/")[0] + "\n"
    for body in EXAMPLE.findall(comment):
        yield "".join(line[3:].rstrip("\n") + "\n" for line in body.splitlines(keepends=True))


def program(name, example):
    """`example` of the header `name` as a whole program."""
    lines = example.splitlines()
    includes = [line for line in lines if line.startswith("#include")]
    body = "\n".join(line for line in lines if line not in includes)
    if "int main(" not in body and "_MAIN(" not in body:
        body = f"int main(void)\n{{\n{body}\nreturn 0;\n}}"
    usual = [f"#include <{header}.h>" for header in ("stdio", "stdlib", "string")]
    return "\n".join([f"#include <{name}>"] + includes + usual + [body, ""])


def complaint(name, example, args, folder):
    """What is wrong with an example; "" if nothing is."""
    product = name.split("/")[0]
    source, binary = folder / "example.c", folder / "example"
    source.write_text(program(name, example))
    link = [] if name in UNLINKED else LIBRARIES[product]
    command = [args.cc, "-std=c17", *args.flags, "-Werror", f"-I{ROOT / product / 'include'}", str(source), "-o",
               str(binary), f"-L{args.libraries}", f"-Wl,-rpath,{args.libraries}", *link]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        return built.stderr
    done = subprocess.run([binary, *ARGUMENTS.get(name, [])], capture_output=True, text=True, check=False, cwd=ROOT,
                          timeout=120)
    if done.returncode != 0:
        return f"ends with {done.returncode}\n{done.stdout}{done.stderr}"
    said = PRINTS.findall(example)
    if said and done.stdout.splitlines() != said:
        return f"prints\n{done.stdout}and says that it prints\n" + "\n".join(said)
    return ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--libraries", default=str(ROOT / "build/release/lib"))
    parser.add_argument("--flags", default=[], type=lambda text: text.split(","), help="of the compiler")
    parser.add_argument("headers", nargs="+", type=Path)
    args = parser.parse_args()
    complaints = count = 0
    with tempfile.TemporaryDirectory() as folder:
        for header in args.headers:
            name = f"{header.parent.name}/{header.name}"
            found = list(examples(header.read_text()))
            problems = [complaint(name, example, args, Path(folder)) for example in found] or ["it has no example"]
            for problem in filter(None, problems):
                complaints += 1
                print(f"{name}: {problem}")
            count += len(found)
    print(f"{len(args.headers)} headers, {count} examples, {complaints} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
