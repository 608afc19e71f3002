// SPDX-License-Identifier: MIT
// The embedder that runs a BERT model: its options, and how the texts of a call are shared among
// its threads.
#include <competency/embedder.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "embed/lane.h"
#include "embed/lane_pool.h"
#include "embed/packed_model.h"
#include "kernels/kernels.h"
#include "model/model.h"

enum {
    // Large enough that packing the weights into panels is a few percent of a pass, small enough
    // that the activations stay in a second-level cache.
    BATCH_TOKENS_DEFAULT = 256,
    BATCH_TOKENS_MAX = 1 << 20,
    THREADS_MAX = 256,
    TOKEN_BYTES = 4,        // of text, about
    BATCH_TOKENS_MIN = 64,  // fewer are not worth reading the weights for
    BATCHES_LEFT_A_LANE = 2,
};

typedef struct bert_embedder {
    competency_allocator memory;
    const competency_model *model;  // borrowed
    competency__lane_engine engine;
    competency__packed_weights weights;
    competency__weight_blocks blocks;  // what `weights` points into, unless that is the model
    competency__lane_pool *pool;
    size_t lane_count;
    competency__lane lanes[];  // (lane_count)
} bert_embedder;

// One call. Lanes gather batches of its texts until there are none: none waits for another.
typedef struct call {
    bert_embedder *embedder;
    pthread_mutex_t lock;  // of what follows
    competency__lane_texts texts;
    size_t tokens_left;  // of the texts that nobody has gathered, estimated
    size_t failed_at;    // the earliest text that failed
    competency_status status;
    competency_error err;
} call;

static size_t bert_dimension(void *self)
{
    return ((const bert_embedder *)self)->engine.encoder.config->hidden;
}

static const char *bert_name(void *self)
{
    return competency_model_describe(((const bert_embedder *)self)->model)->name;
}

static void bert_destroy(void *self)
{
    bert_embedder *const e = self;
    competency__lane_pool_destroy(e->pool);
    for (size_t i = 0; i < e->lane_count; i++) {
        competency__lane_deinit(&e->lanes[i], &e->engine);
    }
    competency__weight_blocks_deinit(&e->blocks);
    const competency_allocator memory = e->memory;
    competency__release(&memory, e);
}

// About how many tokens a text has. It decides who embeds it, and no bit of its vector.
static size_t estimate_tokens(const bert_embedder *e, const char *text)
{
    const size_t longest = e->engine.encoder.config->tokens_max;
    const size_t tokens = 2 + strlen(text) / TOKEN_BYTES;
    return tokens < longest ? tokens : longest;
}

// Tokens of the next batch. Alone: as many as fit. With others: a part of what is left, so that
// batches get smaller and all lanes end at about the same time.
static size_t choose_tokens(const call *c)
{
    const bert_embedder *const e = c->embedder;
    if (e->lane_count == 1) {
        return e->engine.batch_tokens;
    }
    const size_t part = c->tokens_left / (e->lane_count * BATCHES_LEFT_A_LANE);
    const size_t wanted = part > BATCH_TOKENS_MIN ? part : BATCH_TOKENS_MIN;
    return wanted < e->engine.batch_tokens ? wanted : e->engine.batch_tokens;
}

// The earliest failure is the one that is reported, whichever lane came upon it first: batches are
// gathered in order, so all before it are with some lane, and those after it need not be.
static void note_failure(call *c, size_t text, competency_status status,
                         const competency_error *err)
{
    if (c->status == COMPETENCY_OK || text < c->failed_at) {
        c->failed_at = text;
        c->status = status;
        c->err = *err;
    }
    c->texts.next = c->texts.count;
}

