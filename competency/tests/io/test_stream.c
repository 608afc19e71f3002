// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include <competency/io.h>

#include "expect.h"
#include "io/lines.h"

// A text that is given out `step` bytes at a time and then ends, or fails.
typedef struct text_source {
    const char *text;
    size_t left;
    size_t step;
    competency_status last;
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
    return size == 0 ? source->last : COMPETENCY_OK;
}

static text_source source_of(const char *text, size_t step)
{
    return (text_source){.text = text, .left = strlen(text), .step = step};
}

static competency_stream *open_stream(text_source *text)
{
    competency_stream *stream = NULL;
    const competency_source source = {.self = text, .read = read_text};
    assert_int_equal(competency_stream_create(&stream, &source, COMPETENCY_STREAM_JSONL),
                     COMPETENCY_OK);
    return stream;
}

#define SKILLS "\"skills\": [{\"name\": \"A\", \"level\": \"1/2\"}]"

static void test_stream__bad_records_are_named_and_the_rest_goes_on(void **state)
{
    (void)state;
    static const char text[] =
        "\xEF\xBB\xBF{\"id\": \"one\", " SKILLS "}\r\n"
        "\n"
        "{\"id\": \"two\", \"skills\": [{\"name\": \"A\", \"level\": \"3/2\"}]}\n"
        "{\"id\": \n"
        "   \t\n"
        "{\"id\": 6, " SKILLS "}";
    for (size_t step = 1; step < sizeof(text); step += 7) {
        text_source source = source_of(text, step);
        competency_stream *const stream = open_stream(&source);
        competency_document *document = NULL;
        competency_error err = {0};

        assert_int_equal(competency_stream_next(stream, &document, &err), COMPETENCY_OK);
        assert_string_equal(competency_document_candidate(document, 0)->identity.id, "one");
        assert_null(competency_document_role(document));
        competency_document_destroy(document);

        assert_int_equal(competency_stream_next(stream, &document, &err), COMPETENCY_EFORMAT);
        assert_null(document);
        assert_string_equal(competency_stream_id(stream), "two");
        assert_int_equal(competency_stream_line(stream), 3);
        assert_string_equal(err.message,
                            "line 3: candidate two: /skills/0/level: 3 is above the maximum 2");

        assert_int_equal(competency_stream_next(stream, &document, &err), COMPETENCY_EFORMAT);
        assert_null(competency_stream_id(stream));
        EXPECT(strstr(err.message, "line 4: not JSON") == err.message, "%s", err.message);

        assert_int_equal(competency_stream_next(stream, &document, &err), COMPETENCY_OK);
        assert_int_equal(competency_document_candidate(document, 0)->number, 6);
        assert_string_equal(competency_document_candidate(document, 0)->identity.id, "6");
        competency_document_destroy(document);

        assert_int_equal(competency_stream_next(stream, &document, &err), COMPETENCY_OK);
        assert_null(document);
        competency_stream_destroy(stream);
    }
}

static void test_stream__a_failing_source_ends_it(void **state)
{
    (void)state;
    text_source source = source_of("{\"id\": 1", 3);
    source.last = COMPETENCY_EIO;
    competency_stream *const stream = open_stream(&source);
    competency_document *document = NULL;
    assert_int_equal(competency_stream_next(stream, &document, NULL), COMPETENCY_EIO);
    assert_null(document);
    competency_stream_destroy(stream);
}

static void test_stream__no_bytes_are_no_candidates(void **state)
{
    (void)state;
    text_source source = source_of("", 1);
    competency_stream *const stream = open_stream(&source);
    competency_document *document = NULL;
    assert_int_equal(competency_stream_next(stream, &document, NULL), COMPETENCY_OK);
    assert_null(document);
    competency_stream_destroy(stream);
    competency_stream_destroy(NULL);
}

static void test_lines__a_line_over_the_limit_is_refused_and_skipped(void **state)
{
    (void)state;
    // Around every capacity the buffer has: lines of 9, 10 and 11 bytes with a limit of 10.
    static const char text[] = "123456789\n1234567890\n12345678901\nabc\n1234567890123456789012345";
    for (size_t step = 1; step < sizeof(text); step++) {
        text_source source = source_of(text, step);
        const competency_source reader = {.self = &source, .read = read_text};
        competency__lines lines;
        assert_int_equal(competency__lines_init(&lines, &(competency_allocator){0}, &reader, 10),
                         COMPETENCY_OK);
        const char *line = NULL;
        size_t size = 0;
        competency_error err = {0};
        static const size_t sizes[] = {9, 10, 0, 3};
        for (size_t i = 0; i < 4; i++) {
            const competency_status status = competency__lines_next(&lines, &line, &size, &err);
            assert_int_equal(status, i == 2 ? COMPETENCY_EFORMAT : COMPETENCY_OK);
            assert_int_equal(size, sizes[i]);
            assert_int_equal(lines.number, i + 1);
        }
        assert_memory_equal(line, "abc", 3);
        assert_int_equal(competency__lines_next(&lines, &line, &size, &err), COMPETENCY_EFORMAT);
        assert_string_equal(err.message, "longer than the limit of 10 bytes");
        assert_int_equal(competency__lines_next(&lines, &line, &size, &err), COMPETENCY_OK);
        assert_null(line);
        competency__lines_deinit(&lines);
    }
}

static void test_lines__memory_stays_at_the_limit_for_an_endless_line(void **state)
{
    (void)state;
    enum { LINE = 8 << 20, LIMIT = 100000 };
    char *const text = malloc(LINE + 1);
    assert_non_null(text);
    memset(text, 'x', LINE);
    text[LINE] = '\0';
    text_source source = source_of(text, 65536);
    const competency_source reader = {.self = &source, .read = read_text};
    competency__lines lines;
    assert_int_equal(competency__lines_init(&lines, &(competency_allocator){0}, &reader, LIMIT),
                     COMPETENCY_OK);
    const char *line = NULL;
    size_t size = 0;
    assert_int_equal(competency__lines_next(&lines, &line, &size, NULL), COMPETENCY_EFORMAT);
    EXPECT(lines.capacity <= 4 * LIMIT, "%zu bytes", lines.capacity);
    assert_int_equal(source.left, 0);
    competency__lines_deinit(&lines);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream__bad_records_are_named_and_the_rest_goes_on),
        cmocka_unit_test(test_stream__a_failing_source_ends_it),
        cmocka_unit_test(test_stream__no_bytes_are_no_candidates),
        cmocka_unit_test(test_lines__a_line_over_the_limit_is_refused_and_skipped),
        cmocka_unit_test(test_lines__memory_stays_at_the_limit_for_an_endless_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
