// SPDX-License-Identifier: MIT
// An arena that tells the recorder of its blocks: they count, with their call sites, and the chunk
// under them does not.
#include <heaplens/heaplens.h>

#include <stdio.h>
#include <stdlib.h>

enum { CHUNK_BYTES = 1 << 16, ALIGNMENT = 16 };

typedef struct arena {
    heaplens_pool *pool;
    char *chunk;
    size_t used;
} arena;

static bool open_arena(arena *from)
{
    from->pool = heaplens_pool_create("arena");
    from->used = 0;
    from->chunk = malloc(CHUNK_BYTES);
    return from->chunk != NULL && heaplens_pool_chunk(from->pool, from->chunk) == HEAPLENS_OK;
}

static void *take(arena *from, size_t size)
{
    const size_t whole = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (whole > CHUNK_BYTES - from->used) {
        return NULL;
    }
    void *const block = from->chunk + from->used;
    from->used += whole;
    (void)heaplens_pool_alloc(from->pool, block, size);
    return block;
}

static void close_arena(arena *from)
{
    heaplens_pool_destroy(from->pool);
    free(from->chunk);
}

int main(void)
{
    arena own;
    heaplens_totals totals;
    if (heaplens_start(NULL) != HEAPLENS_OK || !open_arena(&own)) {
        return EXIT_FAILURE;
    }
    heaplens_scope scope = heaplens_scope_begin("fill the arena");
    for (size_t size = 1; size <= 100; size++) {
        (void)take(&own, size);
    }
    const heaplens_usage usage = heaplens_scope_end(&scope);
    close_arena(&own);
    if (heaplens_totals_read(&totals) != HEAPLENS_OK) {
        return EXIT_FAILURE;
    }
    printf("%llu blocks, %llu bytes; then %llu bytes live\n",
           (unsigned long long)usage.blocks_total, (unsigned long long)usage.bytes_peak,
           (unsigned long long)totals.bytes_live);
    return EXIT_SUCCESS;
}
