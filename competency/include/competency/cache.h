// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_CACHE_H
#define COMPETENCY_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/allocator.h>
#include <competency/embedder.h>
#include <competency/model.h>
#include <competency/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * Vectors that need not be computed again.
 *
 * A cache is an embedder that stands before another one, its *inner* embedder, and asks it only
 * for texts that it does not know. The bits of a vector are the same with and without it. There
 * are two:
 *
 * - a *memory cache* keeps the vectors that were asked for last, up to a number of bytes;
 * - a *store* is a directory on disk that processes share and that outlives them.
 *
 *     texts -> memory cache -> store -> model
 *
 * A memory cache before an embedder of the caller's:
 *
 * @code
 * static size_t two(void *self)
 * {
 *     (void)self;
 *     return 2;
 * }
 *
 * static competency_status count_bytes(void *self, float *out, const char *const *texts, size_t count,
 *                                      competency_error *err)
 * {
 *     (void)self, (void)err;
 *     for (size_t i = 0; i < count; i++) {
 *         out[2 * i] = (float)strlen(texts[i]);
 *         out[2 * i + 1] = 1;
 *     }
 *     return COMPETENCY_OK;
 * }
 *
 * int main(void)
 * {
 *     const competency_embedder lengths = {.dimension = two, .embed = count_bytes};
 *     competency_embedder cache;
 *     if (competency_memory_cache_create(&cache, &lengths, NULL, NULL) != COMPETENCY_OK) {
 *         return 1;
 *     }
 *     float vectors[6];
 *     const char *const texts[] = {"welding", "SQL", "welding"};
 *     competency_status status = cache.embed(cache.self, vectors, texts, 3, NULL);
 *     competency_cache_usage usage;
 *     competency_memory_cache_usage(&cache, &usage);
 *     printf("known %llu, asked for %llu\n", (unsigned long long)usage.hits,
 *            (unsigned long long)usage.misses);  // prints: known 1, asked for 2
 *     competency_embedder_destroy(&cache);
 *     return status == COMPETENCY_OK ? 0 : 1;
 * }
 * @endcode
 *
 * and all three, for a model: competency_store_open(), competency_store_embedder() before the
 * model's embedder, and competency_memory_cache_create() before that.
 */

/** What a cache has done and holds. */
typedef struct competency_cache_usage {
    uint64_t hits;       // texts that were known
    uint64_t misses;     // texts that the inner embedder was asked for
    uint64_t evictions;  // vectors that made room for others
    size_t entries;      // vectors held
    size_t bytes;        // that they take, with their texts and what manages them
} competency_cache_usage;

typedef struct competency_memory_cache_options {
    uint32_t size;     // sizeof(competency_memory_cache_options) as the caller saw it
    size_t bytes_max;  // to hold between calls; 0: 64 MiB, some 40,000 texts of 384 numbers
    const competency_allocator *allocator;  // copied; NULL: the C library's
} competency_memory_cache_options;

#define COMPETENCY_MEMORY_CACHE_OPTIONS_INIT            \
    {                                                   \
        .size = sizeof(competency_memory_cache_options) \
    }

/**
 * Make an embedder that remembers the vectors of the texts that were asked for last.
 *
 * Each distinct text of a call is embedded once. A call holds the vectors that it adds beside
 * what is remembered; when it returns, those that were asked for least recently are gone and at
 * most `bytes_max` are held.
 *
 * @param[out] out      set to a zeroed table on entry; released by competency_embedder_destroy(),
 *                      which leaves `inner` alone
 * @param[in]  inner    the table is copied; its `self` is borrowed until `out` is destroyed
 * @param[in]  options  NULL: defaults
 * @return COMPETENCY_OK; COMPETENCY_EINVAL if not even one vector would fit, or `inner` has no
 *         dimension; COMPETENCY_ENOMEM. Its `embed` returns what `inner` does, or ENOMEM.
 *
 * Threads: one at a time, whatever `inner` allows. Cost: a known text is one hash, one comparison
 * and one copy, whatever the number of texts; it allocates nothing. Where vectors do not fit into the
 * processor's caches, many texts a call cost less each than one, since their vectors are fetched
 * side by side. Beside `bytes_max` it holds some 60 bytes for each text of its largest call.
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_memory_cache_create(
    competency_embedder *out, const competency_embedder *inner,
    const competency_memory_cache_options *options, competency_error *err);

/** What the memory cache `cache` did so far; all 0 for an embedder that is none. */
COMPETENCY_API void competency_memory_cache_usage(const competency_embedder *cache,
                                                  competency_cache_usage *out);

/** An open store. */
typedef struct competency_store competency_store;

typedef struct competency_store_options {
    uint32_t size;                          // sizeof(competency_store_options) as the caller saw it
    uint64_t bytes_max;                     // of the file on disk; 0: 256 MiB; at least 1 MiB
    const competency_allocator *allocator;  // copied; NULL: the C library's
} competency_store_options;

