// SPDX-License-Identifier: MIT
// Find a skill by another name of it: every query is compared with every label of the corpus.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"
#include "evaluation/cosines.h"
#include "evaluation/likeness.h"
#include "evaluation/metrics.h"
#include "evaluation/suites.h"
#include "evaluation/table.h"

enum {
    CUT = 10,
    BLOCK_QUERIES = 64,  // that are compared at once
};

static const char corpus_file[] = "quality/esco_skill_corpus.tsv";
static const char query_file[] = "quality/esco_synonym_queries_dev.tsv";

typedef struct retrieval {
    const competency__suite_run *run;
    competency__table corpus;
    competency__table queries;
    size_t label;  // columns
    size_t text;
    size_t relevant;
    size_t shared;
    const char **texts;  // (corpus.rows + queries.rows) labels, then queries
    double *scores;      // (corpus.rows)
} retrieval;

// Sums over some of the queries.
typedef struct tally {
    double reciprocal;
    size_t first;
    size_t within_cut;
    size_t count;
} tally;

static void add_rank(tally *sums, double rank)
{
    sums->reciprocal += 1.0 / rank;
    sums->first += rank <= 1.0;
    sums->within_cut += rank <= (double)CUT;
    sums->count++;
}

static competency_status add_measures(const retrieval *r, const char *cases, const char *method,
                                      const tally *sums)
{
    const double count = (double)sums->count;
    competency_status status = competency__add_measure(r->run, cases, method, "MRR",
                                                       sums->reciprocal / count, sums->count);
    if (status == COMPETENCY_OK) {
        status = competency__add_measure(r->run, cases, method, "R@1", (double)sums->first / count,
                                         sums->count);
    }
    if (status == COMPETENCY_OK) {
        status = competency__add_measure(r->run, cases, method, "R@10",
                                         (double)sums->within_cut / count, sums->count);
    }
    return status;
}

// The best rank among the labels that the query means: "853 2687".
static competency_status best_rank(const retrieval *r, size_t query, double *best)
{
    const char *at = competency__table_cell(&r->queries, query, r->relevant);
    *best = (double)r->corpus.rows + 1.0;
    while (*at != '\0') {
        char *end = NULL;
        const unsigned long target = strtoul(at, &end, 10);
        if (end == at || target >= r->corpus.rows) {
            return competency__fail(r->run->err, COMPETENCY_EFORMAT,
                                    "%s: query %zu means \"%s\", of %zu labels", query_file,
                                    query + 1, at, r->corpus.rows);
        }
        const double rank = competency__rank_of(r->scores, r->corpus.rows, target);
        *best = rank < *best ? rank : *best;
        at = end + strspn(end, " ");
    }
    return COMPETENCY_OK;
}

// How a method fills r->scores for one query.
typedef competency_status (*score_query)(retrieval *r, void *self, size_t query);

static competency_status measure(retrieval *r, const char *method, score_query score, void *self)
{
    tally all = {0};
    tally unlike = {0};
    for (size_t query = 0; query < r->queries.rows; query++) {
        double rank = 0.0;
        if (query % 64 == 0) {
            competency__report_progress(r->run, "queries", query, r->queries.rows);
        }
        competency_status status = score(r, self, query);
        if (status == COMPETENCY_OK) {
            status = best_rank(r, query, &rank);
        }
        if (status != COMPETENCY_OK) {
            return status;
        }
        add_rank(&all, rank);
        if (strtod(competency__table_cell(&r->queries, query, r->shared), NULL) <= 0.0) {
            add_rank(&unlike, rank);
        }
    }
    const competency_status status = add_measures(r, "all", method, &all);
    return status == COMPETENCY_OK ? add_measures(r, "no shared word", method, &unlike) : status;
}

typedef struct vectors {
    float *rows;  // labels, then queries
    size_t dimension;
    competency__cosine_index index;  // of the labels
    float *block;                    // (BLOCK_QUERIES, corpus.rows) cosines of some queries
} vectors;

// Queries come in order: the first of a block has all of it compared.
static competency_status score_by_vectors(retrieval *r, void *self, size_t query)
{
    vectors *const v = self;
    const size_t labels = r->corpus.rows;
    if (query % BLOCK_QUERIES == 0) {
        const size_t left = r->queries.rows - query;
        competency__cosine_index_compare(v->block, &v->index,
                                         v->rows + (labels + query) * v->dimension,
                                         left < BLOCK_QUERIES ? left : BLOCK_QUERIES);
    }
    const float *const cosines = v->block + query % BLOCK_QUERIES * labels;
    for (size_t i = 0; i < labels; i++) {
        r->scores[i] = (double)cosines[i];
    }
    return COMPETENCY_OK;
}

