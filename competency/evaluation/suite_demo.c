// SPDX-License-Identifier: MIT
// Rank the forty candidates of the demo role, of whom twelve have a related occupation; and again
// with each skill's name replaced by a description of it.
#include <stdbool.h>
#include <string.h>

#include <competency/io.h>
#include <competency/matcher.h>

#include "base/error.h"
#include "base/memory.h"
#include "evaluation/likeness.h"
#include "evaluation/metrics.h"
#include "evaluation/suites.h"
#include "evaluation/table.h"

enum { CUT = 12, CANDIDATES_MAX = 4096 };

static const char role_file[] = "demo/demo_role.json";
static const char expected_file[] = "demo/demo_expected.tsv";

typedef struct demo {
    const competency__suite_run *run;
    competency_document *role;
    competency__table expected;
    size_t id;  // columns of expected
    size_t tier;

    competency_document *candidates[CANDIDATES_MAX];
    bool is_related[CANDIDATES_MAX];
    double scores[CANDIDATES_MAX];
    size_t order[2 * CANDIDATES_MAX];
    size_t count;
} demo;

static const competency_record *candidate_of(const demo *d, size_t i)
{
    return competency_document_candidate(d->candidates[i], 0);
}

static competency_status add_measures(demo *d, const char *cases, const char *method)
{
    competency_status status =
        competency__add_measure(d->run, cases, method, "AUC",
                                competency__auc(d->scores, d->is_related, d->count), d->count);
    competency__order(d->order, d->order + d->count, d->scores, d->count);
    if (status == COMPETENCY_OK) {
        status = competency__add_measure(d->run, cases, method, "P@12",
                                         competency__precision_at(d->order, d->is_related, CUT),
                                         d->count);
    }
    return status;
}

static competency_status measure_asked(demo *d, const char *cases)
{
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = d->run->options->embedder;
    options.config = d->run->options->config;
    options.strategy = d->run->options->strategy;
    options.allocator = d->run->memory;
    competency_matcher *matcher = NULL;
    competency_status status = competency_matcher_create(&matcher, &options, d->run->err);
    for (size_t i = 0; i < d->count && status == COMPETENCY_OK; i++) {
        competency_match match = {0};
        competency__report_progress(d->run, "candidates", i, d->count);
        status = competency_match_run(&match, matcher, &candidate_of(d, i)->profile,
                                      &competency_document_role(d->role)->profile, d->run->err);
        d->scores[i] = match.overall_score;
        competency_match_destroy(&match);
    }
    competency_matcher_destroy(matcher);
    return status == COMPETENCY_OK ? add_measures(d, cases, competency__method_asked) : status;
}

// Of one requirement: the best of likeness * min(1, have / need).
static double cover(const competency_skill *need, const competency_profile *have,
                    const double *likeness)
{
    double best = 0.0;
    const double wanted = competency_level_ratio(&need->level);
    for (size_t k = 0; k < have->count; k++) {
        const double reached = competency_level_ratio(&have->skills[k].level);
        const double share = reached >= wanted ? 1.0 : reached / wanted;
        best = likeness[k] * share > best ? likeness[k] * share : best;
    }
    return best;
}

// What one candidate's names are indexed with, and the likenesses of one requirement to them.
typedef struct name_room {
    const char **names;
    double *row;
} name_room;

static competency_status cover_role(demo *d, size_t i, competency__likeness_kind kind,
                                    const name_room *room)
{
    const competency_profile *const have = &candidate_of(d, i)->profile;
    const competency_profile *const role = &competency_document_role(d->role)->profile;
    for (size_t k = 0; k < have->count; k++) {
        room->names[k] = have->skills[k].name;
    }
    competency__likeness *index = NULL;
    competency_status status = competency__likeness_create(&index, d->run->memory, kind,
                                                           room->names, have->count, d->run->err);
    d->scores[i] = 0.0;
    for (size_t r = 0; r < role->count && status == COMPETENCY_OK; r++) {
        status = competency__likeness_score(index, room->row, role->skills[r].name, d->run->err);
        d->scores[i] += status == COMPETENCY_OK ? cover(&role->skills[r], have, room->row) : 0.0;
    }
    competency__likeness_destroy(index);
    return status;
}

// One candidate by the letters of the names.
static competency_status score_by_likeness(demo *d, size_t i, competency__likeness_kind kind)
{
    const size_t count = candidate_of(d, i)->profile.count;
    const name_room room = {
        .names = competency__allocate_zeroed(d->run->memory, count + 1, sizeof(*room.names)),
        .row = competency__allocate_zeroed(d->run->memory, count + 1, sizeof(*room.row))};
    const competency_status status =
        room.names == NULL || room.row == NULL
            ? competency__fail(d->run->err, COMPETENCY_ENOMEM, "no memory for names")
            : cover_role(d, i, kind, &room);
    competency__release(d->run->memory, (void *)room.names);
    competency__release(d->run->memory, room.row);
    return status;
}

