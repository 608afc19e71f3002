// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_PROTOBUF_H
#define HEAPLENS_EXPORT_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * A protocol-buffers message that is being built: varints and length-delimited fields, which is all
 * that pprof's format needs. A failure sticks: check `is_short` once, at the end. Zero to begin.
 *
 * Source: "Encoding", the wire format in the documentation of Protocol Buffers.
 */
typedef struct heaplens_message {
    unsigned char *bytes;  // owned
    size_t size;
    size_t capacity;
    bool is_short;  // memory ran out: the message is not complete
} heaplens_message;

/** Append a varint without a field number: an item of a packed repeated field. */
void heaplens__message_varint(heaplens_message *message, uint64_t value);

/** Append an integer field; nothing if it is 0, which is what a reader takes an absent one for. */
void heaplens__message_integer(heaplens_message *message, unsigned field, uint64_t value);

/** Append a field of bytes. */
void heaplens__message_bytes(heaplens_message *message, unsigned field, const void *data,
                             size_t size);

/** Append a message as a field of another one, and empty it for its next use. */
void heaplens__message_nest(heaplens_message *message, unsigned field, heaplens_message *inner);

/**
 * Append a text to a message that is one text. A byte that is not UTF-8 becomes U+FFFD, because
 * readers refuse it, and a control character "?", because pprof sends it to the terminal as it is.
 */
void heaplens__message_text(heaplens_message *message, const char *text);

/** Release what the message owns and make it empty. */
void heaplens__message_deinit(heaplens_message *message);

#endif
