// SPDX-License-Identifier: MIT
#include "export/sink.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

// Bytes of the UTF-8 sequence at `text`, or 0 if there is none. Source: Unicode 15, table 3-7.
static size_t utf8_length(const unsigned char *text)
{
    if (text[0] < 0x80) {
        return 1;
    }
    size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (text[0] >= 0xc2 && text[0] <= 0xdf) {
        length = 2;
    } else if ((text[0] & 0xf0) == 0xe0) {
        length = 3;
        low = text[0] == 0xe0 ? 0xa0 : low;
        high = text[0] == 0xed ? 0x9f : high;
    } else if (text[0] >= 0xf0 && text[0] <= 0xf4) {
        length = 4;
        low = text[0] == 0xf0 ? 0x90 : low;
        high = text[0] == 0xf4 ? 0x8f : high;
    }
    for (size_t i = 1; i < length; i++) {
        if (text[i] < low || text[i] > high) {
            return 0;
        }
        low = 0x80;
        high = 0xbf;
    }
    return length;
}

void heaplens__sink_json(heaplens_sink *sink, const char *text)
{
    heaplens__sink_put(sink, "\"", 1);
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        const size_t length = utf8_length(at);
        if (length == 0) {
            heaplens__sink_puts(sink, "\\ufffd");
        } else if (*at == '"' || *at == '\\') {
            heaplens__sink_printf(sink, "\\%c", *at);
        } else if (*at < 0x20) {
            heaplens__sink_printf(sink, "\\u%04x", *at);
        } else {
            heaplens__sink_put(sink, (const char *)at, length);
        }
        at += length == 0 ? 1 : length;
    }
    heaplens__sink_put(sink, "\"", 1);
}
