// SPDX-License-Identifier: MIT
// The tokenizer over a vocabulary of single characters, whose ids spell the normalised text.
#include "text/tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "tests/text/golden.h"

static char *vocab;
static size_t vocab_size;

static int read_vocabulary(void **state)
{
    (void)state;
    vocab = golden_read(TEXT_DATA "/characters.vocab", &vocab_size);
    return 0;
}

static int free_vocabulary(void **state)
{
    (void)state;
    free(vocab);
    return 0;
}

static void test_tokenizer__gives_the_reference_ids_under_every_combination_of_options(void **state)
{
    (void)state;
    const size_t checked = golden_check_ids(TEXT_DATA "/characters.ids", vocab, vocab_size);
    EXPECT(checked > 500, "only %zu texts compared", checked);
}

static competency__tokenizer *tokenizer;

static int make_tokenizer(void **state)
{
    (void)state;
    tokenizer = golden_tokenizer(vocab, vocab_size, "lsc");
    return 0;
}

static int destroy_tokenizer(void **state)
{
    (void)state;
    competency__tokenizer_destroy(tokenizer);
    return 0;
}

static size_t encode(const char *text, size_t tokens_max, competency__token_span span)
{
    assert_int_equal(
        competency__tokenizer_encode(tokenizer, &span, text, strlen(text), tokens_max, NULL),
        COMPETENCY_OK);
    return span.count;
}

static void test_tokenizer__truncates_to_the_limit_and_keeps_the_last_separator(void **state)
{
    (void)state;
    static const char text[] = "ab [MASK] cd\xC3\xA9 f-g [SEP] h";
    uint32_t whole[64];
    const size_t count = encode(text, 64, (competency__token_span){.ids = whole, .cap = 64});
    assert_int_equal(count, 13);  // CLS a ##b MASK c ##d ##e f - g SEP h SEP
    for (size_t limit = 2; limit <= count; limit++) {
        uint32_t ids[64];
        assert_int_equal(encode(text, limit, (competency__token_span){.ids = ids, .cap = 64}),
                         limit);
        assert_memory_equal(ids, whole, (limit - 1) * sizeof(ids[0]));
        assert_int_equal(ids[limit - 1], whole[count - 1]);
    }
}

static void test_tokenizer__reports_the_count_and_writes_no_more_than_the_capacity(void **state)
{
    (void)state;
    uint32_t ids[3] = {7, 7, 7};
    assert_int_equal(encode("a b c", 64, (competency__token_span){.ids = ids, .cap = 2}), 5);
    assert_int_equal(ids[0], 2);  // [CLS]
    assert_int_not_equal(ids[1], 7);
    assert_int_equal(ids[2], 7);
    assert_int_equal(encode("a b c", 64, (competency__token_span){0}), 5);
}

static void test_tokenizer__refuses_what_is_not_utf8_and_says_where(void **state)
{
    (void)state;
    static const char text[] = "caf\xC3\xA9 \xED\xA0\x80";
    competency__token_span span = {.count = 99};
    competency_error err = {0};
    assert_int_equal(competency__tokenizer_encode(tokenizer, &span, text, strlen(text), 64, &err),
                     COMPETENCY_EFORMAT);
    assert_string_equal(err.message, "text is not UTF-8 at byte 6");
    assert_int_equal(span.count, 99);
}

static void test_tokenizer__needs_room_for_both_ends(void **state)
{
    (void)state;
    competency__token_span span = {0};
    assert_int_equal(competency__tokenizer_encode(tokenizer, &span, "a", 1, 1, NULL),
                     COMPETENCY_EINVAL);
    assert_int_equal(encode("a", 2, (competency__token_span){0}), 2);
}

int main(int argc, char **argv)
{
    // A larger folder of goldens can be named on the command line.
    if (argc > 1) {
        char path[4096];
        vocab_size = 0;
        (void)snprintf(path, sizeof(path), "%s/characters.vocab", argv[1]);
        vocab = golden_read(path, &vocab_size);
        (void)snprintf(path, sizeof(path), "%s/characters.ids", argv[1]);
        printf("%zu texts compared\n", golden_check_ids(path, vocab, vocab_size));
        free(vocab);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_tokenizer__gives_the_reference_ids_under_every_combination_of_options),
        cmocka_unit_test_setup_teardown(
            test_tokenizer__truncates_to_the_limit_and_keeps_the_last_separator, make_tokenizer,
            destroy_tokenizer),
        cmocka_unit_test_setup_teardown(
            test_tokenizer__reports_the_count_and_writes_no_more_than_the_capacity, make_tokenizer,
            destroy_tokenizer),
        cmocka_unit_test_setup_teardown(test_tokenizer__refuses_what_is_not_utf8_and_says_where,
                                        make_tokenizer, destroy_tokenizer),
        cmocka_unit_test_setup_teardown(test_tokenizer__needs_room_for_both_ends, make_tokenizer,
                                        destroy_tokenizer),
    };
    return cmocka_run_group_tests(tests, read_vocabulary, free_vocabulary);
}
