// SPDX-License-Identifier: MIT
#include "io/pool.h"

#include <stdalign.h>
#include <string.h>

#include "base/checked.h"
#include "base/memory.h"

typedef struct competency__pool_chunk competency__pool_chunk;

struct competency__pool_chunk {
    competency__pool_chunk *older;
    size_t used;      // bytes of `bytes` handed out; a multiple of the alignment
    size_t capacity;  // bytes of `bytes`
    alignas(max_align_t) unsigned char bytes[];
};

// Most candidates fit one chunk of this size: 20 skills with their names.
enum { CHUNK_BYTES = 4096 - sizeof(competency__pool_chunk) };

static competency__pool_chunk *add_chunk(competency__pool *pool, size_t need)
{
    const size_t capacity = need > CHUNK_BYTES ? need : CHUNK_BYTES;
    size_t total = 0;
    if (!competency__add(&total, capacity, sizeof(competency__pool_chunk))) {
        return NULL;
    }
    competency__pool_chunk *const chunk = competency__allocate(&pool->memory, total);
    if (chunk != NULL) {
        *chunk = (competency__pool_chunk){.older = pool->chunks, .capacity = capacity};
        pool->chunks = chunk;
    }
    return chunk;
}

void *competency__pool_take(competency__pool *pool, size_t count, size_t size)
{
    size_t need = 0;
    if (!competency__mul(&need, count, size) ||
        !competency__add(&need, need, alignof(max_align_t))) {
        return NULL;
    }
    need = (need - 1) / alignof(max_align_t) * alignof(max_align_t);

    competency__pool_chunk *chunk = pool->chunks;
    if (chunk == NULL || chunk->capacity - chunk->used < need) {
        chunk = add_chunk(pool, need);
    }
    if (chunk == NULL) {
        return NULL;
    }
    void *const taken = chunk->bytes + chunk->used;
    chunk->used += need;
    memset(taken, 0, need);
    return taken;
}

const char *competency__pool_text(competency__pool *pool, const char *text, size_t size)
{
    char *const copy = competency__pool_take(pool, size + 1, 1);
    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    return copy;
}

void competency__pool_release(competency__pool *pool)
{
    while (pool->chunks != NULL) {
        competency__pool_chunk *const chunk = pool->chunks;
        pool->chunks = chunk->older;
        competency__release(&pool->memory, chunk);
    }
}
