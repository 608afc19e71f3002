// SPDX-License-Identifier: MIT
#include "expect.h"

#include <string.h>

#include "export/sink.h"

typedef struct target {
    char text[32768];
    size_t size;
    int calls;
    heaplens_status status;
} target;

static heaplens_status write_target(void *self, const char *data, size_t size)
{
    target *const to = self;
    to->calls++;
    if (to->status == HEAPLENS_OK && size < sizeof(to->text) - to->size) {
        memcpy(to->text + to->size, data, size);
        to->size += size;
        to->text[to->size] = '\0';
    }
    return to->status;
}

static void test_sink__keeps_the_first_failure(void **state)
{
    (void)state;
    static target to = {.status = HEAPLENS_EIO};
    static heaplens_sink sink;
    sink = (heaplens_sink){.write = write_target, .self = &to};
    for (int i = 0; i < 3000; i++) {
        heaplens__sink_puts(&sink, "0123456789");
    }
    assert_int_equal(sink.status, HEAPLENS_EIO);
    to.status = HEAPLENS_OK;
    assert_int_equal(heaplens__sink_flush(&sink), HEAPLENS_EIO);
    assert_int_equal(to.calls, 1);
}

static void test_sink__passes_on_what_is_larger_than_its_buffer(void **state)
{
    (void)state;
    static target to;
    static heaplens_sink sink;
    static char large[20001];
    sink = (heaplens_sink){.write = write_target, .self = &to};
    memset(large, 'x', sizeof(large) - 1);
    heaplens__sink_printf(&sink, "<%s>", large);
    heaplens__sink_puts(&sink, "end");
    assert_int_equal(heaplens__sink_flush(&sink), HEAPLENS_OK);
    assert_int_equal(to.size, 20000 + 2 + 3);
    assert_string_equal(to.text + 20001, ">end");
}

static void expect_json(const char *text, const char *want)
{
    static target to;
    static heaplens_sink sink;
    to = (target){.size = 0};
    sink = (heaplens_sink){.write = write_target, .self = &to};
    heaplens__sink_json(&sink, text);
    assert_int_equal(heaplens__sink_flush(&sink), HEAPLENS_OK);
    assert_string_equal(to.text, want);
}

static void test_sink__escapes_json(void **state)
{
    (void)state;
    expect_json("a\"b\\c\n\x01", "\"a\\\"b\\\\c\\u000a\\u0001\"");
    expect_json("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
                "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"");
}

static void test_sink__replaces_what_is_not_utf8(void **state)
{
    (void)state;
    expect_json("\xff", "\"\\ufffd\"");
    expect_json("\xc3", "\"\\ufffd\"");                                   // cut
    expect_json("\xc0\xaf", "\"\\ufffd\\ufffd\"");                        // overlong
    expect_json("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"");             // surrogate
    expect_json("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");  // above U+10FFFF
    expect_json("\xe2\x82z", "\"\\ufffd\\ufffdz\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sink__keeps_the_first_failure),
        cmocka_unit_test(test_sink__passes_on_what_is_larger_than_its_buffer),
        cmocka_unit_test(test_sink__escapes_json),
        cmocka_unit_test(test_sink__replaces_what_is_not_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
