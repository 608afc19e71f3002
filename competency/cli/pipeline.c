// SPDX-License-Identifier: MIT
// The ring of batches between the thread that reads and takes, and the workers.
#include "cli/pipeline.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BATCH_ITEMS = 32,        // with several workers: enough to make hand-overs rare
    BATCHES_PER_WORKER = 2,  // one at work, one waiting
};

typedef enum batch_state {
    BATCH_FREE = 0,
    BATCH_FILLED = 1,  // waits for a worker
    BATCH_DONE = 2,
} batch_state;

typedef struct batch {
    batch_state state;
    cli_item items[BATCH_ITEMS];
    size_t count;
    char *text;  // owned: the fragments of all items
    size_t text_size;
    size_t text_capacity;
} batch;

typedef struct pipeline pipeline;

typedef struct worker_thread {
    pipeline *owner;
    cli_worker worker;
    pthread_t thread;
    bool is_started;
} worker_thread;

struct pipeline {
    const cli_stage *stage;
    cli_candidates *candidates;
    cli_engine *engine;
    batch *batches;  // (batch_count) a ring
    size_t batch_count;
    size_t batch_items;  // items that a batch is filled with
    worker_thread *workers;
    size_t worker_count;
    cli_progress progress;
    uint64_t read_count;
    bool is_last_read;
    pthread_mutex_t lock;    // of the states below, and of those of the batches
    pthread_cond_t changed;  // of any of them
    size_t next_work;        // batches that workers have taken, counted from the start
    size_t filled;           // batches that were filled
    bool is_stopped;         // workers are to end
};

// What a worker does.

static competency_status append_text(void *self, const char *data, size_t size)
{
    batch *const to = self;
    if (to->text_capacity - to->text_size < size) {
        const size_t capacity = 2 * (to->text_size + size);
        char *const text = realloc(to->text, capacity);
        if (text == NULL) {
            return COMPETENCY_ENOMEM;
        }
        to->text = text;
        to->text_capacity = capacity;
    }
    memcpy(to->text + to->text_size, data, size);
    to->text_size += size;
    return COMPETENCY_OK;
}

static void write_fragment(competency_writer *writer, batch *to, cli_item *item,
                           const competency_match *match)
{
    const competency_result result = {
        .identity = item->candidate.record->identity,
        .number = item->candidate.number,
        .summary = item->summary,
        .candidate = item->candidate.record,
        .match = match,
    };
    item->text_at = to->text_size;
    competency_writer_result(writer, &result);
    if (competency_writer_flush(writer) != COMPETENCY_OK) {
        item->status = CLI_EXIT_NO_MEMORY;
        item->err = (competency_error){.status = COMPETENCY_ENOMEM, .message = "out of memory"};
    }
    item->text_size = to->text_size - item->text_at;
}

static void match_item(cli_worker *worker, const cli_stage *stage, competency_writer *writer,
                       batch *of, cli_item *item)
{
    if (item->candidate.record == NULL) {
        return;  // a bad record, or the end
    }
    const competency_record *const record = item->candidate.record;
    const competency_run *const run = &worker->engine->run;
    const competency_match *match = NULL;
    item->status =
        cli_worker_match(worker, &match, record, stage->parts, &item->needs_model, &item->err);
    if (item->status != CLI_EXIT_OK) {
        return;
    }
    item->summary = competency_summarise(match, record, run->role, run->config);
    if (writer != NULL) {
        write_fragment(writer, of, item, match);
    }
}

static void match_batch(worker_thread *self, batch *of)
{
    const cli_stage *const stage = self->owner->stage;
    const competency_sink sink = {.self = of, .write = append_text};
    competency_writer *writer = NULL;
    of->text_size = 0;
    if (stage->is_written) {
        const competency_status status = competency_writer_create(&writer, &sink, &stage->writer);
        if (status != COMPETENCY_OK) {
            of->items[0].status = cli_exit_of(status);
            (void)snprintf(of->items[0].err.message, sizeof(of->items[0].err.message), "%s",
                           competency_status_text(status));
            return;
        }
        competency_writer_run(writer, &self->owner->engine->run);
    }
    for (size_t i = 0; i < of->count; i++) {
        match_item(&self->worker, stage, writer, of, &of->items[i]);
    }
    competency_writer_destroy(writer);
}