static competency_status measure_baselines(demo *d, const char *cases)
{
    competency_status status = COMPETENCY_OK;
    for (int kind = COMPETENCY__LIKENESS_KINDS - 1; kind >= 0 && status == COMPETENCY_OK; kind--) {
        for (size_t i = 0; i < d->count && status == COMPETENCY_OK; i++) {
            status = score_by_likeness(d, i, (competency__likeness_kind)kind);
        }
        if (status == COMPETENCY_OK) {
            status =
                add_measures(d, cases, competency__likeness_name((competency__likeness_kind)kind));
        }
    }
    return status;
}

static competency_status read_role(demo *d)
{
    char *text = NULL;
    size_t size = 0;
    competency_status status = competency__text_read(&text, &size, d->run->memory,
                                                     d->run->directory, role_file, d->run->err);
    if (status == COMPETENCY_OK) {
        status = competency_document_parse_with(&d->role, COMPETENCY_DOCUMENT_ROLE, text, size,
                                                d->run->memory, d->run->err);
    }
    competency__release(d->run->memory, text);
    if (status == COMPETENCY_OK) {
        status = competency__table_read(&d->expected, d->run->memory, d->run->directory,
                                        expected_file, d->run->err);
    }
    if (status == COMPETENCY_OK) {
        status = competency__table_column(&d->expected, &d->id, "candidate_id", expected_file,
                                          d->run->err);
    }
    if (status == COMPETENCY_OK) {
        status = competency__table_column(&d->expected, &d->tier, "related_tier_to_role",
                                          expected_file, d->run->err);
    }
    return status;
}

// A candidate is one of the twelve if its row has a tier.
static competency_status find_truth(const demo *d, const char *id, bool *is_related)
{
    for (size_t row = 0; id != NULL && row < d->expected.rows; row++) {
        if (strcmp(competency__table_cell(&d->expected, row, d->id), id) == 0) {
            *is_related = competency__table_cell(&d->expected, row, d->tier)[0] != '\0';
            return COMPETENCY_OK;
        }
    }
    return competency__fail(d->run->err, COMPETENCY_EFORMAT, "%s has no candidate %s",
                            expected_file, id == NULL ? "without an id" : id);
}

static void release_candidates(demo *d)
{
    for (size_t i = 0; i < d->count; i++) {
        competency_document_destroy(d->candidates[i]);
    }
    d->count = 0;
}

static competency_status read_line(demo *d, const char *line, size_t size)
{
    if (d->count == CANDIDATES_MAX) {
        return competency__fail(d->run->err, COMPETENCY_EFORMAT, "more than %d candidates",
                                CANDIDATES_MAX);
    }
    competency_status status =
        competency_document_parse_with(&d->candidates[d->count], COMPETENCY_DOCUMENT_CANDIDATE,
                                       line, size, d->run->memory, d->run->err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    d->count++;
    const competency_record *const record = candidate_of(d, d->count - 1);
    return find_truth(d, record->identity.id, &d->is_related[d->count - 1]);
}

static competency_status read_candidates(demo *d, const char *name)
{
    char *text = NULL;
    size_t size = 0;
    competency_status status =
        competency__text_read(&text, &size, d->run->memory, d->run->directory, name, d->run->err);
    for (size_t at = 0; at < size && status == COMPETENCY_OK;) {
        const char *const end = memchr(text + at, '\n', size - at);
        const size_t length = end == NULL ? size - at : (size_t)(end - (text + at));
        if (length > 0) {
            status = read_line(d, text + at, length);
        }
        at += length + 1;
    }
    competency__release(d->run->memory, text);
    if (status == COMPETENCY_OK && d->count < CUT) {
        status = competency__fail(d->run->err, COMPETENCY_EFORMAT, "%s has %zu candidates, not %d",
                                  name, d->count, CUT);
    }
    return status;
}

static competency_status measure(demo *d, const char *cases, const char *name)
{
    competency_status status = read_candidates(d, name);
    if (status == COMPETENCY_OK) {
        status = measure_asked(d, cases);
    }
    if (status == COMPETENCY_OK) {
        status = measure_baselines(d, cases);
    }
    release_candidates(d);
    return status;
}

competency_status competency__run_demo(const competency__suite_run *run)
{
    demo *const d = competency__allocate_zeroed(run->memory, 1, sizeof(*d));
    if (d == NULL) {
        return competency__fail(run->err, COMPETENCY_ENOMEM, "no memory for the demo");
    }
    d->run = run;
    competency_status status = read_role(d);
    if (status == COMPETENCY_OK) {
        status = measure(d, "as they are", "demo/demo_candidates.jsonl");
    }
    if (status == COMPETENCY_OK) {
        status = measure(d, "paraphrased", "demo/demo_candidates_paraphrased.jsonl");
    }
    competency__table_deinit(&d->expected);
    competency_document_destroy(d->role);
    competency__release(run->memory, d);
    return status;
}
