// SPDX-License-Identifier: MIT
#include "export/sink.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/utf8.h"

heaplens_status heaplens__sink_flush(heaplens_sink *sink)
{
    if (sink->status == HEAPLENS_OK && sink->used > 0) {
        sink->status = sink->write(sink->self, sink->buffer, sink->used);
    }
    sink->used = 0;
    return sink->status;
}

void heaplens__sink_put(heaplens_sink *sink, const char *data, size_t size)
{
    if (size > sizeof(sink->buffer) - sink->used) {
        (void)heaplens__sink_flush(sink);
    }
    if (size > sizeof(sink->buffer)) {
        if (sink->status == HEAPLENS_OK) {
            sink->status = sink->write(sink->self, data, size);
        }
        return;
    }
    memcpy(sink->buffer + sink->used, data, size);
    sink->used += size;
}

void heaplens__sink_puts(heaplens_sink *sink, const char *text)
{
    heaplens__sink_put(sink, text, strlen(text));
}

void heaplens__sink_printf(heaplens_sink *sink, const char *format, ...)
{
    char brief[512];
    va_list values;
    va_start(values, format);
    // clang-tidy 14 does not see va_start() here.
    const int length = vsnprintf(brief, sizeof(brief), format,
                                 values);  // NOLINT(clang-analyzer-valist.Uninitialized)
    va_end(values);
    if (length >= 0 && (size_t)length < sizeof(brief)) {
        heaplens__sink_put(sink, brief, (size_t)length);
        return;
    }

    char *const whole = length < 0 ? NULL : malloc((size_t)length + 1);
    if (whole == NULL) {
        sink->status = sink->status == HEAPLENS_OK ? HEAPLENS_ENOMEM : sink->status;
        return;
    }
    va_start(values, format);
    (void)vsnprintf(whole, (size_t)length + 1, format, values);
    va_end(values);
    heaplens__sink_put(sink, whole, (size_t)length);
    free(whole);
}

void heaplens__sink_json(heaplens_sink *sink, const char *text)
{
    heaplens__sink_put(sink, "\"", 1);
    while (*text != '\0') {
        const size_t length = heaplens__utf8_length(text);
        if (length == 0) {
            heaplens__sink_puts(sink, "\\ufffd");
        } else if (*text == '"' || *text == '\\') {
            heaplens__sink_printf(sink, "\\%c", *text);
        } else if (length == 1 && *text < 0x20) {
            heaplens__sink_printf(sink, "\\u%04x", (unsigned)*text);
        } else {
            heaplens__sink_put(sink, text, length);
        }
        text += length == 0 ? 1 : length;
    }
    heaplens__sink_put(sink, "\"", 1);
}

void heaplens__sink_line(heaplens_sink *sink, const char *text, char avoid, const char *instead)
{
    while (*text != '\0') {
        const size_t length = heaplens__utf8_length(text);
        if (length == 0) {
            heaplens__sink_puts(sink, HEAPLENS_UTF8_REPLACEMENT);
        } else if (length == 1 && (*text < 0x20 || *text == 0x7f)) {
            heaplens__sink_put(sink, "?", 1);
        } else if (*text == avoid) {
            heaplens__sink_puts(sink, instead);
        } else {
            heaplens__sink_put(sink, text, length);
        }
        text += length == 0 ? 1 : length;
    }
}
