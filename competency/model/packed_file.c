// SPDX-License-Identifier: MIT
// Reading a packed model file. Nothing in it is believed: the header's sum tells damage from
// intent, and every number is checked as if there were no sum.
#include "model/packed_file.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/utf8.h"
#include "model/packed_layout.h"

static const char *const section_names[COMPETENCY__PACKED_SECTIONS] = {"entries", "starts", "slots",
                                                                       "layers", "words"};

static const size_t FILE_MAX = (size_t)64 << 30;

// What an older or foreign file is told by comes before its sum, which may lie elsewhere there.
static competency_status check_kind(const competency__packed_header *h, size_t size,
                                    competency_error *err)
{
    if (size < sizeof(h->magic) + 2 * sizeof(uint32_t) ||
        memcmp(h->magic, COMPETENCY__PACKED_MAGIC, sizeof(h->magic)) != 0) {
        return competency__fail(err, COMPETENCY_EFORMAT, "not a packed model");
    }
    if (h->byte_order != COMPETENCY__PACKED_BYTE_ORDER) {
        return competency__fail(err, COMPETENCY_EUNSUPPORTED,
                                "packed by a machine of the other byte order");
    }
    if (h->version != COMPETENCY__PACKED_VERSION) {
        return competency__fail(err, COMPETENCY_EUNSUPPORTED,
                                "packed as version %u, this library reads version %d: pack again",
                                (unsigned)h->version, COMPETENCY__PACKED_VERSION);
    }
    return COMPETENCY_OK;
}

static competency_status check_sum(const competency__packed_header *h, size_t size,
                                   competency_error *err)
{
    if (size < COMPETENCY__PACKED_ALIGN) {
        return competency__fail(err, COMPETENCY_EFORMAT, "truncated: %zu bytes, the header has %d",
                                size, COMPETENCY__PACKED_ALIGN);
    }
    unsigned char sum[COMPETENCY__SHA256_BYTES];
    competency__sha256(sum, h, offsetof(competency__packed_header, sha256));
    if (memcmp(sum, h->sha256, sizeof(sum)) != 0) {
        return competency__fail(err, COMPETENCY_EFORMAT, "damaged: the header's sum is another");
    }
    if (h->file_size != size) {
        return competency__fail(err, COMPETENCY_EFORMAT, "truncated: %zu bytes of %llu", size,
                                (unsigned long long)h->file_size);
    }
    return COMPETENCY_OK;
}

// A field that must be in min..max; the first failure sticks.
static void check_range(competency_status *status, const char *name, uint32_t value, uint32_t min,
                        uint32_t max, competency_error *err)
{
    if (*status == COMPETENCY_OK && (value < min || value > max)) {
        *status = competency__fail(err, COMPETENCY_EFORMAT, "%s %u, allowed %u..%u", name,
                                   (unsigned)value, (unsigned)min, (unsigned)max);
    }
}

