// SPDX-License-Identifier: MIT
// Rank occupations by the levels of 35 skills: is what others call related on top? How O*NET made
// its lists of related occupations has nothing to do with these levels.
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <competency/scorer.h>

#include "base/error.h"
#include "base/memory.h"
#include "evaluation/metrics.h"
#include "evaluation/suites.h"
#include "evaluation/table.h"

enum { CUT = 10, LEVEL_MAX = 7 };

static const char level_file[] = "quality/onet_skill_levels.tsv";
static const char element_file[] = "quality/onet_elements.tsv";
static const char related_file[] = "quality/onet_related_dev.tsv";

typedef struct occupations {
    const competency__suite_run *run;
    competency__table levels;
    competency__table elements;
    competency__table related;
    size_t code;  // columns of levels
    size_t element;
    size_t level;
    size_t element_id;  // columns of elements
    size_t element_name;
    size_t related_of;  // columns of related
    size_t related_to;
    size_t tier;

    const char **codes;  // (count) in order
    size_t count;
    double *matrix;               // (count, elements.rows) levels; 0: none
    competency_skill *skills;     // (count, elements.rows) of each occupation, those above 0 first
    competency_profile *profile;  // (count)
    float *vectors;               // (elements.rows, dimension) of the names
    double *scores;               // (count)
    bool *is_related;             // (count)
    size_t *order;                // (2 * count)
} occupations;

static int compare_codes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// The number of an occupation; o->count if its levels are not known.
static size_t find_code(const occupations *o, const char *code)
{
    const char **const found = bsearch(&code, o->codes, o->count, sizeof(*o->codes), compare_codes);
    return found == NULL ? o->count : (size_t)(found - o->codes);
}

static size_t find_element(const occupations *o, const char *id)
{
    size_t row = 0;
    while (row < o->elements.rows &&
           strcmp(competency__table_cell(&o->elements, row, o->element_id), id) != 0) {
        row++;
    }
    return row;
}

static competency_status read_data(occupations *o)
{
    const struct {
        competency__table *table;
        size_t *column;
        const char *name;
        const char *file;
    } wanted[] = {
        {&o->levels, &o->code, "code", level_file},
        {&o->levels, &o->element, "element_id", level_file},
        {&o->levels, &o->level, "level_0_7", level_file},
        {&o->elements, &o->element_id, "element_id", element_file},
        {&o->elements, &o->element_name, "name", element_file},
        {&o->related, &o->related_of, "code", related_file},
        {&o->related, &o->related_to, "related_code", related_file},
        {&o->related, &o->tier, "tier", related_file},
    };
    competency_error *const err = o->run->err;
    competency_status status = COMPETENCY_OK;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]) && status == COMPETENCY_OK; i++) {
        if (wanted[i].table->text == NULL) {
            status = competency__table_read(wanted[i].table, o->run->memory, o->run->directory,
                                            wanted[i].file, err);
        }
        if (status == COMPETENCY_OK) {
            status = competency__table_column(wanted[i].table, wanted[i].column, wanted[i].name,
                                              wanted[i].file, err);
        }
    }
    return status;
}

static competency_status list_codes(occupations *o)
{
    o->codes = competency__allocate_zeroed(o->run->memory, o->levels.rows + 1, sizeof(*o->codes));
    if (o->codes == NULL) {
        return competency__fail(o->run->err, COMPETENCY_ENOMEM, "no memory for occupations");
    }
    for (size_t row = 0; row < o->levels.rows; row++) {
        o->codes[row] = competency__table_cell(&o->levels, row, o->code);
    }
    qsort(o->codes, o->levels.rows, sizeof(*o->codes), compare_codes);
    for (size_t row = 0; row < o->levels.rows; row++) {
        if (o->count == 0 || strcmp(o->codes[o->count - 1], o->codes[row]) != 0) {
            o->codes[o->count++] = o->codes[row];
        }
    }
    return COMPETENCY_OK;
}

static competency_status allocate(occupations *o)
{
    const size_t cells = o->count * o->elements.rows + 1;
    o->matrix = competency__allocate_zeroed(o->run->memory, cells, sizeof(*o->matrix));
    o->skills = competency__allocate_zeroed(o->run->memory, cells, sizeof(*o->skills));
    o->profile = competency__allocate_zeroed(o->run->memory, o->count + 1, sizeof(*o->profile));
    o->scores = competency__allocate_zeroed(o->run->memory, o->count + 1, sizeof(*o->scores));
    o->is_related =
        competency__allocate_zeroed(o->run->memory, o->count + 1, sizeof(*o->is_related));
    o->order = competency__allocate_zeroed(o->run->memory, 2 * o->count + 1, sizeof(*o->order));
    if (o->matrix == NULL || o->skills == NULL || o->profile == NULL || o->scores == NULL ||
        o->is_related == NULL || o->order == NULL) {
        return competency__fail(o->run->err, COMPETENCY_ENOMEM, "no memory for %zu occupations",
                                o->count);
    }
    return COMPETENCY_OK;
}

