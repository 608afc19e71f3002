// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BASE_SHA256_NI_H
#define COMPETENCY_BASE_SHA256_NI_H

#include "base/sha256_blocks.h"

/** A competency__sha256_blocks that needs the x86 SHA instructions, SSSE3 and SSE4.1. */
void competency__sha256_blocks_with_sha_ni(uint32_t state[8], const unsigned char *blocks,
                                           size_t count);

#endif
