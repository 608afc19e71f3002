// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_DEMANGLE_H
#define HEAPLENS_PROFILE_DEMANGLE_H

/**
 * The name as the programmer wrote it, of C++ (Itanium ABI), Rust (v0 and legacy) or D.
 *
 * @param name  of a function, as the linker knows it
 * @return released with free(); NULL if the name is not mangled, is too long to be one, or memory
 *         is out: the name itself is then the best there is
 *
 * Threads: safe.
 */
char *heaplens__demangle(const char *name);

#endif