static competency_status fill_matrix(occupations *o)
{
    for (size_t row = 0; row < o->levels.rows; row++) {
        const char *const text = competency__table_cell(&o->levels, row, o->level);
        char *end = NULL;
        const double level = strtod(text, &end);
        const size_t element = find_element(o, competency__table_cell(&o->levels, row, o->element));
        if (end == text || !(level >= 0.0 && level <= (double)LEVEL_MAX) ||
            element == o->elements.rows) {
            return competency__fail(o->run->err, COMPETENCY_EFORMAT,
                                    "%s: row %zu has level %s of 0..%d, or an unknown element",
                                    level_file, row + 1, text, LEVEL_MAX);
        }
        const size_t place = find_code(o, competency__table_cell(&o->levels, row, o->code));
        o->matrix[place * o->elements.rows + element] = level;
    }
    return COMPETENCY_OK;
}

// A level of 0 is no requirement and no skill.
static void fill_profiles(occupations *o, size_t dimension)
{
    const size_t elements = o->elements.rows;
    for (size_t i = 0; i < o->count; i++) {
        competency_skill *const skills = o->skills + i * elements;
        size_t count = 0;
        for (size_t e = 0; e < elements; e++) {
            const double level = o->matrix[i * elements + e];
            if (level > 0.0) {
                skills[count++] = (competency_skill){
                    .name = competency__table_cell(&o->elements, e, o->element_name),
                    .level = {.value = level, .max = LEVEL_MAX, .is_disclosed = true},
                    .embedding = o->vectors + e * dimension,
                    .embedding_size = dimension,
                    .weight = 1.0,
                };
            }
        }
        o->profile[i] = (competency_profile){.skills = skills, .count = count};
    }
}

static competency_status prepare(occupations *o)
{
    competency_status status = list_codes(o);
    if (status == COMPETENCY_OK) {
        status = allocate(o);
    }
    if (status == COMPETENCY_OK) {
        status = fill_matrix(o);
    }
    const char **const names =
        competency__allocate_zeroed(o->run->memory, o->elements.rows + 1, sizeof(*names));
    if (status != COMPETENCY_OK || names == NULL) {
        competency__release(o->run->memory, (void *)names);
        return status != COMPETENCY_OK
                   ? status
                   : competency__fail(o->run->err, COMPETENCY_ENOMEM, "no memory for names");
    }
    for (size_t e = 0; e < o->elements.rows; e++) {
        names[e] = competency__table_cell(&o->elements, e, o->element_name);
    }
    size_t dimension = 0;
    status = competency__embed_all(o->run, &o->vectors, &dimension, names, o->elements.rows);
    competency__release(o->run->memory, (void *)names);
    if (status == COMPETENCY_OK) {
        fill_profiles(o, dimension);
    }
    return status;
}

// How a method scores every occupation against the role of one.
typedef competency_status (*score_role)(occupations *o, size_t role, const void *self);

static competency_status score_by_matches(occupations *o, size_t role, const void *self)
{
    competency_scorer *scorer = NULL;
    competency_status status =
        competency_scorer_create(&scorer, self, &o->profile[role], NULL, o->run->err);
    for (size_t i = 0; i < o->count && status == COMPETENCY_OK; i++) {
        const competency_match *match = NULL;
        o->scores[i] = 0.0;
        if (o->profile[i].count > 0) {
            status = competency_scorer_match(scorer, &match, &o->profile[i], 0, o->run->err);
            o->scores[i] = status == COMPETENCY_OK ? match->overall_score : 0.0;
        }
    }
    competency_scorer_destroy(scorer);
    return status;
}

// The mean of min(1, have / need).
static competency_status score_by_coverage(occupations *o, size_t role, const void *self)
{
    (void)self;
    const size_t elements = o->elements.rows;
    for (size_t i = 0; i < o->count; i++) {
        o->scores[i] = 0.0;
        for (size_t e = 0; e < elements; e++) {
            const double need = o->matrix[role * elements + e];
            const double have = o->matrix[i * elements + e];
            o->scores[i] += have >= need ? 1.0 : have / need;
        }
    }
    return COMPETENCY_OK;
}

