// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_FUNCTION_TABLE_H
#define HEAPLENS_EXPORT_FUNCTION_TABLE_H

#include "profile/numbering.h"
#include "profile/session.h"

/**
 * The functions of a process, numbered from 0 for formats that have a table of them. A function is a
 * name in a file; a frame without a name is a function of its own, known by its location.
 */
typedef struct heaplens_function_table {
    heaplens_numbering functions;
    uint32_t *of_frame;     // by frame of the process
    uint32_t *of_location;  // by location; of those without frames only
} heaplens_function_table;

/** One function of the table. */
typedef struct heaplens_function_row {
    heaplens_name name;  // HEAPLENS_NAME_NONE: no name is known
    heaplens_name file;  // of one with a name
    uint32_t location;   // of one without
} heaplens_function_row;

/**
 * Number the functions of a process; released by heaplens__function_table_deinit(), also after a
 * failure.
 *
 * @return false when memory is out
 */
bool heaplens__function_table_init(heaplens_function_table *table, const heaplens_process *process);

/** The function of a frame, index < heaplens__location_frames(). */
uint32_t heaplens__function_table_at(const heaplens_function_table *table,
                                     const heaplens_process *process, uint32_t location,
                                     uint32_t index);

/** What a function is. */
heaplens_function_row heaplens__function_table_row(const heaplens_function_table *table,
                                                   uint32_t function);

/** Release what the table owns. */
void heaplens__function_table_deinit(heaplens_function_table *table);

#endif