#define COMPETENCY_STORE_OPTIONS_INIT            \
    {                                            \
        .size = sizeof(competency_store_options) \
    }

/** Facts of a store. The string lives as long as the store. */
typedef struct competency_store_info {
    const char *directory;
    uint64_t entries;     // vectors of all models, and a hash of each model
    uint64_t bytes;       // of the file on disk that are in use
    uint64_t bytes_max;   // that it may grow to
    const char *problem;  // why nothing is written any more; NULL: all is well
} competency_store_info;

/**
 * Open a store, and make it if there is none.
 *
 * An entry is found by the SHA-256 of the model's identity and the text; the text itself is not
 * stored. It has a checksum: one that does not hold is taken for absent, and replaced. A process
 * may be killed at any instant: what it had written whole is there, the rest is not. When the
 * store is full, entries that were not asked for in a long time are dropped.
 *
 * @param[out] out        NULL on entry and on failure; released by competency_store_close()
 * @param[in]  directory  NULL: $XDG_CACHE_HOME/competency, else ~/.cache/competency
 * @param[in]  options    NULL: defaults
 * @return COMPETENCY_OK; COMPETENCY_EINVAL if an option is out of its range or this process has
 *         the directory open already; COMPETENCY_EUNSUPPORTED if the directory is on a network
 *         file system, where processes cannot share a mapping; COMPETENCY_EFORMAT if what is there
 *         is not such a store, or of another version; COMPETENCY_EIO if it cannot be read and
 *         written; COMPETENCY_ENOMEM
 *
 * Every page of the file is checked here, so that no damage to it ends the process later. Cost: looks
 * at each page that is in use; 13 ms for the 132 MiB that a full one of the default size has
 * (bench_store_open).
 *
 * Threads: a store may be shared. Processes: any number; not to be used across fork(). The
 * directory is made for its owner only, and refused if others may write to it.
 * Memory: of options->allocator for the store and for the embedders that are made from it, but for
 * what LMDB takes of the C library: some kilobytes a store, and the pages of a transaction while it
 * is written. The file is mapped.
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_store_open(competency_store **out, const char *directory,
                      const competency_store_options *options, competency_error *err);

/** Close. NULL is accepted. Every embedder made from it must be destroyed first. */
COMPETENCY_API void competency_store_close(competency_store *store);

/**
 * Make an embedder that looks into `store` before it asks `inner`, and stores what that says.
 *
 * Vectors are written some hundred at a time, and what is left when it is destroyed. If they
 * cannot be written, it goes on without: competency_store_describe() tells why.
 *
 * @param[out] out       set to a zeroed table on entry; released by competency_embedder_destroy()
 * @param[in]  store     borrowed until then
 * @param[in]  inner     the table is copied; its `self` is borrowed until then
 * @param[in]  identity  names everything that decides a vector beside the text: equal identities
 *                       must give equal bits. That is competency_model_info.identity and, where
 *                       it is not f32, the precision of the embedder. Copied
 * @return COMPETENCY_OK; COMPETENCY_EINVAL if `identity` is empty; COMPETENCY_ENOMEM
 *
 * Threads: one embedder is used by one thread at a time; several may share a store.
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_store_embedder(
    competency_embedder *out, competency_store *store, const competency_embedder *inner,
    const char *identity, competency_error *err);

/** What the embedder `cache` of a store did so far: hits and misses. 0 for any other. */
COMPETENCY_API void competency_store_usage(const competency_embedder *cache,
                                           competency_cache_usage *out);

/**
 * Facts of `store`.
 *
 * @return COMPETENCY_OK; COMPETENCY_EIO if it cannot be read
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_store_describe(
    competency_store *store, competency_store_info *out, competency_error *err);

/**
 * Drop every entry. Other processes that have the store open go on with an empty one.
 *
 * @return COMPETENCY_OK; COMPETENCY_EIO if it cannot be written
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_store_clear(competency_store *store,
                                                                            competency_error *err);

/**
 * Remove the files of a store that cannot be opened because they are damaged. Processes that have
 * it open go on with what they have.
 *
 * @param[in] directory  as for competency_store_open()
 * @return COMPETENCY_OK; COMPETENCY_EIO if a file cannot be removed; COMPETENCY_ENOMEM
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_store_remove(const char *directory,
                                                                             competency_error *err);

/**
 * Let `store` spare the hashing of `model`: a hash that it computed once is believed while the
 * weights file is the same file with the same size and times. Call it before the model is
 * described for the first time.
 *
 * @return COMPETENCY_OK; a failure to read or write the store is no failure here
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_store_recall_hash(competency_store *store, competency_model *model);

#ifdef __cplusplus
}
#endif

#endif
