// SPDX-License-Identifier: MIT
// The memory cache: a hash table of records that are also linked in the order of their last use.
//
//     buckets  [ ]--> record --> record      by hash, chained
//              [ ]      |
//                     block                  the vector, then the text
//
// Records lie in one array and name each other by number: what a known text reads and writes beside
// its own block, its neighbours in the order among it, is some dozens of bytes a text, which stay in
// the processor's caches where 1.5 KiB a vector do not. With the links in the blocks a known text
// of 20,000 took four times as long (benchmarks/cache_hit.c).
//
// The buckets are as many as they will ever be from the start, so that no look-up pays for growing
// them; pages of them that are never touched are never resident.
#include <competency/cache.h>

#include <string.h>
#include <sys/random.h>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/siphash.h"
#include "kernels/prefetch.h"

enum {
    BYTES_DEFAULT = 64 << 20,
    BUCKETS_MIN = 16,
    // A text of a skill is some 30 bytes; of longer ones fewer fit, and chains stay short anyway.
    TEXT_BYTES_USUAL = 32,
    AHEAD = 16,  // texts whose entries are fetched at once: vectors of 24 KiB
};

static const size_t BUCKETS_MAX = (size_t)1 << 28;
static const size_t RECORDS_MAX = UINT32_MAX;

// A record by its number. 0 is none: that record is where the order of use begins and ends.
typedef uint32_t record_id;
enum { NONE = 0 };

// One text. It is pending while the call that brought it is not over: it is in the table, so that
// the same text later in the call finds it, and not in the order of use.
typedef struct cache_record {
    uint64_t hash;
    float *block;        // (dimension) the vector, then the text with its NUL
    record_id next;      // in the bucket; of a record that is free, the next free one
    record_id newer;     // NONE while it is pending
    record_id older;     // of record 0: the newest one, as its `newer` is the oldest
    uint32_t is_linked;  // in the order of use
    size_t text_bytes;   // without the NUL
} cache_record;

typedef struct memory_cache {
    competency_allocator memory;
    competency_embedder inner;
    size_t dimension;
    size_t bytes_max;
    competency__siphash_key key;
    record_id *buckets;     // (mask + 1)
    size_t mask;            // buckets less one, a power of two less one
    cache_record *records;  // (record_capacity), of which the first record_count were used
    size_t record_count;
    size_t record_capacity;
    record_id free;  // the first of those that are free again
    competency_cache_usage usage;
    record_id *found;      // (capacity) the record of each text of a call
    record_id *added;      // (capacity) those of them that the call brought
    const char **missing;  // (capacity) their texts
    size_t capacity;
} memory_cache;

static char *text_of(const memory_cache *cache, const cache_record *record)
{
    return (char *)(record->block + cache->dimension);
}

static size_t block_bytes(const memory_cache *cache, size_t text_bytes)
{
    return cache->dimension * sizeof(float) + text_bytes + 1;
}

static size_t entry_bytes(const memory_cache *cache, size_t text_bytes)
{
    return sizeof(cache_record) + block_bytes(cache, text_bytes);
}

static void unlink_from_order(memory_cache *cache, record_id id)
{
    const cache_record *const record = &cache->records[id];
    cache->records[record->newer].older = record->older;
    cache->records[record->older].newer = record->newer;
}

static void link_as_newest(memory_cache *cache, record_id id)
{
    cache_record *const ends = &cache->records[NONE];
    cache_record *const record = &cache->records[id];
    record->is_linked = 1;
    record->newer = NONE;
    record->older = ends->older;
    cache->records[ends->older].newer = id;
    ends->older = id;
}

static record_id find(const memory_cache *cache, uint64_t hash, const char *text, size_t text_bytes)
{
    record_id id = cache->buckets[hash & cache->mask];
    while (id != NONE) {
        const cache_record *const record = &cache->records[id];
        if (record->hash == hash && record->text_bytes == text_bytes &&
            memcmp(text_of(cache, record), text, text_bytes) == 0) {
            break;
        }
        id = record->next;
    }
    return id;
}

