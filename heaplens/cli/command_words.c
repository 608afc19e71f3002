// SPDX-License-Identifier: MIT
#include "cli/command_words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// Words are never longer than the command, and never more than half of its characters: one block
// holds the pointers, then the characters.
typedef struct splitter {
    const char *at;
    char **words;
    size_t count;
    char *end;  // of the characters so far
} splitter;

static heaplens_status refuse(heaplens_failure *failure, char character)
{
    return heaplens__fail(failure, HEAPLENS_EFORMAT, "%c needs a shell: quote it, or use --shell",
                          character);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static void keep(splitter *s, char c)
{
    *s->end++ = c;
}

// From behind the opening quote to behind the closing one.
static heaplens_status take_single_quoted(splitter *s, heaplens_failure *failure)
{
    while (*s->at != '\'') {
        if (*s->at == '\0') {
            return heaplens__fail(failure, HEAPLENS_EFORMAT, "a ' is not closed");
        }
        keep(s, *s->at++);
    }
    s->at++;
    return HEAPLENS_OK;
}

static heaplens_status take_double_quoted(splitter *s, heaplens_failure *failure)
{
    while (*s->at != '"') {
        if (*s->at == '\0') {
            return heaplens__fail(failure, HEAPLENS_EFORMAT, "a \" is not closed");
        }
        if (*s->at == '$' || *s->at == '`') {
            return refuse(failure, *s->at);
        }
        if (*s->at == '\\' && s->at[1] == '\n') {
            s->at += 2;
            continue;
        }
        if (*s->at == '\\' && s->at[1] != '\0' && strchr("\"\\$`", s->at[1]) != NULL) {
            s->at++;
        }
        keep(s, *s->at++);
    }
    s->at++;
    return HEAPLENS_OK;
}

static heaplens_status take_escaped(splitter *s, heaplens_failure *failure)
{
    if (*s->at == '\0') {
        return heaplens__fail(failure, HEAPLENS_EFORMAT, "nothing follows the last \\");
    }
    if (*s->at != '\n') {  // a continued line is no character
        keep(s, *s->at);
    }
    s->at++;
    return HEAPLENS_OK;
}

// A character that is neither blank nor a quote.
static heaplens_status take_plain(splitter *s, const char *word, heaplens_failure *failure)
{
    static const char for_shells[] = "|&;<>()$`*?[{";
    const char c = *s->at;
    const bool is_first = s->end == word;
    if (strchr(for_shells, c) != NULL || (is_first && (c == '#' || c == '~')) ||
        (c == '=' && s->count == 0)) {
        return refuse(failure, c);
    }
    keep(s, c);
    s->at++;
    return HEAPLENS_OK;
}

static heaplens_status take_word(splitter *s, heaplens_failure *failure)
{
    char *const word = s->end;
    heaplens_status status = HEAPLENS_OK;
    while (status == HEAPLENS_OK && *s->at != '\0' && !is_blank(*s->at)) {
        switch (*s->at) {
        case '\'':
            s->at++;
            status = take_single_quoted(s, failure);
            break;
        case '"':
            s->at++;
            status = take_double_quoted(s, failure);
            break;
        case '\\':
            s->at++;
            status = take_escaped(s, failure);
            break;
        default: status = take_plain(s, word, failure); break;
        }
    }
    keep(s, '\0');
    s->words[s->count++] = word;
    return status;
}

static heaplens_status split(splitter *s, heaplens_failure *failure)
{
    heaplens_status status = HEAPLENS_OK;
    while (status == HEAPLENS_OK) {
        while (is_blank(*s->at)) {
            s->at++;
        }
        if (*s->at == '\0') {
            break;
        }
        status = take_word(s, failure);
    }
    if (status == HEAPLENS_OK && s->count == 0) {
        status = heaplens__fail(failure, HEAPLENS_EFORMAT, "the command is empty");
    }
    return status;
}

heaplens_status heaplens__command_split(char ***out, const char *command, heaplens_failure *failure)
{
    *out = NULL;
    const size_t length = strlen(command);
    const size_t pointers = length / 2 + 2;  // every word but the last is followed by a blank
    if (length > SIZE_MAX / (2 * sizeof(char *)) - 8) {
        return HEAPLENS_ENOMEM;
    }
    char **const words = calloc(1, pointers * sizeof(char *) + length + 2);
    if (words == NULL) {
        return HEAPLENS_ENOMEM;
    }
    splitter s = {.at = command, .words = words, .end = (char *)(words + pointers)};
    const heaplens_status status = split(&s, failure);
    if (status != HEAPLENS_OK) {
        free(words);
        return status;
    }
    *out = words;
    return HEAPLENS_OK;
}

heaplens_status heaplens__command_in_shell(char ***out, const char *command)
{
    static const char shell[] = "sh\0-c";
    const size_t size = strlen(command) + 1;
    char **const words = calloc(1, 4 * sizeof(char *) + sizeof(shell) + size);
    *out = words;
    if (words == NULL) {
        return HEAPLENS_ENOMEM;
    }
    char *const text = (char *)(words + 4);
    memcpy(text, shell, sizeof(shell));
    memcpy(text + sizeof(shell), command, size);
    words[0] = text;
    words[1] = text + 3;
    words[2] = text + sizeof(shell);
    return HEAPLENS_OK;
}
