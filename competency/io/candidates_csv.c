// SPDX-License-Identifier: MIT
// Candidates in long form: a row for each skill. One row ahead is read to see where a candidate
// ends, so memory is that of one candidate.
#include "io/candidates_csv.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "io/document.h"
#include "io/record.h"

static const char *const column_names[COMPETENCY__CSV_COLUMNS] = {
    [COMPETENCY__CSV_CANDIDATE] = "candidate_id",
    [COMPETENCY__CSV_SKILL] = "skill",
    [COMPETENCY__CSV_LEVEL] = "level",
    [COMPETENCY__CSV_MAX_LEVEL] = "max_level",
    [COMPETENCY__CSV_TITLE] = "title",
    [COMPETENCY__CSV_URI] = "uri",
};

enum { SKILLS_MAX = 1 << 20 };  // of one candidate; with their rows some 100 MB

static const competency_allocator *memory_of(const competency__candidates_csv *csv)
{
    return &csv->rows.lines.memory;
}

competency_status competency__candidates_csv_init(competency__candidates_csv *csv,
                                                  const competency_allocator *memory,
                                                  const competency_source *source)
{
    *csv = (competency__candidates_csv){0};
    return competency__csv_rows_init(&csv->rows, memory, source);
}

void competency__candidates_csv_deinit(competency__candidates_csv *csv)
{
    competency__release(memory_of(csv), csv->skills);
    competency__release(memory_of(csv), csv->id);
    competency__csv_rows_deinit(&csv->rows);
    *csv = (competency__candidates_csv){0};
}

static competency_status no_memory(competency_error *err)
{
    return competency__fail(err, COMPETENCY_ENOMEM, "out of memory");
}

static const char *field_of(const competency__candidates_csv *csv,
                            enum competency__csv_column column)
{
    return competency__csv_field(&csv->rows, csv->columns[column]);
}

static size_t find_column(const char *name)
{
    size_t column = 0;
    while (column < COMPETENCY__CSV_COLUMNS && strcmp(column_names[column], name) != 0) {
        column++;
    }
    return column;
}

static competency_status take_header(competency__candidates_csv *csv, competency_error *err)
{
    for (size_t c = 0; c < COMPETENCY__CSV_COLUMNS; c++) {
        csv->columns[c] = SIZE_MAX;
    }
    for (size_t i = 0; i < csv->rows.field_count; i++) {
        const size_t column = find_column(competency__csv_field(&csv->rows, i));
        if (column == COMPETENCY__CSV_COLUMNS) {
            continue;  // unknown columns are ignored, as unknown fields of JSON are
        }
        if (csv->columns[column] != SIZE_MAX) {
            return competency__fail(err, COMPETENCY_EINVAL, "two columns are called \"%s\"",
                                    column_names[column]);
        }
        csv->columns[column] = i;
    }
    for (size_t c = 0; c <= COMPETENCY__CSV_LEVEL; c++) {
        if (csv->columns[c] == SIZE_MAX) {
            return competency__fail(err, COMPETENCY_EINVAL,
                                    "the header has no column \"%s\": candidate_id,skill,level "
                                    "and perhaps max_level are expected",
                                    column_names[c]);
        }
    }
    csv->has_header = true;
    return COMPETENCY_OK;
}

static competency_status read_header(competency__candidates_csv *csv, competency_error *err)
{
    const competency_status status = competency__csv_rows_next(&csv->rows, err);
    if (status == COMPETENCY_OK && csv->rows.field_count == 0) {
        return COMPETENCY_OK;  // nothing at all: no candidates
    }
    if (status == COMPETENCY_EFORMAT) {  // the message is there, the source has ended
        return err == NULL ? COMPETENCY_EINVAL : (err->status = COMPETENCY_EINVAL);
    }
    return status != COMPETENCY_OK ? status : take_header(csv, err);
}

// A field as the JSON value that it stands for.
static competency__json value_of(const char *text)
{
    competency__json value = {.kind = COMPETENCY__JSON_NULL, .span = 1};
    if (text[0] == '\0') {
        return value;
    }
    const size_t size = strlen(text);
    value.kind = competency__json_parse_number(&value.value.real, text, size)
                     ? COMPETENCY__JSON_REAL
                     : COMPETENCY__JSON_STRING;
    if (value.kind == COMPETENCY__JSON_STRING) {
        value.value.string = text;
        value.count = size;
    }
    return value;
}

