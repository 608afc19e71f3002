// SPDX-License-Identifier: MIT
#include "text/tokenizer.h"

#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "text/vocabulary.h"
#include "text/words.h"

enum special { PAD, UNK, CLS, SEP, MASK, SPECIAL_COUNT = COMPETENCY__SPECIALS };

static const char *const special_texts[SPECIAL_COUNT] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]",
                                                         "[MASK]"};

struct competency__tokenizer {
    competency_allocator memory;
    competency__vocabulary vocabulary;
    competency__tokenizer_options options;
    uint32_t specials[SPECIAL_COUNT];  // COMPETENCY__TOKEN_NONE: not in this vocabulary
};

static competency_status find_specials(competency__tokenizer *tokenizer, competency_error *err)
{
    for (int i = 0; i < SPECIAL_COUNT; i++) {
        tokenizer->specials[i] = competency__vocabulary_find(
            &tokenizer->vocabulary, special_texts[i], strlen(special_texts[i]));
        const bool is_needed = i == UNK || i == CLS || i == SEP;
        if (is_needed && tokenizer->specials[i] == COMPETENCY__TOKEN_NONE) {
            return competency__fail(err, COMPETENCY_EFORMAT, "vocabulary without %s",
                                    special_texts[i]);
        }
    }
    return COMPETENCY_OK;
}

competency_status competency__tokenizer_create(competency__tokenizer **out,
                                               const competency_allocator *memory,
                                               const char *vocab, size_t size,
                                               const competency__tokenizer_options *options,
                                               competency_error *err)
{
    *out = NULL;
    competency__tokenizer *const tokenizer =
        competency__allocate_zeroed(memory, 1, sizeof(*tokenizer));
    if (tokenizer == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a tokenizer");
    }
    tokenizer->memory = competency__allocator(memory);
    tokenizer->options = *options;
    competency_status status =
        competency__vocabulary_read(&tokenizer->vocabulary, memory, vocab, size, err);
    if (status == COMPETENCY_OK) {
        status = find_specials(tokenizer, err);
    }
    if (status != COMPETENCY_OK) {
        competency__tokenizer_destroy(tokenizer);
        return status;
    }
    *out = tokenizer;
    return COMPETENCY_OK;
}

competency__tokenizer_tables competency__tokenizer_export(const competency__tokenizer *tokenizer)
{
    competency__tokenizer_tables tables = {.vocabulary = tokenizer->vocabulary,
                                           .options = tokenizer->options};
    tables.vocabulary.owned = NULL;
    memcpy(tables.specials, tokenizer->specials, sizeof(tables.specials));
    return tables;
}

competency_status competency__tokenizer_import(competency__tokenizer **out,
                                               const competency_allocator *memory,
                                               const competency__tokenizer_tables *tables,
                                               competency_error *err)
{
    *out = NULL;
    for (int i = 0; i < SPECIAL_COUNT; i++) {
        const uint32_t id = tables->specials[i];
        const bool is_needed = i == UNK || i == CLS || i == SEP;
        if (id >= tables->vocabulary.count && (is_needed || id != COMPETENCY__TOKEN_NONE)) {
            return competency__fail(err, COMPETENCY_EFORMAT, "%s is entry %u of %u",
                                    special_texts[i], (unsigned)id,
                                    (unsigned)tables->vocabulary.count);
        }
    }
    competency__tokenizer *const tokenizer =
        competency__allocate_zeroed(memory, 1, sizeof(*tokenizer));
    if (tokenizer == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a tokenizer");
    }
    tokenizer->memory = competency__allocator(memory);
    tokenizer->vocabulary = tables->vocabulary;
    tokenizer->vocabulary.owned = NULL;
    tokenizer->options = tables->options;
    memcpy(tokenizer->specials, tables->specials, sizeof(tokenizer->specials));
    *out = tokenizer;
    return COMPETENCY_OK;
}

void competency__tokenizer_destroy(competency__tokenizer *tokenizer)
{
    if (tokenizer != NULL) {
        const competency_allocator memory = tokenizer->memory;
        competency__vocabulary_deinit(&tokenizer->vocabulary, &memory);
        competency__release(&memory, tokenizer);
    }
}

size_t competency__tokenizer_vocabulary(const competency__tokenizer *tokenizer)
{
    return tokenizer->vocabulary.count;
}

void competency__tokenizer_sum(const competency__tokenizer *tokenizer, unsigned char *sum)
{
    const competency__tokenizer_options *const options = &tokenizer->options;
    const competency__vocabulary *const vocabulary = &tokenizer->vocabulary;
    unsigned char parts[4 + 2 * COMPETENCY__SHA256_BYTES] = {
        options->lower_case, options->strip_accents, options->space_cjk,
        options->special_tokens_are_text};
    competency__sha256(parts + 4, vocabulary->bytes, vocabulary->starts[vocabulary->count]);
    competency__sha256(parts + 4 + COMPETENCY__SHA256_BYTES, options->prompt,
                       strlen(options->prompt));
    competency__sha256(sum, parts, sizeof(parts));
}

// The ids of one text as they are found.
struct encoding {
    const competency__tokenizer *tokenizer;
    competency__token_span out;
    size_t limit;  // no more ids than this; the rest is truncated
};

