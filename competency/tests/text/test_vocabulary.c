// SPDX-License-Identifier: MIT
#include "text/vocabulary.h"

#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "text/words.h"

static competency__vocabulary read_text(const char *text)
{
    competency__vocabulary vocabulary;
    competency_error err = {0};
    EXPECT(competency__vocabulary_read(&vocabulary, NULL, text, strlen(text), &err) ==
               COMPETENCY_OK,
           "%s", err.message);
    return vocabulary;
}

static void
test_vocabulary__ids_are_line_numbers_and_the_later_of_equal_entries_counts(void **state)
{
    (void)state;
    competency__vocabulary vocabulary = read_text("a\r\n\nb\na\nlast");
    assert_int_equal(vocabulary.count, 5);
    assert_int_equal(competency__vocabulary_find(&vocabulary, "a", 1), 3);
    assert_int_equal(competency__vocabulary_find(&vocabulary, "b", 1), 2);
    assert_int_equal(competency__vocabulary_find(&vocabulary, "last", 4), 4);
    assert_int_equal(competency__vocabulary_find(&vocabulary, "las", 3), COMPETENCY__TOKEN_NONE);
    competency__vocabulary_deinit(&vocabulary, NULL);
}

static void
test_vocabulary__takes_the_longest_piece_and_discards_a_word_it_cannot_finish(void **state)
{
    (void)state;
    competency__vocabulary vocabulary = read_text("un\nunaff\n##aff\n##able\n##a\n##b");
    uint32_t ids[COMPETENCY__WORD_MAX];
    assert_int_equal(competency__vocabulary_split(&vocabulary, "unaffable", 9, ids), 2);
    assert_int_equal(ids[0], 1);
    assert_int_equal(ids[1], 3);
    assert_int_equal(competency__vocabulary_split(&vocabulary, "unaffx", 6, ids), 0);
    // Without an entry that begins a word, its continuations do not count.
    assert_int_equal(competency__vocabulary_split(&vocabulary, "aff", 3, ids), 0);
    competency__vocabulary_deinit(&vocabulary, NULL);
}

static void test_vocabulary__finds_every_entry_of_a_large_one(void **state)
{
    (void)state;
    enum { ENTRIES = 50000, ENTRY_BYTES = 8 };
    char *const text = malloc((size_t)ENTRIES * ENTRY_BYTES + 1);
    assert_non_null(text);
    for (size_t i = 0; i < ENTRIES; i++) {
        (void)snprintf(text + i * ENTRY_BYTES, ENTRY_BYTES + 1, "w%06zu\n", i);
    }
    competency__vocabulary vocabulary = read_text(text);
    for (uint32_t i = 0; i < ENTRIES; i++) {
        EXPECT(competency__vocabulary_find(&vocabulary, text + (size_t)i * ENTRY_BYTES,
                                           ENTRY_BYTES - 1) == i,
               "entry %u", (unsigned)i);
    }
    competency__vocabulary_deinit(&vocabulary, NULL);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_vocabulary__ids_are_line_numbers_and_the_later_of_equal_entries_counts),
        cmocka_unit_test(
            test_vocabulary__takes_the_longest_piece_and_discards_a_word_it_cannot_finish),
        cmocka_unit_test(test_vocabulary__finds_every_entry_of_a_large_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
