// SPDX-License-Identifier: MIT
// The memory cache: a hash table of entries that are also linked in the order of their last use.
//
//     buckets  [ ]--> entry --> entry        by hash, chained
//              [ ]
//     ring     newest <-> ... <-> oldest <-> (back to newest), through `ring` itself
//
// The table is as large as it will ever be from the start, so that no look-up pays for growing
// it; pages of it that are never touched are never resident.
#include <competency/cache.h>

#include <string.h>
#include <sys/random.h>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/siphash.h"

enum {
    BYTES_DEFAULT = 64 << 20,
    BUCKETS_MIN = 16,
    // A text of a skill is some 30 bytes; of longer ones fewer fit, and chains stay short anyway.
    TEXT_BYTES_USUAL = 32,
};

static const size_t BUCKETS_MAX = (size_t)1 << 28;

typedef struct cache_link {
    struct cache_link *newer;
    struct cache_link *older;
} cache_link;

// One text. It is pending while the call that brought it is not over: it is in the table, so that
// the same text later in the call finds it, and not in the ring.
typedef struct cache_entry {
    cache_link link;  // must come first: a link is its entry
    struct cache_entry *next;
    uint64_t hash;
    size_t text_bytes;  // without the NUL
    float vector[];     // (dimension), then the text
} cache_entry;

typedef struct memory_cache {
    competency_allocator memory;
    competency_embedder inner;
    size_t dimension;
    size_t bytes_max;
    competency__siphash_key key;
    cache_entry **buckets;  // (mask + 1)
    size_t mask;            // buckets less one, a power of two less one
    cache_link ring;        // ring.older is the newest entry, ring.newer the oldest
    competency_cache_usage usage;
    cache_entry **found;   // (capacity) the entry of each text of a call
    cache_entry **added;   // (capacity) those of them that the call brought
    const char **missing;  // (capacity) their texts
    size_t capacity;
} memory_cache;

static char *text_of(const memory_cache *cache, cache_entry *entry)
{
    return (char *)(entry->vector + cache->dimension);
}

static size_t entry_bytes(const memory_cache *cache, size_t text_bytes)
{
    return sizeof(cache_entry) + cache->dimension * sizeof(float) + text_bytes + 1;
}

static void unlink_from_ring(cache_entry *entry)
{
    entry->link.newer->older = entry->link.older;
    entry->link.older->newer = entry->link.newer;
}

static void link_as_newest(memory_cache *cache, cache_entry *entry)
{
    cache_link *const ring = &cache->ring;
    entry->link = (cache_link){.newer = ring, .older = ring->older};
    ring->older->newer = &entry->link;
    ring->older = &entry->link;
}

static bool is_pending(const cache_entry *entry)
{
    return entry->link.newer == NULL;
}

static cache_entry *find(const memory_cache *cache, uint64_t hash, const char *text,
                         size_t text_bytes)
{
    cache_entry *entry = cache->buckets[hash & cache->mask];
    while (entry != NULL && (entry->hash != hash || entry->text_bytes != text_bytes ||
                             memcmp(text_of(cache, entry), text, text_bytes) != 0)) {
        entry = entry->next;
    }
    return entry;
}

static cache_entry *add_pending(memory_cache *cache, uint64_t hash, const char *text,
                                size_t text_bytes)
{
    cache_entry *const entry = competency__allocate(&cache->memory, entry_bytes(cache, text_bytes));
    if (entry != NULL) {
        cache_entry **const bucket = &cache->buckets[hash & cache->mask];
        *entry = (cache_entry){.next = *bucket, .hash = hash, .text_bytes = text_bytes};
        memcpy(text_of(cache, entry), text, text_bytes + 1);
        *bucket = entry;
    }
    return entry;
}

static void release_entry(memory_cache *cache, cache_entry *entry)
{
    cache_entry **at = &cache->buckets[entry->hash & cache->mask];
    while (*at != entry) {
        at = &(*at)->next;
    }
    *at = entry->next;
    competency__release(&cache->memory, entry);
}

