#!/bin/bash
# SPDX-License-Identifier: MIT
# clang-tidy over every C file of a build. Exit 77 where clang-tidy is missing.
#
#     scripts/check-tidy.sh [BUILD_DIR]      build/dev if none is given
#
# A file that was clean is remembered in BUILD_DIR/tidy under a hash of its own text, of every
# project header that it includes, of its compile command and of the checks: a second run looks at
# what changed only.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "${1:-build/dev}")
if ! command -v clang-tidy >/dev/null; then
    echo "clang-tidy is not installed"
    exit 77
fi
if [ ! -f "$build/compile_commands.json" ]; then
    echo "$build has no compile_commands.json: configure it first"
    exit 1
fi
mkdir -p "$build/tidy"

# Usage: file_key FILE. The headers come from the compiler; -MG passes over generated ones.
file_key()
{
    local headers
    headers=$(cc -MM -MG -D_GNU_SOURCE -Icompetency -Icompetency/include -Iheaplens \
        -Iheaplens/include -Itests/support "$1" | tr -s '\\ \n' '\n' | sed 1d | sort -u)
    {
        clang-tidy --version
        git ls-files -z -- '*.clang-tidy' | xargs -0 cat
        grep -F "/$1" "$build/compile_commands.json"
        for header in $headers; do
            [ ! -f "$header" ] || cat "$header"
        done
    } | sha256sum | cut -d' ' -f1
}

# Usage: tidy_file FILE. Says nothing of a clean file.
tidy_file()
{
    local key
    grep -qF "/$1\"" "$build/compile_commands.json" || return 0
    key=$(file_key "$1")
    [ ! -f "$build/tidy/$key" ] || return 0
    # gcc's flags for link-time optimisation mean nothing to clang.
    if clang-tidy -p "$build" --quiet --extra-arg=-Wno-ignored-optimization-argument "$1" \
        2>/dev/null; then
        : >"$build/tidy/$key"
    else
        echo "clang-tidy: $1"
        return 1
    fi
}

export build
export -f file_key tidy_file
git ls-files -z -- '*.c' | xargs -0 -P2 -I{} bash -c 'set -euo pipefail; tidy_file "$1"' _ {}
