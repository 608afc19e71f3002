// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_TESTS_RUNTIME_ALLOCATING_DLSYM_H
#define HEAPLENS_TESTS_RUNTIME_ALLOCATING_DLSYM_H

#include <stddef.h>

enum {
    EARLY_BLOCKS = 8,
    EARLY_BYTES = 40,
    EARLY_FILL = 0x5C
};  // the recorder asks for 8 functions

/** The blocks that the first calls of dlsym() allocated; NULL: there were no more. */
__attribute__((visibility("default"))) void *early_block(size_t i);

#endif
