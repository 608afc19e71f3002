// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_ALLOCATOR_H
#define COMPETENCY_ALLOCATOR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * Memory from the caller.
 *
 * An *allocator* is one function in the shape of realloc(), with a pointer of the caller's. It is
 * given where an object is created, copied into the object, and asked for everything that the
 * object and its results need; there is no global hook. What other libraries take for themselves
 * goes past it, and is named where that happens: jansson while a model directory is opened, LMDB
 * in a store, the C library for the buffer of a file, for qsort() and for threads.
 *
 * @code
 * #include <competency/matcher.h>
 *
 * static void *count_requests(void *self, void *block, size_t size)
 * {
 *     if (size == 0) {
 *         free(block);
 *         return NULL;
 *     }
 *     ++*(size_t *)self;
 *     return realloc(block, size);
 * }
 *
 * int main(void)
 * {
 *     size_t requests = 0;
 *     const competency_allocator allocator = {.self = &requests, .reallocate = count_requests};
 *     competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
 *     options.allocator = &allocator;  // copied
 *     competency_matcher *matcher = NULL;
 *     if (competency_matcher_create(&matcher, &options, NULL) != COMPETENCY_OK) {
 *         return 1;
 *     }
 *     printf("requests: %zu\n", requests);  // prints: requests: 1
 *     competency_matcher_destroy(matcher);
 *     return 0;
 * }
 * @endcode
 */
typedef struct competency_allocator {
    void *self;  // passed back to the function

    /**
     * Give, resize or take back a block.
     *
     * @param[in] block  NULL: a new block; else one that this function gave
     * @param     size   bytes wanted, contents kept up to the smaller size; 0: the block is taken
     *                   back, and the result is ignored
     * @return a block aligned for every type; NULL if there is no memory, `block` then unchanged
     *
     * Called by the threads that use the object; it must be safe for them.
     */
    void *(*reallocate)(void *self, void *block, size_t size);
} competency_allocator;

#ifdef __cplusplus
}
#endif

#endif
