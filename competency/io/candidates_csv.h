// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_IO_CANDIDATES_CSV_H
#define COMPETENCY_IO_CANDIDATES_CSV_H

#include "io/csv_rows.h"
#include "io/pool.h"

/** What the columns of a file are called, and where they stand. */
enum competency__csv_column {
    COMPETENCY__CSV_CANDIDATE = 0,
    COMPETENCY__CSV_SKILL,
    COMPETENCY__CSV_LEVEL,
    COMPETENCY__CSV_MAX_LEVEL,
    COMPETENCY__CSV_TITLE,
    COMPETENCY__CSV_URI,
    COMPETENCY__CSV_COLUMNS,
};

/**
 * Candidates from rows of skills: consecutive rows with the same candidate_id are one candidate.
 */
typedef struct competency__candidates_csv {
    competency__csv_rows rows;
    size_t columns[COMPETENCY__CSV_COLUMNS];  // index of a field; SIZE_MAX: the file has none
    bool has_header;
    bool has_row;              // `rows` holds the first row of the next candidate
    competency_skill *skills;  // owned: of the candidate that is read
    size_t skill_count;
    size_t skill_capacity;
    uint64_t line;  // of the first row of the candidate read last
    char *id;       // owned; of the candidate read last; NULL: none
} competency__candidates_csv;

/** @param[in] memory  copied. @return COMPETENCY_OK; COMPETENCY_ENOMEM */
COMPETENCY_MUST_USE competency_status
competency__candidates_csv_init(competency__candidates_csv *csv, const competency_allocator *memory,
                                const competency_source *source);

/** A zeroed struct is accepted. */
void competency__candidates_csv_deinit(competency__candidates_csv *csv);

/**
 * Read the next candidate.
 *
 * @param[out] out  NULL at the end and on failure
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if a row of the candidate is bad: the next call goes on
 *         behind its last row; COMPETENCY_EINVAL if the header is, which ends the source;
 *         COMPETENCY_EIO; COMPETENCY_ENOMEM
 */
competency_status competency__candidates_csv_next(competency__candidates_csv *csv,
                                                  competency_document **out, competency_error *err);

#endif
