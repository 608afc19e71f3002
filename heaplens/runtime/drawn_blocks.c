// SPDX-License-Identifier: MIT
#include "runtime/drawn_blocks.h"

_Atomic uint8_t heaplens__drawn_blocks[1 << HEAPLENS__DRAWN_BITS];
_Atomic uint8_t heaplens__drawn_groups[1 << HEAPLENS__DRAWN_GROUP_BITS];
