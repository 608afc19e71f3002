// SPDX-License-Identifier: MIT
#define _GNU_SOURCE  // strerrordesc_np()

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *competency_status_text(competency_status status)
{
    switch (status) {
#define X(name, value, text) \
    case COMPETENCY_##name: return text;
        COMPETENCY_STATUS_MAP(X)
#undef X
    }
    return "unknown status";
}

// Bytes of `text` before a UTF-8 sequence that vsnprintf cut in two; `size` if none was.
static size_t whole_sequences(const char *text, size_t size)
{
    size_t start = size;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0U) == 0x80U) {
        start--;
    }
    if (start == 0) {
        return size;
    }
    const unsigned char lead = (unsigned char)text[start - 1];
    const size_t need = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : lead >= 0xC0U ? 2 : 1;
    return size - (start - 1) < need ? start - 1 : size;
}

competency_status competency__fail(competency_error *err, competency_status status,
                                   const char *format, ...)
{
    if (err == NULL) {
        return status;
    }
    err->status = status;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(err->message, sizeof(err->message), format, args);
    va_end(args);

    err->message[whole_sequences(err->message, strlen(err->message))] = '\0';
    for (char *at = err->message; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20U || *at == 0x7F) {
            *at = '?';
        }
    }
    return status;
}

const char *competency__system_text(int code)
{
    const char *const text = strerrordesc_np(code);
    return text == NULL ? "unknown error" : text;
}
