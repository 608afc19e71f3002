// SPDX-License-Identifier: MIT
// Every code point there is, against what the reference makes of it: digests of blocks of code
// points, written by tools/tokenizer_goldens.py, which says what is hashed.
#include "text/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "base/utf8.h"
#include "expect.h"
#include "tests/text/golden.h"

enum { BLOCK = 16384, CODE_POINTS = 0x110000, FORM_COUNT = 3, OPTION_COUNT = 4 };

static const struct form {
    const char *name;
    const char *before;
    const char *after;
} forms[FORM_COUNT] = {
    {"alone", "", ""},
    {"word", "a", "b"},
    {"marks", "a\xCC\xA3\xCC\x81", "\xCC\x96\xCC\xB4z"},
};

// The words of one block, as they are hashed.
struct words {
    char *bytes;  // (BLOCK * 64): a text has a few words of at most a few code points
    size_t used;
};

static bool keep(void *self, const char *word, size_t size)
{
    struct words *const words = self;
    assert_non_null(word);
    assert_true(words->used + size + 2 <= (size_t)BLOCK * 64);
    memcpy(words->bytes + words->used, word, size);
    words->used += size;
    words->bytes[words->used++] = 0x1F;
    return true;
}

static void take_code_point(struct words *words, const competency__tokenizer_options *options,
                            const struct form *form, uint32_t c)
{
    char text[32];
    size_t size = strlen(form->before);
    memcpy(text, form->before, size);
    size += competency__utf8_encode(text + size, c);
    memcpy(text + size, form->after, strlen(form->after));
    size += strlen(form->after);
    const competency__word_sink sink = {.take = keep, .self = words};
    assert_true(competency__split_words(options, text, size, sink));
    words->bytes[words->used++] = 0x1E;
}

static const struct form *find_form(const char *name)
{
    for (size_t i = 0; i < FORM_COUNT; i++) {
        if (strcmp(forms[i].name, name) == 0) {
            return &forms[i];
        }
    }
    fail_msg("no form %s", name);
    return NULL;
}

// NOLINTNEXTLINE(readability-non-const-parameter): an array of it is written
static void check_block(char *const field[4], char *bytes)
{
    const competency__tokenizer_options options = {
        .lower_case = strchr(field[0], 'l') != NULL,
        .strip_accents = strchr(field[0], 's') != NULL,
        .space_cjk = strchr(field[0], 'c') != NULL,
    };
    const struct form *const form = find_form(field[1]);
    const uint32_t first = (uint32_t)strtoul(field[2], NULL, 16);
    struct words words = {.bytes = bytes};
    for (uint32_t c = first; c < first + BLOCK; c++) {
        if (c < 0xD800 || c >= 0xE000) {
            take_code_point(&words, &options, form, c);
        }
    }
    char got[COMPETENCY__SHA256_HEX_BYTES];
    competency__sha256_hex(got, words.bytes, words.used);
    EXPECT(strncmp(got, field[3], 16) == 0, "options \"%s\", form %s, block U+%s: got %.16s",
           field[0], field[1], field[2], got);
}

// Split "options<tab>form<tab>first<tab>digest" in place.
static void split_line(char *field[4], char *line)
{
    for (size_t i = 0; i < 4; i++) {
        field[i] = line;
        char *const tab = strchr(line, '\t');
        EXPECT((tab == NULL) == (i == 3), "a line has %s than 4 columns", i < 3 ? "less" : "more");
        if (tab != NULL) {
            *tab = '\0';
            line = tab + 1;
        }
    }
}

static void test_words_sweep__every_code_point_becomes_the_words_of_the_reference(void **state)
{
    (void)state;
    size_t size = 0;
    char *const file = golden_read(TEXT_DATA "/characters.sweep", &size);
    char *const bytes = malloc((size_t)BLOCK * 64);
    assert_non_null(bytes);
    size_t blocks = 0;
    for (char *line = file; *line != '\0';) {
        char *const end = strchr(line, '\n');
        assert_non_null(end);
        *end = '\0';
        if (*line != '#') {
            char *field[4];
            split_line(field, line);
            check_block(field, bytes);
            blocks++;
        }
        line = end + 1;
    }
    assert_int_equal(blocks, OPTION_COUNT * FORM_COUNT * CODE_POINTS / BLOCK);
    free(bytes);
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_sweep__every_code_point_becomes_the_words_of_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
