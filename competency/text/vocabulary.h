// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_TEXT_VOCABULARY_H
#define COMPETENCY_TEXT_VOCABULARY_H

/**
 * @file
 * The entries of a WordPiece vocabulary, found by their text.
 */
#include <stddef.h>
#include <stdint.h>

#include <competency/allocator.h>
#include <competency/status.h>

#define COMPETENCY__TOKEN_NONE UINT32_MAX

/** One slot of the hash table; the hash beside the id spares most looks at the text. */
struct competency__vocabulary_slot {
    uint32_t hash;
    uint32_t id;  // COMPETENCY__TOKEN_NONE: free
};

/**
 * The tables of a vocabulary, which a packed model file holds as they are. Immutable once they are
 * read. Where they were mapped from a file nothing in them is to be believed: a search looks at
 * every number before it uses it.
 */
typedef struct competency__vocabulary {
    const char *bytes;       // (bytes_size) every entry, each followed by a newline
    const uint32_t *starts;  // (count + 1) offset of each entry in `bytes`
    const struct competency__vocabulary_slot *slots;  // (mask + 1) open addressing, linear probing
    uint32_t mask;                                    // slots - 1, a power of two less one
    uint32_t count;                                   // entries
    uint32_t bytes_size;
    size_t longest;  // bytes of the longest entry
    void *owned;     // what deinit() releases; NULL where the tables are borrowed
} competency__vocabulary;

/**
 * Read the contents of a `vocab.txt`: one entry a line, its id the line's number from 0. Of
 * entries that occur twice the later id counts, as in the reference.
 *
 * @param[out] out     released by competency__vocabulary_deinit(), also after a failure
 * @param[in]  memory  borrowed; NULL: the C library's
 * @param[in]  text    (size); copied
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if it is not UTF-8, too large, or made to collide;
 *         COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status
competency__vocabulary_read(competency__vocabulary *out, const competency_allocator *memory,
                            const char *text, size_t size, competency_error *err);

/** @param[in] memory  that it was read with */
void competency__vocabulary_deinit(competency__vocabulary *vocabulary,
                                   const competency_allocator *memory);

/** The id of the entry `text`, (size) bytes; COMPETENCY__TOKEN_NONE if there is none. */
uint32_t competency__vocabulary_find(const competency__vocabulary *vocabulary, const char *text,
                                     size_t size);

/**
 * Split one normalised word into pieces by greedy longest match; pieces after the first are the
 * entries that start with "##".
 *
 * A word of which any part matches nothing has no pieces at all: the reference discards what it
 * found so far, and so must we.
 * Source: Devlin et al. 2018, "BERT", arXiv:1810.04805, the WordpieceTokenizer of its code.
 *
 * @param[in]  word  (size) UTF-8, 1 <= size <= COMPETENCY__WORD_BYTES_MAX
 * @param[out] ids   (COMPETENCY__WORD_MAX)
 * @return the pieces written; 0 if the word is unknown
 */
size_t competency__vocabulary_split(const competency__vocabulary *vocabulary, const char *word,
                                    size_t size, uint32_t *ids);

#endif