static competency_status index_labels(const retrieval *r, vectors *v)
{
    const size_t labels = r->corpus.rows;
    size_t numbers = 0;
    if (labels > 0 && competency__mul(&numbers, labels, BLOCK_QUERIES)) {
        v->block = competency__allocate_zeroed(r->run->memory, numbers, sizeof(*v->block));
    }
    if (v->block == NULL) {
        return competency__fail(r->run->err, COMPETENCY_ENOMEM, "no memory for %zu labels", labels);
    }
    return competency__cosine_index_init(
        &v->index, r->run->memory, v->rows, labels, v->dimension,
        competency__kernels_select(competency__kernels_cpu(), NULL), r->run->err);
}

static competency_status score_by_likeness(retrieval *r, void *self, size_t query)
{
    return competency__likeness_score(self, r->scores, r->texts[r->corpus.rows + query],
                                      r->run->err);
}

static competency_status measure_asked(retrieval *r)
{
    vectors v = {0};
    competency_status status = competency__embed_all(r->run, &v.rows, &v.dimension, r->texts,
                                                     r->corpus.rows + r->queries.rows);
    if (status == COMPETENCY_OK) {
        status = index_labels(r, &v);
    }
    if (status == COMPETENCY_OK) {
        status = measure(r, competency__method_asked, score_by_vectors, &v);
    }
    competency__cosine_index_deinit(&v.index);
    competency__release(r->run->memory, v.block);
    competency__release(r->run->memory, v.rows);
    return status;
}

static competency_status measure_baselines(retrieval *r)
{
    competency_status status = COMPETENCY_OK;
    for (int kind = COMPETENCY__LIKENESS_KINDS - 1; kind >= 0 && status == COMPETENCY_OK; kind--) {
        competency__likeness *index = NULL;
        status =
            competency__likeness_create(&index, r->run->memory, (competency__likeness_kind)kind,
                                        r->texts, r->corpus.rows, r->run->err);
        if (status == COMPETENCY_OK) {
            status = measure(r, competency__likeness_name((competency__likeness_kind)kind),
                             score_by_likeness, index);
        }
        competency__likeness_destroy(index);
    }
    return status;
}

static competency_status read_data(retrieval *r)
{
    const struct {
        const competency__table *table;
        size_t *column;
        const char *name;
        const char *file;
    } wanted[] = {
        {&r->corpus, &r->label, "label", corpus_file},
        {&r->queries, &r->text, "query_alt_label", query_file},
        {&r->queries, &r->relevant, "relevant_target_ids", query_file},
        {&r->queries, &r->shared, "token_jaccard", query_file},
    };
    competency_error *const err = r->run->err;
    competency_status status =
        competency__table_read(&r->corpus, r->run->memory, r->run->directory, corpus_file, err);
    if (status == COMPETENCY_OK && r->corpus.rows == 0) {
        return competency__fail(err, COMPETENCY_EFORMAT, "%s: it has no labels", corpus_file);
    }
    if (status == COMPETENCY_OK) {
        status =
            competency__table_read(&r->queries, r->run->memory, r->run->directory, query_file, err);
    }
    for (size_t i = 0; i < 4 && status == COMPETENCY_OK; i++) {
        status = competency__table_column(wanted[i].table, wanted[i].column, wanted[i].name,
                                          wanted[i].file, err);
    }
    return status;
}

static competency_status list_texts(retrieval *r)
{
    r->texts = competency__allocate_zeroed(r->run->memory, r->corpus.rows + r->queries.rows + 1,
                                           sizeof(*r->texts));
    r->scores = competency__allocate_zeroed(r->run->memory, r->corpus.rows + 1, sizeof(*r->scores));
    if (r->texts == NULL || r->scores == NULL) {
        return competency__fail(r->run->err, COMPETENCY_ENOMEM, "no memory for %zu labels",
                                r->corpus.rows);
    }
    for (size_t i = 0; i < r->corpus.rows; i++) {
        r->texts[i] = competency__table_cell(&r->corpus, i, r->label);
    }
    for (size_t i = 0; i < r->queries.rows; i++) {
        r->texts[r->corpus.rows + i] = competency__table_cell(&r->queries, i, r->text);
    }
    return COMPETENCY_OK;
}

competency_status competency__run_synonyms(const competency__suite_run *run)
{
    retrieval r = {.run = run};
    competency_status status = read_data(&r);
    if (status == COMPETENCY_OK) {
        status = list_texts(&r);
    }
    if (status == COMPETENCY_OK) {
        status = measure_asked(&r);
    }
    if (status == COMPETENCY_OK) {
        status = measure_baselines(&r);
    }
    competency__release(run->memory, (void *)r.texts);
    competency__release(run->memory, r.scores);
    competency__table_deinit(&r.queries);
    competency__table_deinit(&r.corpus);
    return status;
}
