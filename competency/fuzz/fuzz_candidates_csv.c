// SPDX-License-Identifier: MIT
// Any bytes as candidates in CSV. However the source cuts the bytes into pieces, the same records
// come out, every one of them sound; and the stream ends.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include <competency/io.h>

#include "piecewise_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
    for (; text != NULL && *text != '\0'; text++) {
        hash = mix(hash, (unsigned char)*text);
    }
    return hash;
}

static uint64_t mix_record(uint64_t hash, const competency_record *record)
{
    require(record->profile.count > 0 && record->identity.id != NULL);
    hash = mix_text(mix(hash, record->number), record->identity.id);
    for (size_t i = 0; i < record->profile.count; i++) {
        const competency_level *const level = &record->profile.skills[i].level;
        require(!level->is_disclosed || (isfinite(level->max) && level->max > 0 &&
                                         level->value >= 0 && level->value <= level->max));
        hash = mix_text(hash, record->profile.skills[i].name);
    }
    return hash;
}

// A hash of everything that the stream says.
static uint64_t read_stream(const uint8_t *data, size_t size, size_t step)
{
    piecewise from = {.data = data, .left = size, .step = step};
    const competency_source source = {.self = &from, .read = read_piece};
    competency_stream *stream = NULL;
    if (competency_stream_create(&stream, &source, COMPETENCY_STREAM_CSV) != COMPETENCY_OK) {
        return 0;
    }
    uint64_t hash = 0xCBF29CE484222325U;
    for (size_t records = 0;; records++) {
        competency_document *document = NULL;
        competency_error err = {0};
        const competency_status status = competency_stream_next(stream, &document, &err);
        if ((status == COMPETENCY_OK && document == NULL) || status == COMPETENCY_EINVAL) {
            break;
        }
        require(records <= size);  // more records than bytes: it does not end
        hash = mix_text(mix(hash, (uint64_t)status), err.message);
        hash = mix_text(mix(hash, competency_stream_line(stream)), competency_stream_id(stream));
        if (document != NULL) {
            hash = mix_record(hash, competency_document_candidate(document, 0));
        }
        competency_document_destroy(document);
    }
    competency_stream_destroy(stream);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint64_t whole = read_stream(data, size, SIZE_MAX);
    require(read_stream(data, size, 1) == whole);
    require(read_stream(data, size, 7) == whole);
    return 0;
}
