// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_IO_DOCUMENT_H
#define COMPETENCY_IO_DOCUMENT_H

#include <competency/io.h>

#include "io/json_tree.h"

/**
 * Make a document from a parsed text.
 *
 * @param[in] root    borrowed for the call
 * @param     number  what the first candidate's record is numbered
 * @return as competency_document_parse()
 */
competency_status competency__document_read(competency_document **out,
                                            competency_document_kind kind,
                                            const competency__json *root, uint64_t number,
                                            competency_error *err);

#endif
