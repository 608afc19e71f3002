#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The laws of the built libraries: what they export, what they import, what they need.

    check_symbols.py competency|heaplens|heaplens-bench LIBRARY [--reader ARCHIVE...] [--release] [--update]

Exports must be exactly the functions that the public headers declare (and, for heaplens, the
malloc family), and exactly the list in docs/symbols-PRODUCT.txt. heaplens-bench writes to the streams
that the program hands to it; its other archives are given as --reader. After adding a public function:

    python3 tests/laws/check_symbols.py PRODUCT LIBRARY --update
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

MALLOC_FAMILY = set("""malloc free calloc realloc reallocarray posix_memalign aligned_alloc memalign
    valloc pvalloc malloc_usable_size cfree free_sized free_aligned_sized""".split())
# A library that prints, ends the process or takes a signal away decides for its host.
BANNED_IMPORTS = set("""printf vprintf puts putchar putc fputc fputs perror psignal stdout stderr
    stdin exit _exit _Exit quick_exit abort signal sigaction sigprocmask atexit on_exit err errx warn
    warnx error system""".split())
# What asks for memory, or is handed some that free() takes back.
ALLOCATING = (MALLOC_FAMILY | set("strdup strndup asprintf vasprintf getline getdelim".split())) - {"malloc_usable_size"}
# Of competency, who may: what stands between the library and the caller's allocator, and who watches
# the heap itself.
ALLOCATORS = {"memory.c.o", "profiler.c.o"}
# What a compiler makes of fprintf() to a stream that was handed in.
STREAM_WRITERS = {"fputs", "fputc"}
DECLARATION = re.compile(r"^(?:HEAPLENS|COMPETENCY)_API\b[^;{]*?\b((?:heaplens|competency)_\w+)\s*\(", re.M)


def run(*command):
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def exported(library):
    lines = run("nm", "-D", "--defined-only", "--format=posix", library).splitlines()
    return {line.split()[0].split("@")[0] for line in lines if line.split()[1] not in "aA"}


def imported(library, dynamic=True):
    command = ["nm", "--undefined-only", "--format=posix"] + (["-D"] if dynamic else [])
    words = [line.split() for line in run(*command, library).splitlines()]
    return {w[0].split("@")[0] for w in words if len(w) >= 2 and w[1] == "U"}


def plain_name(symbol):
    """The function behind a fortified or internal alias: __printf_chk is printf."""
    match = re.fullmatch(r"_*(?:_GI_)?(\w+?)_chk", symbol)
    return match.group(1) if match else symbol


def declared(product):
    """Every function that a public header declares, multi-line declarations included."""
    names, folder = set(), product.removesuffix("-bench")
    for header in sorted((ROOT / folder / "include" / folder).glob("*.h")):
        names.update(DECLARATION.findall(header.read_text()))
    of_bench = {name for name in names if name.startswith("heaplens_bench_")}
    return of_bench if product == "heaplens-bench" else names - of_bench


def needed(library):
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-d", library)))


def banned(library, is_release, dynamic=True, allowed=frozenset()):
    unwanted = {s for s in imported(library, dynamic) if plain_name(s) in BANNED_IMPORTS - allowed}
    if is_release and "__assert_fail" in imported(library, dynamic):
        unwanted.add("__assert_fail")
    return [f"{library}: imports {name}" for name in sorted(unwanted)]


def around_the_allocator(archive):
    """Members of an archive that take memory of the C library, past the caller's allocator."""
    for line in run("nm", "-A", "--undefined-only", "--format=posix", archive).splitlines():
        place, name = line.split()[:2]
        member = re.search(r"\[(.*)\]", place).group(1)
        if plain_name(name) in ALLOCATING and member not in ALLOCATORS:
            yield f"{archive}: {member} imports {name}: memory is of the caller's allocator (base/memory.h)"


def check_exports(product, library, listing):
    names, promised = exported(library), declared(product)
    family = MALLOC_FAMILY if product == "heaplens" else set()
    listed = set(listing.read_text().split()) if listing.is_file() else set()
    yield from (f"{library}: exports {n}, which no public header declares" for n in sorted(names - promised - family))
    yield from (f"{library}: {n} is declared but not exported" for n in sorted((promised | family) - names))
    yield from (f"{listing}: {n} is exported but not listed" for n in sorted(names - listed))
    yield from (f"{listing}: {n} is listed but not exported" for n in sorted(listed - names))


def check_needed(product, library):
    if product == "heaplens":
        extra = {n for n in needed(library) if not n.startswith(("libc.so.", "ld-linux"))}
        yield from (f"{library}: needs {name}; the recorder may need libc only" for name in sorted(extra))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("product", choices=["competency", "heaplens", "heaplens-bench"])
    parser.add_argument("library")
    parser.add_argument("--reader", nargs="+", default=[], help="archives and objects that must not print or exit either")
    parser.add_argument("--archive", help="the library as an archive, whose members may not allocate by themselves")
    parser.add_argument("--release", action="store_true", help="also refuse assertions")
    parser.add_argument("--update", action="store_true", help="write the list of symbols and stop")
    args = parser.parse_args()

    listing = ROOT / "docs" / f"symbols-{args.product}.txt"
    if args.update:
        listing.parent.mkdir(exist_ok=True)
        listing.write_text("".join(f"{name}\n" for name in sorted(exported(args.library))))
        return 0
    offences = list(check_exports(args.product, args.library, listing))
    offences += check_needed(args.product, args.library)
    if args.archive:
        offences += around_the_allocator(args.archive)
    is_bench = args.product == "heaplens-bench"
    if not is_bench:  # that one has libiberty inside, which exits when memory is out
        offences += banned(args.library, args.release)
    for reader in args.reader:
        offences += banned(reader, args.release, dynamic=False, allowed=STREAM_WRITERS if is_bench else frozenset())
    print("\n".join(offences) or f"{args.library}: every symbol law holds")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
