// SPDX-License-Identifier: MIT
#include "text/vocabulary.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "text/words.h"

enum {
    ENTRIES_MAX = 1000000,         // four times the largest vocabulary in use
    BYTES_MAX = 64 * 1024 * 1024,  // keeps offsets in 32 bits, and a wrong file out of memory
    PROBES_MAX = 256,              // an honest vocabulary stays below 40 at half load
};

static const char continuation[] = "##";
enum { CONTINUATION_BYTES = sizeof(continuation) - 1 };

// FNV-1a: one step a byte, so that the hashes of all prefixes of a word cost one pass.
// Source: Fowler, Noll, Vo, RFC draft draft-eastlake-fnv.
static const uint32_t HASH_START = 2166136261U;

static uint32_t hash_step(uint32_t hash, char byte)
{
    return (hash ^ (unsigned char)byte) * 16777619U;
}

static uint32_t hash_bytes(uint32_t hash, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        hash = hash_step(hash, text[i]);
    }
    return hash;
}

// Where entry `id` is, if it is `size` bytes long; NULL if not, or if the tables are damaged.
static const char *entry_of_size(const competency__vocabulary *vocabulary, uint32_t id, size_t size)
{
    if (id >= vocabulary->count) {
        return NULL;
    }
    const uint32_t start = vocabulary->starts[id];
    const uint32_t end = vocabulary->starts[id + 1];
    const bool is_sound = start < end && end <= vocabulary->bytes_size;
    return is_sound && end - start - 1 == size ? vocabulary->bytes + start : NULL;
}

// The entry that is `prefix_size` continuation signs and then `text`.
static uint32_t find_hashed(const competency__vocabulary *vocabulary, uint32_t hash,
                            size_t prefix_size, const char *text, size_t size)
{
    uint32_t slot = hash & vocabulary->mask;
    for (size_t probes = 0; probes < PROBES_MAX; probes++, slot = (slot + 1) & vocabulary->mask) {
        const struct competency__vocabulary_slot *const entry = &vocabulary->slots[slot];
        if (entry->id == COMPETENCY__TOKEN_NONE) {
            break;
        }
        if (entry->hash != hash) {
            continue;
        }
        const char *const bytes = entry_of_size(vocabulary, entry->id, prefix_size + size);
        if (bytes != NULL && memcmp(bytes, continuation, prefix_size) == 0 &&
            memcmp(bytes + prefix_size, text, size) == 0) {
            return entry->id;
        }
    }
    return COMPETENCY__TOKEN_NONE;
}

uint32_t competency__vocabulary_find(const competency__vocabulary *vocabulary, const char *text,
                                     size_t size)
{
    return find_hashed(vocabulary, hash_bytes(HASH_START, text, size), 0, text, size);
}

// The tables while they are made.
typedef struct tables {
    char *bytes;
    uint32_t *starts;
    struct competency__vocabulary_slot *slots;
} tables;

// Copy the lines without carriage returns and with a newline after the last one, and note where
// each starts. `bytes` has room for size + 1.
static void copy_lines(competency__vocabulary *vocabulary, const tables *made, const char *text,
                       size_t size)
{
    uint32_t used = 0;
    uint32_t count = 0;
    size_t at = 0;
    while (at < size) {
        const char *const newline = memchr(text + at, '\n', size - at);
        const size_t line = newline == NULL ? size - at : (size_t)(newline - (text + at));
        const size_t kept = line > 0 && text[at + line - 1] == '\r' ? line - 1 : line;
        memcpy(made->bytes + used, text + at, kept);
        made->starts[count++] = used;
        used += (uint32_t)kept;
        made->bytes[used++] = '\n';
        vocabulary->longest = kept > vocabulary->longest ? kept : vocabulary->longest;
        at += line + 1;
    }
    made->starts[count] = used;
    vocabulary->count = count;
    vocabulary->bytes_size = used;
}

static size_t count_lines(const char *text, size_t size)
{
    size_t lines = size > 0 && text[size - 1] != '\n' ? 1 : 0;
    for (size_t i = 0; i < size; i++) {
        lines += text[i] == '\n';
    }
    return lines;
}

// Put entry `id` into the table, in the place of an equal one. False if it collides too often.
static bool insert(const competency__vocabulary *vocabulary, const tables *made, uint32_t id)
{
    const char *const text = made->bytes + made->starts[id];
    const size_t size = made->starts[id + 1] - made->starts[id] - 1;
    const uint32_t hash = hash_bytes(HASH_START, text, size);
    uint32_t slot = hash & vocabulary->mask;
    for (size_t probes = 0; probes < PROBES_MAX; probes++, slot = (slot + 1) & vocabulary->mask) {
        struct competency__vocabulary_slot *const entry = &made->slots[slot];
        const char *const other = entry->id == COMPETENCY__TOKEN_NONE || entry->hash != hash
                                      ? NULL
                                      : entry_of_size(vocabulary, entry->id, size);
        if (entry->id == COMPETENCY__TOKEN_NONE ||
            (other != NULL && memcmp(other, text, size) == 0)) {
            *entry = (struct competency__vocabulary_slot){.hash = hash, .id = id};
            return true;
        }
    }
    return false;
}