static competency_status read_level(const competency__candidates_csv *csv,
                                    competency__json_reader *reader, competency_level *out)
{
    double max_level = 0;
    competency_status status = COMPETENCY_OK;
    const competency__json max = value_of(field_of(csv, COMPETENCY__CSV_MAX_LEVEL));
    if (max.kind != COMPETENCY__JSON_NULL) {
        const size_t mark = competency__json_enter(reader, "max_level");
        status = competency__max_level_take(&max_level, reader, &max);
        competency__json_leave(reader, mark);
    }
    if (status == COMPETENCY_OK) {
        const competency__json level = value_of(field_of(csv, COMPETENCY__CSV_LEVEL));
        const size_t mark = competency__json_enter(reader, "level");
        status = competency__level_read(out, reader, &level, max_level);
        competency__json_leave(reader, mark);
    }
    return status;
}

static competency_status reserve_skill(competency__candidates_csv *csv, competency_error *err)
{
    if (csv->skill_count == SKILLS_MAX) {
        return competency__fail(err, COMPETENCY_EFORMAT, "more than %d skills", SKILLS_MAX);
    }
    if (csv->skill_count < csv->skill_capacity) {
        return COMPETENCY_OK;
    }
    const size_t capacity = csv->skill_capacity == 0 ? 64 : csv->skill_capacity * 2;
    competency_skill *const skills =
        competency__resize(memory_of(csv), csv->skills, capacity * sizeof(*skills));
    if (skills == NULL) {
        return no_memory(err);
    }
    csv->skills = skills;
    csv->skill_capacity = capacity;
    return COMPETENCY_OK;
}

static competency_status take_skill(competency__candidates_csv *csv,
                                    competency__json_reader *reader)
{
    competency_status status = reserve_skill(csv, reader->err);
    competency_skill skill = {.weight = 1};
    if (status == COMPETENCY_OK) {
        status = read_level(csv, reader, &skill.level);
    }
    if (status != COMPETENCY_OK) {
        return status;
    }
    const char *const name = field_of(csv, COMPETENCY__CSV_SKILL);
    skill.name = competency__pool_text(reader->pool, name, strlen(name));
    if (skill.name == NULL) {
        return no_memory(reader->err);
    }
    csv->skills[csv->skill_count++] = skill;
    return COMPETENCY_OK;
}

static bool is_same_candidate(const competency__candidates_csv *csv)
{
    return csv->rows.field_count > 0 &&
           strcmp(field_of(csv, COMPETENCY__CSV_CANDIDATE), csv->id) == 0;
}

// The first failure of a candidate, with the line at which it was found.
static void keep_failure(competency_status *first, competency_status status,
                         const competency__candidates_csv *csv, const competency_error *why,
                         competency_error *err)
{
    if (*first == COMPETENCY_OK && status != COMPETENCY_OK) {
        *first = competency__fail(err, status, "line %llu: %s", (unsigned long long)csv->rows.line,
                                  why->message);
    }
}

static bool is_fatal(competency_status status)
{
    return status != COMPETENCY_OK && status != COMPETENCY_EFORMAT;
}

// All rows of one candidate, the first of which is in `rows`; a bad one makes all of it bad.
static competency_status take_rows(competency__candidates_csv *csv, competency__pool *pool,
                                   competency_error *err)
{
    competency_status first = COMPETENCY_OK;
    do {
        competency_error why = {0};
        competency__json_reader reader = {.pool = pool, .err = &why};
        competency_status status =
            first == COMPETENCY_OK ? take_skill(csv, &reader) : COMPETENCY_OK;
        keep_failure(&first, status, csv, &why, err);
        if (is_fatal(first)) {
            return first;
        }
        why = (competency_error){0};
        // A row that cannot be read cannot say whose it is: it is taken for this candidate's.
        while ((status = competency__csv_rows_next(&csv->rows, &why)) == COMPETENCY_EFORMAT) {
            keep_failure(&first, status, csv, &why, err);
        }
        if (is_fatal(status)) {
            return competency__fail(err, status, "%s", why.message);
        }
    } while (is_same_candidate(csv));
    csv->has_row = csv->rows.field_count > 0;
    return first;
}

