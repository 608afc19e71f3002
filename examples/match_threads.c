// SPDX-License-Identifier: MIT
// Several threads share a matcher; each has a scorer of its own, and all get the same bits.
#include <competency/competency.h>

#include <pthread.h>
#include <stdio.h>

enum { THREADS = 4, CANDIDATES = 1000 };

typedef struct share {
    const competency_matcher *matcher;
    double sum;  // of all scores
    competency_status status;
} share;

static const float vectors[][2] = {{1, 0}, {0.8F, 0.6F}, {0, 1}};
static const char *const names[] = {"Baking", "Cooking", "Driving"};

static competency_skill skill(size_t which, double level)
{
    return (competency_skill){
        .name = names[which],
        .level = {level, 5, true},
        .embedding = vectors[which],
        .embedding_size = 2,
        .weight = 1,
    };
}

static void *work(void *argument)
{
    share *const mine = argument;
    const competency_skill need = skill(0, 3);
    const competency_profile role = {&need, 1};
    competency_scorer *scorer = NULL;
    mine->status = competency_scorer_create(&scorer, mine->matcher, &role, NULL, NULL);
    for (size_t c = 0; c < CANDIDATES && mine->status == COMPETENCY_OK; c++) {
        const competency_skill offers[] = {skill(c % 3, (double)(c % 6)), skill(1, 2)};
        const competency_profile candidate = {offers, 2};
        const competency_match *match = NULL;
        mine->status = competency_scorer_match(scorer, &match, &candidate, 0, NULL);
        mine->sum += mine->status == COMPETENCY_OK ? match->overall_score : 0;
    }
    competency_scorer_destroy(scorer);
    return NULL;
}

int main(void)
{
    competency_matcher *matcher = NULL;
    if (competency_matcher_create(&matcher, NULL, NULL) != COMPETENCY_OK) {
        return 1;
    }
    share shares[THREADS];
    pthread_t threads[THREADS];
    size_t started = 0;
    for (; started < THREADS; started++) {
        shares[started] = (share){.matcher = matcher};
        if (pthread_create(&threads[started], NULL, work, &shares[started]) != 0) {
            break;
        }
    }
    int is_same = started == THREADS;
    for (size_t i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
        is_same = is_same && shares[i].status == COMPETENCY_OK && shares[i].sum == shares[0].sum;
    }
    competency_matcher_destroy(matcher);
    printf("%d threads, %d candidates each: %s\n", THREADS, CANDIDATES,
           is_same ? "the same bits" : "they differ");
    return is_same ? 0 : 1;
}
