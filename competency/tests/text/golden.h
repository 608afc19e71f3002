// SPDX-License-Identifier: MIT
#ifndef TESTS_TEXT_GOLDEN_H
#define TESTS_TEXT_GOLDEN_H

/**
 * @file
 * Reads the reference token ids that tools/tokenizer_goldens.py writes, and compares.
 */
#include <stddef.h>

#include "text/tokenizer.h"

/** The whole of a file, NUL-terminated; the test fails if it cannot be read. free() it. */
char *golden_read(const char *path, size_t *size);

/** A tokenizer over `vocab` with the options that the letters in `letters` name. */
competency__tokenizer *golden_tokenizer(const char *vocab, size_t size, const char *letters);

/** Check every line of the .ids file at `path`; returns the number of texts compared. */
size_t golden_check_ids(const char *path, const char *vocab, size_t vocab_size);

#endif
