// SPDX-License-Identifier: MIT
// Documents, streams and writers take their memory from the caller, all of it; and when any one
// request fails, the call says so and nothing is left behind.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <competency/competency.h>

#include "expect.h"
#include "tests/support/counted_memory.h"

// A text that is put together.
typedef struct built_text {
    char bytes[200000];
    size_t size;
} built_text;

COMPETENCY_PRINTF(2, 3)
static void append(built_text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int size =
        vsnprintf(text->bytes + text->size, sizeof(text->bytes) - text->size, format, args);
    va_end(args);
    assert_true(size >= 0 && (size_t)size < sizeof(text->bytes) - text->size);
    text->size += (size_t)size;
}

// More values than the first nodes of a tree, keys enough to be sorted, and vectors.
static void make_document(built_text *text, size_t skills)
{
    text->size = 0;
    append(text, "{\"role\":{\"skills\":[{\"name\":\"a\",\"level\":\"4/5\"}],");
    for (size_t i = 0; i < 40; i++) {
        append(text, "\"unknown %zu\":%zu,", i, i);
    }
    append(text, "\"long\":1.%02000d,", 1);  // a number that needs a block of its own
    append(text, "\"id\":1},\"candidates\":[{\"id\":\"c\",\"skills\":[");
    for (size_t i = 0; i < skills; i++) {
        append(text,
               "%s{\"name\":\"skill %zu\",\"title\":\"a title that is long\","
               "\"level\":{\"value\":%zu,\"max\":9}}",
               i == 0 ? "" : ",", i, i % 10);
    }
    append(text, "]}]}");
}

static competency_status parse_document(const competency_allocator *allocator)
{
    static built_text text;
    make_document(&text, 100);
    competency_document *document = NULL;
    const competency_status status = competency_document_parse_with(
        &document, COMPETENCY_DOCUMENT_MATCH, text.bytes, text.size, allocator, NULL);
    assert_true((document == NULL) == (status != COMPETENCY_OK));
    if (document != NULL) {
        assert_int_equal(competency_document_candidate(document, 0)->profile.count, 100);
    }
    competency_document_destroy(document);
    return status;
}

static void test_io_memory__a_document_is_of_the_callers_memory_or_not_made(void **state)
{
    (void)state;
    fail_each_request(parse_document);
}

typedef struct text_source {
    const char *text;
    size_t at;
} text_source;

static competency_status read_text(void *self, char *buffer, size_t cap, size_t *got)
{
    text_source *const source = self;
    const size_t left = strlen(source->text) - source->at;
    *got = left < cap ? left : cap;
    memcpy(buffer, source->text + source->at, *got);
    source->at += *got;
    return COMPETENCY_OK;
}

static competency_status read_all(const char *text, competency_stream_form form, size_t records,
                                  const competency_allocator *allocator)
{
    text_source from = {.text = text};
    const competency_source source = {.self = &from, .read = read_text};
    competency_stream *stream = NULL;
    competency_status status = competency_stream_create_with(&stream, &source, form, allocator);
    size_t count = 0;
    while (status == COMPETENCY_OK) {
        competency_document *document = NULL;
        status = competency_stream_next(stream, &document, NULL);
        if (document == NULL) {
            break;
        }
        count++;
        competency_document_destroy(document);
    }
    assert_true(status != COMPETENCY_OK || count == records);
    competency_stream_destroy(stream);
    return status;
}

static competency_status read_jsonl(const competency_allocator *allocator)
{
    static built_text text;
    text.size = 0;
    // The second line is longer than the first buffer: it grows.
    append(&text, "{\"id\":1,\"skills\":[{\"name\":\"a\",\"level\":{\"value\":1,\"max\":5}}]}\n");
    append(&text, "{\"id\":\"2\",\"skills\":[{\"name\":\"b\",\"level\":\"1/2\"}],\"x\":\"");
    append(&text, "%0100000d", 0);
    append(&text, "\"}\n");
    return read_all(text.bytes, COMPETENCY_STREAM_JSONL, 2, allocator);
}

static competency_status read_csv(const competency_allocator *allocator)
{
    static built_text text;
    text.size = 0;
    append(&text, "candidate_id,skill,level,max_level,title,uri\n");
    for (size_t i = 0; i < 150; i++) {  // more than the first 64 skills
        append(&text, "%s,skill %zu,3,5,a title,urn:x\n", i < 149 ? "first" : "second", i);
    }
    return read_all(text.bytes, COMPETENCY_STREAM_CSV, 2, allocator);
}

static void test_io_memory__streams_are_of_the_callers_memory_or_end(void **state)
{
    (void)state;
    fail_each_request(read_jsonl);
    fail_each_request(read_csv);
}

static competency_status count_bytes(void *self, const char *data, size_t size)
{
    (void)data;
    *(size_t *)self += size;
    return COMPETENCY_OK;
}

static competency_skill skill_of(const char *name, const float *vector)
{
    return (competency_skill){.name = name,
                              .level = {.value = 1, .max = 2, .is_disclosed = true},
                              .weight = 1,
                              .embedding = vector,
                              .embedding_size = 2};
}

static competency_status write_classic(const competency_allocator *allocator)
{
    static const float vector[] = {1, 2};
    const competency_skill skills[] = {skill_of("a", vector), skill_of("b", vector)};
    const competency_identity identities[2] = {{0}, {0}};
    const competency_record record = {.profile = {skills, 2}, .skills = identities};
    competency_matcher *matcher = NULL;
    competency_match match;
    assert_int_equal(competency_matcher_create(&matcher, NULL, NULL), COMPETENCY_OK);
    assert_int_equal(competency_match_run(&match, matcher, &record.profile, &record.profile, NULL),
                     COMPETENCY_OK);
    const competency_classic_config config = competency_classic_config_default();
    const competency_run run = {.role = &record, .config = &config};
    size_t written = 0;
    const competency_sink sink = {.self = &written, .write = count_bytes};
    competency_writer_options options = COMPETENCY_WRITER_OPTIONS_INIT;
    options.format = COMPETENCY_FORMAT_CLASSIC;
    options.allocator = allocator;
    competency_writer *writer = NULL;
    competency_status status = competency_writer_create(&writer, &sink, &options);
    if (status == COMPETENCY_OK) {
        competency_writer_run(writer, &run);
        const competency_result result = {.candidate = &record, .match = &match};
        competency_writer_result(writer, &result);
        status = competency_writer_end(writer);
    }
    assert_true(status != COMPETENCY_OK || written > 0);
    competency_writer_destroy(writer);
    competency_match_destroy(&match);
    competency_matcher_destroy(matcher);
    return status;
}

static void test_io_memory__a_writer_is_of_the_callers_memory_or_says_what_is_missing(void **state)
{
    (void)state;
    fail_each_request(write_classic);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_io_memory__a_document_is_of_the_callers_memory_or_not_made),
        cmocka_unit_test(test_io_memory__streams_are_of_the_callers_memory_or_end),
        cmocka_unit_test(test_io_memory__a_writer_is_of_the_callers_memory_or_says_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
