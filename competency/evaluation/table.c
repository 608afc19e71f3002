// SPDX-License-Identifier: MIT
#include "evaluation/table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/utf8.h"

static const size_t FILE_MAX = (size_t)64 << 20;

static size_t count_byte(const char *text, size_t size, char byte)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        count += text[i] == byte;
    }
    return count;
}

static competency_status check_text(const char *text, size_t size, const char *name,
                                    competency_error *err)
{
    const size_t valid = competency__utf8_valid_prefix(text, size);
    if (valid != size || memchr(text, '\0', size) != NULL) {
        return competency__fail(err, COMPETENCY_EFORMAT, "%s is not UTF-8 text", name);
    }
    if (size == 0) {
        return competency__fail(err, COMPETENCY_EFORMAT, "%s is empty", name);
    }
    return COMPETENCY_OK;
}

// End every cell of one line by a NUL, and list them. @return how many it has
static size_t split_line(char *line, const char **cells, size_t columns)
{
    size_t count = 0;
    for (char *at = line; at != NULL; count++) {
        if (count < columns) {
            cells[count] = at;
        }
        at = strchr(at, '\t');
        if (at != NULL) {
            *at++ = '\0';
        }
    }
    return count;
}

static competency_status split_lines(competency__table *table, const char *name,
                                     competency_error *err)
{
    char *line = table->text;
    for (size_t row = 0; row <= table->rows; row++) {
        char *const end = strchr(line, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        const size_t count = split_line(line, table->cells + row * table->columns, table->columns);
        if (count != table->columns) {
            return competency__fail(err, COMPETENCY_EFORMAT, "%s: line %zu has %zu cells, not %zu",
                                    name, row + 1, count, table->columns);
        }
        line = end == NULL ? line : end + 1;
    }
    return COMPETENCY_OK;
}

competency_status competency__table_parse(competency__table *out,
                                          const competency_allocator *memory, const char *text,
                                          size_t size, const char *name, competency_error *err)
{
    *out = (competency__table){.memory = competency__allocator(memory)};
    competency_status status = check_text(text, size, name, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    const char *const end = memchr(text, '\n', size);
    const size_t first = end == NULL ? size : (size_t)(end - text);
    const size_t lines = count_byte(text, size, '\n') + (text[size - 1] != '\n');
    out->columns = count_byte(text, first, '\t') + 1;
    out->rows = lines - 1;
    // A table of many columns needs as many tabs in every line: more cells are a mistake, and no
    // reason to allocate them.
    if (out->columns > 1 && lines > (size + 1) / out->columns + 1) {
        return competency__fail(err, COMPETENCY_EFORMAT,
                                "%s: lines with fewer cells than the first", name);
    }
    out->text = competency__allocate(memory, size + 1);
    out->cells = competency__allocate_zeroed(memory, lines * out->columns + 1, sizeof(*out->cells));
    if (out->text == NULL || out->cells == NULL) {
        status = competency__fail(err, COMPETENCY_ENOMEM, "no memory for %s", name);
    } else {
        memcpy(out->text, text, size);
        out->text[size] = '\0';
        status = split_lines(out, name, err);
    }
    if (status != COMPETENCY_OK) {
        competency__table_deinit(out);
    }
    return status;
}

void competency__table_deinit(competency__table *table)
{
    competency__release(&table->memory, table->text);
    competency__release(&table->memory, (void *)table->cells);
    *table = (competency__table){0};
}

static competency_status read_open(FILE *file, char **text, size_t *size,
                                   const competency_allocator *memory, const char *name,
                                   competency_error *err)
{
    size_t capacity = 0;
    for (size_t got = 1; got > 0; *size += got) {
        if (*size == capacity) {
            capacity = capacity == 0 ? 65536 : capacity * 2;
            char *const larger = competency__resize(memory, *text, capacity + 1);
            if (larger == NULL) {
                return competency__fail(err, COMPETENCY_ENOMEM, "no memory for %s", name);
            }
            *text = larger;
        }
        got = fread(*text + *size, 1, capacity - *size, file);
        if (ferror(file) != 0) {
            return competency__fail(err, COMPETENCY_EIO, "cannot read %s", name);
        }
        if (*size + got > FILE_MAX) {
            return competency__fail(err, COMPETENCY_EFORMAT, "%s is larger than %zu bytes", name,
                                    FILE_MAX);
        }
    }
    (*text)[*size] = '\0';
    return COMPETENCY_OK;
}

competency_status competency__text_read(char **text, size_t *size,
                                        const competency_allocator *memory, const char *directory,
                                        const char *name, competency_error *err)
{
    *text = NULL;
    *size = 0;
    char path[COMPETENCY__PATH_BYTES];
    competency_status status = competency__path_join(path, directory, "/", name, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    FILE *const file = fopen(path, "rbe");
    if (file == NULL) {
        status = competency__fail(err, COMPETENCY_ENOINPUT, "cannot open %s: %s", path,
                                  competency__system_text(errno));
    } else {
        status = read_open(file, text, size, memory, path, err);
        (void)fclose(file);
    }
    if (status != COMPETENCY_OK) {
        competency__release(memory, *text);
        *text = NULL;
    }
    return status;
}

competency_status competency__table_read(competency__table *out, const competency_allocator *memory,
                                         const char *directory, const char *name,
                                         competency_error *err)
{
    *out = (competency__table){0};
    char *text = NULL;
    size_t size = 0;
    competency_status status = competency__text_read(&text, &size, memory, directory, name, err);
    if (text != NULL) {
        status = competency__table_parse(out, memory, text, size, name, err);
    }
    competency__release(memory, text);
    return status;
}

competency_status competency__table_column(const competency__table *table, size_t *column,
                                           const char *name, const char *file,
                                           competency_error *err)
{
    for (size_t c = 0; c < table->columns; c++) {
        if (strcmp(table->cells[c], name) == 0) {
            *column = c;
            return COMPETENCY_OK;
        }
    }
    return competency__fail(err, COMPETENCY_EFORMAT, "%s has no column %s", file, name);
}

const char *competency__table_cell(const competency__table *table, size_t row, size_t column)
{
    return table->cells[(row + 1) * table->columns + column];
}
