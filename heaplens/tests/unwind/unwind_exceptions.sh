#!/bin/sh
# SPDX-License-Identifier: MIT
# A recorder that brought an unwinder of its own into the host's symbols would take C++ exceptions
# over: libunwind exports _Unwind_RaiseException, and a throw became 23 times slower where the
# program reached libgcc_s only indirectly. So: a C program, a shared library that throws, and the
# loader's own account of which library each _Unwind_ function was bound to. Nothing is timed.
#
#   unwind_exceptions.sh CC CXX HEAPLENS
set -u
cc=$1
cxx=$2
heaplens=$3
[ -n "$cxx" ] || { echo "no C++ compiler"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

cat >"$work/throwing.cc" <<'END'
#include <new>
#include <stdexcept>
#include <string>

static void throw_at(int depth)
{
    std::string text(100, 'x');  // a block whose destructor the exception runs
    if (depth == 0) {
        throw std::runtime_error(text);
    }
    throw_at(depth - 1);
}

static void refuse()
{
    throw std::bad_alloc();  // from inside operator new, after malloc has failed
}

extern "C" int count_caught(int rounds)
{
    int caught = 0;
    for (int i = 0; i < rounds; i++) {
        try {
            throw_at(8);
        } catch (const std::exception &) {
            caught++;
        }
    }
    std::set_new_handler(refuse);
    try {
        volatile std::size_t size = static_cast<std::size_t>(-1) / 2;
        static_cast<char *>(::operator new(size))[0] = 1;
    } catch (const std::bad_alloc &) {
        caught++;
    }
    return caught;
}
END
cat >"$work/main.c" <<'END'
#include <stdio.h>
int count_caught(int rounds);
int main(void)
{
    printf("%d\n", count_caught(100000));
    return 0;
}
END
"$cxx" -O1 -fPIC -shared "$work/throwing.cc" -o "$work/libthrowing.so" &&
  "$cc" "$work/main.c" -L"$work" -lthrowing -Wl,-rpath,"$work" -o "$work/program" ||
  { echo "this C++ compiler makes no shared library"; exit 77; }

caught=$(LD_BIND_NOW=1 LD_DEBUG=bindings LD_DEBUG_OUTPUT=$work/bindings \
  "$heaplens" run -o "$work/out.heaplens" -- "$work/program" 2>"$work/messages")
if [ "$caught" != 100001 ]; then
  echo "caught $caught of 100001 exceptions"
  cat "$work/messages"
  exit 1
fi
[ -s "$work/out.heaplens" ] || { echo "nothing was recorded"; exit 1; }

# The program's process alone: ours may be built with a sanitizer, which does take exceptions over.
cat $(grep -l 'libthrowing' "$work"/bindings.*) >"$work/program.bindings" 2>/dev/null
grep -q 'libstdc++.*_Unwind_RaiseException' "$work/program.bindings" ||
  { echo "the loader did not say what _Unwind_RaiseException is bound to"; exit 77; }
strangers=$(grep "symbol .\(_Unwind_\|__register_frame\|__deregister_frame\)" "$work/program.bindings" |
  grep -v ' to [^ ]*libgcc_s[^ ]* ')
if [ -n "$strangers" ]; then
  echo "bound elsewhere than to libgcc_s:"
  echo "$strangers"
  exit 1
fi
