// SPDX-License-Identifier: MIT
#include "export/protobuf.h"

#include <stdlib.h>
#include <string.h>

#include "export/utf8.h"
#include "profile/array.h"

enum { WIRE_VARINT = 0, WIRE_LENGTH_DELIMITED = 2 };

static void append(heaplens_message *message, const void *data, size_t size)
{
    if (message->is_short || size > SIZE_MAX - message->size ||
        !heaplens__array_reserve(&message->bytes, &message->capacity, message->size + size, 1)) {
        message->is_short = true;
        return;
    }
    if (size > 0) {
        memcpy(message->bytes + message->size, data, size);
    }
    message->size += size;
}

void heaplens__message_varint(heaplens_message *message, uint64_t value)
{
    unsigned char bytes[10];
    size_t size = 0;
    while (value >= 0x80) {
        bytes[size++] = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    bytes[size++] = (unsigned char)value;
    append(message, bytes, size);
}

void heaplens__message_integer(heaplens_message *message, unsigned field, uint64_t value)
{
    if (value != 0) {
        heaplens__message_varint(message, (uint64_t)field << 3 | WIRE_VARINT);
        heaplens__message_varint(message, value);
    }
}

void heaplens__message_bytes(heaplens_message *message, unsigned field, const void *data,
                             size_t size)
{
    heaplens__message_varint(message, (uint64_t)field << 3 | WIRE_LENGTH_DELIMITED);
    heaplens__message_varint(message, size);
    append(message, data, size);
}

void heaplens__message_nest(heaplens_message *message, unsigned field, heaplens_message *inner)
{
    heaplens__message_bytes(message, field, inner->bytes, inner->size);
    message->is_short = message->is_short || inner->is_short;
    inner->size = 0;
}

void heaplens__message_text(heaplens_message *message, const char *text)
{
    while (*text != '\0') {
        const size_t length = heaplens__utf8_length(text);
        if (length == 0) {
            append(message, HEAPLENS_UTF8_REPLACEMENT, strlen(HEAPLENS_UTF8_REPLACEMENT));
        } else if (length == 1 && (*text < 0x20 || *text == 0x7f)) {
            append(message, "?", 1);
        } else {
            append(message, text, length);
        }
        text += length == 0 ? 1 : length;
    }
}

void heaplens__message_deinit(heaplens_message *message)
{
    free(message->bytes);
    *message = (heaplens_message){0};
}
