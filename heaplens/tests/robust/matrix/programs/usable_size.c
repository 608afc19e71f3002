// SPDX-License-Identifier: MIT
// Writes as far as malloc_usable_size() says, which is what some programs do.
#include "keep.h"

#include <malloc.h>
#include <stdbool.h>

enum { SIZES = 3000 };

static bool is_filled(const unsigned char *block, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (block[i] != 0xA5) {
            return false;
        }
    }
    return true;
}

NOT_INLINED static bool fill_blocks(void)
{
    static unsigned char *blocks[SIZES];
    bool is_good = true;
    for (size_t i = 0; i < SIZES; i++) {
        blocks[i] = keep(malloc(i));
        const size_t usable = malloc_usable_size(blocks[i]);
        is_good = is_good && usable >= i;
        memset(blocks[i], 0xA5, usable);
    }
    for (size_t i = 0; i < SIZES; i++) {
        const size_t usable = malloc_usable_size(blocks[i]);
        is_good = is_good && is_filled(blocks[i], usable);
        blocks[i] = realloc(blocks[i], usable + 1);
        is_good = is_good && is_filled(blocks[i], usable);
        free(blocks[i]);
    }
    return is_good;
}

int main(void)
{
    say(fill_blocks() ? "good\n" : "bad\n");
    return 0;
}
