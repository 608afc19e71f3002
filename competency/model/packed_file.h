// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MODEL_PACKED_FILE_H
#define COMPETENCY_MODEL_PACKED_FILE_H

/**
 * @file
 * A model as one file that is mapped and used in place: docs/format/packed-model.md draws it.
 *
 * Layers are read where they are mapped, on huge pages where the system has them. Words are read
 * with pread(): a forward pass uses a few hundred bytes here and there in 47 MB, and each of them,
 * touched in a mapping, makes the pages around it resident.
 *
 * It is the encoder's room that knows what the blocks of weights look like; to the file they are
 * bytes with a size, a sum and an alignment.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/status.h>

#include "base/sha256.h"
#include "model/bert.h"
#include "model/file.h"
#include "text/tokenizer.h"

enum {
    COMPETENCY__PACKED_VERSION = 2,
    COMPETENCY__PACKED_ALIGN = 4096,  // of every section: a page, so that each can be advised on
    COMPETENCY__PACKED_NAME_BYTES = 64,
    COMPETENCY__PACKED_HEX_BYTES = 64,
};

/** The sections, in the order of the file. The values are written: append, never renumber. */
typedef enum competency__packed_kind {
    COMPETENCY__PACKED_ENTRIES = 0,  // text of the vocabulary's entries
    COMPETENCY__PACKED_STARTS = 1,   // u32 (entries + 1)
    COMPETENCY__PACKED_SLOTS = 2,    // (u32 hash, u32 id) (slots)
    COMPETENCY__PACKED_LAYERS = 3,   // encoder/packed_weights.h
    COMPETENCY__PACKED_WORDS = 4,    // likewise
    COMPETENCY__PACKED_SECTIONS = 5
} competency__packed_kind;

/** What a packed file says of its model, checked. */
typedef struct competency__packed_facts {
    competency__bert_config config;
    uint32_t precision;                             // a competency__precision of the weights
    char name[COMPETENCY__PACKED_NAME_BYTES];       // of the model; NUL-terminated
    char sha256[COMPETENCY__PACKED_HEX_BYTES + 1];  // of the model.safetensors it was made from
    uint64_t source_bytes;                          // size of that file
    unsigned char stamp[COMPETENCY__SHA256_BYTES];  // of the directory; see packed_cache.h
} competency__packed_facts;

/** Bytes to be written, or where they are mapped. */
typedef struct competency__packed_section {
    const void *bytes;  // (size)
    size_t size;
} competency__packed_section;

/** An open packed file. */
typedef struct competency__packed_file {
    competency__file file;  // owned
    bool is_open;
    int descriptor;         // of the file, while is_open; owned
    uint64_t words_offset;  // of that section in the file
    competency__packed_facts facts;
    competency__tokenizer_tables tokenizer;                            // borrows from the mapping
    competency__packed_section sections[COMPETENCY__PACKED_SECTIONS];  // likewise
} competency__packed_file;

/**
 * Check a file that is in memory.
 *
 * Looks at the header and at its sum, at every number in it, and at the places of the sections,
 * which must fill the file without holes; not at what is in the sections, whose reader must bear
 * any bytes.
 *
 * @param[out] out    `file` and `descriptor` stay as they are; pointers borrow from `bytes`
 * @param[in]  bytes  (size) aligned to COMPETENCY__PACKED_ALIGN, or at least to 8
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT, with the reason, if it is not a packed file, was
 *         truncated or damaged; COMPETENCY_EUNSUPPORTED if it is of another version or byte order
 *
 * Cost: some microseconds.
 */
COMPETENCY_MUST_USE competency_status competency__packed_file_read(competency__packed_file *out,
                                                                   const char *bytes, size_t size,
                                                                   competency_error *err);

/**
 * Map the file at `path` and check it, as competency__packed_file_read() does.
 *
 * @param[out] out  released by competency__packed_file_close(), also after a failure
 * @return as competency__packed_file_read() and competency__file_map()
 */
COMPETENCY_MUST_USE competency_status competency__packed_file_open(competency__packed_file *out,
                                                                   const char *path,
                                                                   competency_error *err);

void competency__packed_file_close(competency__packed_file *file);

/**
 * Compare every section with its sum.
 *
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT, naming the section
 *
 * Cost: reads the whole file.
 */
COMPETENCY_MUST_USE competency_status
competency__packed_file_verify(const competency__packed_file *file, competency_error *err);

/**
 * Write a packed file. It has a temporary name beside `path` until it is whole and on the disk.
 *
 * @param[in] tokenizer  its tables become three of the sections
 * @param[in] layers     bytes of that section
 * @param[in] words      likewise
 * @return COMPETENCY_OK; COMPETENCY_EIO; COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status competency__packed_file_write(
    const char *path, const competency__packed_facts *facts, const competency__tokenizer *tokenizer,
    competency__packed_section layers, competency__packed_section words, competency_error *err);

#endif
