// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_TABLES_H
#define HEAPLENS_PROFILE_TABLES_H

#include "profile/session.h"

/**
 * @file
 * The tables of the finished file, as data: which member of which struct is which column. The
 * writer and the reader are loops over this description, so they cannot disagree.
 */

/** What a section holds. Values are in the file. */
typedef enum heaplens_section {
    HEAPLENS_SECTION_NAMES = 1,
    HEAPLENS_SECTION_PROCESSES = 2,
    HEAPLENS_SECTION_MODULES = 3,
    HEAPLENS_SECTION_FRAMES = 4,
    HEAPLENS_SECTION_LOCATIONS = 5,
    HEAPLENS_SECTION_NODES = 6,
    HEAPLENS_SECTION_SITES = 7,
    HEAPLENS_SECTION_MOMENTS = 8,
    HEAPLENS_SECTION_SIZES = 9,
    HEAPLENS_SECTION_SITE_SIZES = 10,
    HEAPLENS_SECTION_ESTIMATES = 11,
    HEAPLENS_SECTION_POINTS = 12,
    HEAPLENS_SECTION_OVERFLOWS = 13,
    HEAPLENS_SECTION_SCOPES = 14,
    HEAPLENS_SECTION_SCOPE_SITES = 15,
    HEAPLENS_SECTION_THREADS = 16,
    HEAPLENS_SECTION_THREAD_SITES = 17,
} heaplens_section;

typedef struct heaplens_column {
    uint32_t offset;  // of the member in its struct
    uint32_t bytes;   // 4 or 8
} heaplens_column;

/** A kind of row, in memory and in the file. */
typedef struct heaplens_table {
    const heaplens_column *columns;
    size_t column_count;
    uint32_t section;     // heaplens_section
    uint32_t item_bytes;  // sizeof the struct of a row
    uint32_t items_at;    // offset of the array's pointer in heaplens_process
    uint32_t count_at;    // offset of its size_t count
} heaplens_table;

/** The processes themselves: their facts, and how many rows of each other table are theirs. */
extern const heaplens_table heaplens__process_table;

enum { HEAPLENS_TABLE_COUNT = 15 };

/** The arrays of a process. */
extern const heaplens_table heaplens__tables[HEAPLENS_TABLE_COUNT];

/** Bytes of a row in the file. */
size_t heaplens__table_row_bytes(const heaplens_table *table);

/** Rows that `process` has of a table. */
size_t heaplens__table_count(const heaplens_table *table, const heaplens_process *process);

/** The array of a table; borrowed from `process`. */
void *heaplens__table_items(const heaplens_table *table, const heaplens_process *process);

/** Hand an array to a process, which owns it from then on. Its count stays as it is. */
void heaplens__table_set_items(const heaplens_table *table, heaplens_process *process, void *items);

/**
 * Write rows as columns: all values of the first, then all of the second, each little-endian.
 *
 * A column goes to bytes + rows_all * (width of the columns before it) + rows_before * width.
 *
 * @param[out] bytes  (rows_all * row bytes)
 */
void heaplens__table_encode(const heaplens_table *table, const void *items, size_t count,
                            unsigned char *bytes, size_t rows_before, size_t rows_all);

/** The inverse of heaplens__table_encode(). */
void heaplens__table_decode(const heaplens_table *table, void *items, size_t count,
                            const unsigned char *bytes, size_t rows_before, size_t rows_all);

#endif
