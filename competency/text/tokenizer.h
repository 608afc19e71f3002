// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_TEXT_TOKENIZER_H
#define COMPETENCY_TEXT_TOKENIZER_H

/**
 * @file
 * Text to token ids, as BERT models expect them.
 *
 * A text is cut at special tokens that stand literally in it; what is left is normalised, split
 * at white space and punctuation into *words*, and each word is split into *pieces*, the longest
 * entries of the vocabulary that it starts with. [CLS] is put before and [SEP] after.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/allocator.h>
#include <competency/status.h>

#include "text/vocabulary.h"

/** An immutable tokenizer; any number of threads may use one. */
typedef struct competency__tokenizer competency__tokenizer;

enum { COMPETENCY__PROMPT_BYTES = 256 };

/** What a model's tokenizer configuration decides. Zero is not a sensible default: see INIT. */
typedef struct competency__tokenizer_options {
    bool lower_case;     // "do_lower_case"
    bool strip_accents;  // "strip_accents"; null there means: as lower_case
    bool space_cjk;      // "tokenize_chinese_chars": every CJK ideograph is a word of its own
    bool special_tokens_are_text;  // do not look for special tokens in the text: "[SEP]" in it is
                                   // a bracket, a word and a bracket
    char prompt[COMPETENCY__PROMPT_BYTES];  // put before every text; UTF-8; without a space at its
                                            // end, texts are joined to it in memory of their own
} competency__tokenizer_options;

#define COMPETENCY__TOKENIZER_OPTIONS_INIT                           \
    {                                                                \
        .lower_case = true, .strip_accents = true, .space_cjk = true \
    }

/**
 * Make a tokenizer from the contents of a `vocab.txt`: one entry a line, the id is the line's
 * number from 0. Of entries that occur twice the later id counts, as in the reference.
 *
 * @param[out] out      NULL on failure; released by competency__tokenizer_destroy()
 * @param[in]  memory   copied; NULL: the C library's
 * @param[in]  vocab    (size) UTF-8; copied
 * @param[in]  options  copied
 * @param[out] err      optional
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if the vocabulary is not UTF-8, has too many or too
 *         long entries, or lacks [UNK], [CLS] or [SEP]; COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status competency__tokenizer_create(
    competency__tokenizer **out, const competency_allocator *memory, const char *vocab, size_t size,
    const competency__tokenizer_options *options, competency_error *err);

enum { COMPETENCY__SPECIALS = 5 };  // [PAD] [UNK] [CLS] [SEP] [MASK], in this order

/** All that a tokenizer is: what a packed model file holds, to be used where it is mapped. */
typedef struct competency__tokenizer_tables {
    competency__vocabulary vocabulary;  // borrowed
    competency__tokenizer_options options;
    uint32_t specials[COMPETENCY__SPECIALS];  // COMPETENCY__TOKEN_NONE: not in this vocabulary
} competency__tokenizer_tables;

/** The tables of `tokenizer`, which borrow from it. */
competency__tokenizer_tables competency__tokenizer_export(const competency__tokenizer *tokenizer);

/**
 * Make a tokenizer of tables, which it borrows until it is destroyed. What is inside them need not
 * be sound: a damaged table gives wrong ids, all below vocabulary.count, and nothing worse.
 *
 * @param[out] out     NULL on failure; released by competency__tokenizer_destroy()
 * @param[in]  memory  copied; NULL: the C library's
 * @param[in]  tables  their sizes are those of what they point to; copied
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if a special token is missing or none of the entries;
 *         COMPETENCY_ENOMEM
 *
 * Cost: looks at no entry.
 */
COMPETENCY_MUST_USE competency_status
competency__tokenizer_import(competency__tokenizer **out, const competency_allocator *memory,
                             const competency__tokenizer_tables *tables, competency_error *err);

/** Release. NULL is accepted. */
void competency__tokenizer_destroy(competency__tokenizer *tokenizer);

/** Entries of the vocabulary; every id is below it. */
size_t competency__tokenizer_vocabulary(const competency__tokenizer *tokenizer);

/**
 * The SHA-256 of the options and the vocabulary: tokenizers that may differ on a text have
 * different sums.
 *
 * @param[out] sum  (32)
 */
void competency__tokenizer_sum(const competency__tokenizer *tokenizer, unsigned char *sum);

/** Where ids are written. */
typedef struct competency__token_span {
    uint32_t *ids;  // (cap) caller-owned; may be NULL when cap is 0
    size_t cap;     // room in ids
    size_t count;   // set: ids the text has; above cap, only the first cap were written
} competency__token_span;

/**
 * Split `text` into ids, [CLS] first and [SEP] last.
 *
 * Source: huggingface/tokenizers, BertNormalizer, BertPreTokenizer, WordPiece; the ids are those
 * of the reference for every valid text (tests/text/data holds its own output).
 *
 * @param[in,out] out         unchanged on failure
 * @param[in]     text        (size) UTF-8; NUL bytes are dropped like other control characters
 * @param         tokens_max  truncate to this many ids, [CLS] and [SEP] included
 * @param[out]    err         optional
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT, with the byte offset, if `text` is not UTF-8;
 *         COMPETENCY_EINVAL if tokens_max is below 2
 *
 * Threads: safe. Cost: O(size) at most, less where truncation ends it early; allocates nothing
 * unless a prompt and the text have to be joined.
 */
COMPETENCY_MUST_USE competency_status competency__tokenizer_encode(
    const competency__tokenizer *tokenizer, competency__token_span *out, const char *text,
    size_t size, size_t tokens_max, competency_error *err);

#endif
