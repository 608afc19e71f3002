// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef HEAPLENS_POOL_H
#define HEAPLENS_POOL_H

#include <stddef.h>

#include <heaplens/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * Blocks of a custom allocator, seen like those of malloc().
 *
 * An arena, a slab or a pool takes large *chunks* from the heap and cuts *blocks* from them. To the
 * recorder that is one large allocation; told of the blocks, it gives each to the call site that
 * asked for it, with all figures that heap blocks have. The chunk under them is then not counted:
 *
 * @code
 * #include <heaplens/heaplens.h>
 *
 * heaplens_pool *pool = heaplens_pool_create("arena");  // once
 * if (heaplens_start(NULL) != HEAPLENS_OK) {
 *     return 1;
 * }
 * char *volatile chunk = malloc(4096);
 * (void)heaplens_pool_chunk(pool, chunk);          // at once, before it is used
 * (void)heaplens_pool_alloc(pool, chunk, 40);      // a block; who calls this is its site
 * (void)heaplens_pool_alloc(pool, chunk + 48, 60);
 * heaplens_totals totals;
 * if (heaplens_totals_read(&totals) == HEAPLENS_OK) {
 *     printf("%llu bytes\n", (unsigned long long)totals.bytes_live);  // prints: 100 bytes
 * }
 * (void)heaplens_pool_free(pool, chunk);           // or, for all blocks, heaplens_pool_clear()
 * (void)heaplens_pool_clear(pool);
 * free(chunk);                                     // as ever
 * heaplens_pool_destroy(pool);
 * @endcode
 *
 * Blocks must lie apart, and may lie anywhere: in chunks from malloc(), from mmap(), in static
 * memory. A pool may be made before recording starts. While the recorder does not record, or records
 * in another mode than full (HEAPLENS_MODE_FULL), every function returns HEAPLENS_EINACTIVE at once, and
 * the chunk counts as the one block that malloc() gave: the other modes do not mark it. A NULL pool is accepted everywhere, and does nothing.
 *
 * Threads: any, on the same pool too; a block is freed by one thread, as with malloc().
 * Cost: that of a malloc() that is recorded, and a lock of the pool.
 */
typedef struct heaplens_pool heaplens_pool;

/**
 * Make a pool.
 *
 * @param[in] label  copied; NULL is ""; pools of one label are summed in the profile
 * @return NULL if there is no memory; released by heaplens_pool_destroy()
 */
HEAPLENS_API heaplens_pool *heaplens_pool_create(const char *label);

/** End all its blocks and release it. NULL is accepted. */
HEAPLENS_API void heaplens_pool_destroy(heaplens_pool *pool);

/**
 * Take a heap block for a chunk: it is from then on as if it had never been allocated, and its
 * end will not be counted.
 *
 * Only the latest allocation of the calling thread can still be taken back from all figures, the
 * peak included. (Another thread's allocation in between can have seen it in the peak.)
 *
 * @param[in] chunk  from malloc() or one of its family, not from mmap()
 * @return HEAPLENS_OK; HEAPLENS_EINACTIVE; HEAPLENS_EINVAL if it is not the thread's latest
 *         allocation: then it stays counted, and its blocks are counted twice
 */
HEAPLENS_API heaplens_status heaplens_pool_chunk(heaplens_pool *pool, void *chunk);

/**
 * A block was cut. The call site is the caller of this function.
 *
 * A block that is there already ends first: its allocator has reused it without telling.
 *
 * @param[in] block  an address, never looked at; NULL does nothing
 * @param     size   requested bytes
 * @return HEAPLENS_OK; HEAPLENS_EINACTIVE; HEAPLENS_ENOMEM: it is not counted; HEAPLENS_EINVAL for
 *         a NULL block or pool
 */
HEAPLENS_API heaplens_status heaplens_pool_alloc(heaplens_pool *pool, const void *block,
                                                 size_t size);

/**
 * A block ends.
 *
 * @return HEAPLENS_OK; HEAPLENS_EINACTIVE; HEAPLENS_EINVAL if the pool has no such block: it was
 *         cut while nothing was recorded, or is freed twice
 */
HEAPLENS_API heaplens_status heaplens_pool_free(heaplens_pool *pool, const void *block);

/** All its blocks end. HEAPLENS_OK; HEAPLENS_EINACTIVE; HEAPLENS_EINVAL for a NULL pool. */
HEAPLENS_API heaplens_status heaplens_pool_clear(heaplens_pool *pool);

#ifdef __cplusplus
}
#endif

#endif
