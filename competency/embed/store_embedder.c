// SPDX-License-Identifier: MIT
// The embedder that stands between a store and a model: vectors as blocks of the store.
#include <stdint.h>
#include <string.h>

#include <competency/cache.h>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"
#include "embed/store.h"

enum {
    // A transaction costs a synchronisation of the disk, some milliseconds; a kill loses what has
    // not been written yet, which the model then computes again in less than a second.
    PENDING_MAX = 256,
    // What a key is the hash of begins with this, so that no other use of the store meets it.
    // It holds the revision of the arithmetic: a change of bits of the encoder raises it.
    REVISION = 2,
};

typedef struct stored_embedder {
    competency_store *store;  // borrowed
    competency_embedder inner;
    size_t dimension;
    unsigned char identity[COMPETENCY__SHA256_BYTES];  // the sum of what it was named
    competency_cache_usage usage;

    // Of one call.
    competency__store_key *keys;     // (capacity)
    competency__store_found *found;  // (capacity)
    const char **missing;            // (capacity)
    float *fresh;                    // (capacity, dimension)
    size_t capacity;

    // To be written.
    competency__store_key pending_keys[PENDING_MAX];
    float *pending;  // (PENDING_MAX, dimension)
    size_t pending_count;
} stored_embedder;

static void write_pending(stored_embedder *e)
{
    if (e->pending_count > 0) {
        competency__store_put(e->store, e->pending_keys, e->pending_count, e->pending,
                              e->dimension * sizeof(float));
        e->pending_count = 0;
    }
}

static void add_pending(stored_embedder *e, const competency__store_key *key, const float *vector)
{
    e->pending_keys[e->pending_count] = *key;
    memcpy(e->pending + e->pending_count * e->dimension, vector, e->dimension * sizeof(float));
    e->pending_count++;
    if (e->pending_count == PENDING_MAX) {
        write_pending(e);
    }
}

// SHA-256 of "vector", the revision, the identity's sum and the text's sum: of fixed length, so
// that no two pairs of identity and text run together to the same bytes.
static void make_key(competency__store_key *key, const stored_embedder *e, const char *text)
{
    unsigned char parts[8 + 2 * COMPETENCY__SHA256_BYTES] = {'v', 'e', 'c',     't',
                                                             'o', 'r', REVISION};
    memcpy(parts + 8, e->identity, sizeof(e->identity));
    competency__sha256(parts + 8 + COMPETENCY__SHA256_BYTES, text, strlen(text));
    competency__sha256(key->bytes, parts, sizeof(parts));
}

static void release_call(stored_embedder *e)
{
    const competency_allocator *const memory = competency__store_memory(e->store);
    competency__release(memory, e->keys);
    competency__release(memory, e->found);
    competency__release(memory, (void *)e->missing);
    competency__release(memory, e->fresh);
}

static competency_status reserve(stored_embedder *e, size_t count, competency_error *err)
{
    if (count <= e->capacity) {
        return COMPETENCY_OK;
    }
    const competency_allocator *const memory = competency__store_memory(e->store);
    release_call(e);
    e->keys = competency__allocate_zeroed(memory, count, sizeof(*e->keys));
    e->found = competency__allocate_zeroed(memory, count, sizeof(*e->found));
    e->missing = competency__allocate_zeroed(memory, count, sizeof(*e->missing));
    e->fresh = competency__allocate_zeroed(memory, count, e->dimension * sizeof(float));
    const bool is_done =
        e->keys != NULL && e->found != NULL && e->missing != NULL && e->fresh != NULL;
    e->capacity = is_done ? count : 0;
    return is_done ? COMPETENCY_OK
                   : competency__fail(err, COMPETENCY_ENOMEM, "no memory for %zu texts", count);
}

static size_t list_missing(stored_embedder *e, const char *const *texts, size_t count)
{
    size_t missing = 0;
    for (size_t i = 0; i < count; i++) {
        if (e->found[i] == COMPETENCY__STORE_ABSENT) {
            e->missing[missing++] = texts[i];
        }
    }
    return missing;
}

// Put what the inner embedder said in its place, and have it written, with what the store would
// soon drop.
static void take_fresh(stored_embedder *e, float *out, size_t count)
{
    size_t next = 0;
    for (size_t i = 0; i < count; i++) {
        float *const row = out + i * e->dimension;
        if (e->found[i] == COMPETENCY__STORE_ABSENT) {
            memcpy(row, e->fresh + next * e->dimension, e->dimension * sizeof(float));
            next++;
        }
        if (e->found[i] != COMPETENCY__STORE_YOUNG) {
            add_pending(e, &e->keys[i], row);
        }
    }
}

static competency_status stored_embed(void *self, float *out, const char *const *texts,
                                      size_t count, competency_error *err)
{
    stored_embedder *const e = self;
    competency_status status = reserve(e, count, err);
    if (status != COMPETENCY_OK || count == 0) {
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        make_key(&e->keys[i], e, texts[i]);
    }
    competency__store_get(e->store, e->keys, count, out, e->dimension * sizeof(float), e->found);
    const size_t missing = list_missing(e, texts, count);
    if (missing > 0) {
        status = e->inner.embed(e->inner.self, e->fresh, e->missing, missing, err);
    }
    if (status != COMPETENCY_OK) {
        return status;
    }
    take_fresh(e, out, count);
    e->usage.hits += count - missing;
    e->usage.misses += missing;
    return COMPETENCY_OK;
}

static size_t stored_dimension(void *self)
{
    return ((const stored_embedder *)self)->dimension;
}

static const char *stored_name(void *self)
{
    const stored_embedder *const e = self;
    return e->inner.name(e->inner.self);
}

static void stored_destroy(void *self)
{
    stored_embedder *const e = self;
    write_pending(e);
    const competency_allocator *const memory = competency__store_memory(e->store);
    release_call(e);
    competency__release(memory, e->pending);
    competency__release(memory, e);
}

competency_status competency_store_embedder(competency_embedder *out, competency_store *store,
                                            const competency_embedder *inner, const char *identity,
                                            competency_error *err)
{
    *out = (competency_embedder){0};
    if (identity[0] == '\0') {
        return competency__fail(err, COMPETENCY_EINVAL, "the identity of the vectors is empty");
    }
    const competency_allocator *const memory = competency__store_memory(store);
    stored_embedder *const e = competency__allocate_zeroed(memory, 1, sizeof(*e));
    if (e == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for an embedder");
    }
    e->store = store;
    e->inner = *inner;
    e->dimension = inner->dimension(inner->self);
    competency__sha256(e->identity, identity, strlen(identity));
    e->pending = competency__allocate_zeroed(memory, PENDING_MAX, e->dimension * sizeof(float));
    if (e->pending == NULL) {
        stored_destroy(e);
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for an embedder");
    }
    *out = (competency_embedder){.self = e,
                                 .dimension = stored_dimension,
                                 .embed = stored_embed,
                                 .name = stored_name,
                                 .destroy = stored_destroy};
    return COMPETENCY_OK;
}

void competency_store_usage(const competency_embedder *cache, competency_cache_usage *out)
{
    const bool is_ours = cache != NULL && cache->embed == stored_embed;
    *out = is_ours ? ((const stored_embedder *)cache->self)->usage : (competency_cache_usage){0};
}
