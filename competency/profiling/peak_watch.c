// SPDX-License-Identifier: MIT
// Many peaks from the one that the recorder has.
#include "profiling/peak_watch.h"

#include <pthread.h>

// The recorder is one for the process, and so is what is known of its peak.
static pthread_mutex_t peaks_lock = PTHREAD_MUTEX_INITIALIZER;
static competency__peak_watch *watches;  // begun and not ended
static uint64_t bytes_peak_ended;        // the most of all peaks that were started anew

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

// Start the recorder's peak anew; every watch keeps what it was.
static competency_status restart_peak(competency_error *err)
{
    competency_memory heap;
    const competency_status status = competency__heap_read(&heap, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    for (competency__peak_watch *watch = watches; watch != NULL; watch = watch->next) {
        watch->bytes_peak = larger(watch->bytes_peak, heap.bytes_peak);
    }
    bytes_peak_ended = larger(bytes_peak_ended, heap.bytes_peak);
    return competency__heap_restart_peak(err);
}

competency_status competency__peak_watch_begin(competency__peak_watch *watch, competency_error *err)
{
    (void)pthread_mutex_lock(&peaks_lock);
    const competency_status status = restart_peak(err);
    if (status == COMPETENCY_OK) {
        *watch = (competency__peak_watch){.next = watches};
        watches = watch;
    }
    (void)pthread_mutex_unlock(&peaks_lock);
    return status;
}

competency_status competency__peak_watch_reset(competency__peak_watch *watch, competency_error *err)
{
    (void)pthread_mutex_lock(&peaks_lock);
    const competency_status status = restart_peak(err);
    if (status == COMPETENCY_OK) {
        watch->bytes_peak = 0;
    }
    (void)pthread_mutex_unlock(&peaks_lock);
    return status;
}

competency_status competency__peak_watch_read(const competency__peak_watch *watch,
                                              competency_memory *heap, uint64_t *bytes_peak,
                                              competency_error *err)
{
    competency_memory read;
    (void)pthread_mutex_lock(&peaks_lock);
    const competency_status status = competency__heap_read(&read, err);
    if (status == COMPETENCY_OK) {
        if (watch != NULL) {
            *bytes_peak = larger(watch->bytes_peak, read.bytes_peak);
        }
        read.bytes_peak = larger(bytes_peak_ended, read.bytes_peak);
        *heap = read;
    }
    (void)pthread_mutex_unlock(&peaks_lock);
    return status;
}

void competency__peak_watch_end(competency__peak_watch *watch)
{
    (void)pthread_mutex_lock(&peaks_lock);
    for (competency__peak_watch **link = &watches; *link != NULL; link = &(*link)->next) {
        if (*link == watch) {
            *link = watch->next;
            break;
        }
    }
    (void)pthread_mutex_unlock(&peaks_lock);
}
