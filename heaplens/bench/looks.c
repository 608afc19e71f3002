// SPDX-License-Identifier: MIT
#include "bench/looks.h"

#include <math.h>

// With fewer blocks signed ranks cannot be significant at the part of alpha that is spent then.
enum { BLOCKS_OF_FIRST_LOOK = 8 };

static double spent_at(size_t blocks, size_t blocks_max)
{
    return pow((double)blocks / (double)blocks_max, 1.5);
}

heaplens_looks heaplens__looks_plan(size_t blocks_max)
{
    heaplens_looks looks = {0};
    double spent = 0;
    for (size_t i = 1; i <= HEAPLENS_LOOKS_MAX; i++) {
        const size_t blocks = (blocks_max * i + HEAPLENS_LOOKS_MAX - 1) / HEAPLENS_LOOKS_MAX;
        if (blocks < BLOCKS_OF_FIRST_LOOK && blocks < blocks_max) {
            continue;
        }
        const double until_here = spent_at(blocks, blocks_max);
        looks.blocks[looks.count] = blocks;
        looks.share[looks.count] = until_here - spent;
        looks.count++;
        spent = until_here;
        if (blocks == blocks_max) {
            break;
        }
    }
    return looks;
}

double heaplens__looks_left(const heaplens_looks *looks, size_t index)
{
    double left = 1;
    for (size_t i = 0; i < index && i < looks->count; i++) {
        left -= looks->share[i];
    }
    return left;
}
