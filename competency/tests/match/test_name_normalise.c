// SPDX-License-Identifier: MIT
#include <string.h>

#include <utf8proc.h>

#include <competency/domain.h>

#include "expect.h"
#include "match/name_normalise.h"

enum { TEXT_BYTES = 4096 };

static const char *normalise(const char *name)
{
    static char out[TEXT_BYTES];
    size_t bytes = 0;
    assert_true(competency__name_normalise_bytes(&bytes, strlen(name)));
    assert_true(bytes <= sizeof(out));
    return competency__name_normalise(out, name) ? out : NULL;
}

static void test_name_normalise__no_code_point_outgrows_the_room(void **state)
{
    (void)state;
    for (utf8proc_int32_t c = 1; c <= 0x10FFFF; c++) {
        if (c >= 0xD800 && c <= 0xDFFF) {
            continue;
        }
        char name[16] = "";
        char *at = name;
        for (int repeat = 0; repeat < 2; repeat++) {
            at += utf8proc_encode_char(c, (utf8proc_uint8_t *)at);
        }
        *at = '\0';
        size_t bytes = 0;
        assert_true(competency__name_normalise_bytes(&bytes, strlen(name)));
        const char *const got = normalise(name);
        EXPECT(got != NULL && strlen(got) < bytes, "U+%04X", (unsigned)c);
    }
}

static void test_name_normalise__special_mappings_of_unicode_apply(void **state)
{
    (void)state;
    assert_string_equal(normalise("\xC4\xB0stanbul"), "i\xCC\x87stanbul");
    // ODOS in Greek capitals: the sigma that ends a word is the final one, alone it is not.
    assert_string_equal(normalise("\xCE\x9F\xCE\x94\xCE\x9F\xCE\xA3"),
                        "\xCE\xBF\xCE\xB4\xCE\xBF\xCF\x82");
    assert_string_equal(normalise("\xCE\xA3"), "\xCF\x83");
    assert_string_equal(normalise("\xCE\x91\xCE\xA3\xCE\x91"), "\xCE\xB1\xCF\x83\xCE\xB1");
    assert_string_equal(normalise("\xCE\x91\xCE\xA3."), "\xCE\xB1\xCF\x82.");
}

static void test_name_normalise__all_white_space_of_unicode_counts(void **state)
{
    (void)state;
    static const utf8proc_int32_t spaces[] = {
        0x9,    0xA,    0xB,    0xC,    0xD,    0x20,   0x85,   0xA0,   0x1680,
        0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008,
        0x2009, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000,
    };
    for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
        char space[8] = "";
        space[utf8proc_encode_char(spaces[i], (utf8proc_uint8_t *)space)] = '\0';
        char name[64];
        assert_true(snprintf(name, sizeof(name), "%sa%s %sb%s", space, space, space, space) > 0);
        EXPECT(strcmp(normalise(name), "a b") == 0, "U+%04X", (unsigned)spaces[i]);
    }
    assert_string_equal(normalise("a\xE2\x80\x8B"
                                  "b"),
                        "a\xE2\x80\x8B"
                        "b");  // zero width space is none
    assert_string_equal(normalise(" \t "), "");
}

static void test_name_normalise__what_is_not_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"\xFF", "a\xC3", "\xED\xA0\x80", "\xC0\xAF",
                                      "\xF5\x80\x80\x80"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        EXPECT(normalise(bad[i]) == NULL, "case %zu", i);
        assert_int_equal(competency_domain_classify(bad[i]), COMPETENCY_DOMAIN_GENERAL);
    }
}

// The classifier looks at long names through a window; where the keyword lies must not matter.
static void test_name_normalise__a_keyword_is_found_anywhere_in_a_long_name(void **state)
{
    (void)state;
    static const char keyword[] = "REINFORCEMENT LEARNING";
    for (size_t before = 0; before < 1200; before++) {
        char name[TEXT_BYTES];
        memset(name, '-', before);
        memcpy(name + before, keyword, sizeof(keyword) - 1);
        memset(name + before + sizeof(keyword) - 1, '-', 300);
        name[before + sizeof(keyword) - 1 + 300] = '\0';
        EXPECT(competency_domain_classify(name) == COMPETENCY_DOMAIN_DATA_SCIENCE, "after %zu",
               before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_normalise__no_code_point_outgrows_the_room),
        cmocka_unit_test(test_name_normalise__special_mappings_of_unicode_apply),
        cmocka_unit_test(test_name_normalise__all_white_space_of_unicode_counts),
        cmocka_unit_test(test_name_normalise__what_is_not_utf8_is_refused),
        cmocka_unit_test(test_name_normalise__a_keyword_is_found_anywhere_in_a_long_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
