// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_EVALUATION_TABLE_H
#define COMPETENCY_EVALUATION_TABLE_H

/**
 * @file
 * A table of text: lines of cells with tabs between them, the first line being their names.
 */
#include <stddef.h>

#include <competency/allocator.h>
#include <competency/status.h>

/** A table that was read. Owns its text. */
typedef struct competency__table {
    competency_allocator memory;
    char *text;          // the file, cells ended by NUL
    const char **cells;  // (rows + 1, columns) row-major; the first row has the names
    size_t rows;         // without the names
    size_t columns;
} competency__table;

/**
 * Read the table in `text`.
 *
 * @param[out] out     emptied on failure; released by competency__table_deinit()
 * @param[in]  memory  copied; NULL: the C library's
 * @param[in]  text  (size) UTF-8 without NUL; copied
 * @param[in]  name  of the file, for messages
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if it is not UTF-8, has no line, or a line has another
 *         number of cells than the first; COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status competency__table_parse(competency__table *out,
                                                              const competency_allocator *memory,
                                                              const char *text, size_t size,
                                                              const char *name,
                                                              competency_error *err);

/**
 * Read the file `name` in `directory`, of at most 64 MiB.
 *
 * @return as competency__table_parse(); COMPETENCY_ENOINPUT if it cannot be opened; COMPETENCY_EIO
 */
COMPETENCY_MUST_USE competency_status competency__table_read(competency__table *out,
                                                             const competency_allocator *memory,
                                                             const char *directory,
                                                             const char *name,
                                                             competency_error *err);

/** Release. A zeroed table is accepted. */
void competency__table_deinit(competency__table *table);

/**
 * The column called `name`.
 *
 * @param[in] file  for the message
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if there is none
 */
COMPETENCY_MUST_USE competency_status competency__table_column(const competency__table *table,
                                                               size_t *column, const char *name,
                                                               const char *file,
                                                               competency_error *err);

/** The text of a cell; row < table->rows, column < table->columns. */
const char *competency__table_cell(const competency__table *table, size_t row, size_t column);

/**
 * Read a whole file of at most 64 MiB.
 *
 * @param[out] text  (size + 1) ends with a NUL; of `memory`, to be given back to it; NULL on failure
 * @return COMPETENCY_OK; COMPETENCY_ENOINPUT; COMPETENCY_EIO; COMPETENCY_EFORMAT if it is larger;
 *         COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status competency__text_read(char **text, size_t *size,
                                                            const competency_allocator *memory,
                                                            const char *directory, const char *name,
                                                            competency_error *err);

#endif
