// SPDX-License-Identifier: MIT
// The first byte chooses the options, and whether the rest is a text or a vocabulary.
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "text/tokenizer.h"
#include "text/words.h"

enum { IDS = 512, LIMIT = 16 };

static const char vocabulary[] =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\nab\nabc\n##a\n##b\n"
    "##c\n##bc\n!\n#\n[\n]\nm\n##ask\n\xC3\xA9\n\xE4\xB8\xAD\n1\n##1\n";

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

// Words in a row, with their lengths, as far as they fit: enough to tell two streams apart.
struct words {
    unsigned char bytes[4096];
    size_t used;
    size_t count;
};

static bool keep_word(void *self, const char *word, size_t size)
{
    struct words *const words = self;
    const size_t kept = word == NULL ? 0 : size;
    check(word == NULL || (size > 0 && size <= COMPETENCY__WORD_BYTES_MAX));
    check(word == NULL || competency__utf8_valid_prefix(word, size) == size);
    words->count++;
    if (words->used + 1 + kept <= sizeof(words->bytes)) {
        words->bytes[words->used++] = word == NULL ? 0 : 1;
        if (kept > 0) {
            memcpy(words->bytes + words->used, word, kept);
            words->used += kept;
        }
    }
    return true;
}

// The short cut for ASCII and the general way see the same words.
static void check_twins(const competency__tokenizer_options *options, const char *text, size_t size)
{
    static struct words fast;
    static struct words general;
    fast.used = general.used = fast.count = general.count = 0;
    const competency__word_sink to_fast = {.take = keep_word, .self = &fast};
    const competency__word_sink to_general = {.take = keep_word, .self = &general};
    check(competency__split_words(options, text, size, to_fast));
    check(competency__split_words_general(options, text, size, to_general));
    check(fast.count == general.count && fast.used == general.used);
    check(memcmp(fast.bytes, general.bytes, fast.used) == 0);
}

static void fuzz_text(const competency__tokenizer_options *options, const char *text, size_t size)
{
    competency__tokenizer *tokenizer = NULL;
    if (competency__tokenizer_create(&tokenizer, NULL, vocabulary, sizeof(vocabulary) - 1, options,
                                     NULL) != COMPETENCY_OK) {
        return;
    }
    static uint32_t whole[IDS];
    uint32_t cut[LIMIT];
    competency__token_span all = {.ids = whole, .cap = IDS};
    competency__token_span some = {.ids = cut, .cap = LIMIT};
    const competency_status status =
        competency__tokenizer_encode(tokenizer, &all, text, size, SIZE_MAX, NULL);
    const bool is_valid = competency__utf8_valid_prefix(text, size) == size;
    check(status == (is_valid ? COMPETENCY_OK : COMPETENCY_EFORMAT));
    check(competency__tokenizer_encode(tokenizer, &some, text, size, LIMIT, NULL) == status);
    if (is_valid) {
        const size_t written = all.count < IDS ? all.count : IDS;
        for (size_t i = 0; i < written; i++) {
            check(whole[i] < competency__tokenizer_vocabulary(tokenizer));
        }
        check(all.count >= 2 && whole[0] == 2);
        check(some.count == (all.count < LIMIT ? all.count : LIMIT));
        check(cut[some.count - 1] == 3);
        check(memcmp(whole, cut, (some.count - 1) * sizeof(cut[0])) == 0);
        check_twins(options, text, size);
    }
    competency__tokenizer_destroy(tokenizer);
}

static void fuzz_vocabulary(const competency__tokenizer_options *options, const char *vocab,
                            size_t size)
{
    competency__tokenizer *tokenizer = NULL;
    if (competency__tokenizer_create(&tokenizer, NULL, vocab, size, options, NULL) !=
        COMPETENCY_OK) {
        check(tokenizer == NULL);
        return;
    }
    // A vocabulary over itself finds its own entries.
    static uint32_t ids[IDS];
    competency__token_span span = {.ids = ids, .cap = IDS};
    check(competency__tokenizer_encode(tokenizer, &span, vocab, size, IDS, NULL) == COMPETENCY_OK);
    for (size_t i = 0; i < span.count; i++) {
        check(ids[i] < competency__tokenizer_vocabulary(tokenizer));
    }
    competency__tokenizer_destroy(tokenizer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const competency__tokenizer_options options = {
        .lower_case = (data[0] & 1U) != 0,
        .strip_accents = (data[0] & 2U) != 0,
        .space_cjk = (data[0] & 4U) != 0,
        .special_tokens_are_text = (data[0] & 8U) != 0,
    };
    const char *const rest = (const char *)data + 1;
    if ((data[0] & 16U) != 0) {
        fuzz_vocabulary(&options, rest, size - 1);
    } else {
        fuzz_text(&options, rest, size - 1);
    }
    return 0;
}
