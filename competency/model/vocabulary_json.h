// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MODEL_VOCABULARY_JSON_H
#define COMPETENCY_MODEL_VOCABULARY_JSON_H

/**
 * @file
 * The vocabulary in a `tokenizer.json`, for models that come without a `vocab.txt`.
 */
#include <stddef.h>

#include <competency/allocator.h>
#include <competency/status.h>

/**
 * Read a `tokenizer.json` and write its vocabulary as a `vocab.txt` has it: one entry a line, in
 * the order of the ids.
 *
 * @param[out] text   (size) of `memory`, to be given back to it; NULL on failure
 * @param[in]  memory borrowed; NULL: the C library's
 * @param[in]  bytes  (bytes_size) the file
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if it is not JSON, or the ids are not 0, 1, 2, ...;
 *         COMPETENCY_EUNSUPPORTED, naming the field, if it is not the WordPiece of BERT;
 *         COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status
competency__vocabulary_json_read(char **text, const competency_allocator *memory, size_t *size,
                                 const char *bytes, size_t bytes_size, competency_error *err);

#endif
