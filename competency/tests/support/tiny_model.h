// SPDX-License-Identifier: MIT
#ifndef TESTS_SUPPORT_TINY_MODEL_H
#define TESTS_SUPPORT_TINY_MODEL_H

/**
 * @file
 * Writes a model directory small enough to look at: one layer of 8 numbers, letters for a
 * vocabulary, weights from a fixed sequence. And damages it in chosen ways.
 */
#include <stddef.h>
#include <stdint.h>

enum {
    TINY_LAYERS = 1,
    TINY_HIDDEN = 8,
    TINY_HEADS = 2,
    TINY_INTERMEDIATE = 16,
    TINY_VOCABULARY = 57,  // five special tokens, a..z, ##a..##z
    TINY_POSITIONS = 16,
    TINY_SEGMENTS = 2,
    TINY_TOKENS_MAX = 12,
    TINY_PATH_BYTES = 256
};

/** What is wrong with the weights that are written; all zero: nothing. */
typedef struct tiny_damage {
    const char *prefix;      // put before every name
    const char *missing;     // this tensor is left out
    const char *misshapen;   // this tensor has its dimensions exchanged or cut in two
    const char *mistyped;    // this tensor has `dtype`
    const char *dtype;       // of the same size as F32, or the sizes disagree
    const char *not_finite;  // this tensor's last number is NaN
    const char *shifted;     // this tensor's offsets start 4 bytes early
    size_t header_padding;   // spaces after the header; not a multiple of 4 misaligns the data
    size_t tail;             // bytes after the data
    size_t cut;              // bytes missing at the end
    int64_t header_excess;   // added to the length that the file states
} tiny_damage;

/** Make a new temporary directory and write an intact model into it. */
void tiny_model_create(char directory[TINY_PATH_BYTES]);

/** Remove a directory that tiny_model_create() made, and what is in it. */
void tiny_model_remove(const char *directory);

/** Write model.safetensors anew, damaged. */
void tiny_model_write_weights(const char *directory, const tiny_damage *damage);

/** Write one file of the directory anew. */
void tiny_model_write_file(const char *directory, const char *name, const void *bytes, size_t size);

/** Write one file of the directory anew, from a string. */
void tiny_model_write_text(const char *directory, const char *name, const char *text);

#endif
