// SPDX-License-Identifier: MIT
#include "export/function_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { LIST_BYTES_MAX = 24 };  // has room for "(anonymous namespace)"

static bool is_of_word(char byte)
{
    return isalnum((unsigned char)byte) != 0 || byte == '_';
}

// Bytes of "operator<<", "operator()" and "operator->" at a place: their brackets begin no list.
// 0: no operator is there.
static size_t operator_length(const char *name, size_t size, size_t at)
{
    static const char word[] = "operator";
    const size_t length = sizeof(word) - 1;
    if (size - at <= length || memcmp(name + at, word, length) != 0 ||
        (at > 0 && is_of_word(name[at - 1])) || is_of_word(name[at + length])) {
        return 0;
    }
    size_t end = at + length;
    if (size - end >= 2 && memcmp(name + end, "()", 2) == 0) {
        return length + 2;
    }
    while (end < size && strchr("<=>-", name[end]) != NULL) {
        end++;
    }
    return end - at;
}

// Bytes of a name without its parameters; all of it where there are none, as in C. They begin at a
// parenthesis outside of template arguments that does not belong to a name itself:
// "(anonymous namespace)::f", "operator()", "main::{lambda()#1}".
static size_t plain_length(const char *function)
{
    const size_t size = strlen(function);
    int depth = 0;
    for (size_t i = 0; i < size; i++) {
        const size_t operator_bytes = operator_length(function, size, i);
        const bool is_arrow = i > 0 && function[i - 1] == '-';
        if (operator_bytes > 0) {
            i += operator_bytes - 1;
        } else if (function[i] == '<' || function[i] == '{') {
            depth++;
        } else if ((function[i] == '>' || function[i] == '}') && depth > 0 && !is_arrow) {
            depth--;
        } else if (function[i] == '(' && depth == 0 && i > 0 && function[i - 1] != ':' &&
                   function[i - 1] != ' ') {
            return i;
        }
    }
    return size;
}

// Where the list that begins at `open` ends: its closing bracket, or `size` if there is none.
static size_t list_end(const char *name, size_t size, size_t open)
{
    size_t depth = 0;
    for (size_t i = open; i < size; i++) {
        const bool is_arrow = name[i] == '>' && i > open && name[i - 1] == '-';
        if (name[i] == '<' || name[i] == '(') {
            depth++;
        } else if ((name[i] == '>' && !is_arrow) || name[i] == ')') {
            depth--;
        }
        if (depth == 0) {
            return i;
        }
    }
    return size;
}

// Appends as much as fits; false if something does not.
static bool append(heaplens_function_text *out, size_t *used, const char *bytes, size_t count)
{
    const size_t room = sizeof(out->text) - sizeof("..");
    if (count <= room - *used) {
        memcpy(out->text + *used, bytes, count);
        *used += count;
        return true;
    }
    memcpy(out->text + *used, bytes, room - *used);
    size_t end = room;
    if (((unsigned char)bytes[room - *used] & 0xC0U) ==
        0x80U) {  // back to a character's first byte
        while (end > 0 && ((unsigned char)out->text[end - 1] & 0xC0U) == 0x80U) {
            end--;
        }
        end -= end > 0 ? 1 : 0;
    }
    memcpy(out->text + end, "..", 2);
    *used = end + 2;
    return false;
}

static heaplens_function_text shorten(const char *name, size_t size)
{
    heaplens_function_text out = {0};
    size_t used = 0;
    bool fits = true;
    for (size_t i = 0; i < size && fits;) {
        size_t length = operator_length(name, size, i);
        // Rust's "<T as Trait>::f" begins with a list that is its name.
        if (length == 0 && i > 0 && (name[i] == '<' || name[i] == '(')) {
            const size_t end = list_end(name, size, i);
            length = end == size ? size - i : end - i + 1;
            if (end < size && length - 2 > LIST_BYTES_MAX) {
                const char left_out[] = {name[i], '.', '.', name[end]};
                fits = append(&out, &used, left_out, sizeof(left_out));
                i = end + 1;
                continue;
            }
        }
        length = length == 0 ? 1 : length;
        fits = append(&out, &used, name + i, length);
        i += length;
    }
    out.text[used] = '\0';
    return out;
}

heaplens_function_text heaplens__function_text(const char *function)
{
    return shorten(function, strlen(function));
}

heaplens_function_text heaplens__function_text_plain(const char *function)
{
    return shorten(function, plain_length(function));
}
