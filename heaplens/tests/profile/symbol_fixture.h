// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_TESTS_SYMBOL_FIXTURE_H
#define HEAPLENS_TESTS_SYMBOL_FIXTURE_H

#include <stdint.h>

#define FIXTURE_API __attribute__((visibility("default")))

/** Returns an address inside the call that called it. */
typedef uintptr_t (*fixture_probe)(void);

/** Calls `probe` in inlined_inner, in inlined_outer, in static_caller, which has no exported name. */
FIXTURE_API uintptr_t fixture_through_static(fixture_probe probe);

/** Calls `probe` itself. */
FIXTURE_API uintptr_t fixture_exported(fixture_probe probe);

// The lines of those calls, once made.
FIXTURE_API extern int fixture_line_inner;
FIXTURE_API extern int fixture_line_outer;
FIXTURE_API extern int fixture_line_static;

#endif