static void *work(void *argument)
{
    worker_thread *const self = argument;
    pipeline *const owner = self->owner;
    (void)pthread_mutex_lock(&owner->lock);
    for (;;) {
        while (!owner->is_stopped && owner->next_work == owner->filled) {
            (void)pthread_cond_wait(&owner->changed, &owner->lock);
        }
        if (owner->is_stopped) {
            break;
        }
        batch *const of = &owner->batches[owner->next_work++ % owner->batch_count];
        (void)pthread_mutex_unlock(&owner->lock);
        match_batch(self, of);
        (void)pthread_mutex_lock(&owner->lock);
        of->state = BATCH_DONE;
        (void)pthread_cond_broadcast(&owner->changed);
    }
    (void)pthread_mutex_unlock(&owner->lock);
    return NULL;
}

// What the reading thread does.

static void release_item(cli_item *item)
{
    competency_document_destroy(item->candidate.owned);
    free(item->bad_id);
    *item = (cli_item){0};
}

// The id of a bad record is the stream's only until it reads on.
static cli_exit keep_bad_id(cli_item *item)
{
    if (item->candidate.record != NULL || item->candidate.id == NULL) {
        return CLI_EXIT_OK;
    }
    item->bad_id = strdup(item->candidate.id);
    item->candidate.id = item->bad_id;
    if (item->bad_id == NULL) {
        cli_complain("out of memory");
        return CLI_EXIT_NO_MEMORY;
    }
    return CLI_EXIT_OK;
}

// Read until the batch is full or the input ends. The failure of a record stays in its item.
static cli_exit fill_batch(pipeline *self, batch *of)
{
    of->count = 0;
    while (of->count < self->batch_items && !self->is_last_read) {
        cli_item *const item = &of->items[of->count];
        *item = (cli_item){0};
        const cli_exit status = cli_candidates_next(self->candidates, &item->candidate, &item->err);
        if (status != CLI_EXIT_OK && status != CLI_EXIT_PARTIAL) {
            return status;
        }
        self->is_last_read = item->candidate.is_last;
        if (self->is_last_read) {
            break;
        }
        item->status = status;
        of->count++;
        if (keep_bad_id(item) != CLI_EXIT_OK) {
            return CLI_EXIT_NO_MEMORY;
        }
        cli_progress_step(&self->progress, ++self->read_count);
    }
    return CLI_EXIT_OK;
}

static cli_exit take_batch(const pipeline *self, batch *of)
{
    cli_exit status = CLI_EXIT_OK;
    for (size_t i = 0; i < of->count; i++) {
        cli_item *const item = &of->items[i];
        if (status == CLI_EXIT_OK && item->status != CLI_EXIT_OK &&
            item->status != CLI_EXIT_PARTIAL) {
            cli_complain("%s", item->err.message);
            status = item->status;
        }
        if (status == CLI_EXIT_OK) {
            status = self->stage->take(self->stage->self, item, of->text + item->text_at);
        }
        release_item(item);
    }
    of->count = 0;
    return status;
}

static cli_exit run_alone(pipeline *self)
{
    cli_exit status = CLI_EXIT_OK;
    while (status == CLI_EXIT_OK && !self->is_last_read) {
        batch *const of = &self->batches[0];
        status = fill_batch(self, of);
        if (status == CLI_EXIT_OK && of->count > 0) {
            match_batch(&self->workers[0], of);
            status = take_batch(self, of);
        }
    }
    return status;
}

