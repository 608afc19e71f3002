// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_FUNCTION_TEXT_H
#define HEAPLENS_EXPORT_FUNCTION_TEXT_H

/** A function's name as people are shown it, by value. */
typedef struct heaplens_function_text {
    char text[512];
} heaplens_function_text;

/**
 * A name in which lists of template arguments and of parameters that are longer than 24 bytes are
 * left out: "std::map<..>::operator[](..)", but "parse<int>(char const*)". One name of C++'s standard
 * library has a thousand characters and more. What does not fit ends in "..", between two characters.
 *
 * Formats for programs have the whole name.
 */
heaplens_function_text heaplens__function_text(const char *function);

/** The same without any parameters: "ns::parse" of "ns::parse(char const*)". */
heaplens_function_text heaplens__function_text_plain(const char *function);

#endif
