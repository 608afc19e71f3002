// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_EMBEDDER_H
#define COMPETENCY_EMBEDDER_H

#include <stddef.h>
#include <stdint.h>

#include <competency/allocator.h>
#include <competency/model.h>
#include <competency/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * Text to vector.
 *
 * An *embedder* turns texts into vectors of one fixed length. It is a table of functions, so
 * that tests and callers can bring their own vectors; competency_embedder_create() makes the one
 * that runs a sentence-transformers BERT model.
 *
 * @code
 * competency_model *model = NULL;
 * competency_embedder bert = {0};
 * if (competency_model_open(&model, NULL, NULL) != COMPETENCY_OK ||
 *     competency_embedder_create(&bert, model, NULL, NULL) != COMPETENCY_OK) {
 *     return 1;
 * }
 * static float vectors[2 * 384];
 * const char *const texts[] = {"welding", "data analysis"};
 * if (bert.embed(bert.self, vectors, texts, 2, NULL) != COMPETENCY_OK) {
 *     return 1;
 * }
 * printf("%zu numbers each\n", bert.dimension(bert.self));  // prints: 384 numbers each
 * competency_embedder_destroy(&bert);
 * competency_model_close(model);
 * @endcode
 */

/** A replaceable embedder. `self` is passed back to every function. */
typedef struct competency_embedder {
    void *self;

    /** Numbers in one vector, > 0, constant for the embedder's life. */
    size_t (*dimension)(void *self);

    /**
     * Embed `count` texts.
     *
     * The result for a text must not depend on what else is in the call.
     *
     * @param[out] out    (count, dimension) row-major f32; caller-owned; unspecified on failure
     * @param[in]  texts  (count) NUL-terminated UTF-8; borrowed for the call
     * @param[out] err    optional
     */
    competency_status (*embed)(void *self, float *out, const char *const *texts, size_t count,
                               competency_error *err);

    /** What results name as their model, e.g. "all-MiniLM-L6-v2"; lives as long as the embedder. */
    const char *(*name)(void *self);

    /** Release `self`; may be NULL when there is nothing to release. */
    void (*destroy)(void *self);
} competency_embedder;

typedef struct competency_embedder_options {
    uint32_t size;          // sizeof(competency_embedder_options) as the caller saw it
    const char *kernels;    // force a kernel table by name ("scalar", "avx2", ...); NULL: the
                            // environment variable COMPETENCY_KERNELS, else the best for this CPU
    size_t batch_tokens;    // tokens packed into one forward pass, at most 1,048,576; 0: 256
    const char *precision;  // of the weights: "f32", "f16" or "int8"; NULL: the model's own
    uint32_t threads;       // that may work at once, the callers' among them, at most 256; 0: 1
    const competency_allocator *allocator;  // copied; NULL: the C library's
} competency_embedder_options;

#define COMPETENCY_EMBEDDER_OPTIONS_INIT            \
    {                                               \
        .size = sizeof(competency_embedder_options) \
    }

/**
 * Make the embedder that runs `model`.
 *
 * @param[out] out      set to a zeroed table on entry; released by competency_embedder_destroy()
 * @param[in]  model    borrowed until the embedder is destroyed
 * @param[in]  options  NULL: defaults
 * @return COMPETENCY_OK; COMPETENCY_ENOMEM; COMPETENCY_EINVAL if an option is out of its range;
 *         COMPETENCY_EUNSUPPORTED if the precision is unknown, or the forced kernel table does not
 *         exist or this CPU cannot run it. Its `embed` returns COMPETENCY_EFORMAT if a text is not
 *         UTF-8 or the model produces a value that is not finite.
 *
 * Threads: `embed` is safe from any number of threads, and embedders may share a model. A call
 * with many texts is shared among `threads` threads, of which the embedder keeps all but one,
 * asleep between calls; one text is embedded by one thread. Callers count: no more than `threads`
 * work at once, and callers beyond that wait. An embedder with more than one thread must not be
 * used in a child process that was forked after it was made.
 * Cost: allocates a workspace a thread here, each for the largest batch there can be, and nothing
 * afterwards; pages that no batch reaches stay untouched (a caller's allocator: what is to be zero is
 * written, some bytes a token). Memory: of options->allocator, but for the stacks of threads, which
 * the system gives; the model is opened again with it, where another precision asks for that. A text
 * that has to be joined to a prompt is put together in memory of the model.
 * Numerics: a text's vector is the same bits alone and in any batch, with any number of threads and
 * any kernel table. Sums are f32 (int8: exact integers); docs/accuracy.md says how far each precision is from f32.
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_embedder_create(competency_embedder *out, const competency_model *model,
                           const competency_embedder_options *options, competency_error *err);

/** Release what the embedder owns and zero the table. NULL and a zeroed table are accepted. */
COMPETENCY_API void competency_embedder_destroy(competency_embedder *embedder);

/** Name of the kernel table in use ("scalar", "avx2", ...); "" for an embedder that is not ours. */
COMPETENCY_API const char *competency_embedder_kernels(const competency_embedder *embedder);

/**
 * Find the kernel table that an embedder would use, without making one.
 *
 * @param[out] name    lives as long as the program; NULL on failure
 * @param[in]  forced  as competency_embedder_options.kernels
 * @return COMPETENCY_OK; COMPETENCY_EUNSUPPORTED, naming the usable tables
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_kernels_find(const char **name,
                                                                             const char *forced,
                                                                             competency_error *err);

#ifdef __cplusplus
}
#endif

#endif
