// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_IO_WRITER_H
#define COMPETENCY_IO_WRITER_H

#include <competency/io.h>

#include "io/output.h"

/** How one format writes; a function that is NULL writes nothing. */
typedef struct competency__writer_form {
    void (*before)(competency_writer *writer);  // each result and error: head, separator
    void (*run)(competency_writer *writer);
    void (*result)(competency_writer *writer, const competency_result *result);
    void (*error)(competency_writer *writer, const char *id, uint64_t number, const char *message);
    void (*end)(competency_writer *writer);
} competency__writer_form;

struct competency_writer {
    competency_allocator memory;
    const competency__writer_form *form;
    competency_writer_options options;
    const competency_run *run;  // borrowed; NULL before the first
    uint64_t written_count;     // results and errors
    competency__output output;
};

extern const competency__writer_form competency__form_table;
extern const competency__writer_form competency__form_json;
extern const competency__writer_form competency__form_jsonl;
extern const competency__writer_form competency__form_classic;
extern const competency__writer_form competency__form_csv;

/** Share of the overall score that requirement `index` brings; the shares sum to the score. */
double competency__contribution(const competency_match *match, size_t index);

#endif
