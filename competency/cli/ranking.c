// SPDX-License-Identifier: MIT
// Keeping the best: O(log limit) for a candidate that is kept, O(1) for one that is not.
#include "cli/ranking.h"

#include <stdlib.h>

// Higher keys first, then higher scores; equal ones in input order, so that a ranking depends on
// nothing else.
static bool is_ahead(const cli_ranked *a, const cli_ranked *b)
{
    if (a->key != b->key) {
        return a->key > b->key;
    }
    if (a->summary.score != b->summary.score) {
        return a->summary.score > b->summary.score;
    }
    return a->number < b->number;
}

static int compare_ranked(const void *a, const void *b)
{
    return is_ahead(b, a) - is_ahead(a, b);
}

void cli_ranked_release(cli_ranked *entry)
{
    free(entry->id);
    free(entry->title);
    free(entry->uri);
    competency_document_destroy(entry->document);
    *entry = (cli_ranked){0};
}

void cli_ranking_release(cli_ranking *ranking)
{
    for (size_t i = 0; i < ranking->count; i++) {
        cli_ranked_release(&ranking->entries[i]);
    }
    free(ranking->entries);
    *ranking = (cli_ranking){0};
}

static bool is_full(const cli_ranking *ranking)
{
    return ranking->limit != 0 && ranking->count == ranking->limit;
}

bool cli_ranking_wants(const cli_ranking *ranking, double key, double score, uint64_t number)
{
    const cli_ranked candidate = {.key = key, .summary = {.score = score}, .number = number};
    return !is_full(ranking) || is_ahead(&candidate, &ranking->entries[0]);
}

static void swap_entries(cli_ranking *ranking, size_t a, size_t b)
{
    const cli_ranked entry = ranking->entries[a];
    ranking->entries[a] = ranking->entries[b];
    ranking->entries[b] = entry;
}

static void sift_up(cli_ranking *ranking, size_t at)
{
    while (at > 0 && is_ahead(&ranking->entries[(at - 1) / 2], &ranking->entries[at])) {
        swap_entries(ranking, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

static void sift_down(cli_ranking *ranking)
{
    for (size_t at = 0;;) {
        size_t worst = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < ranking->count; child++) {
            if (is_ahead(&ranking->entries[worst], &ranking->entries[child])) {
                worst = child;
            }
        }
        if (worst == at) {
            return;
        }
        swap_entries(ranking, at, worst);
        at = worst;
    }
}

static bool reserve_entry(cli_ranking *ranking)
{
    if (ranking->count < ranking->capacity) {
        return true;
    }
    const size_t capacity = ranking->capacity == 0 ? 32 : ranking->capacity * 2;
    cli_ranked *const entries = realloc(ranking->entries, capacity * sizeof(*entries));
    if (entries == NULL) {
        return false;
    }
    ranking->entries = entries;
    ranking->capacity = capacity;
    return true;
}

bool cli_ranking_add(cli_ranking *ranking, cli_ranked *entry)
{
    if (is_full(ranking)) {
        cli_ranked_release(&ranking->entries[0]);
        ranking->entries[0] = *entry;
        sift_down(ranking);
        return true;
    }
    if (!reserve_entry(ranking)) {
        return false;
    }
    ranking->entries[ranking->count] = *entry;
    sift_up(ranking, ranking->count++);
    return true;
}

void cli_ranking_finish(cli_ranking *ranking)
{
    if (ranking->count > 0) {
        qsort(ranking->entries, ranking->count, sizeof(*ranking->entries), compare_ranked);
    }
}
