// SPDX-License-Identifier: MIT
#include "base/utf8.h"

#include <string.h>

#include "expect.h"

static void test_utf8__every_code_point_comes_back_from_its_bytes(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x110000; c++) {
        if (c >= 0xD800 && c < 0xE000) {
            continue;
        }
        char bytes[4];
        const size_t size = competency__utf8_encode(bytes, c);
        const size_t want = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        uint32_t got = 0;
        EXPECT(size == want, "U+%04X takes %zu bytes", (unsigned)c, size);
        EXPECT(competency__utf8_decode(&got, bytes, size) == size && got == c, "U+%04X",
               (unsigned)c);
        EXPECT(competency__utf8_decode(&got, bytes, size - 1) == 0, "U+%04X cut", (unsigned)c);
    }
}

static void test_utf8__malformed_sequences_are_found_where_they_start(void **state)
{
    (void)state;
    static const char *const malformed[] = {
        "\x80",
        "\xBF",
        "\xC0\x80",
        "\xC1\xBF",
        "\xC3",
        "\xC3(",
        "\xE0\x9F\xBF",
        "\xE2\x82",
        "\xED\xA0\x80",
        "\xED\xBF\xBF",
        "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xF0\x9F\x98",
        "\xFE",
        "\xFF",
    };
    for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
        // Before it, text of every length around the eight bytes that are looked at together.
        for (size_t before = 0; before < 20; before++) {
            char text[64];
            memset(text, 'x', sizeof(text));
            memcpy(text + before, malformed[i], strlen(malformed[i]));
            const size_t size = before + strlen(malformed[i]) + 9;
            const size_t got = competency__utf8_valid_prefix(text, size);
            EXPECT(got == before, "case %zu after %zu bytes: found at %zu", i, before, got);
        }
    }
}

static void test_utf8__well_formed_text_is_valid_to_its_end(void **state)
{
    (void)state;
    static const char text[] = "abcdefgh\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 end of the text";
    assert_int_equal(competency__utf8_valid_prefix(text, strlen(text)), strlen(text));
    assert_int_equal(competency__utf8_valid_prefix(text, 0), 0);
    assert_int_equal(competency__utf8_valid_prefix(text, 9), 8);  // cut inside a sequence
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8__every_code_point_comes_back_from_its_bytes),
        cmocka_unit_test(test_utf8__malformed_sequences_are_found_where_they_start),
        cmocka_unit_test(test_utf8__well_formed_text_is_valid_to_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
