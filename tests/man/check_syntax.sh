#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check_syntax.sh SHELL FILE...: the shell reads its completion files; 77 where there is no such shell.
set -euo pipefail

shell=$1
shift
if ! command -v "$shell" >/dev/null 2>&1; then
  echo "no $shell"
  exit 77
fi
for file in "$@"; do
  "$shell" -n "$file"
done
