#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every combination of competency's build options is configured, built and tested.

    check_matrix.py SOURCE HEAPLENS_BUILD FOLDER CC [--only TEXT]

HEAPLENS_BUILD is a build tree with heaplens in it; it is installed into FOLDER, and each combination
finds it there, as a project would that uses both. COMPETENCY_MEMORY_PROFILING changes what is
compiled, the other two what is linked: so there is one build tree for each value of the first, which
is configured again for each combination. Combinations that cannot work must be refused, each with
its reason. Exit 77 where nothing could be run.
"""
import argparse
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

ALLOCATORS = {"system": "", "jemalloc": "libjemalloc.so", "mimalloc": "libmimalloc.so",
              "tcmalloc": "libtcmalloc_minimal.so"}
PHASES = {"tokenise", "encode", "pool", "similarity", "score", "parse", "write"}
TARGETS = ["competency_cli", "memory_profile", "profile_engine", "test_memory", "memory_without_profiling"]
# Options, and what the refusal must say.
REFUSED = [
    (["-DCOMPETENCY_ALLOCATOR=hoard"], "it is one of system, jemalloc, mimalloc, tcmalloc"),
    (["-DCOMPETENCY_ALLOCATOR=jemalloc", "-DPROJECT_SANITIZE=address"], "one program cannot have both"),
    (["-DCOMPETENCY_DHAT=ON", "-DPROJECT_SANITIZE=thread"], "one program cannot have both"),
    (["-DCOMPETENCY_MEMORY_PROFILING=ON", "-DCMAKE_PREFIX_PATH="], "neither built here"),
    (["-DCOMPETENCY_DHAT=ON", "-DCMAKE_PREFIX_PATH="], "neither built here"),
]


def run(command, **options):
    return subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **options)


def must(command, **options):
    done = run(command, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}")
    return done.stdout


class Matrix:
    def __init__(self, args):
        self.source, self.folder, self.cc = Path(args.source), Path(args.folder), args.cc
        self.prefix = self.folder / "heaplens"
        must(["cmake", "--install", args.heaplens_build, "--prefix", self.prefix])
        self.heaplens = self.prefix / "bin/heaplens"
        self.env = dict(os.environ, PATH=f"{self.prefix / 'bin'}:{os.environ['PATH']}")

    def configure(self, tree, *options):
        return run(["cmake", "-G", "Ninja", "-S", self.source, "-B", tree, f"-DCMAKE_C_COMPILER={self.cc}",
                    "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DHEAPLENS_BUILD=OFF", "-DPROJECT_BUILD_TESTS=ON",
                    "-DPROJECT_WERROR=ON", f"-DCMAKE_PREFIX_PATH={self.prefix}", *options])

    def check(self, profiling, dhat, allocator):
        tree = self.folder / f"profiling-{profiling.lower()}"
        done = self.configure(tree, f"-DCOMPETENCY_MEMORY_PROFILING={profiling}",
                              f"-DCOMPETENCY_DHAT={dhat}", f"-DCOMPETENCY_ALLOCATOR={allocator}")
        if "is not installed" in done.stdout:
            return "skipped: the allocator is not installed"
        if done.returncode != 0:
            sys.exit(f"not configured\n{done.stdout}")
        must(["cmake", "--build", tree, "--target", *TARGETS])
        must(["ctest", "--test-dir", tree, "-L", "memory", "--output-on-failure"])
        self.check_allocator(tree / "bin/competency", allocator)
        self.check_example(tree, profiling, dhat)
        self.check_phases(tree, profiling)
        return "passed"

    def check_allocator(self, program, allocator):
        """The program has the malloc that was asked for, and no other."""
        needed = must(["readelf", "-d", program])
        for name, library in ALLOCATORS.items():
            if library and (library in needed) != (name == allocator):
                sys.exit(f"{program} with COMPETENCY_ALLOCATOR={allocator}:\n{needed}")

    def check_example(self, tree, profiling, dhat):
        where = self.folder / "example"
        where.mkdir(exist_ok=True)
        for name in ("dhat-heap.json", "memory_profile.html", "memory_profile.heaplens"):
            (where / name).unlink(missing_ok=True)
        said = must([tree / "examples/memory_profile"], cwd=where, env=self.env)
        has_figures = "match 100x50" in said and "bytes at the peak" in said
        if has_figures != (profiling == "ON" and dhat == "ON"):  # figures want both: a reader and a recorder
            sys.exit(f"profiling {profiling}, DHAT {dhat}:\n{said}")
        written = (where / "dhat-heap.json").is_file()
        if written != (dhat == "ON"):
            sys.exit(f"dhat-heap.json is {'' if written else 'not '}there with DHAT {dhat}\n{said}")
        if written:
            points = json.loads((where / "dhat-heap.json").read_text())["pps"]
            if sum(point["tb"] for point in points) < 1 << 20:  # the embedder's workspace alone is more
                sys.exit(f"dhat-heap.json has {len(points)} sites with too few bytes")

    def check_phases(self, tree, profiling):
        profile = self.folder / "phases.heaplens"
        demo = self.source / "data/demo"
        must([self.heaplens, "run", "-o", profile, "--", tree / "bin/competency", "match", "--role",
              demo / "demo_role.json", "--candidates", demo / "demo_candidates.jsonl", "--format", "jsonl"])
        report = json.loads(must([self.heaplens, "report", "--format", "json", profile]))
        found = {scope["label"] for scope in report.get("scopes", [])}
        if found != (PHASES if profiling == "ON" else set()):
            sys.exit(f"phases with profiling {profiling}: {sorted(found)}")

    def check_refused(self, options, reason):
        done = self.configure(self.folder / "refused", *options)
        (self.folder / "refused/CMakeCache.txt").unlink(missing_ok=True)
        said = " ".join(done.stdout.split())
        if done.returncode == 0 or reason not in said:
            sys.exit(f"{options}: exit {done.returncode}, {reason!r} expected\n{done.stdout}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("heaplens_build")
    parser.add_argument("folder")
    parser.add_argument("cc")
    parser.add_argument("--only", default="", help="combinations whose text has this, e.g. jemalloc")
    args = parser.parse_args()
    matrix = Matrix(args)
    outcomes = set()
    print(f"{'PROFILING':<10} {'DHAT':<5} {'ALLOCATOR':<10}")
    for profiling, dhat, allocator in itertools.product(("OFF", "ON"), ("OFF", "ON"), ALLOCATORS):
        combination = f"{profiling:<10} {dhat:<5} {allocator:<10}"
        if args.only in combination:
            outcome = matrix.check(profiling, dhat, allocator)
            outcomes.add(outcome)
            print(combination, outcome, flush=True)
    for options, reason in REFUSED:
        matrix.check_refused(options, reason)
        print("refused as it should be:", *options, flush=True)
    return 0 if "passed" in outcomes else 77


if __name__ == "__main__":
    sys.exit(main())
