#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""clang-tidy over every tracked C file of a build. Exit 77 where clang-tidy is missing.

    scripts/check_tidy.py [BUILD_DIR]      build/dev if none is given

A file that several targets compile is analysed once for each text that the preprocessor makes of it,
since what else differs between their commands is for the code generator. A text that was found clean is
remembered in BUILD_DIR/tidy: a second run looks at what changed only.
"""
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The preprocessor has no use for warnings. With optimisation, the C library's headers define some of
# their functions once more.
PREPROCESS = ["-E", "-dD", "-w", "-O0"]


def output_of(*command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT, **options).stdout


def without_output(command):
    """A compiler's command, less what it is to write."""
    words = iter(shlex.split(command))
    for word in words:
        if word == "-o":
            next(words)
        elif word != "-c":
            yield word


def preprocessed(entry):
    """What the compiler sees and the macros of its headers; and the headers that are the project's."""
    done = subprocess.run([*without_output(entry["command"]), *PREPROCESS], cwd=entry["directory"],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{entry['file']} cannot be read\n{done.stderr}")
    text, headers, is_builtin = [], set(), False
    for line in done.stdout.splitlines():
        if line.startswith("# "):
            name = line.split('"')[1]
            is_builtin = name.startswith("<")  # of the compiler and its command line
            path = Path(os.path.normpath(os.path.join(entry["directory"], name)))
            if path.is_relative_to(ROOT) and path.is_file():
                headers.add(path)
        elif line and not is_builtin:
            text.append(line)
    return "\n".join(text), headers


class Analysis:
    def __init__(self, entry, checks):
        self.entry = entry
        text, files = preprocessed(entry)
        key = hashlib.sha256(checks + text.encode())
        for file in sorted(files):  # for their comments: NOLINT is one
            key.update(file.read_bytes())
        self.key = key.hexdigest()
        self.size = len(text)

    def run(self, folder):
        """Is the file clean? What was found is printed."""
        database = folder / f"of-{self.key}"
        database.mkdir(exist_ok=True)
        (database / "compile_commands.json").write_text(json.dumps([self.entry]))
        # gcc's flags for link-time optimisation mean nothing to clang.
        done = subprocess.run(["clang-tidy", "-p", database, "--quiet",
                               "--extra-arg=-Wno-ignored-optimization-argument", self.entry["file"]],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        shutil.rmtree(database)
        if done.returncode == 0:
            (folder / self.key).touch()
        else:
            print(f"{done.stdout}clang-tidy: {os.path.relpath(self.entry['file'], ROOT)}", flush=True)
        return done.returncode == 0


def main():
    build = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/dev").resolve()
    if not shutil.which("clang-tidy"):
        print("clang-tidy is not installed")
        return 77
    if not (build / "compile_commands.json").is_file():
        print(f"{build} has no compile_commands.json: configure it first")
        return 1
    folder = build / "tidy"
    folder.mkdir(exist_ok=True)
    tracked = {str(ROOT / name) for name in output_of("git", "ls-files", "-z", "*.c", text=True).split("\0")}
    configurations = output_of("git", "ls-files", "-z", "*.clang-tidy", text=True).split("\0")[:-1]
    checks = output_of("clang-tidy", "--version") + b"".join((ROOT / name).read_bytes() for name in configurations)
    entries = [entry for entry in json.loads((build / "compile_commands.json").read_text()) if entry["file"] in tracked]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        analyses = {(a.entry["file"], a.key): a for a in pool.map(lambda entry: Analysis(entry, checks), entries)}
        unknown = [a for a in analyses.values() if not (folder / a.key).exists()]
        unknown.sort(key=lambda a: -a.size)  # long ones last would be waited for
        outcomes = list(pool.map(lambda a: a.run(folder), unknown))
    print(f"{len(analyses)} analyses of {len({a.entry['file'] for a in analyses.values()})} files, "
          f"{len(outcomes)} of them made now, {outcomes.count(False)} with findings")
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