// A record that nothing uses; NONE if there is no memory.
static record_id take_record(memory_cache *cache)
{
    const record_id again = cache->free;
    if (again != NONE) {
        cache->free = cache->records[again].next;
        return again;
    }
    if (cache->record_count == RECORDS_MAX ||
        !competency__reserve(&cache->memory, (void **)&cache->records, &cache->record_capacity,
                             cache->record_count + 1, sizeof(*cache->records))) {
        return NONE;
    }
    return (record_id)cache->record_count++;
}

static void give_record(memory_cache *cache, record_id id)
{
    cache->records[id].next = cache->free;
    cache->free = id;
}

static record_id add_pending(memory_cache *cache, uint64_t hash, const char *text,
                             size_t text_bytes)
{
    const record_id id = take_record(cache);
    if (id == NONE) {
        return NONE;
    }
    float *const block = competency__allocate(&cache->memory, block_bytes(cache, text_bytes));
    if (block == NULL) {
        give_record(cache, id);
        return NONE;
    }
    record_id *const bucket = &cache->buckets[hash & cache->mask];
    cache_record *const record = &cache->records[id];
    *record =
        (cache_record){.hash = hash, .block = block, .next = *bucket, .text_bytes = text_bytes};
    memcpy(text_of(cache, record), text, text_bytes + 1);
    *bucket = id;
    return id;
}

static void release_entry(memory_cache *cache, record_id id)
{
    const cache_record *const record = &cache->records[id];
    record_id *at = &cache->buckets[record->hash & cache->mask];
    while (*at != id) {
        at = &cache->records[*at].next;
    }
    *at = record->next;
    competency__release(&cache->memory, record->block);
    give_record(cache, id);
}

static void evict(memory_cache *cache, record_id id)
{
    unlink_from_order(cache, id);
    cache->usage.entries--;
    cache->usage.bytes -= entry_bytes(cache, cache->records[id].text_bytes);
    release_entry(cache, id);
}

// NONE if nothing is remembered.
static record_id oldest_entry(const memory_cache *cache)
{
    return cache->records[NONE].newer;
}

static void release_call(memory_cache *cache)
{
    competency__release(&cache->memory, cache->found);
    competency__release(&cache->memory, cache->added);
    competency__release(&cache->memory, (void *)cache->missing);
}

static competency_status reserve(memory_cache *cache, size_t count, competency_error *err)
{
    if (count <= cache->capacity) {
        return COMPETENCY_OK;
    }
    release_call(cache);
    cache->found = competency__allocate_zeroed(&cache->memory, count, sizeof(*cache->found));
    cache->added = competency__allocate_zeroed(&cache->memory, count, sizeof(*cache->added));
    cache->missing = competency__allocate_zeroed(&cache->memory, count, sizeof(*cache->missing));
    const bool is_done = cache->found != NULL && cache->added != NULL && cache->missing != NULL;
    cache->capacity = is_done ? count : 0;
    return is_done ? COMPETENCY_OK
                   : competency__fail(err, COMPETENCY_ENOMEM, "no memory for %zu texts", count);
}

// A text that is looked for.
typedef struct wanted_text {
    const char *text;
    size_t bytes;  // without the NUL
    uint64_t hash;
} wanted_text;

// Hash some texts and have their entries fetched, each step for all of them: what one waits for is
// on its way for the others.
static void look_ahead(const memory_cache *cache, wanted_text *wanted, const char *const *texts,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        competency__prefetch(texts[i], 1);
    }
    for (size_t i = 0; i < count; i++) {
        const size_t bytes = strlen(texts[i]);
        wanted[i] = (wanted_text){.text = texts[i],
                                  .bytes = bytes,
                                  .hash = competency__siphash13(cache->key, texts[i], bytes)};
        competency__prefetch(&cache->buckets[wanted[i].hash & cache->mask], 1);
    }
    if (count == 1) {
        return;  // there is nothing to do meanwhile
    }
    for (size_t i = 0; i < count; i++) {
        competency__prefetch(&cache->records[cache->buckets[wanted[i].hash & cache->mask]], 1);
    }
    for (size_t i = 0; i < count; i++) {
        const record_id first = cache->buckets[wanted[i].hash & cache->mask];
        if (cache->records[first].hash == wanted[i].hash) {
            competency__prefetch(cache->records[first].block, block_bytes(cache, wanted[i].bytes));
        }
    }
}

