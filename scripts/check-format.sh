#!/bin/sh
# SPDX-License-Identifier: MIT
# Every tracked C file is laid out as .clang-format says. Exit 77 where clang-format is missing.
# To lay them out: git ls-files '*.c' '*.h' | xargs clang-format -i
set -eu
cd "$(dirname "$0")/.."
if ! command -v clang-format >/dev/null; then
    echo "clang-format is not installed"
    exit 77
fi
git ls-files -z -- '*.c' '*.h' | xargs -0 clang-format --dry-run -Werror
