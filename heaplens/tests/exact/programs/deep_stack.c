// SPDX-License-Identifier: MIT
// A call stack of 102 frames: the whole of it tells two sites apart that differ at its root only.
//
// 100 levels down, 40 bytes from the left and 60 from the right, both kept: 100 in 2 blocks.
//
//! stack                                            total   t-gmax   t-end   own-peak
//! (program)                                        100/2   100/2    100/2   -
//! dig@bottom < dig@deeper*100 < main@left          40/1    40/1     40/1    40/1
//! dig@bottom < dig@deeper*100 < main@right         60/1    60/1     60/1    60/1
#include <stddef.h>
#include <stdlib.h>

static void *kept[2];

// Through a pointer that the compiler must read: no level is inlined into another.
static void *(*volatile again)(size_t levels, size_t size);

static void *dig(size_t levels, size_t size)
{
    if (levels == 0) {
        void *block = malloc(size);  // @bottom
        return block;
    }
    void *block = again(levels - 1, size);  // @deeper
    return block;
}

int main(void)
{
    again = dig;
    kept[0] = dig(100, 40);  // @left
    kept[1] = dig(100, 60);  // @right
    return 0;
}
