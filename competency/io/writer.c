// SPDX-License-Identifier: MIT
// The formats of results behind one interface.
#include "io/writer.h"

#include <string.h>

#include "base/memory.h"
#include "base/phase.h"

static const struct {
    const char *name;
    const competency__writer_form *form;
} formats[] = {
    [COMPETENCY_FORMAT_TABLE] = {"table", &competency__form_table},
    [COMPETENCY_FORMAT_JSON] = {"json", &competency__form_json},
    [COMPETENCY_FORMAT_JSONL] = {"jsonl", &competency__form_jsonl},
    [COMPETENCY_FORMAT_CLASSIC] = {"classic", &competency__form_classic},
    [COMPETENCY_FORMAT_CSV] = {"csv", &competency__form_csv},
};

enum { FORMAT_COUNT = sizeof(formats) / sizeof(formats[0]) };

competency_status competency_format_parse(competency_format *out, const char *name)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (strcmp(formats[i].name, name) == 0) {
            *out = (competency_format)i;
            return COMPETENCY_OK;
        }
    }
    return COMPETENCY_EINVAL;
}

competency_status competency_writer_create(competency_writer **out, const competency_sink *sink,
                                           const competency_writer_options *options)
{
    *out = NULL;
    // Options as the caller's version of the header has them; what it does not know is 0.
    competency_writer_options known = COMPETENCY_WRITER_OPTIONS_INIT;
    memcpy(&known, options, options->size < sizeof(known) ? options->size : sizeof(known));
    if ((size_t)known.format >= FORMAT_COUNT ||
        (known.format == COMPETENCY_FORMAT_CLASSIC && known.is_ranking)) {
        return COMPETENCY_EINVAL;
    }
    const competency_allocator memory = competency__allocator(known.allocator);
    competency_writer *const writer = competency__allocate(&memory, sizeof(*writer));
    if (writer == NULL) {
        return COMPETENCY_ENOMEM;
    }
    writer->memory = memory;
    writer->form = formats[known.format].form;
    writer->options = known;
    writer->run = NULL;
    writer->written_count = 0;
    competency__output_init(&writer->output, sink);
    *out = writer;
    return COMPETENCY_OK;
}

void competency_writer_destroy(competency_writer *writer)
{
    if (writer != NULL) {
        const competency_allocator memory = writer->memory;
        competency__release(&memory, writer);
    }
}

void competency_writer_run(competency_writer *writer, const competency_run *run)
{
    writer->run = run;
    if (writer->form->run != NULL && !writer->options.is_fragment) {
        writer->form->run(writer);
    }
}

// What stands between the results is the frame's, not the fragment's.
static void begin_element(competency_writer *writer)
{
    if (writer->form->before != NULL && !writer->options.is_fragment) {
        writer->form->before(writer);
    }
}

void competency_writer_result(competency_writer *writer, const competency_result *result)
{
    COMPETENCY__PHASE_BEGIN("write");
    begin_element(writer);
    writer->form->result(writer, result);
    COMPETENCY__PHASE_END();
    writer->written_count++;
}

void competency_writer_error(competency_writer *writer, const char *id, uint64_t number,
                             const char *message)
{
    if (writer->form->error != NULL) {
        begin_element(writer);
        writer->form->error(writer, id, number, message);
        writer->written_count++;
    }
}

void competency_writer_fragment(competency_writer *writer, const char *data, size_t size)
{
    begin_element(writer);
    competency__output_bytes(&writer->output, data, size);
    writer->written_count++;
}

competency_status competency_writer_flush(competency_writer *writer)
{
    return competency__output_flush(&writer->output);
}

competency_status competency_writer_end(competency_writer *writer)
{
    if (writer->form->end != NULL && !writer->options.is_fragment) {
        writer->form->end(writer);
    }
    return competency__output_flush(&writer->output);
}

competency_status competency_writer_status(const competency_writer *writer)
{
    return writer->output.status;
}

double competency__contribution(const competency_match *match, size_t index)
{
    double sum = 0;
    for (size_t i = 0; i < match->required_count; i++) {
        sum += match->scores[i].probability;
    }
    return sum > 0 ? match->overall_score * (match->scores[index].probability / sum) : 0;
}
