#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each product configures and builds without the other, as a project that embeds it would.

    check_options.py SOURCE_DIR FOLDER CC OPTION...

FOLDER keeps the build, so that a second run compiles what changed only.
"""
import subprocess
import sys


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}")


def main():
    source, folder, cc, *options = sys.argv[1:]
    run("cmake", "-G", "Ninja", "-S", source, "-B", folder, f"-DCMAKE_C_COMPILER={cc}",
        "-DCMAKE_BUILD_TYPE=Debug", "-DPROJECT_BUILD_TESTS=OFF", *options)
    run("cmake", "--build", folder, "-j2")
    return 0


if __name__ == "__main__":
    sys.exit(main())
