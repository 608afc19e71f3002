// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MODEL_PACKED_LAYOUT_H
#define COMPETENCY_MODEL_PACKED_LAYOUT_H

/**
 * @file
 * The first bytes of a packed model file, as they lie in it. docs/format/packed-model.md draws
 * them; a test holds the drawing to these structs.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"
#include "model/packed_file.h"

/** PNG's trick: a byte above 127, a name, and line ends that a text mode would change. */
#define COMPETENCY__PACKED_MAGIC \
    "\x89"                       \
    "CMODEL\n"

enum { COMPETENCY__PACKED_BYTE_ORDER = 0x01020304 };

/** Where a section is, and the sum of its bytes. */
typedef struct competency__packed_entry {
    uint32_t kind;  // its place in the table
    uint32_t zero;
    uint64_t offset;  // from the start of the file, a multiple of COMPETENCY__PACKED_ALIGN
    uint64_t size;    // bytes
    unsigned char sha256[COMPETENCY__SHA256_BYTES];
} competency__packed_entry;

/** The header; zeros follow until the first section. */
typedef struct competency__packed_header {
    char magic[8];
    uint32_t version;
    uint32_t byte_order;  // COMPETENCY__PACKED_BYTE_ORDER as the writer's processor stores it
    uint64_t file_size;
    uint32_t precision;
    uint32_t sections;  // COMPETENCY__PACKED_SECTIONS

    uint32_t layers;
    uint32_t hidden;
    uint32_t heads;
    uint32_t intermediate;
    uint32_t vocabulary;
    uint32_t positions;
    uint32_t segments;
    uint32_t tokens_max;
    float layer_norm_eps;
    uint32_t activation;     // a competency__activation
    uint32_t pooling;        // a competency__pooling
    uint32_t is_normalised;  // 0 or 1, as the next four

    uint32_t lower_case;
    uint32_t strip_accents;
    uint32_t space_cjk;
    uint32_t special_tokens_are_text;
    uint32_t entries;  // of the vocabulary
    uint32_t slots;    // of its hash table, a power of two
    uint32_t longest;  // bytes of the longest entry
    uint32_t specials[COMPETENCY__SPECIALS];

    uint64_t source_bytes;
    char source_sha256[COMPETENCY__PACKED_HEX_BYTES];
    unsigned char stamp[COMPETENCY__SHA256_BYTES];
    char name[COMPETENCY__PACKED_NAME_BYTES];
    char prompt[COMPETENCY__PROMPT_BYTES];  // put before every text; "": none

    competency__packed_entry table[COMPETENCY__PACKED_SECTIONS];
    unsigned char sha256[COMPETENCY__SHA256_BYTES];  // of everything before it
} competency__packed_header;

_Static_assert(sizeof(competency__packed_entry) == 56, "an entry has no padding");
_Static_assert(offsetof(competency__packed_header, layers) == 32, "drawn in docs/format");
_Static_assert(offsetof(competency__packed_header, lower_case) == 80, "drawn in docs/format");
_Static_assert(offsetof(competency__packed_header, source_bytes) == 128, "drawn in docs/format");
_Static_assert(offsetof(competency__packed_header, table) == 552, "drawn in docs/format");
_Static_assert(offsetof(competency__packed_header, sha256) == 832, "drawn in docs/format");
_Static_assert(sizeof(competency__packed_header) == 864, "drawn in docs/format");

#endif