// False once the limit is reached, which ends the work on the text.
static bool push(struct encoding *encoding, uint32_t id)
{
    competency__token_span *const out = &encoding->out;
    if (out->count < encoding->limit) {
        if (out->count < out->cap) {
            out->ids[out->count] = id;
        }
        out->count++;
    }
    return out->count < encoding->limit;
}

static bool take_word(void *self, const char *word, size_t size)
{
    struct encoding *const encoding = self;
    uint32_t ids[COMPETENCY__WORD_MAX];
    const size_t count =
        word == NULL
            ? 0
            : competency__vocabulary_split(&encoding->tokenizer->vocabulary, word, size, ids);
    if (count == 0) {
        return push(encoding, encoding->tokenizer->specials[UNK]);
    }
    for (size_t i = 0; i < count; i++) {
        if (!push(encoding, ids[i])) {
            return false;
        }
    }
    return true;
}

// The special token that `text` starts with; SPECIAL_COUNT if none.
static enum special match_special(const competency__tokenizer *tokenizer, const char *text,
                                  size_t size)
{
    int i = 0;
    for (; i < SPECIAL_COUNT; i++) {
        const size_t length = strlen(special_texts[i]);
        if (tokenizer->specials[i] != COMPETENCY__TOKEN_NONE && length <= size &&
            memcmp(text, special_texts[i], length) == 0) {
            break;
        }
    }
    return (enum special)i;
}

// Offset of the first special token in `text` and which it is; `size` if there is none.
static size_t find_special(const competency__tokenizer *tokenizer, const char *text, size_t size,
                           enum special *which)
{
    *which = SPECIAL_COUNT;
    if (tokenizer->options.special_tokens_are_text) {
        return size;
    }
    for (size_t at = 0; at < size; at++) {
        const char *const bracket = memchr(text + at, '[', size - at);
        if (bracket == NULL) {
            break;
        }
        at = (size_t)(bracket - text);
        *which = match_special(tokenizer, bracket, size - at);
        if (*which != SPECIAL_COUNT) {
            return at;
        }
    }
    return size;
}

// Everything between [CLS] and [SEP]. Special tokens are cut out of the raw text first, because
// normalisation would change them.
static void encode_body(struct encoding *encoding, const char *text, size_t size)
{
    const competency__tokenizer *const tokenizer = encoding->tokenizer;
    const competency__word_sink sink = {.take = take_word, .self = encoding};
    size_t at = 0;
    while (at < size) {
        enum special which = SPECIAL_COUNT;
        const size_t plain = find_special(tokenizer, text + at, size - at, &which);
        if (!competency__split_words(&tokenizer->options, text + at, plain, sink)) {
            return;
        }
        at += plain;
        if (which != SPECIAL_COUNT) {
            if (!push(encoding, tokenizer->specials[which])) {
                return;
            }
            at += strlen(special_texts[which]);
        }
    }
}

// The prompt, then the text. A prompt that ends with a space shares no word with the text.
static competency_status encode_prompted(struct encoding *encoding, const char *text, size_t size,
                                         competency_error *err)
{
    const char *const prompt = encoding->tokenizer->options.prompt;
    const size_t prompt_size = strlen(prompt);
    if (prompt_size == 0 || prompt[prompt_size - 1] == ' ') {
        encode_body(encoding, prompt, prompt_size);
        encode_body(encoding, text, size);
        return COMPETENCY_OK;
    }
    const competency_allocator *const memory = &encoding->tokenizer->memory;
    char *const joined =
        size < SIZE_MAX - prompt_size ? competency__allocate(memory, prompt_size + size) : NULL;
    if (joined == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a text of %zu bytes", size);
    }
    // NOLINTBEGIN(bugprone-not-null-terminated-result): texts here have a size
    memcpy(joined, prompt, prompt_size);
    memcpy(joined + prompt_size, text, size);
    // NOLINTEND(bugprone-not-null-terminated-result)
    encode_body(encoding, joined, prompt_size + size);
    competency__release(memory, joined);
    return COMPETENCY_OK;
}

competency_status competency__tokenizer_encode(const competency__tokenizer *tokenizer,
                                               competency__token_span *out, const char *text,
                                               size_t size, size_t tokens_max,
                                               competency_error *err)
{
    if (tokens_max < 2) {
        return competency__fail(err, COMPETENCY_EINVAL, "limit of %zu tokens, needs 2", tokens_max);
    }
    const size_t valid = competency__utf8_valid_prefix(text, size);
    if (valid != size) {
        return competency__fail(err, COMPETENCY_EFORMAT, "text is not UTF-8 at byte %zu", valid);
    }
    struct encoding encoding = {
        .tokenizer = tokenizer,
        .out = {.ids = out->ids, .cap = out->cap},
        .limit = tokens_max - 1,  // room for [SEP]
    };
    if (push(&encoding, tokenizer->specials[CLS])) {
        const competency_status status = encode_prompted(&encoding, text, size, err);
        if (status != COMPETENCY_OK) {
            return status;
        }
    }
    encoding.limit = tokens_max;
    (void)push(&encoding, tokenizer->specials[SEP]);
    out->count = encoding.out.count;
    return COMPETENCY_OK;
}
