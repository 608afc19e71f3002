// SPDX-License-Identifier: MIT
#include "evaluation/table.h"

#include <string.h>

#include "expect.h"

static competency_status parse(competency__table *table, const char *text, competency_error *err)
{
    return competency__table_parse(table, NULL, text, strlen(text), "t.tsv", err);
}

static void test_table__finds_cells_by_the_names_of_columns(void **state)
{
    (void)state;
    competency__table table;
    size_t column = 9;
    competency_error err = {0};
    assert_int_equal(parse(&table, "a\tb\n1\t2\n\t4", NULL), COMPETENCY_OK);
    assert_int_equal(table.rows, 2);
    assert_int_equal(competency__table_column(&table, &column, "b", "t.tsv", NULL), COMPETENCY_OK);
    assert_int_equal(column, 1);
    assert_string_equal(competency__table_cell(&table, 0, 1), "2");
    assert_string_equal(competency__table_cell(&table, 1, 0), "");
    assert_string_equal(competency__table_cell(&table, 1, 1), "4");
    assert_int_equal(competency__table_column(&table, &column, "c", "t.tsv", &err),
                     COMPETENCY_EFORMAT);
    assert_string_equal(err.message, "t.tsv has no column c");
    competency__table_deinit(&table);
}

static void test_table__refuses_lines_of_another_width_and_what_is_no_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"", "t.tsv is empty"},
        {"a\tb\n1\n", "t.tsv: line 2 has 1 cells, not 2"},
        {"a\tb\n1\t2\t3\n", "t.tsv: line 2 has 3 cells, not 2"},
        {"a\tb\n1\t2\n\n", "t.tsv: line 3 has 1 cells, not 2"},
        {"a\n\xFF\n", "t.tsv is not UTF-8 text"},
        {"a\tb\tc\td\n\n\n\n\n\n\n\n", "t.tsv: lines with fewer cells than the first"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        competency__table table;
        competency_error err = {0};
        assert_int_equal(parse(&table, cases[i].text, &err), COMPETENCY_EFORMAT);
        assert_string_equal(err.message, cases[i].message);
        assert_null(table.text);
    }
    competency__table table;
    assert_int_equal(competency__table_parse(&table, NULL, "a\0b", 3, "t", NULL),
                     COMPETENCY_EFORMAT);
}

static void test_table__a_file_that_is_not_there_is_no_input(void **state)
{
    (void)state;
    competency__table table;
    competency_error err = {0};
    assert_int_equal(competency__table_read(&table, NULL, "/nowhere", "t.tsv", &err),
                     COMPETENCY_ENOINPUT);
    assert_non_null(strstr(err.message, "/nowhere/t.tsv"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table__finds_cells_by_the_names_of_columns),
        cmocka_unit_test(test_table__refuses_lines_of_another_width_and_what_is_no_text),
        cmocka_unit_test(test_table__a_file_that_is_not_there_is_no_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
