// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_TEXT_WORDS_H
#define COMPETENCY_TEXT_WORDS_H

/**
 * @file
 * Text to normalised words: the part of tokenisation that knows no vocabulary.
 */
#include <stdbool.h>
#include <stddef.h>

#include "text/tokenizer.h"

enum {
    // "max_input_chars_per_word" of every BERT tokenizer: a longer word is unknown as a whole.
    COMPETENCY__WORD_MAX = 100,
    COMPETENCY__WORD_BYTES_MAX = 4 * COMPETENCY__WORD_MAX
};

/** Where the words go. */
typedef struct competency__word_sink {
    /**
     * @param[in] word  (size) normalised UTF-8, size >= 1; NULL for a word of more than
     *                  COMPETENCY__WORD_MAX code points
     * @return false to see no further words
     */
    bool (*take)(void *self, const char *word, size_t size);
    void *self;
} competency__word_sink;

/**
 * Normalise `text` and hand its words, in order, to `sink`.
 *
 * In this order: remove control characters, make every white space a space, put spaces around
 * ideographs, decompose canonically and remove non-spacing marks, map to lower case, split at
 * spaces, and make every punctuation character a word of its own.
 * Source: huggingface/tokenizers, normalizers/bert.rs and pre_tokenizers/bert.rs.
 *
 * @param[in] text  (size) well-formed UTF-8
 * @return false if the sink stopped it
 *
 * Allocates nothing: the buffer is one word of bounded length.
 */
bool competency__split_words(const competency__tokenizer_options *options, const char *text,
                             size_t size, competency__word_sink sink);

/** competency__split_words() for any text, without the short cut for ASCII: its test twin. */
bool competency__split_words_general(const competency__tokenizer_options *options, const char *text,
                                     size_t size, competency__word_sink sink);

#endif