static competency_status check_config(const competency__packed_header *h, competency_error *err)
{
    competency_status status = COMPETENCY_OK;
    check_range(&status, "precision", h->precision, 0, 2, err);
    check_range(&status, "sections", h->sections, COMPETENCY__PACKED_SECTIONS,
                COMPETENCY__PACKED_SECTIONS, err);
    check_range(&status, "layers", h->layers, 1, COMPETENCY__LAYERS_MAX, err);
    check_range(&status, "hidden", h->hidden, 1, COMPETENCY__HIDDEN_MAX, err);
    check_range(&status, "heads", h->heads, 1, h->hidden, err);
    check_range(&status, "intermediate", h->intermediate, 1, COMPETENCY__INTERMEDIATE_MAX, err);
    check_range(&status, "vocabulary", h->vocabulary, 1, COMPETENCY__VOCABULARY_MAX, err);
    check_range(&status, "positions", h->positions, 2, COMPETENCY__POSITIONS_MAX, err);
    check_range(&status, "segments", h->segments, 1, COMPETENCY__SEGMENTS_MAX, err);
    check_range(&status, "tokens_max", h->tokens_max, 2, h->positions, err);
    check_range(&status, "activation", h->activation, 0, COMPETENCY__GELU_TANH, err);
    check_range(&status, "pooling", h->pooling, 0, COMPETENCY__POOL_CLS, err);
    const uint32_t flags = h->is_normalised | h->lower_case | h->strip_accents | h->space_cjk |
                           h->special_tokens_are_text;
    check_range(&status, "flag", flags, 0, 1, err);
    check_range(&status, "entries", h->entries, 1, h->vocabulary, err);
    check_range(&status, "slots", h->slots, 2, 4 * COMPETENCY__VOCABULARY_MAX, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    if (h->hidden % h->heads != 0 || (h->slots & (h->slots - 1)) != 0) {
        return competency__fail(err, COMPETENCY_EFORMAT, "hidden %u with %u heads, %u slots",
                                (unsigned)h->hidden, (unsigned)h->heads, (unsigned)h->slots);
    }
    if (!(h->layer_norm_eps > 0) || !isfinite(h->layer_norm_eps)) {
        return competency__fail(err, COMPETENCY_EFORMAT, "layer_norm_eps is %g",
                                (double)h->layer_norm_eps);
    }
    return COMPETENCY_OK;
}

// `offset` rounded up to the alignment; offsets are at most the size of a file.
static uint64_t round_up(uint64_t offset)
{
    const uint64_t most = COMPETENCY__PACKED_ALIGN - 1;
    return (offset + most) / COMPETENCY__PACKED_ALIGN * COMPETENCY__PACKED_ALIGN;
}

// Sections follow each other, each at the next page, and the last one ends the file.
static competency_status check_table(const competency__packed_header *h, competency_error *err)
{
    uint64_t at = COMPETENCY__PACKED_ALIGN;
    for (uint32_t i = 0; i < COMPETENCY__PACKED_SECTIONS; i++) {
        const competency__packed_entry *const entry = &h->table[i];
        at = round_up(at);
        if (entry->kind != i || entry->zero != 0 || entry->offset != at || at > h->file_size ||
            entry->size > h->file_size - at) {
            return competency__fail(
                err, COMPETENCY_EFORMAT, "section %s: %llu bytes at %llu of a file of %llu",
                section_names[i], (unsigned long long)entry->size,
                (unsigned long long)entry->offset, (unsigned long long)h->file_size);
        }
        at += entry->size;
    }
    const uint64_t starts = h->table[COMPETENCY__PACKED_STARTS].size;
    const uint64_t slots = h->table[COMPETENCY__PACKED_SLOTS].size;
    if (at != h->file_size || starts != ((uint64_t)h->entries + 1) * sizeof(uint32_t) ||
        slots != (uint64_t)h->slots * sizeof(struct competency__vocabulary_slot) ||
        h->table[COMPETENCY__PACKED_ENTRIES].size > UINT32_MAX) {
        return competency__fail(err, COMPETENCY_EFORMAT,
                                "sections do not have the sizes of %u "
                                "entries and %u slots",
                                (unsigned)h->entries, (unsigned)h->slots);
    }
    return COMPETENCY_OK;
}

static competency_status check_texts(const competency__packed_header *h, competency_error *err)
{
    const char *const prompt_end = memchr(h->prompt, '\0', sizeof(h->prompt));
    const bool is_terminated = memchr(h->name, '\0', sizeof(h->name)) != NULL && prompt_end != NULL;
    const size_t prompt_bytes = is_terminated ? (size_t)(prompt_end - h->prompt) : 0;
    bool is_hex = true;
    for (size_t i = 0; i < sizeof(h->source_sha256); i++) {
        const char digit = h->source_sha256[i];
        is_hex = is_hex && ((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'));
    }
    if (!is_terminated || !is_hex) {
        return competency__fail(err, COMPETENCY_EFORMAT,
                                "no name, no prompt, or no hash of its source");
    }
    const size_t valid = competency__utf8_valid_prefix(h->prompt, prompt_bytes);
    return valid == prompt_bytes
               ? COMPETENCY_OK
               : competency__fail(err, COMPETENCY_EFORMAT, "a prompt that is not UTF-8 at byte %zu",
                                  valid);
}

static void take_facts(competency__packed_facts *out, const competency__packed_header *h)
{
    *out = (competency__packed_facts){
        .config = {.layers = h->layers,
                   .hidden = h->hidden,
                   .heads = h->heads,
                   .intermediate = h->intermediate,
                   .vocabulary = h->vocabulary,
                   .positions = h->positions,
                   .segments = h->segments,
                   .tokens_max = h->tokens_max,
                   .layer_norm_eps = h->layer_norm_eps,
                   .activation = (competency__activation)h->activation,
                   .pooling = (competency__pooling)h->pooling,
                   .is_normalised = h->is_normalised != 0},
        .precision = h->precision,
        .source_bytes = h->source_bytes,
    };
    memcpy(out->name, h->name, sizeof(out->name));
    memcpy(out->sha256, h->source_sha256, sizeof(h->source_sha256));
    memcpy(out->stamp, h->stamp, sizeof(out->stamp));
}

static void take_tokenizer(competency__packed_file *out, const competency__packed_header *h)
{
    out->tokenizer = (competency__tokenizer_tables){
        .vocabulary = {.bytes = out->sections[COMPETENCY__PACKED_ENTRIES].bytes,
                       .starts = out->sections[COMPETENCY__PACKED_STARTS].bytes,
                       .slots = out->sections[COMPETENCY__PACKED_SLOTS].bytes,
                       .mask = h->slots - 1,
                       .count = h->entries,
                       .bytes_size = (uint32_t)out->sections[COMPETENCY__PACKED_ENTRIES].size,
                       .longest = h->longest},
        .options = {.lower_case = h->lower_case != 0,
                    .strip_accents = h->strip_accents != 0,
                    .space_cjk = h->space_cjk != 0,
                    .special_tokens_are_text = h->special_tokens_are_text != 0},
    };
    memcpy(out->tokenizer.specials, h->specials, sizeof(h->specials));
    memcpy(out->tokenizer.options.prompt, h->prompt, sizeof(h->prompt));
}

competency_status competency__packed_file_read(competency__packed_file *out, const char *bytes,
                                               size_t size, competency_error *err)
{
    competency__packed_header h = {0};
    memcpy(&h, bytes, size < sizeof(h) ? size : sizeof(h));
    competency_status status = check_kind(&h, size, err);
    if (status == COMPETENCY_OK) {
        status = check_sum(&h, size, err);
    }
    if (status == COMPETENCY_OK) {
        status = check_config(&h, err);
    }
    if (status == COMPETENCY_OK) {
        status = check_table(&h, err);
    }
    if (status == COMPETENCY_OK) {
        status = check_texts(&h, err);
    }
    if (status != COMPETENCY_OK) {
        return status;
    }
    for (size_t i = 0; i < COMPETENCY__PACKED_SECTIONS; i++) {
        out->sections[i] = (competency__packed_section){.bytes = bytes + h.table[i].offset,
                                                        .size = (size_t)h.table[i].size};
    }
    out->words_offset = h.table[COMPETENCY__PACKED_WORDS].offset;
    take_facts(&out->facts, &h);
    take_tokenizer(out, &h);
    return COMPETENCY_OK;
}

// What is used in place is asked for on huge pages: a few dozen page faults instead of hundreds, and
// a third of the time to the first vector. The system gives them where the file lies in its cache
// in huge ones, as packed_writer.c has it written; where it lies there in small ones it stays so.
static void advise_huge(const competency__packed_file *file)
{
#ifdef MADV_HUGEPAGE
    (void)madvise(file->file.mapping, (size_t)file->words_offset, MADV_HUGEPAGE);
#else
    (void)file;
#endif
}

competency_status competency__packed_file_open(competency__packed_file *out, const char *path,
                                               competency_error *err)
{
    *out = (competency__packed_file){0};
    competency_status status =
        competency__file_map_open(&out->file, &out->descriptor, path, FILE_MAX, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    out->is_open = true;
    competency_error reason = {0};
    status = competency__packed_file_read(out, out->file.bytes, out->file.size, &reason);
    if (status != COMPETENCY_OK) {
        return competency__fail(err, status, "%s: %s", path, reason.message);
    }
    advise_huge(out);
    return COMPETENCY_OK;
}

void competency__packed_file_close(competency__packed_file *file)
{
    if (file->is_open) {
        (void)close(file->descriptor);
    }
    competency__file_unmap(&file->file);
    *file = (competency__packed_file){0};
}

competency_status competency__packed_file_verify(const competency__packed_file *file,
                                                 competency_error *err)
{
    competency__packed_header h;
    memcpy(&h, file->file.bytes, sizeof(h));
    for (size_t i = 0; i < COMPETENCY__PACKED_SECTIONS; i++) {
        unsigned char sum[COMPETENCY__SHA256_BYTES];
        competency__sha256(sum, file->sections[i].bytes, file->sections[i].size);
        if (memcmp(sum, h.table[i].sha256, sizeof(sum)) != 0) {
            return competency__fail(err, COMPETENCY_EFORMAT, "damaged: section %s has another sum",
                                    section_names[i]);
        }
    }
    return COMPETENCY_OK;
}