static bool embed_batch(void *self, size_t number)
{
    call *const c = self;
    bert_embedder *const e = c->embedder;
    competency__lane *const lane = &e->lanes[number];
    competency__lane_batch batch;
    competency_error err = {0};
    (void)pthread_mutex_lock(&c->lock);
    competency_status status =
        competency__lane_gather(lane, &e->engine, &c->texts, choose_tokens(c), &batch, &err);
    if (status != COMPETENCY_OK) {
        note_failure(c, c->texts.next, status, &err);
        batch.count = 0;
    }
    for (size_t i = 0; i < batch.count && e->lane_count > 1; i++) {
        c->tokens_left -= estimate_tokens(e, c->texts.texts[batch.first + i]);
    }
    (void)pthread_mutex_unlock(&c->lock);
    if (batch.count == 0) {
        return false;
    }
    status = competency__lane_run(lane, &e->engine, &batch, &err);
    if (status != COMPETENCY_OK) {
        (void)pthread_mutex_lock(&c->lock);
        note_failure(c, batch.first, status, &err);
        (void)pthread_mutex_unlock(&c->lock);
    }
    return true;
}

// `out` is written, through the call.
// NOLINTBEGIN(readability-non-const-parameter)
static competency_status bert_embed(void *self, float *out, const char *const *texts, size_t count,
                                    competency_error *err)
// NOLINTEND(readability-non-const-parameter)
{
    bert_embedder *const e = self;
    call c = {.embedder = e, .texts = {.texts = texts, .out = out, .count = count}};
    for (size_t i = 0; i < count && e->lane_count > 1; i++) {
        c.tokens_left += estimate_tokens(e, texts[i]);
    }
    const bool is_shared = count > 1 && c.tokens_left >= (size_t)2 * BATCH_TOKENS_MIN;
    (void)pthread_mutex_init(&c.lock, NULL);
    competency__lane_pool_run(e->pool, &(competency__lane_work){embed_batch, &c}, is_shared);
    (void)pthread_mutex_destroy(&c.lock);
    return c.status == COMPETENCY_OK ? COMPETENCY_OK
                                     : competency__fail(err, c.status, "%s", c.err.message);
}

// "scalar, avx2": what can be forced on this machine.
static void list_usable(char *out, size_t size)
{
    const uint32_t cpu = competency__kernels_cpu();
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; competency__kernels_at(i) != NULL; i++) {
        const char *const name = competency__kernels_at(i)->name;
        if (used < size && competency__kernels_select(cpu, name) != NULL) {
            used += (size_t)snprintf(out + used, size - used, "%s%s", used == 0 ? "" : ", ", name);
        }
    }
}

static competency_status choose_kernels(const competency__kernels **out, const char *forced,
                                        competency_error *err)
{
    if (forced == NULL) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): unsafe only against setenv, which we never call.
        forced = getenv("COMPETENCY_KERNELS");
        if (forced != NULL && forced[0] == '\0') {
            forced = NULL;
        }
    }
    *out = competency__kernels_select(competency__kernels_cpu(), forced);
    if (*out == NULL) {
        char usable[64];
        list_usable(usable, sizeof(usable));
        return competency__fail(err, COMPETENCY_EUNSUPPORTED,
                                "kernels \"%s\" cannot be used here, but %s can", forced, usable);
    }
    return COMPETENCY_OK;
}

// The caller's options as this version of the library knows them.
static competency_status read_options(competency_embedder_options *out,
                                      const competency_embedder_options *options,
                                      competency_error *err)
{
    *out = (competency_embedder_options)COMPETENCY_EMBEDDER_OPTIONS_INIT;
    if (options != NULL) {
        if (options->size < sizeof(options->size)) {
            return competency__fail(err, COMPETENCY_EINVAL, "options of %u bytes", options->size);
        }
        memcpy(out, options, options->size < sizeof(*out) ? options->size : sizeof(*out));
    }
    if (out->batch_tokens > BATCH_TOKENS_MAX) {
        return competency__fail(err, COMPETENCY_EINVAL, "batches of %zu tokens, limit %d",
                                out->batch_tokens, BATCH_TOKENS_MAX);
    }
    if (out->batch_tokens == 0) {
        out->batch_tokens = BATCH_TOKENS_DEFAULT;
    }
    if (out->threads > THREADS_MAX) {
        return competency__fail(err, COMPETENCY_EINVAL, "%u threads, limit %d",
                                (unsigned)out->threads, THREADS_MAX);
    }
    if (out->threads == 0) {
        out->threads = 1;
    }
    return COMPETENCY_OK;
}

