// SPDX-License-Identifier: MIT
// The short cut for ASCII and the general way are one function.
#include "text/words.h"

#include <string.h>

#include "expect.h"

struct seen {
    char text[8192];
    size_t used;
};

static bool keep(void *self, const char *word, size_t size)
{
    struct seen *const seen = self;
    const int length = word == NULL ? 1 : (int)size;
    seen->used += (size_t)snprintf(seen->text + seen->used, sizeof(seen->text) - seen->used,
                                   "<%.*s>", length, word == NULL ? "?" : word);
    assert_true(seen->used < sizeof(seen->text));
    return true;
}

static void split(struct seen *seen, unsigned choice, const char *text, size_t size, bool general)
{
    const competency__tokenizer_options options = {
        .lower_case = (choice & 1U) != 0, .strip_accents = (choice & 2U) != 0, .space_cjk = true};
    *seen = (struct seen){.used = 0};
    const competency__word_sink sink = {.take = keep, .self = seen};
    assert_true(general ? competency__split_words_general(&options, text, size, sink)
                        : competency__split_words(&options, text, size, sink));
}

static void test_words__ascii_gives_the_same_words_both_ways(void **state)
{
    (void)state;
    static struct seen fast;
    static struct seen general;
    uint32_t seed = 20261123;
    for (unsigned round = 0; round < 20000; round++) {
        char text[512];
        const size_t size = round % sizeof(text);
        for (size_t i = 0; i < size; i++) {
            seed = seed * 1664525U + 1013904223U;
            // Half letters, so that words of more than 100 occur; half anything.
            const uint32_t drawn = seed >> 20;
            text[i] = (char)(drawn % 256 < 128 ? drawn % 128 : 'A' + drawn % 26 + (round & 32U));
            if (round % 3 == 0 && text[i] < 'A') {
                text[i] = 'x';
            }
        }
        split(&fast, round, text, size, false);
        split(&general, round, text, size, true);
        EXPECT(strcmp(fast.text, general.text) == 0, "round %u: \"%s\" and \"%s\"", round,
               fast.text, general.text);
    }
}

static void test_words__a_word_of_more_than_100_code_points_is_unknown(void **state)
{
    (void)state;
    static struct seen seen;
    char text[101];
    memset(text, 'a', sizeof(text));
    split(&seen, 3, text, 100, false);
    assert_int_equal(seen.used, 102);
    split(&seen, 3, text, 101, false);
    assert_string_equal(seen.text, "<?>");
    split(&seen, 3, text, 101, true);
    assert_string_equal(seen.text, "<?>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words__ascii_gives_the_same_words_both_ways),
        cmocka_unit_test(test_words__a_word_of_more_than_100_code_points_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
