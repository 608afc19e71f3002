// SPDX-License-Identifier: MIT
// Rows of a CSV source. A row is taken line by line, so that one with a mistake ends where its line
// does and the next row is read as if nothing had been.
#include "io/csv_rows.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/utf8.h"

competency_status competency__csv_rows_init(competency__csv_rows *rows,
                                            const competency_allocator *memory,
                                            const competency_source *source)
{
    *rows = (competency__csv_rows){0};
    return competency__lines_init(&rows->lines, memory, source, COMPETENCY_LINE_BYTES_MAX);
}

void competency__csv_rows_deinit(competency__csv_rows *rows)
{
    competency__lines_deinit(&rows->lines);
    competency__release(&rows->lines.memory, rows->text);
    competency__release(&rows->lines.memory, rows->fields);
    *rows = (competency__csv_rows){0};
}

const char *competency__csv_field(const competency__csv_rows *rows, size_t index)
{
    return index < rows->field_count ? rows->text + rows->fields[index] : "";
}

// Where the reader is in a row.
typedef struct row_state {
    bool is_quoted;   // inside quotes
    bool was_quoted;  // the field had quotes, which have been closed
    bool is_empty;    // nothing of the field so far
} row_state;

static competency_status no_memory(competency_error *err)
{
    return competency__fail(err, COMPETENCY_ENOMEM, "out of memory");
}

// Room for everything that a further line can add.
static competency_status reserve_text(competency__csv_rows *rows, size_t more,
                                      competency_error *err)
{
    // The line's own bytes, and a NUL for each field: no more fields than bytes, and one.
    const size_t wanted = rows->text_size + 2 * more + 2;
    if (rows->text_size + more > COMPETENCY_LINE_BYTES_MAX) {
        return competency__fail(err, COMPETENCY_EFORMAT, "longer than the limit of %d bytes",
                                COMPETENCY_LINE_BYTES_MAX);
    }
    if (wanted <= rows->text_capacity) {
        return COMPETENCY_OK;
    }
    char *const text = competency__resize(&rows->lines.memory, rows->text, 2 * wanted);
    if (text == NULL) {
        return no_memory(err);
    }
    rows->text = text;
    rows->text_capacity = 2 * wanted;
    return COMPETENCY_OK;
}

static competency_status begin_field(competency__csv_rows *rows, row_state *state,
                                     competency_error *err)
{
    if (rows->field_count == rows->field_capacity) {
        const size_t capacity = rows->field_capacity == 0 ? 16 : rows->field_capacity * 2;
        size_t *const fields =
            competency__resize(&rows->lines.memory, rows->fields, capacity * sizeof(*fields));
        if (fields == NULL) {
            return no_memory(err);
        }
        rows->fields = fields;
        rows->field_capacity = capacity;
    }
    rows->fields[rows->field_count++] = rows->text_size;
    *state = (row_state){.is_empty = true};
    return COMPETENCY_OK;
}

static void put(competency__csv_rows *rows, char c)
{
    rows->text[rows->text_size++] = c;
}

static competency_status refuse_at(const competency__csv_rows *rows, size_t column,
                                   const char *reason, competency_error *err)
{
    return competency__fail(err, COMPETENCY_EFORMAT, "column %zu of line %llu: %s", column + 1,
                            (unsigned long long)rows->lines.number, reason);
}

// One byte outside quotes.
static competency_status take_plain(competency__csv_rows *rows, row_state *state, char c,
                                    size_t column, competency_error *err)
{
    if (c == ',') {
        put(rows, '\0');
        return begin_field(rows, state, err);
    }
    if (c == '"' && state->is_empty) {
        state->is_quoted = true;
        state->is_empty = false;
        return COMPETENCY_OK;
    }
    if (c == '"') {
        return refuse_at(rows, column, "a quote inside a field that does not begin with one", err);
    }
    if (state->was_quoted) {
        return refuse_at(rows, column, "text behind a closing quote", err);
    }
    state->is_empty = false;
    put(rows, c);
    return COMPETENCY_OK;
}

