// SPDX-License-Identifier: MIT
// Names that mean something in the format that they are written in: they come out as names.
#include "expect.h"

#include <stdio.h>
#include <string.h>

#include "export/folded.h"
#include "export/markdown.h"
#include "export/protobuf.h"
#include "synthetic.h"

typedef struct page {
    char text[65536];
    size_t size;
} page;

static heaplens_status write_page(void *self, const char *data, size_t size)
{
    page *const to = self;
    if (size > sizeof(to->text) - 1 - to->size) {
        return HEAPLENS_EIO;
    }
    memcpy(to->text + to->size, data, size);
    to->size += size;
    to->text[to->size] = '\0';
    return HEAPLENS_OK;
}

// The hand-made session with grow_buffer, the innermost function of most bytes, under another name.
static heaplens_session *session_with(const char *name)
{
    heaplens_session *const session = synthetic_session();
    heaplens_process *const process = &session->processes[1];
    assert_int_equal(process->facts.pid, 101);
    assert_int_equal(
        heaplens__names_add(&session->names, name, strlen(name), &process->frames[0].function),
        HEAPLENS_OK);
    return session;
}

static const char *folded_with(const char *name)
{
    static page to;
    heaplens_session *const session = session_with(name);
    heaplens_sink sink = {.write = write_page, .self = &to};
    to.size = 0;
    assert_int_equal(heaplens_write_folded(&sink, session, heaplens_session_largest(session),
                                           HEAPLENS_METRIC_PEAK),
                     HEAPLENS_OK);
    heaplens_session_destroy(session);
    return to.text;
}

static const char *markdown_with(const char *name)
{
    static page to;
    const heaplens_report_options options = {.has_metric = true, .metric = HEAPLENS_METRIC_TOTAL};
    heaplens_session *const session = session_with(name);
    heaplens_sink sink = {.write = write_page, .self = &to};
    to.size = 0;
    assert_int_equal(
        heaplens_write_markdown(&sink, session, heaplens_session_largest(session), &options),
        HEAPLENS_OK);
    heaplens_session_destroy(session);
    return to.text;
}

static void expect_begins(const char *text, const char *with)
{
    char begin[128] = "";
    (void)snprintf(begin, sizeof(begin), "%.*s", (int)strlen(with), text);
    assert_string_equal(begin, with);
}

static void test_hostile_names__stay_one_frame_of_a_folded_stack(void **state)
{
    (void)state;
    expect_begins(folded_with("a;b 7"), "main;parse_row;a:b 7 2500000\n");
    expect_begins(folded_with("a\nb\x7f"), "main;parse_row;a?b? 2500000\n");
    expect_begins(folded_with("a\xff\xc3"), "main;parse_row;a\xef\xbf\xbd\xef\xbf\xbd 2500000\n");
    expect_begins(folded_with("std::map<int, int>::operator[](int)"),
                  "main;parse_row;std::map<int, int>::operator[](int) 2500000\n");
}

static void test_hostile_names__stay_one_cell_of_a_markdown_table(void **state)
{
    (void)state;
    assert_non_null(strstr(markdown_with("operator|"), "| `operator\\|` in `parse.c`:12 |"));
    assert_non_null(strstr(markdown_with("a\nb"), "| `a?b` in"));
    assert_non_null(strstr(markdown_with("<b>*x*</b>"), "| `<b>*x*</b>` in"));
}

static void test_hostile_names__are_fenced_by_more_backticks_than_they_have(void **state)
{
    (void)state;
    assert_non_null(strstr(markdown_with("a`b"), "| `` a`b `` in"));
    assert_non_null(strstr(markdown_with("``x`"), "| ``` ``x` ``` in"));
}

static void expect_bytes(heaplens_message *message, const void *want, size_t size)
{
    assert_false(message->is_short);
    assert_int_equal(message->size, size);
    assert_memory_equal(message->bytes, want, size);
    message->size = 0;
}

// Examples of "Encoding" in the documentation of Protocol Buffers: 150 in field 1, "testing" in 2.
static void test_hostile_names__protobuf_is_encoded_as_its_documentation_shows(void **state)
{
    (void)state;
    heaplens_message message = {0};
    heaplens_message inner = {0};
    heaplens__message_integer(&message, 1, 150);
    expect_bytes(&message, "\x08\x96\x01", 3);
    heaplens__message_bytes(&message, 2, "testing", 7);
    expect_bytes(&message, "\x12\x07testing", 9);
    heaplens__message_integer(&inner, 1, 150);
    heaplens__message_nest(&message, 3, &inner);
    expect_bytes(&message, "\x1a\x03\x08\x96\x01", 5);
    assert_int_equal(inner.size, 0);
    heaplens__message_integer(&message, 1, UINT64_MAX);
    expect_bytes(&message, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11);
    heaplens__message_integer(&message, 1, 0);
    expect_bytes(&message, "", 0);
    heaplens__message_text(&message, "a\x1b[1m\xff\xc3\xa9");
    expect_bytes(&message, "a?[1m\xef\xbf\xbd\xc3\xa9", 10);
    heaplens__message_deinit(&message);
    heaplens__message_deinit(&inner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_names__stay_one_frame_of_a_folded_stack),
        cmocka_unit_test(test_hostile_names__stay_one_cell_of_a_markdown_table),
        cmocka_unit_test(test_hostile_names__are_fenced_by_more_backticks_than_they_have),
        cmocka_unit_test(test_hostile_names__protobuf_is_encoded_as_its_documentation_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
