// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_IO_DOCUMENT_H
#define COMPETENCY_IO_DOCUMENT_H

#include <competency/io.h>

#include "io/json_tree.h"
#include "io/pool.h"

/**
 * Make a document from a parsed text.
 *
 * @param[in] root    borrowed for the call
 * @param     number  what the first candidate's record is numbered
 * @param[in] memory  copied
 * @return as competency_document_parse()
 */
competency_status competency__document_read(competency_document **out,
                                            competency_document_kind kind,
                                            const competency__json *root, uint64_t number,
                                            const competency_allocator *memory,
                                            competency_error *err);

/**
 * Make a document of one candidate.
 *
 * @param[in]     record  borrows from the pool
 * @param[in,out] pool    empty afterwards; unchanged on failure. The document, too, is of its memory
 * @return COMPETENCY_OK; COMPETENCY_ENOMEM
 */
competency_status competency__document_of_candidate(competency_document **out,
                                                    const competency_record *record,
                                                    competency__pool *pool, competency_error *err);

#endif
