// SPDX-License-Identifier: MIT
#include "text/words.h"

#include <stdint.h>
#include <string.h>

#include <utf8proc.h>

#include "base/utf8.h"
#include "text/unicode_classes.h"

// The word that is being collected, in code points because canonical ordering moves them.
struct word {
    uint32_t code_points[COMPETENCY__WORD_MAX];
    size_t count;
    size_t order_from;  // canonical ordering moves nothing before this index
    bool is_too_long;   // further code points were not stored
};

struct splitter {
    const competency__tokenizer_options *options;
    competency__word_sink sink;
    struct word word;
};

// Hand over the word so far, if there is one, and begin the next.
static bool end_word(struct splitter *splitter)
{
    struct word *const word = &splitter->word;
    char bytes[COMPETENCY__WORD_BYTES_MAX];
    size_t size = 0;
    bool goes_on = true;
    if (word->is_too_long) {
        goes_on = splitter->sink.take(splitter->sink.self, NULL, 0);
    } else if (word->count > 0) {
        for (size_t i = 0; i < word->count; i++) {
            size += competency__utf8_encode(bytes + size, word->code_points[i]);
        }
        goes_on = splitter->sink.take(splitter->sink.self, bytes, size);
    }
    word->count = 0;
    word->order_from = 0;
    word->is_too_long = false;
    return goes_on;
}

static void append(struct word *word, uint32_t code_point)
{
    if (word->count == COMPETENCY__WORD_MAX) {
        word->is_too_long = true;
    } else {
        word->code_points[word->count++] = code_point;
    }
}

static int combining_class(uint32_t code_point)
{
    return utf8proc_get_property((utf8proc_int32_t)code_point)->combining_class;
}

// Canonical ordering is a stable sort by combining class of each run of characters whose class
// is not 0. The word is kept ordered by inserting where the sort would put the newcomer.
static void insert_in_order(struct word *word, uint32_t code_point)
{
    const size_t before = word->count;
    append(word, code_point);
    if (word->count == before) {
        return;
    }
    const int order = combining_class(code_point);
    size_t at = before;
    while (at > word->order_from && combining_class(word->code_points[at - 1]) > order) {
        word->code_points[at] = word->code_points[at - 1];
        at--;
    }
    word->code_points[at] = code_point;
}

// Lower-case one code point; the reference maps one at a time, so there is no final sigma.
static size_t to_lower(uint32_t out[2], uint32_t code_point, bool lower_case)
{
    if (lower_case && code_point == 0x130) {
        // The only character whose full lower-case mapping is longer than the simple one.
        out[0] = 'i';
        out[1] = 0x307;
        return 2;
    }
    out[0] = lower_case ? (uint32_t)utf8proc_tolower((utf8proc_int32_t)code_point) : code_point;
    return 1;
}

// Add a decomposed code point to the word, or end the word with it.
static bool add_decomposed(struct splitter *splitter, uint32_t code_point)
{
    struct word *const word = &splitter->word;
    const competency__code_point_class kind = competency__classify(code_point);
    if (kind == COMPETENCY__PUNCTUATION) {
        if (!end_word(splitter)) {
            return false;
        }
        append(word, code_point);
        return end_word(splitter);
    }
    if (splitter->options->strip_accents && kind == COMPETENCY__MARK) {
        if (combining_class(code_point) == 0) {
            word->order_from = word->count;  // it ends a run even though it is removed
        }
        return true;
    }

    uint32_t lower[2];
    const size_t count = to_lower(lower, code_point, splitter->options->lower_case);
    for (size_t i = 0; i < count; i++) {
        if (splitter->options->strip_accents && kind == COMPETENCY__COMBINING) {
            insert_in_order(word, lower[i]);
        } else {
            append(word, lower[i]);
            word->order_from = word->count;
        }
    }
    return true;
}

// Decompose one code point, where accents are stripped, and add what it becomes.
static bool add(struct splitter *splitter, uint32_t code_point, competency__code_point_class kind)
{
    if (!splitter->options->strip_accents || kind == COMPETENCY__WHOLE) {
        return add_decomposed(splitter, code_point);
    }
    utf8proc_int32_t parts[8];  // a canonical decomposition has at most 4
    int boundary = 0;
    const utf8proc_ssize_t count = utf8proc_decompose_char((utf8proc_int32_t)code_point, parts, 8,
                                                           UTF8PROC_DECOMPOSE, &boundary);
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        if (!add_decomposed(splitter, (uint32_t)parts[i])) {
            return false;
        }
    }
    return true;
}

static bool add_raw(struct splitter *splitter, uint32_t code_point)
{
    const competency__code_point_class kind = competency__classify(code_point);
    switch (kind) {
    case COMPETENCY__DROPPED: return true;
    case COMPETENCY__SPACE: return end_word(splitter);
    case COMPETENCY__CJK:
        if (splitter->options->space_cjk) {
            return end_word(splitter) && add(splitter, code_point, kind) && end_word(splitter);
        }
        return add(splitter, code_point, kind);
    case COMPETENCY__ORDINARY:
    case COMPETENCY__MARK:
    case COMPETENCY__PUNCTUATION:
    case COMPETENCY__COMBINING:
    case COMPETENCY__WHOLE: return add(splitter, code_point, kind);
    }
    return true;
}

bool competency__split_words_general(const competency__tokenizer_options *options, const char *text,
                                     size_t size, competency__word_sink sink)
{
    struct splitter splitter = {.options = options, .sink = sink};
    size_t at = 0;
    while (at < size) {
        uint32_t code_point = 0;
        const size_t used = competency__utf8_decode(&code_point, text + at, size - at);
        if (used == 0 || !add_raw(&splitter, code_point)) {
            return false;
        }
        at += used;
    }
    return end_word(&splitter);
}

// In ASCII nothing decomposes, combines or grows: bytes go straight to the word.
static bool split_ascii(const competency__tokenizer_options *options, const char *text, size_t size,
                        competency__word_sink sink)
{
    char word[COMPETENCY__WORD_MAX];
    size_t length = 0;
    for (size_t i = 0; i <= size; i++) {
        const char c = i < size ? text[i] : ' ';
        const competency__code_point_class kind = competency__classify((unsigned char)c);
        if (kind == COMPETENCY__DROPPED) {
            continue;
        }
        if (kind == COMPETENCY__ORDINARY) {
            if (length < COMPETENCY__WORD_MAX) {
                const bool is_upper = c >= 'A' && c <= 'Z';
                word[length] = is_upper && options->lower_case ? (char)(c + ('a' - 'A')) : c;
            }
            length++;
            continue;
        }
        if (length > 0 &&
            !sink.take(sink.self, length > COMPETENCY__WORD_MAX ? NULL : word, length)) {
            return false;
        }
        length = 0;
        if (kind == COMPETENCY__PUNCTUATION && !sink.take(sink.self, &c, 1)) {
            return false;
        }
    }
    return true;
}

static bool is_ascii(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (((unsigned char)text[i] & 0x80U) != 0) {
            return false;
        }
    }
    return true;
}

bool competency__split_words(const competency__tokenizer_options *options, const char *text,
                             size_t size, competency__word_sink sink)
{
    return is_ascii(text, size) ? split_ascii(options, text, size, sink)
                                : competency__split_words_general(options, text, size, sink);
}
