// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_TESTS_UNWIND_SHAPES_H
#define HEAPLENS_TESTS_UNWIND_SHAPES_H

/**
 * @file
 * Functions whose frames take every shape that a compiler gives them. Each calls `leaf` at its
 * innermost frame. Built several times, under different options.
 */
typedef void shapes_leaf(void *context);

/** One shape: a name for messages, and the function. */
typedef struct shapes_entry {
    const char *name;
    int (*run)(int depth, shapes_leaf *leaf, void *context);
} shapes_entry;

enum { SHAPES_COUNT = 7 };

extern const shapes_entry shapes_plain[SHAPES_COUNT];
extern const shapes_entry shapes_omit[SHAPES_COUNT];
extern const shapes_entry shapes_keep[SHAPES_COUNT];
extern const shapes_entry shapes_realign[SHAPES_COUNT];
extern const shapes_entry shapes_size[SHAPES_COUNT];

#endif