// One line, which may be the middle of a quoted field.
static competency_status take_line(competency__csv_rows *rows, row_state *state, const char *line,
                                   size_t size, competency_error *err)
{
    competency_status status = reserve_text(rows, size, err);
    for (size_t i = 0; i < size && status == COMPETENCY_OK; i++) {
        const char c = line[i];
        if (c == '\r' && i + 1 == size && !state->is_quoted) {
            break;  // of the line end; inside quotes it is text
        }
        if (!state->is_quoted) {
            status = take_plain(rows, state, c, i, err);
        } else if (c != '"') {
            put(rows, c);
        } else if (i + 1 < size && line[i + 1] == '"') {
            put(rows, c);
            i++;
        } else {
            state->is_quoted = false;
            state->was_quoted = true;
        }
    }
    return status;
}

// A byte order mark is no part of the first field.
static competency_status next_line(competency__csv_rows *rows, const char **line, size_t *size,
                                   competency_error *err)
{
    const competency_status status = competency__lines_next(&rows->lines, line, size, err);
    if (status == COMPETENCY_OK && *line != NULL && rows->lines.number == 1 && *size >= 3 &&
        memcmp(*line, "\xEF\xBB\xBF", 3) == 0) {
        *line += 3;
        *size -= 3;
    }
    return status;
}

static bool is_blank(const char *line, size_t size)
{
    return size == 0 || (size == 1 && line[0] == '\r');
}

// Quotes that a line leaves open are closed in one of the next lines, or never.
static competency_status take_rest(competency__csv_rows *rows, row_state *state,
                                   competency_error *err)
{
    while (state->is_quoted) {
        const char *line = NULL;
        size_t size = 0;
        competency_status status = next_line(rows, &line, &size, err);
        if (status == COMPETENCY_OK && line == NULL) {
            status = competency__fail(err, COMPETENCY_EFORMAT, "a quote is never closed");
        }
        if (status == COMPETENCY_OK) {
            status = reserve_text(rows, 1, err);
        }
        if (status != COMPETENCY_OK) {
            return status;
        }
        put(rows, '\n');
        status = take_line(rows, state, line, size, err);
        if (status != COMPETENCY_OK) {
            return status;
        }
    }
    return COMPETENCY_OK;
}

static competency_status check_text(const competency__csv_rows *rows, competency_error *err)
{
    for (size_t i = 0; i < rows->field_count; i++) {
        const size_t end = i + 1 < rows->field_count ? rows->fields[i + 1] : rows->text_size;
        const size_t size = end - rows->fields[i] - 1;
        const char *const field = rows->text + rows->fields[i];
        if (competency__utf8_valid_prefix(field, size) != size) {
            return competency__fail(err, COMPETENCY_EFORMAT, "field %zu is not UTF-8", i + 1);
        }
        if (memchr(field, '\0', size) != NULL) {
            return competency__fail(err, COMPETENCY_EFORMAT, "field %zu has a NUL byte", i + 1);
        }
    }
    return COMPETENCY_OK;
}

static competency_status take_row(competency__csv_rows *rows, const char *line, size_t size,
                                  competency_error *err)
{
    row_state state = {.is_empty = true};
    competency_status status = begin_field(rows, &state, err);
    if (status == COMPETENCY_OK) {
        status = take_line(rows, &state, line, size, err);
    }
    if (status == COMPETENCY_OK) {
        status = take_rest(rows, &state, err);
    }
    if (status == COMPETENCY_OK) {
        put(rows, '\0');
        status = check_text(rows, err);
    }
    return status;
}

competency_status competency__csv_rows_next(competency__csv_rows *rows, competency_error *err)
{
    rows->text_size = 0;
    rows->field_count = 0;
    const char *line = NULL;
    size_t size = 0;
    do {
        const competency_status status = next_line(rows, &line, &size, err);
        rows->line = rows->lines.number;
        if (status != COMPETENCY_OK || line == NULL) {
            return status;
        }
    } while (is_blank(line, size));
    const competency_status status = take_row(rows, line, size, err);
    if (status != COMPETENCY_OK) {
        rows->field_count = 0;
    }
    return status;
}
