// SPDX-License-Identifier: MIT
// Candidates in CSV: quoting, line ends, grouping, and what is wrong with a row.
#include <stdlib.h>
#include <string.h>

#include <competency/io.h>

#include "expect.h"

// A text that is given out `step` bytes at a time.
typedef struct text_source {
    const char *text;
    size_t left;
    size_t step;
} text_source;

static competency_status read_text(void *self, char *buffer, size_t cap, size_t *got)
{
    text_source *const source = self;
    size_t size = source->left < source->step ? source->left : source->step;
    size = size < cap ? size : cap;
    memcpy(buffer, source->text, size);
    source->text += size;
    source->left -= size;
    *got = size;
    return COMPETENCY_OK;
}

static competency_stream *open_csv(text_source *text)
{
    competency_stream *stream = NULL;
    const competency_source source = {.self = text, .read = read_text};
    assert_int_equal(competency_stream_create(&stream, &source, COMPETENCY_STREAM_CSV),
                     COMPETENCY_OK);
    return stream;
}

static competency_document *next_good(competency_stream *stream, const char *id, size_t skills)
{
    competency_document *document = NULL;
    competency_error err = {0};
    const competency_status status = competency_stream_next(stream, &document, &err);
    EXPECT(status == COMPETENCY_OK && document != NULL, "%s: %s", id, err.message);
    const competency_record *const record = competency_document_candidate(document, 0);
    assert_string_equal(record->identity.id, id);
    assert_int_equal(record->profile.count, skills);
    return document;
}

static void expect_bad(competency_stream *stream, const char *id, const char *message)
{
    competency_document *document = NULL;
    competency_error err = {0};
    assert_int_equal(competency_stream_next(stream, &document, &err), COMPETENCY_EFORMAT);
    assert_null(document);
    assert_string_equal(err.message, message);
    if (id == NULL) {
        assert_null(competency_stream_id(stream));
    } else {
        assert_string_equal(competency_stream_id(stream), id);
    }
}

static void expect_end(competency_stream *stream)
{
    competency_document *document = NULL;
    assert_int_equal(competency_stream_next(stream, &document, NULL), COMPETENCY_OK);
    assert_null(document);
}

static void test_csv__quotes_line_ends_and_columns_in_any_order(void **state)
{
    (void)state;
    static const char text[] = "\xEF\xBB\xBFlevel,skill,ignored,candidate_id,max_level,title\r\n"
                               "4,\"Cakes, \"\"fine\"\"\",x,\"one\",5,Ms A\r\n"
                               "2.5,\"two\r\nlines\",,one,5,\r\n"
                               "\r\n"
                               ",Secret,,one,5,\r\n"
                               "\"3/4\",Bread,,two,\r\n"
                               "1,Bread,,one,2";
    for (size_t step = 1; step <= sizeof(text); step += 5) {
        text_source source = {text, sizeof(text) - 1, step};
        competency_stream *const stream = open_csv(&source);
        competency_document *document = next_good(stream, "one", 3);
        const competency_record *record = competency_document_candidate(document, 0);
        assert_int_equal(competency_stream_line(stream), 2);
        assert_int_equal(record->number, 2);
        assert_string_equal(record->identity.title, "Ms A");
        assert_int_equal(record->disclosed_count, 2);
        assert_string_equal(record->profile.skills[0].name, "Cakes, \"fine\"");
        assert_string_equal(record->profile.skills[1].name, "two\r\nlines");
        EXPECT_NEAR(record->profile.skills[1].level.value, 2.5, 0, "level");
        assert_false(record->profile.skills[2].level.is_disclosed);
        competency_document_destroy(document);

        document = next_good(stream, "two", 1);
        record = competency_document_candidate(document, 0);
        EXPECT_NEAR(record->profile.skills[0].level.max, 4, 0, "max");
        assert_null(record->identity.title);
        assert_int_equal(competency_stream_line(stream), 7);
        competency_document_destroy(document);

        competency_document_destroy(next_good(stream, "one", 1));  // not consecutive: another one
        expect_end(stream);
        expect_end(stream);
        competency_stream_destroy(stream);
    }
}

static void test_csv__a_bad_row_makes_its_candidate_bad_and_the_rest_goes_on(void **state)
{
    (void)state;
    static const char text[] = "candidate_id,skill,level,max_level\n"
                               "a,Bread,6,5\n"
                               "a,Cakes,1,5\n"
                               "b,Bread,1,5\n"
                               "c,Bread,none,5\n"
                               "d,Bread,1,\n"
                               "e,Bread,1,5\n"
                               "e,Br\"ead,1,5\n"
                               "f,Bread,1,0\n"
                               "g,\"Bread\"x,1,5\n"
                               "h,\xFF,1,5\n"
                               "i,Bread,1,5\n"
                               "i,\"Bread,1,5\n"
                               "j,Bread,1,5\n";
    text_source source = {text, sizeof(text) - 1, 7};
    competency_stream *const stream = open_csv(&source);
    expect_bad(stream, "a", "line 2: /level: 6 is above the maximum 5");
    competency_document_destroy(next_good(stream, "b", 1));
    expect_bad(stream, "c",
               "line 5: /level: is the string \"none\", expected a level such as "
               "\"4/5\"");
    expect_bad(stream, "d",
               "line 6: /level: a bare number needs a \"max_level\" on the skill or around it");
    expect_bad(stream, "e",
               "line 8: column 5 of line 8: a quote inside a field that does not begin with one");
    // A row that cannot be read is taken for the candidate before it.
    expect_bad(stream, "f", "line 9: /max_level: 0 is no maximum: it must be above 0");
    expect_bad(stream, "i", "line 13: a quote is never closed");
    expect_end(stream);
    competency_stream_destroy(stream);
}

static void test_csv__a_header_without_a_column_ends_the_source(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"candidate_id,skill\n1,2\n", "the header has no column \"level\": "
                                      "candidate_id,skill,level and perhaps max_level are "
                                      "expected"},
        {"skill,skill\n", "two columns are called \"skill\""},
        {"a\"b\n", "column 2 of line 1: a quote inside a field that does not begin with one"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        text_source source = {cases[i].text, strlen(cases[i].text), 100};
        competency_stream *const stream = open_csv(&source);
        competency_document *document = NULL;
        competency_error err = {0};
        assert_int_equal(competency_stream_next(stream, &document, &err), COMPETENCY_EINVAL);
        assert_int_equal(err.status, COMPETENCY_EINVAL);
        assert_string_equal(err.message, cases[i].message);
        competency_stream_destroy(stream);
    }
    text_source nothing = {"", 0, 1};
    competency_stream *const stream = open_csv(&nothing);
    expect_end(stream);
    competency_stream_destroy(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv__quotes_line_ends_and_columns_in_any_order),
        cmocka_unit_test(test_csv__a_bad_row_makes_its_candidate_bad_and_the_rest_goes_on),
        cmocka_unit_test(test_csv__a_header_without_a_column_ends_the_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
