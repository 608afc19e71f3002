// SPDX-License-Identifier: MIT
// Any bytes as a stream of candidates. However the source cuts the bytes into pieces, the same
// records come out; and the stream ends.
#include <stdint.h>
#include <stdlib.h>

#include <competency/io.h>

#include "piecewise_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// A hash of everything that the stream says.
static uint64_t read_stream(const uint8_t *data, size_t size, size_t step)
{
    piecewise from = {.data = data, .left = size, .step = step};
    const competency_source source = {.self = &from, .read = read_piece};
    competency_stream *stream = NULL;
    if (competency_stream_create(&stream, &source, COMPETENCY_STREAM_JSONL) != COMPETENCY_OK) {
        return 0;
    }
    uint64_t hash = 0xCBF29CE484222325U;
    for (size_t records = 0;; records++) {
        competency_document *document = NULL;
        const competency_status status = competency_stream_next(stream, &document, NULL);
        if (status == COMPETENCY_OK && document == NULL) {
            break;
        }
        if (records > size) {
            abort();  // more records than bytes: it does not end
        }
        hash = mix(mix(hash, (uint64_t)status), competency_stream_line(stream));
        hash = mix(hash, competency_stream_id(stream) != NULL);
        if (document != NULL) {
            hash = mix(hash, competency_document_candidate(document, 0)->profile.count);
        }
        competency_document_destroy(document);
    }
    competency_stream_destroy(stream);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint64_t whole = read_stream(data, size, SIZE_MAX);
    if (read_stream(data, size, 1) != whole || read_stream(data, size, 7) != whole) {
        abort();
    }
    return 0;
}