static competency_status build_table(const competency__vocabulary *vocabulary, const tables *made,
                                     competency_error *err)
{
    for (size_t slot = 0; slot <= vocabulary->mask; slot++) {
        made->slots[slot] = (struct competency__vocabulary_slot){.id = COMPETENCY__TOKEN_NONE};
    }
    for (uint32_t id = 0; id < vocabulary->count; id++) {
        if (!insert(vocabulary, made, id)) {
            return competency__fail(err, COMPETENCY_EFORMAT,
                                    "vocabulary line %u: more than %d entries share a hash",
                                    (unsigned)id + 1, PROBES_MAX);
        }
    }
    return COMPETENCY_OK;
}

// One block for the three tables, the widest numbers first.
static bool allocate_tables(competency__vocabulary *out, const competency_allocator *memory,
                            tables *made, size_t lines, size_t size)
{
    size_t slots = 2;
    while (slots < 2 * lines) {
        slots *= 2;
    }
    const size_t slots_bytes = slots * sizeof(*made->slots);
    const size_t starts_bytes = (lines + 1) * sizeof(*made->starts);
    char *const block =
        competency__allocate_zeroed(memory, 1, slots_bytes + starts_bytes + size + 1);
    if (block == NULL) {
        return false;
    }
    *made = (tables){.slots = (struct competency__vocabulary_slot *)(void *)block,
                     .starts = (uint32_t *)(void *)(block + slots_bytes),
                     .bytes = block + slots_bytes + starts_bytes};
    *out = (competency__vocabulary){.bytes = made->bytes,
                                    .starts = made->starts,
                                    .slots = made->slots,
                                    .mask = (uint32_t)slots - 1,
                                    .owned = block};
    return true;
}

competency_status competency__vocabulary_read(competency__vocabulary *out,
                                              const competency_allocator *memory, const char *text,
                                              size_t size, competency_error *err)
{
    *out = (competency__vocabulary){0};
    if (size > BYTES_MAX) {
        return competency__fail(err, COMPETENCY_EFORMAT, "vocabulary of %zu bytes, limit %d", size,
                                BYTES_MAX);
    }
    const size_t valid = competency__utf8_valid_prefix(text, size);
    if (valid != size) {
        return competency__fail(err, COMPETENCY_EFORMAT, "vocabulary is not UTF-8 at byte %zu",
                                valid);
    }
    const size_t lines = count_lines(text, size);
    if (lines == 0 || lines > ENTRIES_MAX) {
        return competency__fail(err, COMPETENCY_EFORMAT, "vocabulary of %zu entries, limit %d",
                                lines, ENTRIES_MAX);
    }

    tables made;
    if (!allocate_tables(out, memory, &made, lines, size)) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a vocabulary of %zu entries",
                                lines);
    }
    copy_lines(out, &made, text, size);
    return build_table(out, &made, err);
}

void competency__vocabulary_deinit(competency__vocabulary *vocabulary,
                                   const competency_allocator *memory)
{
    competency__release(memory, vocabulary->owned);
    *vocabulary = (competency__vocabulary){0};
}

// The longest entry that `text` starts with; *used is set to the bytes of `text` it covers.
static uint32_t longest_match(const competency__vocabulary *vocabulary, const char *text,
                              size_t size, size_t prefix_size, size_t *used)
{
    uint32_t hashes[COMPETENCY__WORD_BYTES_MAX];
    const size_t longest = size < vocabulary->longest ? size : vocabulary->longest;
    uint32_t hash = hash_bytes(HASH_START, continuation, prefix_size);
    for (size_t i = 0; i < longest; i++) {
        hash = hash_step(hash, text[i]);
        hashes[i] = hash;
    }
    // Entries are well-formed UTF-8, so that none ends inside a sequence of `text`.
    for (size_t n = longest; n > 0; n--) {
        const uint32_t id = find_hashed(vocabulary, hashes[n - 1], prefix_size, text, n);
        if (id != COMPETENCY__TOKEN_NONE) {
            *used = n;
            return id;
        }
    }
    return COMPETENCY__TOKEN_NONE;
}

size_t competency__vocabulary_split(const competency__vocabulary *vocabulary, const char *word,
                                    size_t size, uint32_t *ids)
{
    size_t count = 0;
    size_t used = 0;
    for (size_t at = 0; at < size; at += used) {
        const size_t prefix_size = at > 0 ? CONTINUATION_BYTES : 0;
        const uint32_t id = longest_match(vocabulary, word + at, size - at, prefix_size, &used);
        // A sound vocabulary has no entry that is a part of a code point; a damaged one may.
        if (id == COMPETENCY__TOKEN_NONE || count == COMPETENCY__WORD_MAX) {
            return 0;
        }
        ids[count++] = id;
    }
    return count;
}
