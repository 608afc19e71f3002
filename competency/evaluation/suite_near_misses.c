// SPDX-License-Identifier: MIT
// Tell two names of one skill from names of two skills that look alike, or that do not.
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "evaluation/likeness.h"
#include "evaluation/metrics.h"
#include "evaluation/suites.h"
#include "evaluation/table.h"

static const char pair_file[] = "quality/esco_threshold_pairs_dev.tsv";

typedef struct pairs {
    const competency__suite_run *run;
    competency__table table;
    size_t left;  // columns
    size_t right;
    size_t kind;
    const char **texts;  // (2 * rows) the right ones, then the left ones
    double *scores;      // (rows) of the pairs
    double *chosen;      // (rows) of those that are compared
    double *row;         // (rows) one text against every right one
    bool *is_same;       // (rows)
} pairs;

// Synonyms against the pairs of `kind`, by p->scores.
static competency_status add_auc(pairs *p, const char *cases, const char *method, const char *kind)
{
    size_t count = 0;
    for (size_t i = 0; i < p->table.rows; i++) {
        const char *const is = competency__table_cell(&p->table, i, p->kind);
        const bool is_synonym = strcmp(is, "synonym") == 0;
        if (is_synonym || strcmp(is, kind) == 0) {
            p->chosen[count] = p->scores[i];
            p->is_same[count++] = is_synonym;
        }
    }
    return competency__add_measure(p->run, cases, method, "AUC",
                                   competency__auc(p->chosen, p->is_same, count), count);
}

static competency_status add_measures(pairs *p, const char *method)
{
    const competency_status status =
        add_auc(p, "against near misses", method, "lexical_hard_negative");
    return status == COMPETENCY_OK ? add_auc(p, "against random pairs", method, "random_negative")
                                   : status;
}

static competency_status measure_asked(pairs *p)
{
    float *vectors = NULL;
    size_t dimension = 0;
    const size_t rows = p->table.rows;
    const competency_status status =
        competency__embed_all(p->run, &vectors, &dimension, p->texts, 2 * rows);
    if (status != COMPETENCY_OK) {
        return status;
    }
    for (size_t i = 0; i < rows; i++) {
        p->scores[i] = competency__unit_cosine(vectors + i * dimension,
                                               vectors + (rows + i) * dimension, dimension);
    }
    competency__release(p->run->memory, vectors);
    return add_measures(p, competency__method_asked);
}

static competency_status measure_baseline(pairs *p, competency__likeness_kind kind)
{
    competency__likeness *index = NULL;
    const size_t rows = p->table.rows;
    competency_status status =
        competency__likeness_create(&index, p->run->memory, kind, p->texts, rows, p->run->err);
    for (size_t i = 0; i < rows && status == COMPETENCY_OK; i++) {
        status = competency__likeness_score(index, p->row, p->texts[rows + i], p->run->err);
        p->scores[i] = p->row[i];
    }
    competency__likeness_destroy(index);
    return status == COMPETENCY_OK ? add_measures(p, competency__likeness_name(kind)) : status;
}

static competency_status read_data(pairs *p)
{
    competency_error *const err = p->run->err;
    competency_status status =
        competency__table_read(&p->table, p->run->memory, p->run->directory, pair_file, err);
    if (status == COMPETENCY_OK) {
        status = competency__table_column(&p->table, &p->left, "text_a", pair_file, err);
    }
    if (status == COMPETENCY_OK) {
        status = competency__table_column(&p->table, &p->right, "text_b", pair_file, err);
    }
    if (status == COMPETENCY_OK) {
        status = competency__table_column(&p->table, &p->kind, "kind", pair_file, err);
    }
    return status;
}

static competency_status list_texts(pairs *p)
{
    const size_t rows = p->table.rows;
    p->texts = competency__allocate_zeroed(p->run->memory, 2 * rows + 1, sizeof(*p->texts));
    p->scores = competency__allocate_zeroed(p->run->memory, rows + 1, sizeof(*p->scores));
    p->chosen = competency__allocate_zeroed(p->run->memory, rows + 1, sizeof(*p->chosen));
    p->row = competency__allocate_zeroed(p->run->memory, rows + 1, sizeof(*p->row));
    p->is_same = competency__allocate_zeroed(p->run->memory, rows + 1, sizeof(*p->is_same));
    if (p->texts == NULL || p->scores == NULL || p->chosen == NULL || p->row == NULL ||
        p->is_same == NULL) {
        return competency__fail(p->run->err, COMPETENCY_ENOMEM, "no memory for %zu pairs", rows);
    }
    for (size_t i = 0; i < rows; i++) {
        p->texts[i] = competency__table_cell(&p->table, i, p->right);
        p->texts[rows + i] = competency__table_cell(&p->table, i, p->left);
    }
    return COMPETENCY_OK;
}

competency_status competency__run_near_misses(const competency__suite_run *run)
{
    pairs p = {.run = run};
    competency_status status = read_data(&p);
    if (status == COMPETENCY_OK) {
        status = list_texts(&p);
    }
    if (status == COMPETENCY_OK) {
        status = measure_asked(&p);
    }
    for (int kind = COMPETENCY__LIKENESS_KINDS - 1; kind >= 0 && status == COMPETENCY_OK; kind--) {
        status = measure_baseline(&p, (competency__likeness_kind)kind);
    }
    competency__release(run->memory, (void *)p.texts);
    competency__release(run->memory, p.scores);
    competency__release(run->memory, p.chosen);
    competency__release(run->memory, p.row);
    competency__release(run->memory, p.is_same);
    competency__table_deinit(&p.table);
    return status;
}
