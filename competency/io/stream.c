// SPDX-License-Identifier: MIT
// Candidates of a source, one at a time; JSONL here, CSV in candidates_csv.c.
#include <string.h>

#include <competency/io.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/phase.h"
#include "io/candidates_csv.h"
#include "io/document.h"
#include "io/json_reader.h"
#include "io/lines.h"

struct competency_stream {
    competency_allocator memory;
    competency_stream_form form;
    competency__candidates_csv csv;  // of that form
    competency__lines lines;         // of JSONL
    competency__json_tree tree;      // of the record read last
    char *id;                        // owned; of the record read last; NULL: none
};

competency_status competency_stream_create_with(competency_stream **out,
                                                const competency_source *source,
                                                competency_stream_form form,
                                                const competency_allocator *allocator)
{
    *out = NULL;
    const competency_allocator memory = competency__allocator(allocator);
    competency_stream *const stream = competency__allocate(&memory, sizeof(*stream));
    if (stream == NULL) {
        return COMPETENCY_ENOMEM;
    }
    *stream = (competency_stream){.memory = memory, .form = form, .tree.memory = memory};
    competency_status status = COMPETENCY_EINVAL;
    switch (form) {
    case COMPETENCY_STREAM_JSONL:
        status = competency__lines_init(&stream->lines, &memory, source, COMPETENCY_LINE_BYTES_MAX);
        break;
    case COMPETENCY_STREAM_CSV:
        status = competency__candidates_csv_init(&stream->csv, &memory, source);
        break;
    }
    if (status != COMPETENCY_OK) {
        competency_stream_destroy(stream);
        return status;
    }
    *out = stream;
    return COMPETENCY_OK;
}

competency_status competency_stream_create(competency_stream **out, const competency_source *source,
                                           competency_stream_form form)
{
    return competency_stream_create_with(out, source, form, NULL);
}

void competency_stream_destroy(competency_stream *stream)
{
    if (stream != NULL) {
        const competency_allocator memory = stream->memory;
        competency__candidates_csv_deinit(&stream->csv);
        competency__lines_deinit(&stream->lines);
        competency__json_tree_deinit(&stream->tree);
        competency__release(&memory, stream->id);
        competency__release(&memory, stream);
    }
}

uint64_t competency_stream_line(const competency_stream *stream)
{
    return stream->form == COMPETENCY_STREAM_CSV ? stream->csv.line : stream->lines.number;
}

const char *competency_stream_id(const competency_stream *stream)
{
    return stream->form == COMPETENCY_STREAM_CSV ? stream->csv.id : stream->id;
}

static bool is_blank(const char *line, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (strchr(" \t\r", line[i]) == NULL || line[i] == '\0') {
            return false;
        }
    }
    return true;
}

// A byte order mark is no part of the first line's JSON.
static size_t mark_bytes(const char *line, size_t size)
{
    return size >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

// The id is kept before the record is judged, so that a bad record can be named.
static competency_status keep_id(competency_stream *stream, const competency__json *root,
                                 competency_error *err)
{
    char buffer[COMPETENCY__ID_TEXT_BYTES];
    const char *const id =
        competency__json_id_text(competency__json_get(root, "id"), buffer, sizeof(buffer));
    if (id == NULL) {
        return COMPETENCY_OK;
    }
    const size_t size = strlen(id) + 1;
    stream->id = competency__allocate(&stream->memory, size);
    if (stream->id == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "out of memory");
    }
    memcpy(stream->id, id, size);
    return COMPETENCY_OK;
}

static competency_status read_record(competency_stream *stream, competency_document **out,
                                     const char *line, size_t size, competency_error *err)
{
    const size_t skipped = stream->lines.number == 1 ? mark_bytes(line, size) : 0;
    const competency__json *root = NULL;
    competency_status status =
        competency__json_load(&stream->tree, &root, line + skipped, size - skipped, true, err);
    if (status == COMPETENCY_OK) {
        status = keep_id(stream, root, err);
    }
    if (status == COMPETENCY_OK) {
        status = competency__document_read(out, COMPETENCY_DOCUMENT_CANDIDATE, root,
                                           stream->lines.number, &stream->memory, err);
    }
    return status;
}

static competency_status next_line_record(competency_stream *stream, competency_document **out,
                                          competency_error *err)
{
    const char *line = NULL;
    size_t size = 0;
    do {
        const competency_status status = competency__lines_next(&stream->lines, &line, &size, err);
        if (status != COMPETENCY_OK || line == NULL) {
            return status;
        }
    } while (is_blank(line, size));
    return read_record(stream, out, line, size, err);
}

static competency_status next_of_jsonl(competency_stream *stream, competency_document **out,
                                       competency_error *err)
{
    competency__release(&stream->memory, stream->id);
    stream->id = NULL;
    competency_error why = {0};
    const competency_status status = next_line_record(stream, out, &why);
    return status == COMPETENCY_OK
               ? status
               : competency__fail(err, status, "line %llu: %s",
                                  (unsigned long long)stream->lines.number, why.message);
}

competency_status competency_stream_next(competency_stream *stream, competency_document **out,
                                         competency_error *err)
{
    *out = NULL;
    COMPETENCY__PHASE_BEGIN("parse");
    const competency_status status = stream->form == COMPETENCY_STREAM_CSV
                                         ? competency__candidates_csv_next(&stream->csv, out, err)
                                         : next_of_jsonl(stream, out, err);
    COMPETENCY__PHASE_END();
    return status;
}
