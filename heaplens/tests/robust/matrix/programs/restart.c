// SPDX-License-Identifier: MIT
// Starts and stops recording 100 times while other threads allocate, end and begin; each recording has the figures
// of its own time only, and the memory of those before it is given back.
#include "keep.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include <heaplens/heaplens.h>

enum { THREADS = 3, ROUNDS = 100 };

static _Atomic bool is_over;

static void *churn_briefly(void *argument)
{
    (void)argument;
    for (int i = 0; i < 1000; i++) {
        free(keep(malloc(100)));
    }
    return NULL;
}

static void *churn(void *argument)
{
    while (!is_over) {
        pthread_t other;
        if (pthread_create(&other, NULL, churn_briefly, argument) == 0) {
            (void)churn_briefly(argument);
            (void)pthread_join(other, NULL);
        }
    }
    return NULL;
}

// Resident pages of the process; 0 without /proc.
static long resident_pages(void)
{
    char text[128] = "";
    FILE *const file = fopen("/proc/self/statm", "re");
    if (file != NULL) {
        (void)!fread(text, 1, sizeof(text) - 1, file);
        (void)fclose(file);
    }
    char *second = text;
    (void)strtol(text, &second, 10);  // the first is the size
    return strtol(second, NULL, 10);
}

static bool record_once(void)
{
    heaplens_totals totals = {0};
    if (heaplens_start(NULL) != HEAPLENS_OK) {
        return false;
    }
    for (int i = 0; i < 10; i++) {
        free(keep(malloc(1000000)));
    }
    const bool is_read = heaplens_totals_read(&totals) == HEAPLENS_OK;
    return heaplens_stop() == HEAPLENS_OK && is_read && totals.bytes_total >= 10000000;
}

int main(void)
{
    pthread_t threads[THREADS];
    bool is_good = true;
    for (size_t t = 0; t < THREADS; t++) {
        is_good = is_good && pthread_create(&threads[t], NULL, churn, NULL) == 0;
    }
    is_good = is_good && record_once();
    const long before = resident_pages();
    for (int i = 1; is_good && i < ROUNDS; i++) {
        is_good = record_once();
    }
    const long after = resident_pages();
    is_over = true;
    for (size_t t = 0; t < THREADS; t++) {
        (void)pthread_join(threads[t], NULL);
    }
    say(is_good ? "good\n" : "bad\n");
    // A store that is kept has at least 100 pages in use.
    say(after - before < 100L * ROUNDS / 2 ? "bounded\n" : "grows\n");
    return 0;
}
