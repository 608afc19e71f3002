// SPDX-License-Identifier: MIT
// A role with its candidates, a role alone, a candidate alone.
#include "io/document.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/phase.h"
#include "io/json_reader.h"
#include "io/record.h"

struct competency_document {
    competency__pool pool;  // owns everything below
    competency_record role;
    competency_record *candidates;  // (candidate_count)
    size_t candidate_count;
    bool has_role;
};

static competency_status take_candidates(competency_document *document,
                                         const competency__json_reader *reader, size_t count)
{
    document->candidates = competency__pool_take(&document->pool, count, sizeof(competency_record));
    if (document->candidates == NULL) {
        return competency__json_refuse(reader, COMPETENCY_ENOMEM, "out of memory");
    }
    document->candidate_count = count;
    return COMPETENCY_OK;
}

static competency_status read_role(competency_document *document, competency__json_reader *reader,
                                   const competency__json *object, const char *list)
{
    document->has_role = true;
    const competency_status status =
        competency__record_read(&document->role, COMPETENCY__RECORD_ROLE, reader, object, list);
    document->role.number = 1;
    return status;
}

static competency_status read_one_candidate(competency_document *document,
                                            competency__json_reader *reader,
                                            const competency__json *object, const char *list,
                                            uint64_t number)
{
    competency_status status = take_candidates(document, reader, 1);
    if (status == COMPETENCY_OK) {
        status = competency__record_read(&document->candidates[0], COMPETENCY__RECORD_CANDIDATE,
                                         reader, object, list);
        document->candidates[0].number = number;
    }
    return status;
}

static competency_status read_candidates(competency_document *document,
                                         competency__json_reader *reader,
                                         const competency__json *array)
{
    if (!competency__json_is(array, COMPETENCY__JSON_ARRAY)) {
        return competency__json_mistyped(reader, array, "an array of candidates");
    }
    competency_status status = take_candidates(document, reader, array->count);
    const competency__json *element = competency__json_first(array);
    for (size_t i = 0; i < document->candidate_count && status == COMPETENCY_OK; i++) {
        const size_t mark = competency__json_enter_index(reader, i);
        status = competency__record_read(&document->candidates[i], COMPETENCY__RECORD_CANDIDATE,
                                         reader, element, "skills");
        document->candidates[i].number = i + 1;
        element = competency__json_next(element);
        competency__json_leave(reader, mark);
    }
    return status;
}

// {"role": {...}, "candidates": [...]}
static competency_status read_role_and_candidates(competency_document *document,
                                                  competency__json_reader *reader,
                                                  const competency__json *root)
{
    size_t mark = competency__json_enter(reader, "role");
    competency_status status =
        read_role(document, reader, competency__json_get(root, "role"), "skills");
    competency__json_leave(reader, mark);
    if (status == COMPETENCY_OK) {
        mark = competency__json_enter(reader, "candidates");
        status = read_candidates(document, reader, competency__json_get(root, "candidates"));
        competency__json_leave(reader, mark);
    }
    return status;
}

static competency_status read_match(competency_document *document, competency__json_reader *reader,
                                    const competency__json *root, uint64_t number)
{
    if (competency__json_get(root, "role") != NULL) {
        return read_role_and_candidates(document, reader, root);
    }
    if (competency__json_get(root, "requiredSkills") != NULL) {
        const competency_status status = read_role(document, reader, root, "requiredSkills");
        document->role.identity = (competency_identity){0};  // the root's are the candidate's
        return status != COMPETENCY_OK
                   ? status
                   : read_one_candidate(document, reader, root, "candidateSkills", number);
    }
    return competency__json_refuse(
        reader, COMPETENCY_EFORMAT,
        "has neither \"role\" and \"candidates\" nor \"requiredSkills\" and \"candidateSkills\"");
}

static competency_status read_root(competency_document *document, competency_document_kind kind,
                                   competency__json_reader *reader, const competency__json *root,
                                   uint64_t number)
{
    if (!competency__json_is(root, COMPETENCY__JSON_OBJECT)) {
        return competency__json_mistyped(reader, root, "an object");
    }
    switch (kind) {
    case COMPETENCY_DOCUMENT_MATCH: return read_match(document, reader, root, number);
    case COMPETENCY_DOCUMENT_ROLE: return read_role(document, reader, root, "skills");
    case COMPETENCY_DOCUMENT_CANDIDATE:
        return read_one_candidate(document, reader, root, "skills", number);
    }
    return competency__fail(reader->err, COMPETENCY_EINVAL, "document kind %d", (int)kind);
}

competency_status competency__document_read(competency_document **out,
                                            competency_document_kind kind,
                                            const competency__json *root, uint64_t number,
                                            const competency_allocator *memory,
                                            competency_error *err)
{
    *out = NULL;
    competency_document *const document = competency__allocate(memory, sizeof(*document));
    if (document == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "out of memory");
    }
    *document = (competency_document){.pool.memory = *memory};
    competency__json_reader reader = {.pool = &document->pool, .err = err};
    const competency_status status = read_root(document, kind, &reader, root, number);
    if (status != COMPETENCY_OK) {
        competency_document_destroy(document);
        return status;
    }
    *out = document;
    return COMPETENCY_OK;
}

competency_status competency__document_of_candidate(competency_document **out,
                                                    const competency_record *record,
                                                    competency__pool *pool, competency_error *err)
{
    *out = NULL;
    competency_record *const kept = competency__pool_take(pool, 1, sizeof(*kept));
    competency_document *const document = competency__allocate(&pool->memory, sizeof(*document));
    if (kept == NULL || document == NULL) {
        competency__release(&pool->memory, document);
        return competency__fail(err, COMPETENCY_ENOMEM, "out of memory");
    }
    *kept = *record;
    *document = (competency_document){.pool = *pool, .candidates = kept, .candidate_count = 1};
    *pool = (competency__pool){.memory = pool->memory};
    *out = document;
    return COMPETENCY_OK;
}

competency_status competency_document_parse_with(competency_document **out,
                                                 competency_document_kind kind, const char *json,
                                                 size_t size, const competency_allocator *allocator,
                                                 competency_error *err)
{
    *out = NULL;
    const competency_allocator memory = competency__allocator(allocator);
    competency__json_tree tree = {.memory = memory};
    const competency__json *root = NULL;
    COMPETENCY__PHASE_BEGIN("parse");
    competency_status status = competency__json_load(&tree, &root, json, size, false, err);
    if (status == COMPETENCY_OK) {
        status = competency__document_read(out, kind, root, 1, &memory, err);
    }
    competency__json_tree_deinit(&tree);
    COMPETENCY__PHASE_END();
    return status;
}

competency_status competency_document_parse(competency_document **out,
                                            competency_document_kind kind, const char *json,
                                            size_t size, competency_error *err)
{
    return competency_document_parse_with(out, kind, json, size, NULL, err);
}

void competency_document_destroy(competency_document *document)
{
    if (document != NULL) {
        const competency_allocator memory = document->pool.memory;
        competency__pool_release(&document->pool);
        competency__release(&memory, document);
    }
}

const competency_record *competency_document_role(const competency_document *document)
{
    return document->has_role ? &document->role : NULL;
}

size_t competency_document_candidate_count(const competency_document *document)
{
    return document->candidate_count;
}

const competency_record *competency_document_candidate(const competency_document *document,
                                                       size_t index)
{
    return &document->candidates[index];
}