static void evict(memory_cache *cache, cache_entry *entry)
{
    unlink_from_ring(entry);
    cache->usage.entries--;
    cache->usage.bytes -= entry_bytes(cache, entry->text_bytes);
    release_entry(cache, entry);
}

// NULL if nothing is remembered.
static cache_entry *oldest_entry(const memory_cache *cache)
{
    cache_link *const oldest = cache->ring.newer;
    // NOLINTNEXTLINE(clang-analyzer-unix.Malloc): an entry leaves the ring before it is freed.
    return oldest == &cache->ring ? NULL : (cache_entry *)(void *)oldest;
}

static void release_call(memory_cache *cache)
{
    competency__release(&cache->memory, (void *)cache->found);
    competency__release(&cache->memory, (void *)cache->added);
    competency__release(&cache->memory, (void *)cache->missing);
}

static competency_status reserve(memory_cache *cache, size_t count, competency_error *err)
{
    if (count <= cache->capacity) {
        return COMPETENCY_OK;
    }
    release_call(cache);
    // NOLINTBEGIN(bugprone-sizeof-expression): they are arrays of pointers.
    cache->found = competency__allocate_zeroed(&cache->memory, count, sizeof(*cache->found));
    cache->added = competency__allocate_zeroed(&cache->memory, count, sizeof(*cache->added));
    // NOLINTEND(bugprone-sizeof-expression)
    cache->missing = competency__allocate_zeroed(&cache->memory, count, sizeof(*cache->missing));
    const bool is_done = cache->found != NULL && cache->added != NULL && cache->missing != NULL;
    cache->capacity = is_done ? count : 0;
    return is_done ? COMPETENCY_OK
                   : competency__fail(err, COMPETENCY_ENOMEM, "no memory for %zu texts", count);
}

// Find or add the entry of each text. @param[in,out] missing  how many were added
static competency_status look_up(memory_cache *cache, const char *const *texts, size_t count,
                                 size_t *missing, competency_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const size_t text_bytes = strlen(texts[i]);
        const uint64_t hash = competency__siphash13(cache->key, texts[i], text_bytes);
        cache_entry *entry = find(cache, hash, texts[i], text_bytes);
        if (entry == NULL) {
            entry = add_pending(cache, hash, texts[i], text_bytes);
            if (entry == NULL) {
                return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a text of %zu bytes",
                                        text_bytes);
            }
            cache->added[*missing] = entry;
            cache->missing[*missing] = texts[i];
            (*missing)++;
        } else if (!is_pending(entry)) {
            unlink_from_ring(entry);
            link_as_newest(cache, entry);
        }
        cache->found[i] = entry;
    }
    return COMPETENCY_OK;
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
        memcpy(cache->added[i]->vector, out + i * cache->dimension,
               cache->dimension * sizeof(float));
    }
    return status;
}

static void keep_pending(memory_cache *cache, size_t missing)
{
    for (size_t i = 0; i < missing; i++) {
        cache_entry *const entry = cache->added[i];
        link_as_newest(cache, entry);
        cache->usage.entries++;
        cache->usage.bytes += entry_bytes(cache, entry->text_bytes);
    }
    cache_entry *oldest = oldest_entry(cache);
    for (; oldest != NULL && cache->usage.bytes > cache->bytes_max; oldest = oldest_entry(cache)) {
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
        const cache_entry *const entry = cache->found[i];
        if (entry != NULL) {  // as look_up() has it
            memcpy(out + i * cache->dimension, entry->vector, cache->dimension * sizeof(float));
        }
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
    for (cache_entry *entry = oldest_entry(cache); entry != NULL; entry = oldest_entry(cache)) {
        evict(cache, entry);
    }
    const competency_allocator memory = cache->memory;
    release_call(cache);
    competency__release(&memory, (void *)cache->buckets);
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
    cache->buckets = competency__allocate_zeroed(&cache->memory, buckets, sizeof(cache_entry *));
    if (cache->buckets == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a table of %zu", buckets);
    }
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
    cache->ring = (cache_link){.newer = &cache->ring, .older = &cache->ring};
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