static competency_status keep_identity(competency__candidates_csv *csv, competency_record *record,
                                       competency__pool *pool, competency_error *err)
{
    const char *const id = field_of(csv, COMPETENCY__CSV_CANDIDATE);
    const char *const title = field_of(csv, COMPETENCY__CSV_TITLE);
    const char *const uri = field_of(csv, COMPETENCY__CSV_URI);
    const size_t size = strlen(id) + 1;
    competency__release(memory_of(csv), csv->id);
    csv->id = competency__allocate(memory_of(csv), size);
    if (csv->id == NULL) {
        return no_memory(err);
    }
    memcpy(csv->id, id, size);
    csv->line = csv->rows.line;
    record->number = csv->line;
    record->identity = (competency_identity){
        .id = competency__pool_text(pool, id, size - 1),
        .title = title[0] == '\0' ? NULL : competency__pool_text(pool, title, strlen(title)),
        .uri = uri[0] == '\0' ? NULL : competency__pool_text(pool, uri, strlen(uri)),
    };
    const bool is_done = record->identity.id != NULL &&
                         (title[0] == '\0' || record->identity.title != NULL) &&
                         (uri[0] == '\0' || record->identity.uri != NULL);
    return is_done ? COMPETENCY_OK : no_memory(err);
}

static competency_status finish_record(const competency__candidates_csv *csv,
                                       competency_record *record, competency__pool *pool,
                                       competency_error *err)
{
    const size_t count = csv->skill_count;
    competency_skill *const skills = competency__pool_take(pool, count, sizeof(*skills));
    competency_identity *const identities = competency__pool_take(pool, count, sizeof(*identities));
    if (skills == NULL || identities == NULL) {
        return no_memory(err);
    }
    memcpy(skills, csv->skills, count * sizeof(*skills));
    record->profile = (competency_profile){.skills = skills, .count = count};
    record->skills = identities;
    for (size_t i = 0; i < count; i++) {
        record->disclosed_count += skills[i].level.is_disclosed ? 1 : 0;
    }
    return COMPETENCY_OK;
}

static competency_status read_candidate(competency__candidates_csv *csv, competency_document **out,
                                        competency_error *err)
{
    competency__pool pool = {.memory = *memory_of(csv)};
    competency_record record = {0};
    csv->skill_count = 0;
    competency_status status = keep_identity(csv, &record, &pool, err);
    if (status == COMPETENCY_OK) {
        status = take_rows(csv, &pool, err);
    }
    if (status == COMPETENCY_OK) {
        status = finish_record(csv, &record, &pool, err);
    }
    if (status == COMPETENCY_OK) {
        status = competency__document_of_candidate(out, &record, &pool, err);
    }
    competency__pool_release(&pool);
    return status;
}

// A row in front of the first candidate that cannot be read: a failed record without an id.
static competency_status read_first_row(competency__candidates_csv *csv, competency_error *err)
{
    competency_error why = {0};
    const competency_status status = competency__csv_rows_next(&csv->rows, &why);
    csv->line = csv->rows.line;
    csv->has_row = status == COMPETENCY_OK && csv->rows.field_count > 0;
    return status == COMPETENCY_OK
               ? status
               : competency__fail(err, status, "line %llu: %s", (unsigned long long)csv->rows.line,
                                  why.message);
}

competency_status competency__candidates_csv_next(competency__candidates_csv *csv,
                                                  competency_document **out, competency_error *err)
{
    *out = NULL;
    competency_status status = COMPETENCY_OK;
    if (!csv->has_header) {
        status = read_header(csv, err);
        if (status != COMPETENCY_OK || !csv->has_header) {
            return status;
        }
    }
    if (!csv->has_row) {
        competency__release(memory_of(csv), csv->id);
        csv->id = NULL;
        status = read_first_row(csv, err);
    }
    return status != COMPETENCY_OK || !csv->has_row ? status : read_candidate(csv, out, err);
}
