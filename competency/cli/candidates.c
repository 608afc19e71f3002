// SPDX-License-Identifier: MIT
// Role and candidates of a command line: one document, two, or a role and a stream.
#include "cli/candidates.h"

#include <stdlib.h>
#include <string.h>

static cli_exit read_document(competency_document **out, competency_document_kind kind,
                              const char *path)
{
    char *text = NULL;
    size_t size = 0;
    const cli_exit status = cli_file_read_all(path, &text, &size);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    competency_error err = {0};
    const competency_status parsed = competency_document_parse(out, kind, text, size, &err);
    free(text);
    if (parsed != COMPETENCY_OK) {
        cli_complain("%s: %s", strcmp(path, "-") == 0 ? "standard input" : path, err.message);
    }
    return cli_exit_of(parsed);
}

static cli_exit open_stream(cli_candidates *out, const char *path, competency_stream_form form)
{
    const cli_exit status = cli_file_open(&out->file, path);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const competency_source source = cli_file_source(&out->file);
    const competency_status created = competency_stream_create(&out->stream, &source, form);
    if (created != COMPETENCY_OK) {
        cli_complain("%s", competency_status_text(created));
    }
    return cli_exit_of(created);
}

cli_exit cli_candidates_open(cli_candidates *out, const cli_options *options)
{
    *out = (cli_candidates){.file = {.descriptor = -1}};
    const bool is_whole = options->document != NULL;
    const cli_exit status = read_document(
        &out->role_document, is_whole ? COMPETENCY_DOCUMENT_MATCH : COMPETENCY_DOCUMENT_ROLE,
        is_whole ? options->document : options->role);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    out->role = competency_document_role(out->role_document);
    if (is_whole) {
        out->pool = out->role_document;
        return CLI_EXIT_OK;
    }
    if (options->candidate != NULL) {
        return read_document(&out->pool, COMPETENCY_DOCUMENT_CANDIDATE, options->candidate);
    }
    return open_stream(out, options->candidates, options->form);
}

void cli_candidates_close(cli_candidates *candidates)
{
    competency_stream_destroy(candidates->stream);
    cli_file_close(&candidates->file);
    if (candidates->pool != candidates->role_document) {
        competency_document_destroy(candidates->pool);
    }
    competency_document_destroy(candidates->role_document);
}

static cli_exit next_of_pool(cli_candidates *candidates, cli_candidate *out)
{
    if (candidates->next == competency_document_candidate_count(candidates->pool)) {
        out->is_last = true;
        return CLI_EXIT_OK;
    }
    out->record = competency_document_candidate(candidates->pool, candidates->next++);
    out->id = out->record->identity.id;
    out->number = out->record->number;
    return CLI_EXIT_OK;
}

static cli_exit next_of_stream(cli_candidates *candidates, cli_candidate *out,
                               competency_error *err)
{
    const competency_status status = competency_stream_next(candidates->stream, &out->owned, err);
    out->id = competency_stream_id(candidates->stream);
    out->number = competency_stream_line(candidates->stream);
    if (status == COMPETENCY_EFORMAT || status == COMPETENCY_EEMPTY) {
        return CLI_EXIT_PARTIAL;
    }
    if (status == COMPETENCY_EIO) {
        cli_complain("cannot read %s: %s", candidates->file.name,
                     strerror(candidates->file.error));  // NOLINT(concurrency-mt-unsafe)
        return CLI_EXIT_IO;
    }
    if (status != COMPETENCY_OK) {
        cli_complain("%s: %s", candidates->file.name, err->message);
        return cli_exit_of(status);
    }
    out->is_last = out->owned == NULL;
    out->record = out->is_last ? NULL : competency_document_candidate(out->owned, 0);
    return CLI_EXIT_OK;
}

cli_exit cli_candidates_next(cli_candidates *candidates, cli_candidate *out, competency_error *err)
{
    *out = (cli_candidate){0};
    return candidates->stream != NULL ? next_of_stream(candidates, out, err)
                                      : next_of_pool(candidates, out);
}
