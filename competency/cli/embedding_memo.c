// SPDX-License-Identifier: MIT
// A table from name to vector: open addressing over an array that only grows.
#include "cli/embedding_memo.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct memo_entry {
    char *name;     // owned
    float *vector;  // owned; (dimension)
    uint64_t hash;  // of `name`
} memo_entry;

typedef struct memo {
    const competency_embedder *inner;
    size_t dimension;
    memo_entry *entries;  // (entry_capacity)
    size_t entry_count;
    size_t entry_limit;    // entries that CLI_MEMO_BYTES_MAX allows
    size_t *slots;         // (slot_count) index of an entry + 1; 0: free
    size_t slot_count;     // a power of two, at least twice entry_count
    const char **missing;  // (missing_capacity) names of one call that are not known
    size_t *places;        // (missing_capacity) their rows of the result
    float *fresh;          // (missing_capacity, dimension)
    size_t missing_capacity;
} memo;

enum { SLOTS_FIRST = 1024 };

// FNV-1a, 64 bits. Nobody gains by making one run of his own slow, so it needs no key.
static uint64_t hash_name(const char *name)
{
    uint64_t hash = 0xCBF29CE484222325U;
    for (const char *at = name; *at != '\0'; at++) {
        hash = (hash ^ (unsigned char)*at) * 0x100000001B3U;
    }
    return hash ^ (hash >> 32);
}

static size_t slot_of(const memo *known, const char *name, uint64_t hash)
{
    size_t slot = (size_t)hash & (known->slot_count - 1);
    while (known->slots[slot] != 0) {
        const memo_entry *const entry = &known->entries[known->slots[slot] - 1];
        if (entry->hash == hash && strcmp(entry->name, name) == 0) {
            break;
        }
        slot = (slot + 1) & (known->slot_count - 1);
    }
    return slot;
}

static competency_status grow_slots(memo *known)
{
    const size_t slot_count = known->slot_count == 0 ? SLOTS_FIRST : known->slot_count * 2;
    memo_entry *const entries = realloc(known->entries, slot_count / 2 * sizeof(*known->entries));
    if (entries == NULL) {
        return COMPETENCY_ENOMEM;
    }
    known->entries = entries;
    size_t *const slots = calloc(slot_count, sizeof(*slots));
    if (slots == NULL) {
        return COMPETENCY_ENOMEM;
    }
    free(known->slots);
    known->slots = slots;
    known->slot_count = slot_count;
    for (size_t i = 0; i < known->entry_count; i++) {
        slots[slot_of(known, known->entries[i].name, known->entries[i].hash)] = i + 1;
    }
    return COMPETENCY_OK;
}

static competency_status remember(memo *known, const char *name, const float *vector)
{
    if (known->entry_count == known->entry_limit) {
        return COMPETENCY_OK;
    }
    if (known->entry_count == known->slot_count / 2 && grow_slots(known) != COMPETENCY_OK) {
        return COMPETENCY_ENOMEM;
    }
    const uint64_t hash = hash_name(name);
    const size_t slot = slot_of(known, name, hash);
    if (known->slots[slot] != 0) {
        return COMPETENCY_OK;  // the same name twice in one call
    }
    const size_t name_bytes = strlen(name) + 1;
    memo_entry entry = {.name = malloc(name_bytes),
                        .vector = malloc(known->dimension * sizeof(float)),
                        .hash = hash};
    if (entry.name == NULL || entry.vector == NULL) {
        free(entry.name);
        free(entry.vector);
        return COMPETENCY_ENOMEM;
    }
    memcpy(entry.name, name, name_bytes);
    memcpy(entry.vector, vector, known->dimension * sizeof(float));
    known->entries[known->entry_count++] = entry;
    known->slots[slot] = known->entry_count;
    return COMPETENCY_OK;
}

static competency_status reserve_missing(memo *known, size_t count)
{
    if (count <= known->missing_capacity) {
        return COMPETENCY_OK;
    }
    free(known->missing);
    free(known->places);
    free(known->fresh);
    known->missing = calloc(count, sizeof(*known->missing));
    known->places = calloc(count, sizeof(*known->places));
    known->fresh = calloc(count, known->dimension * sizeof(float));
    const bool is_done = known->missing != NULL && known->places != NULL && known->fresh != NULL;
    known->missing_capacity = is_done ? count : 0;
    return is_done ? COMPETENCY_OK : COMPETENCY_ENOMEM;
}

// Copies what is known to `out`, and lists what is not. @return how many are not
static size_t look_up(memo *known, float *out, const char *const *texts, size_t count)
{
    size_t missing_count = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t slot = slot_of(known, texts[i], hash_name(texts[i]));
        if (known->slots[slot] == 0) {
            known->missing[missing_count] = texts[i];
            known->places[missing_count++] = i;
        } else {
            memcpy(out + i * known->dimension, known->entries[known->slots[slot] - 1].vector,
                   known->dimension * sizeof(float));
        }
    }
    return missing_count;
}

static competency_status memo_embed(void *self, float *out, const char *const *texts, size_t count,
                                    competency_error *err)
{
    memo *const known = self;
    competency_status status = reserve_missing(known, count);
    if (status != COMPETENCY_OK) {
        return status;
    }
    const size_t missing_count = look_up(known, out, texts, count);
    if (missing_count == 0) {
        return COMPETENCY_OK;
    }
    status =
        known->inner->embed(known->inner->self, known->fresh, known->missing, missing_count, err);
    for (size_t i = 0; i < missing_count && status == COMPETENCY_OK; i++) {
        const float *const vector = known->fresh + i * known->dimension;
        memcpy(out + known->places[i] * known->dimension, vector, known->dimension * sizeof(float));
        status = remember(known, known->missing[i], vector);
    }
    return status;
}

static size_t memo_dimension(void *self)
{
    return ((const memo *)self)->dimension;
}

static const char *memo_name(void *self)
{
    const memo *const known = self;
    return known->inner->name(known->inner->self);
}

static void memo_destroy(void *self)
{
    memo *const known = self;
    for (size_t i = 0; i < known->entry_count; i++) {
        free(known->entries[i].name);
        free(known->entries[i].vector);
    }
    free(known->entries);
    free(known->slots);
    free(known->missing);
    free(known->places);
    free(known->fresh);
    free(known);
}

competency_status cli_memo_create(competency_embedder *out, const competency_embedder *inner)
{
    *out = (competency_embedder){0};
    memo *const known = calloc(1, sizeof(*known));
    if (known == NULL) {
        return COMPETENCY_ENOMEM;
    }
    known->inner = inner;
    known->dimension = inner->dimension(inner->self);
    known->entry_limit = CLI_MEMO_BYTES_MAX / (known->dimension * sizeof(float));
    if (grow_slots(known) != COMPETENCY_OK) {
        memo_destroy(known);
        return COMPETENCY_ENOMEM;
    }
    *out = (competency_embedder){.self = known,
                                 .dimension = memo_dimension,
                                 .embed = memo_embed,
                                 .name = memo_name,
                                 .destroy = memo_destroy};
    return COMPETENCY_OK;
}