static competency_status find_precision(competency__precision *out, const competency_model *model,
                                        const char *name, competency_error *err)
{
    *out = competency__model_precision(model);
    return name == NULL || competency__precision_find(out, name)
               ? COMPETENCY_OK
               : competency__fail(err, COMPETENCY_EUNSUPPORTED,
                                  "precision \"%s\" is none of f32, f16, int8", name);
}

static competency_status fill_embedder(bert_embedder *e, competency__precision precision,
                                       competency_error *err)
{
    competency_status status = COMPETENCY_OK;
    for (size_t i = 0; i < e->lane_count && status == COMPETENCY_OK; i++) {
        status = competency__lane_init(&e->lanes[i], &e->engine, err);
    }
    if (status == COMPETENCY_OK) {
        status = competency__embedder_weights(&e->weights, &e->blocks, &e->memory, e->model,
                                              precision, err);
    }
    if (status == COMPETENCY_OK) {
        status = competency__lane_pool_create(&e->pool, &e->memory, e->lane_count, err);
    }
    return status;
}

competency_status competency_embedder_create(competency_embedder *out,
                                             const competency_model *model,
                                             const competency_embedder_options *options,
                                             competency_error *err)
{
    *out = (competency_embedder){0};
    competency_embedder_options chosen;
    const competency__kernels *kernels = NULL;
    competency__precision precision = COMPETENCY__F32;
    competency_status status = read_options(&chosen, options, err);
    if (status == COMPETENCY_OK) {
        status = find_precision(&precision, model, chosen.precision, err);
    }
    if (status == COMPETENCY_OK) {
        status = choose_kernels(&kernels, chosen.kernels, err);
    }
    if (status != COMPETENCY_OK) {
        return status;
    }
    bert_embedder *const e = competency__allocate_zeroed(
        chosen.allocator, 1, sizeof(*e) + chosen.threads * sizeof(e->lanes[0]));
    if (e == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for an embedder");
    }
    e->memory = competency__allocator(chosen.allocator);
    e->model = model;
    e->engine = (competency__lane_engine){
        .memory = &e->memory,
        .tokenizer = competency__model_tokenizer(model),
        .encoder = {.config = competency__model_config(model),
                    .weights = &e->weights,
                    .kernels = kernels},
        .batch_tokens = chosen.batch_tokens,
    };
    e->lane_count = chosen.threads;
    status = fill_embedder(e, precision, err);
    if (status != COMPETENCY_OK) {
        bert_destroy(e);
        return status;
    }
    *out = (competency_embedder){.self = e,
                                 .dimension = bert_dimension,
                                 .embed = bert_embed,
                                 .name = bert_name,
                                 .destroy = bert_destroy};
    return COMPETENCY_OK;
}

void competency_embedder_destroy(competency_embedder *embedder)
{
    if (embedder == NULL) {
        return;
    }
    if (embedder->destroy != NULL) {
        embedder->destroy(embedder->self);
    }
    *embedder = (competency_embedder){0};
}

const char *competency_embedder_kernels(const competency_embedder *embedder)
{
    const int is_ours = embedder != NULL && embedder->embed == bert_embed;
    return is_ours ? ((const bert_embedder *)embedder->self)->engine.encoder.kernels->name : "";
}

competency_status competency_kernels_find(const char **name, const char *forced,
                                          competency_error *err)
{
    const competency__kernels *kernels = NULL;
    const competency_status status = choose_kernels(&kernels, forced, err);
    *name = kernels == NULL ? NULL : kernels->name;
    return status;
}
