// SPDX-License-Identifier: MIT
#include "tests/text/golden.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "expect.h"

enum { TEXT_MAX = 8192, IDS_MAX = 4096 };

char *golden_read(const char *path, size_t *size)
{
    FILE *const file = fopen(path, "rb");
    EXPECT(file != NULL, "cannot open %s", path);
    char *bytes = NULL;
    size_t used = 0;
    size_t got = 0;
    do {
        bytes = realloc(bytes, used + 65536 + 1);
        assert_non_null(bytes);
        got = fread(bytes + used, 1, 65536, file);
        used += got;
    } while (got > 0);
    (void)fclose(file);
    bytes[used] = '\0';
    *size = used;
    return bytes;
}

competency__tokenizer *golden_tokenizer(const char *vocab, size_t size, const char *letters)
{
    const competency__tokenizer_options options = {
        .lower_case = strchr(letters, 'l') != NULL,
        .strip_accents = strchr(letters, 's') != NULL,
        .space_cjk = strchr(letters, 'c') != NULL,
        .special_tokens_are_text = strchr(letters, 't') != NULL,
    };
    competency__tokenizer *tokenizer = NULL;
    competency_error err = {0};
    const competency_status status =
        competency__tokenizer_create(&tokenizer, NULL, vocab, size, &options, &err);
    EXPECT(status == COMPETENCY_OK, "%s", err.message);
    return tokenizer;
}

// The tokenizer for `letters`, which is kept in *last while consecutive lines ask for the same.
static competency__tokenizer *tokenizer_for(competency__tokenizer **last, char kept[8],
                                            const char *letters, const char *vocab, size_t size)
{
    if (*last == NULL || strcmp(kept, letters) != 0) {
        competency__tokenizer_destroy(*last);
        *last = golden_tokenizer(vocab, size, letters);
        (void)snprintf(kept, 8, "%s", letters);
    }
    return *last;
}

// Undo the escaping of a golden text: \{HEX} is a code point, everything else itself.
static size_t unescape(char *out, const char *text)
{
    size_t size = 0;
    while (*text != '\0') {
        EXPECT(size + 4 <= TEXT_MAX, "golden text longer than %d", TEXT_MAX);
        if (*text != '\\') {
            out[size++] = *text++;
            continue;
        }
        char *end = NULL;
        const unsigned long code_point = strtoul(text + 2, &end, 16);
        EXPECT(text[1] == '{' && *end == '}', "bad escape in a golden text: %.12s", text);
        size += competency__utf8_encode(out + size, (uint32_t)code_point);
        text = end + 1;
    }
    return size;
}

static void check_line(const competency__tokenizer *tokenizer, const char *escaped, char *ids_text)
{
    static char text[TEXT_MAX];
    static uint32_t got[IDS_MAX];
    const size_t size = unescape(text, escaped);
    competency__token_span span = {.ids = got, .cap = IDS_MAX};
    competency_error err = {0};
    const competency_status status =
        competency__tokenizer_encode(tokenizer, &span, text, size, IDS_MAX, &err);
    const size_t count = span.count;
    EXPECT(status == COMPETENCY_OK, "%s: %s", escaped, err.message);

    size_t wanted = 0;
    for (char *at = ids_text; *at != '\0'; wanted++) {
        const unsigned long want = strtoul(at, &at, 10);
        EXPECT(wanted < count, "%s: got %zu ids, want more", escaped, count);
        EXPECT(got[wanted] == want, "%s: id %zu is %u, want %lu", escaped, wanted,
               (unsigned)got[wanted], want);
    }
    EXPECT(wanted == count, "%s: got %zu ids, want %zu", escaped, count, wanted);
}

size_t golden_check_ids(const char *path, const char *vocab, size_t vocab_size)
{
    size_t size = 0;
    char *const file = golden_read(path, &size);
    competency__tokenizer *tokenizer = NULL;
    char kept[8] = "";
    size_t checked = 0;
    for (char *line = file; *line != '\0';) {
        char *const end = strchr(line, '\n');
        assert_non_null(end);
        *end = '\0';
        if (*line != '#') {
            char *const second = strchr(line, '\t');
            assert_non_null(second);
            char *const third = strchr(second + 1, '\t');
            assert_non_null(third);
            *second = '\0';
            *third = '\0';
            check_line(tokenizer_for(&tokenizer, kept, line, vocab, vocab_size), second + 1,
                       third + 1);
            checked++;
        }
        line = end + 1;
    }
    competency__tokenizer_destroy(tokenizer);
    free(file);
    return checked;
}