// Find or add the record of one text. @param[in,out] missing  how many were added
static competency_status look_up_one(memory_cache *cache, record_id *found,
                                     const wanted_text *wanted, size_t *missing,
                                     competency_error *err)
{
    *found = find(cache, wanted->hash, wanted->text, wanted->bytes);
    if (*found == NONE) {
        *found = add_pending(cache, wanted->hash, wanted->text, wanted->bytes);
        if (*found == NONE) {
            return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a text of %zu bytes",
                                    wanted->bytes);
        }
        cache->added[*missing] = *found;
        cache->missing[*missing] = wanted->text;
        (*missing)++;
    } else if (cache->records[*found].is_linked != 0) {
        unlink_from_order(cache, *found);
        link_as_newest(cache, *found);
    }
    return COMPETENCY_OK;
}

static competency_status look_up(memory_cache *cache, const char *const *texts, size_t count,
                                 size_t *missing, competency_error *err)
{
    competency_status status = COMPETENCY_OK;
    for (size_t done = 0; done < count && status == COMPETENCY_OK; done += AHEAD) {
        wanted_text wanted[AHEAD];
        const size_t some = count - done < AHEAD ? count - done : AHEAD;
        look_ahead(cache, wanted, texts + done, some);
        for (size_t i = 0; i < some && status == COMPETENCY_OK; i++) {
            status = look_up_one(cache, &cache->found[done + i], &wanted[i], missing, err);
        }
    }
    return status;
}

static void drop_pending(memory_cache *cache, size_t missing)
{
    for (size_t i = 0; i < missing; i++) {
        release_entry(cache, cache->added[i]);
    }
}

// Ask for what is missing. The first rows of `out` take it: they are written over afterwards.
static competency_status embed_missing(memory_cache *cache, float *out, size_t missing,
                                       competency_error *err)
{
    const competency_status status =
        cache->inner.embed(cache->inner.self, out, cache->missing, missing, err);
    for (size_t i = 0; i < missing && status == COMPETENCY_OK; i++) {
        memcpy(cache->records[cache->added[i]].block, out + i * cache->dimension,
               cache->dimension * sizeof(float));
    }
    return status;
}

static void keep_pending(memory_cache *cache, size_t missing)
{
    for (size_t i = 0; i < missing; i++) {
        const record_id id = cache->added[i];
        link_as_newest(cache, id);
        cache->usage.entries++;
        cache->usage.bytes += entry_bytes(cache, cache->records[id].text_bytes);
    }
    record_id oldest = oldest_entry(cache);
    for (; oldest != NONE && cache->usage.bytes > cache->bytes_max; oldest = oldest_entry(cache)) {
        evict(cache, oldest);
        cache->usage.evictions++;
    }
}

static competency_status cache_embed(void *self, float *out, const char *const *texts, size_t count,
                                     competency_error *err)
{
    memory_cache *const cache = self;
    size_t missing = 0;
    competency_status status = reserve(cache, count, err);
    if (status == COMPETENCY_OK) {
        status = look_up(cache, texts, count, &missing, err);
    }
    if (status == COMPETENCY_OK && missing > 0) {
        status = embed_missing(cache, out, missing, err);
    }
    if (status != COMPETENCY_OK) {
        drop_pending(cache, missing);
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(out + i * cache->dimension, cache->records[cache->found[i]].block,
               cache->dimension * sizeof(float));
    }
    cache->usage.hits += count - missing;
    cache->usage.misses += missing;
    keep_pending(cache, missing);
    return COMPETENCY_OK;
}

static size_t cache_dimension(void *self)
{
    return ((const memory_cache *)self)->dimension;
}

static const char *cache_name(void *self)
{
    const memory_cache *const cache = self;
    return cache->inner.name(cache->inner.self);
}