// The sum of the levels, whatever the role asks for: what a score that only sees strength amounts to.
static competency_status score_by_strength(occupations *o, size_t role, const void *self)
{
    (void)role;
    (void)self;
    const size_t elements = o->elements.rows;
    for (size_t i = 0; i < o->count; i++) {
        o->scores[i] = 0.0;
        for (size_t e = 0; e < elements; e++) {
            o->scores[i] += o->matrix[i * elements + e];
        }
    }
    return COMPETENCY_OK;
}

static competency_status score_by_distance(occupations *o, size_t role, const void *self)
{
    (void)self;
    const size_t elements = o->elements.rows;
    for (size_t i = 0; i < o->count; i++) {
        double square = 0.0;
        for (size_t e = 0; e < elements; e++) {
            const double apart = o->matrix[role * elements + e] - o->matrix[i * elements + e];
            square += apart * apart;
        }
        o->scores[i] = -square;
    }
    return COMPETENCY_OK;
}

// Mark what is related to `role`: the ten of the two primary tiers. @return how many have levels
static size_t mark_related(occupations *o, size_t role)
{
    size_t count = 0;
    for (size_t i = 0; i < o->count; i++) {
        o->is_related[i] = false;
    }
    for (size_t row = 0; row < o->related.rows; row++) {
        if (strcmp(competency__table_cell(&o->related, row, o->related_of), o->codes[role]) == 0 &&
            strncmp(competency__table_cell(&o->related, row, o->tier), "Primary", 7) == 0) {
            const size_t to = find_code(o, competency__table_cell(&o->related, row, o->related_to));
            if (to < o->count && to != role) {
                o->is_related[to] = true;
                count++;
            }
        }
    }
    return count;
}

static competency_status measure(occupations *o, const char *method, score_role score,
                                 const void *self)
{
    double sum = 0.0;
    size_t roles = 0;
    for (size_t role = 0; role < o->count; role++) {
        if (role % 8 == 0) {
            competency__report_progress(o->run, "roles", role, o->count);
        }
        if (mark_related(o, role) == 0 || o->profile[role].count == 0) {
            continue;
        }
        const competency_status status = score(o, role, self);
        if (status != COMPETENCY_OK) {
            return status;
        }
        o->scores[role] = -(double)INFINITY;  // itself is no answer
        competency__order(o->order, o->order + o->count, o->scores, o->count);
        sum += competency__ndcg(o->order, o->is_related, o->count, CUT);
        roles++;
    }
    return competency__add_measure(o->run, "35 skills", method, "nDCG@10", sum / (double)roles,
                                   roles);
}

static competency_status measure_asked(occupations *o)
{
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = o->run->options->embedder;
    options.config = o->run->options->config;
    options.strategy = o->run->options->strategy;
    options.allocator = o->run->memory;
    competency_matcher *matcher = NULL;
    competency_status status = competency_matcher_create(&matcher, &options, o->run->err);
    if (status == COMPETENCY_OK) {
        status = measure(o, competency__method_asked, score_by_matches, matcher);
    }
    competency_matcher_destroy(matcher);
    return status;
}

static void release(occupations *o)
{
    competency__release(o->run->memory, (void *)o->codes);
    competency__release(o->run->memory, o->matrix);
    competency__release(o->run->memory, o->skills);
    competency__release(o->run->memory, o->profile);
    competency__release(o->run->memory, o->vectors);
    competency__release(o->run->memory, o->scores);
    competency__release(o->run->memory, o->is_related);
    competency__release(o->run->memory, o->order);
    competency__table_deinit(&o->levels);
    competency__table_deinit(&o->elements);
    competency__table_deinit(&o->related);
}

competency_status competency__run_related(const competency__suite_run *run)
{
    occupations o = {.run = run};
    competency_status status = read_data(&o);
    if (status == COMPETENCY_OK) {
        status = prepare(&o);
    }
    if (status == COMPETENCY_OK) {
        status = measure_asked(&o);
    }
    if (status == COMPETENCY_OK) {
        status = measure(&o, "distance", score_by_distance, NULL);
    }
    if (status == COMPETENCY_OK) {
        status = measure(&o, "coverage", score_by_coverage, NULL);
    }
    if (status == COMPETENCY_OK) {
        status = measure(&o, "strength", score_by_strength, NULL);
    }
    release(&o);
    return status;
}