static void hand_over(pipeline *self, batch *of)
{
    (void)pthread_mutex_lock(&self->lock);
    of->state = BATCH_FILLED;
    self->filled++;
    (void)pthread_cond_broadcast(&self->changed);
    (void)pthread_mutex_unlock(&self->lock);
}

static void wait_for(pipeline *self, const batch *of)
{
    (void)pthread_mutex_lock(&self->lock);
    while (of->state != BATCH_DONE) {
        (void)pthread_cond_wait(&self->changed, &self->lock);
    }
    (void)pthread_mutex_unlock(&self->lock);
}

// Batches go out in the order in which they were filled. What was read before a failure of the
// input is taken before that failure ends the work.
static cli_exit run_together(pipeline *self)
{
    cli_exit status = CLI_EXIT_OK;
    cli_exit read_status = CLI_EXIT_OK;
    size_t taken = 0;
    while (status == CLI_EXIT_OK) {
        const bool has_room = self->filled - taken < self->batch_count;
        const bool can_read = !self->is_last_read && read_status == CLI_EXIT_OK;
        if (has_room && can_read) {
            batch *const of = &self->batches[self->filled % self->batch_count];
            read_status = fill_batch(self, of);
            if (of->count > 0) {
                hand_over(self, of);
            }
        } else if (taken < self->filled) {
            batch *const of = &self->batches[taken++ % self->batch_count];
            wait_for(self, of);
            of->state = BATCH_FREE;
            status = take_batch(self, of);
        } else {
            return read_status;
        }
    }
    return status;
}

static bool start_workers(pipeline *self)
{
    for (size_t i = 0; i < self->worker_count; i++) {
        worker_thread *const worker = &self->workers[i];
        worker->is_started = pthread_create(&worker->thread, NULL, work, worker) == 0;
        if (!worker->is_started) {
            return i > 0;  // fewer will do
        }
    }
    return true;
}

static void stop_workers(pipeline *self)
{
    (void)pthread_mutex_lock(&self->lock);
    self->is_stopped = true;
    (void)pthread_cond_broadcast(&self->changed);
    (void)pthread_mutex_unlock(&self->lock);
    for (size_t i = 0; i < self->worker_count; i++) {
        if (self->workers[i].is_started) {
            (void)pthread_join(self->workers[i].thread, NULL);
        }
    }
}

static void release_pipeline(pipeline *self)
{
    for (size_t b = 0; self->batches != NULL && b < self->batch_count; b++) {
        for (size_t i = 0; i < self->batches[b].count; i++) {
            release_item(&self->batches[b].items[i]);
        }
        free(self->batches[b].text);
    }
    for (size_t i = 0; self->workers != NULL && i < self->worker_count; i++) {
        cli_worker_release(&self->workers[i].worker);
    }
    free(self->batches);
    free(self->workers);
}

cli_exit cli_pipeline_run(const cli_stage *stage, cli_candidates *candidates, cli_engine *engine,
                          size_t jobs)
{
    const size_t batch_count = jobs == 1 ? 1 : jobs * BATCHES_PER_WORKER;
    pipeline self = {
        .stage = stage,
        .candidates = candidates,
        .engine = engine,
        .batches = calloc(batch_count, sizeof(batch)),
        .batch_count = batch_count,
        .batch_items = jobs == 1 ? 1 : BATCH_ITEMS,
        .workers = calloc(jobs, sizeof(worker_thread)),
        .worker_count = jobs,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
    };
    cli_exit status = CLI_EXIT_NO_MEMORY;
    if (self.batches != NULL && self.workers != NULL) {
        for (size_t i = 0; i < jobs; i++) {
            self.workers[i] = (worker_thread){.owner = &self, .worker = {.engine = engine}};
        }
        cli_progress_begin(&self.progress);
        if (jobs == 1) {
            status = run_alone(&self);
        } else if (start_workers(&self)) {
            status = run_together(&self);
        }
        stop_workers(&self);
        cli_progress_end(&self.progress);
    } else {
        cli_complain("out of memory");
    }
    release_pipeline(&self);
    return status;
}
