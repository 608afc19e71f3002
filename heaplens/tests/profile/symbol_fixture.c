// SPDX-License-Identifier: MIT
// A library whose functions ask where they were called from. Each is compiled in a way that makes
// finding its name hard: static, inlined twice, recursive.
#include "symbol_fixture.h"

int fixture_line_inner;
int fixture_line_outer;
int fixture_line_static;

// Each says the line of its call: the one after the line that says it.
static inline __attribute__((always_inline)) uintptr_t inlined_inner(fixture_probe probe)
{
    fixture_line_inner = __LINE__ + 1;
    const uintptr_t at = probe();
    return at;
}

static inline __attribute__((always_inline)) uintptr_t inlined_outer(fixture_probe probe)
{
    fixture_line_outer = __LINE__ + 1;
    const uintptr_t at = inlined_inner(probe);
    return at;
}

static __attribute__((noinline)) uintptr_t static_caller(fixture_probe probe)
{
    fixture_line_static = __LINE__ + 1;
    const uintptr_t at = inlined_outer(probe);
    // Work behind the call: it cannot become a jump.
    fixture_line_static += at == 0 ? 1 : 0;
    return at;
}

uintptr_t fixture_through_static(fixture_probe probe)
{
    const uintptr_t at = static_caller(probe);
    return at + (at == 0 ? 1 : 0);
}

// As a function of the C library: it has a name of its own, and another that it is exported as.
__attribute__((visibility("hidden"))) uintptr_t
own_name(fixture_probe probe) __asm__("__GI_fixture_exported");
uintptr_t fixture_exported(fixture_probe probe) __attribute__((alias("__GI_fixture_exported")));

uintptr_t own_name(fixture_probe probe)
{
    const uintptr_t at = probe();
    return at + (at == 0 ? 1 : 0);
}
