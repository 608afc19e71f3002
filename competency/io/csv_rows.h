// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_IO_CSV_ROWS_H
#define COMPETENCY_IO_CSV_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "io/lines.h"

/**
 * Cuts a source into rows of fields: RFC 4180, with CRLF or LF, a byte order mark in front, blank
 * lines skipped. A quoted field may contain line ends.
 */
typedef struct competency__csv_rows {
    competency__lines lines;
    char *text;  // owned: the fields of the row, each NUL-terminated
    size_t text_size;
    size_t text_capacity;
    size_t *fields;  // owned: (field_count) offsets into `text`
    size_t field_count;
    size_t field_capacity;
    uint64_t line;  // of the row's first byte, from 1
} competency__csv_rows;

/** @param[in] memory  copied. @return COMPETENCY_OK; COMPETENCY_ENOMEM */
COMPETENCY_MUST_USE competency_status competency__csv_rows_init(competency__csv_rows *rows,
                                                                const competency_allocator *memory,
                                                                const competency_source *source);

/** A zeroed struct is accepted. */
void competency__csv_rows_deinit(competency__csv_rows *rows);

/**
 * Read the next row. At the end there is one without fields.
 *
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if a quote is misplaced or never closed, a field is not
 *         UTF-8 or has a NUL, or the row is longer than COMPETENCY_LINE_BYTES_MAX: the next call
 *         goes on behind it; COMPETENCY_EIO; COMPETENCY_ENOMEM
 */
competency_status competency__csv_rows_next(competency__csv_rows *rows, competency_error *err);

/** Field `index` of the row, "" for one that it does not have. Valid until the next row. */
const char *competency__csv_field(const competency__csv_rows *rows, size_t index);

#endif
