// SPDX-License-Identifier: MIT
// Any text is refused, or is a table whose cells, put together again, are the text.
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/table.h"

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

// Where a cell of the text ends, and what has to stand there.
static const char *take_cell(const char *at, const char *end, const char *cell, char behind)
{
    const size_t size = strlen(cell);
    check(size <= (size_t)(end - at) && memcmp(at, cell, size) == 0);
    at += size;
    if (at == end) {
        return at;  // the last line may have no end
    }
    check(*at == behind);
    return at + 1;
}

static void check_cells(const competency__table *table, const char *text, size_t size)
{
    const char *at = text;
    const char *const end = text + size;
    for (size_t row = 0; row <= table->rows; row++) {
        for (size_t column = 0; column < table->columns; column++) {
            const bool is_last = column + 1 == table->columns;
            at = take_cell(at, end, table->cells[row * table->columns + column],
                           is_last ? '\n' : '\t');
        }
    }
    check(at == end);
}

static void check_columns(const competency__table *table)
{
    for (size_t column = 0; column < table->columns; column++) {
        size_t found = SIZE_MAX;
        check(competency__table_column(table, &found, table->cells[column], "table", NULL) ==
              COMPETENCY_OK);
        check(found <= column && strcmp(table->cells[found], table->cells[column]) == 0);
        for (size_t row = 0; row < table->rows; row++) {
            check(competency__table_cell(table, row, column) ==
                  table->cells[(row + 1) * table->columns + column]);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { COLUMNS_MAX = 300 };  // finding each is quadratic
    competency__table table;
    competency_error err = {0};
    const char *const text = (const char *)data;
    if (competency__table_parse(&table, NULL, text, size, "table", &err) != COMPETENCY_OK) {
        check(err.status == COMPETENCY_EFORMAT && err.message[0] != '\0');
        check(table.text == NULL && table.cells == NULL);
        return 0;
    }
    check_cells(&table, text, size);
    if (table.columns <= COLUMNS_MAX) {
        check_columns(&table);
    }
    competency__table_deinit(&table);
    return 0;
}