static void cache_destroy(void *self)
{
    memory_cache *const cache = self;
    while (cache->records != NULL && oldest_entry(cache) != NONE) {
        evict(cache, oldest_entry(cache));
    }
    const competency_allocator memory = cache->memory;
    release_call(cache);
    competency__release(&memory, cache->records);
    competency__release(&memory, cache->buckets);
    competency__release(&memory, cache);
}

static competency_status read_options(competency_memory_cache_options *chosen,
                                      const competency_memory_cache_options *options,
                                      competency_error *err)
{
    *chosen = (competency_memory_cache_options)COMPETENCY_MEMORY_CACHE_OPTIONS_INIT;
    if (options != NULL) {
        if (options->size < sizeof(options->size)) {
            return competency__fail(err, COMPETENCY_EINVAL, "options of %u bytes", options->size);
        }
        memcpy(chosen, options, options->size < sizeof(*chosen) ? options->size : sizeof(*chosen));
    }
    chosen->bytes_max = chosen->bytes_max == 0 ? BYTES_DEFAULT : chosen->bytes_max;
    return COMPETENCY_OK;
}

static competency_status allocate_table(memory_cache *cache, competency_error *err)
{
    const size_t usual = entry_bytes(cache, TEXT_BYTES_USUAL);
    size_t buckets = BUCKETS_MIN;
    while (buckets < cache->bytes_max / usual && buckets < BUCKETS_MAX) {
        buckets *= 2;
    }
    cache->mask = buckets - 1;
    cache->buckets = competency__allocate_zeroed(&cache->memory, buckets, sizeof(*cache->buckets));
    if (cache->buckets == NULL || take_record(cache) != NONE || cache->records == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a table of %zu", buckets);
    }
    cache->records[NONE] = (cache_record){0};
    return COMPETENCY_OK;
}

// A key that nobody can guess. Without one from the system an address must do: the table is then
// as good for honest texts, and results never depend on it.
static competency__siphash_key draw_key(const memory_cache *cache)
{
    competency__siphash_key key;
    if (getrandom(&key, sizeof(key), GRND_NONBLOCK) != (ssize_t)sizeof(key)) {
        key = (competency__siphash_key){.k0 = (uintptr_t)cache, .k1 = (uintptr_t)&cache};
    }
    return key;
}

competency_status competency_memory_cache_create(competency_embedder *out,
                                                 const competency_embedder *inner,
                                                 const competency_memory_cache_options *options,
                                                 competency_error *err)
{
    *out = (competency_embedder){0};
    competency_memory_cache_options chosen;
    competency_status status = read_options(&chosen, options, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    memory_cache *const cache = competency__allocate_zeroed(chosen.allocator, 1, sizeof(*cache));
    if (cache == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a cache");
    }
    cache->inner = *inner;
    cache->dimension = inner->dimension(inner->self);
    cache->memory = competency__allocator(chosen.allocator);
    cache->bytes_max = chosen.bytes_max;
    cache->key = draw_key(cache);
    size_t vector_bytes = 0;
    if (cache->dimension == 0 || !competency__mul(&vector_bytes, cache->dimension, sizeof(float)) ||
        vector_bytes > chosen.bytes_max || entry_bytes(cache, 0) > chosen.bytes_max) {
        status = competency__fail(err, COMPETENCY_EINVAL,
                                  "a cache of %zu bytes for vectors of %zu numbers",
                                  chosen.bytes_max, cache->dimension);
    } else {
        status = allocate_table(cache, err);
    }
    if (status != COMPETENCY_OK) {
        cache_destroy(cache);
        return status;
    }
    *out = (competency_embedder){.self = cache,
                                 .dimension = cache_dimension,
                                 .embed = cache_embed,
                                 .name = cache_name,
                                 .destroy = cache_destroy};
    return COMPETENCY_OK;
}

void competency_memory_cache_usage(const competency_embedder *cache, competency_cache_usage *out)
{
    const bool is_ours = cache != NULL && cache->embed == cache_embed;
    *out = is_ours ? ((const memory_cache *)cache->self)->usage : (competency_cache_usage){0};
}
