// SPDX-License-Identifier: MIT
// The data elements of the HTML report, read by another JSON parser (jansson).
#include "expect.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/html.h"
#include "export/html_data.h"
#include "profile/names.h"
#include "synthetic.h"

typedef struct page {
    char text[1 << 20];
    size_t size;
    size_t room;  // bytes until writing fails
} page;

static page written;

static heaplens_status write_page(void *self, const char *data, size_t size)
{
    page *const to = self;
    if (size > to->room - to->size) {
        return HEAPLENS_EIO;
    }
    memcpy(to->text + to->size, data, size);
    to->size += size;
    to->text[to->size] = '\0';
    return HEAPLENS_OK;
}

static heaplens_status write_data(const heaplens_session *session, size_t room)
{
    written.size = 0;
    written.room = room;
    heaplens_sink sink = {.write = write_page, .self = &written};
    const heaplens_html_data data = {
        .prefix = "x-",
        .session = session,
        .texts = &session->names,
        .shown = 1,
    };
    const heaplens_status status = heaplens__write_html_data(&sink, &data);
    const heaplens_status flushed = heaplens__sink_flush(&sink);
    return status == HEAPLENS_OK ? flushed : status;
}

// What the element with an id holds, between its tags as HTML sees them; released by json_decref().
static json_t *element(const char *id)
{
    char open[128];
    (void)snprintf(open, sizeof(open), "<script type=\"application/json\" id=\"%s\">", id);
    const char *const at = strstr(written.text, open);
    assert_non_null(at);
    const char *const from = at + strlen(open);
    const char *const end = strchr(from, '<');
    assert_non_null(end);
    assert_memory_equal(end, "</script>\n", 10);
    json_error_t error;
    json_t *const root = json_loadb(from, (size_t)(end - from), 0, &error);
    if (root == NULL) {
        fail_msg("%s, position %d: %s", id, error.position, error.text);
    }
    return root;
}

static json_int_t number_at(const json_t *process, const char *table, const char *key, size_t row)
{
    return json_integer_value(
        json_array_get(json_object_get(json_object_get(process, table), key), row));
}

static const char *function_of(const json_t *process, const json_t *names, size_t frame)
{
    const size_t name = (size_t)number_at(process, "frames", "function", frame);
    return json_string_value(json_array_get(names, name));
}

static void test_html_data__is_the_session_as_columns(void **state)
{
    (void)state;
    heaplens_session *const session = synthetic_session();
    assert_int_equal(write_data(session, sizeof(written.text) - 1), HEAPLENS_OK);
    json_t *const overview = element("x-session");
    json_t *const names = element("x-names");
    json_t *const process = element("x-process-1");  // the second to start

    assert_int_equal(json_integer_value(json_object_get(overview, "version")), 1);
    assert_int_equal(json_integer_value(json_object_get(overview, "shown")), 1);
    const json_t *const facts = json_array_get(json_object_get(overview, "processes"), 1);
    assert_int_equal(json_integer_value(json_object_get(facts, "bytes_peak")), 3000000);
    assert_string_equal(json_string_value(json_object_get(facts, "host")), "Linux 6.1 x86_64");

    // Figures and frames as synthetic.c has them.
    assert_int_equal(number_at(process, "sites", "bytes_gmax", 0), 2500000);
    assert_int_equal(number_at(process, "sites", "stack", 3), 6);
    assert_int_equal(number_at(process, "nodes", "parent", 6), 5);
    assert_int_equal(number_at(process, "locations", "module", 4), HEAPLENS_MODULE_NONE);
    assert_string_equal(function_of(process, names, 0), "grow_buffer");
    assert_string_equal(function_of(process, names, 2), "main");
    const json_t *const addresses =
        json_object_get(json_object_get(process, "locations"), "address");
    assert_string_equal(json_string_value(json_array_get(addresses, 2)), "8010");

    json_t *const first = element("x-process-0");
    const json_t *const labels = json_object_get(json_object_get(first, "moments"), "label");
    assert_string_equal(json_string_value(json_array_get(labels, 0)), "loaded");
    json_decref(first);
    json_decref(process);
    json_decref(names);
    json_decref(overview);
    heaplens_session_destroy(session);
}

static void test_html_data__keeps_names_inside_of_their_element(void **state)
{
    (void)state;
    static const char hostile[] = "</script><script>alert(1)</script><!-- ]]> \\u003c & \xff";
    heaplens_session *const session = synthetic_session();
    heaplens_name name = HEAPLENS_NAME_NONE;
    assert_int_equal(heaplens__names_add(&session->names, hostile, strlen(hostile), &name),
                     HEAPLENS_OK);
    session->processes[1].frames[0].function = name;
    session->processes[1].facts.command = name;
    assert_int_equal(write_data(session, sizeof(written.text) - 1), HEAPLENS_OK);
    json_t *const names = element("x-names");
    json_t *const process = element("x-process-1");
    json_t *const overview = element("x-session");
    static const char want[] = "</script><script>alert(1)</script><!-- ]]> \\u003c & \xef\xbf\xbd";
    assert_string_equal(function_of(process, names, 0), want);
    const json_t *const facts = json_array_get(json_object_get(overview, "processes"), 1);
    assert_string_equal(json_string_value(json_object_get(facts, "command")), want);
    json_decref(overview);
    json_decref(process);
    json_decref(names);
    heaplens_session_destroy(session);
}

static void test_html_data__of_an_empty_session_can_be_read(void **state)
{
    (void)state;
    heaplens_session *const session = heaplens_session_create();
    assert_non_null(session);
    assert_int_equal(write_data(session, sizeof(written.text) - 1), HEAPLENS_OK);
    json_t *const names = element("x-names");
    assert_int_equal(json_array_size(names), 1);
    assert_string_equal(json_string_value(json_array_get(names, 0)), "");
    json_decref(names);
    heaplens_session_destroy(session);
}

static void test_html_data__says_when_it_could_not_be_written(void **state)
{
    (void)state;
    heaplens_session *const session = synthetic_session();
    assert_int_equal(write_data(session, 100), HEAPLENS_EIO);
    written.size = 0;
    written.room = 100;
    heaplens_sink sink = {.write = write_page, .self = &written};
    assert_int_equal(heaplens_write_html(&sink, session, &session->processes[0]),
                     heaplens_has_viewer() ? HEAPLENS_EIO : HEAPLENS_EINVAL);
    heaplens_session_destroy(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html_data__is_the_session_as_columns),
        cmocka_unit_test(test_html_data__keeps_names_inside_of_their_element),
        cmocka_unit_test(test_html_data__of_an_empty_session_can_be_read),
        cmocka_unit_test(test_html_data__says_when_it_could_not_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
