#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The installed packages can be used, also after the whole prefix has moved.

    check_install.py BUILD_DIR --cc CC --packages NAME... [--programs NAME...]

Installs, renames the prefix, then builds and runs a consumer by find_package and another by
pkg-config, and runs the installed programs.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CONSUMER = Path(__file__).parent / "consumer"


def run(*command, **options):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}")
    return done.stdout


def install_and_move(build, folder):
    """The prefix, in a place that `cmake --install` never heard of."""
    run("cmake", "--install", build, "--prefix", folder / "first")
    (folder / "first").rename(folder / "moved")
    return folder / "moved"


def check_find_package(prefix, folder, cc, packages):
    run("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", folder / "by-cmake", f"-DCMAKE_C_COMPILER={cc}",
        f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCONSUMER_PACKAGES={';'.join(packages)}")
    run("cmake", "--build", folder / "by-cmake")
    for package in packages:
        run(folder / "by-cmake" / f"use_{package}")
        print(f"{package}: find_package")


def check_pkg_config(prefix, folder, cc, packages):
    library = next(prefix.glob("lib*/**/pkgconfig")).parent
    env = {**os.environ, "PKG_CONFIG_PATH": str(library / "pkgconfig"), "LD_LIBRARY_PATH": str(library)}
    for package in packages:
        flags = run("pkg-config", "--cflags", "--libs", package, env=env).split()
        program = folder / f"use_{package}"
        run(cc, "-std=c17", CONSUMER / f"use_{package}.c", "-o", program, *flags)
        run(program, env=env)
        version = run("pkg-config", "--modversion", package, env=env).strip()
        print(f"{package} {version}: pkg-config")


def check_bench(prefix, folder, cc):
    """The installed library of benchmarks finds the recorder beside itself."""
    library = next(prefix.glob("lib*/**/pkgconfig")).parent
    env = {**os.environ, "PKG_CONFIG_PATH": str(library / "pkgconfig"), "LD_LIBRARY_PATH": str(library)}
    flags = run("pkg-config", "--cflags", "--libs", "heaplens-bench", env=env).split()
    run(cc, "-std=c17", CONSUMER / "use_heaplens-bench.c", "-o", folder / "use_bench", *flags)
    for program in (folder / "use_bench", folder / "by-cmake" / "use_heaplens-bench"):
        report = json.loads(run(program, "--quick", "--json", "-", env=env))
        blocks = report["benchmarks"][0]["memory"]["blocks"]
        if blocks["estimate"]["value"] != 1:
            sys.exit(f"{program}: an iteration of one block has {blocks}")
    print("heaplens-bench: pkg-config, find_package")


def check_programs(prefix, programs):
    for program in programs:
        for file in (f"man/man1/{program}.1", f"bash-completion/completions/{program}",
                     f"zsh/site-functions/_{program}", f"fish/vendor_completions.d/{program}.fish"):
            if not (prefix / "share" / file).is_file():
                sys.exit(f"{program}: share/{file} is not installed")
        said = run(prefix / "bin" / program, "--version").strip()
        if not said.startswith(program):
            sys.exit(f"{program} --version says: {said}")
        print(said.splitlines()[0])


def check_preload(prefix, folder):
    """The installed heaplens finds its recorder beside itself."""
    out = folder / "true.heaplens"
    run(prefix / "bin" / "heaplens", "run", "-o", out, "--", "/bin/sh", "-c", "exit 0")
    if "bytes" not in run(prefix / "bin" / "heaplens", "report", out):
        sys.exit("the report of the installed heaplens names no bytes")
    print("heaplens run, heaplens report")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--cc", required=True)
    parser.add_argument("--packages", nargs="+", required=True)
    parser.add_argument("--programs", nargs="*", default=[])
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prefix = install_and_move(args.build, folder)
        check_find_package(prefix, folder, args.cc, args.packages)
        check_pkg_config(prefix, folder, args.cc, args.packages)
        check_programs(prefix, args.programs)
        if "heaplens" in args.programs:
            check_preload(prefix, folder)
            check_bench(prefix, folder, args.cc)
    return 0


if __name__ == "__main__":
    sys.exit(main())
