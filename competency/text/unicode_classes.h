// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_TEXT_UNICODE_CLASSES_H
#define COMPETENCY_TEXT_UNICODE_CLASSES_H

#include <stdint.h>

/**
 * What the tokenizer does with a code point. The classes are the reference's own, observed for
 * every code point (tools/unicode_classes.py), because its Unicode tables are old and mixed: a
 * mark that Unicode added after version 8 is an ordinary character there, and so it must be here.
 */
typedef enum competency__code_point_class {
    COMPETENCY__ORDINARY,     // part of a word
    COMPETENCY__DROPPED,      // control, format, private use, U+0000, U+FFFD: removed
    COMPETENCY__SPACE,        // ends a word
    COMPETENCY__CJK,          // an ideograph: a word of its own
    COMPETENCY__MARK,         // non-spacing mark: removed after decomposition
    COMPETENCY__PUNCTUATION,  // a word of its own
    COMPETENCY__COMBINING,    // part of a word, and moved by canonical ordering
    COMPETENCY__WHOLE,        // part of a word, and never decomposed
} competency__code_point_class;

/** The class of `code_point`. Cost: one table look-up for ASCII, a binary search beyond. */
competency__code_point_class competency__classify(uint32_t code_point);

#endif
