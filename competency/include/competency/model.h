// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_MODEL_H
#define COMPETENCY_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/allocator.h>
#include <competency/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * An embedding model in its own directory, or packed into one file.
 *
 * A *model directory* is what sentence-transformers publishes for a BERT encoder: `config.json`,
 * `vocab.txt`, `model.safetensors`, `1_Pooling/config.json`, `modules.json`,
 * `sentence_bert_config.json`; and, where they are there, `tokenizer_config.json`, `tokenizer.json`
 * and `config_sentence_transformers.json`, whose default prompt is put before every text. The files
 * of the encoder may be in a folder that `modules.json` names. A directory without `modules.json`
 * is a bare encoder, of which sentence-transformers, too, takes the mean, as it is. Every field of
 * every file is checked before anything is sized from it. Weights of 32 bits are read where the
 * file is mapped, never copied; those of 16 bits (F16, BF16) are widened when it is opened.
 * A *packed model* is one file with all of it as it lies in memory: it is mapped and used in place,
 * without parsing (docs/format/packed-model.md).
 *
 * @code
 * competency_model *model = NULL;
 * competency_error err = {0};
 * if (competency_model_open(&model, NULL, &err) != COMPETENCY_OK) {
 *     fprintf(stderr, "%s\n", err.message);
 *     return 1;
 * }
 * const competency_model_info *info = competency_model_describe(model);
 * printf("%s, %u numbers\n", info->name, info->hidden);  // prints: all-MiniLM-L6-v2, 384 numbers
 * competency_model_close(model);
 * @endcode
 */
typedef struct competency_model competency_model;

/** Facts of a loaded model. Strings live as long as the model. */
typedef struct competency_model_info {
    const char *name;        // last component of the model's path or its published name
    const char *directory;   // the path as it was opened
    const char *sha256;      // of model.safetensors, 64 lower-case hexadecimal digits
    const char *identity;    // a SHA-256 of all that decides a vector: the weights, what is done
                             // with them, the tokenizer
    uint32_t layers;         // transformer layers
    uint32_t hidden;         // numbers in one vector
    uint32_t heads;          // attention heads
    uint32_t intermediate;   // width of the feed-forward layer
    uint32_t vocabulary;     // entries of the vocabulary
    uint32_t tokens_max;     // longest input in tokens, [CLS] and [SEP] included
    bool is_cls_pooled;      // false: mean over all tokens
    bool is_normalised;      // vectors have L2 norm 1
    uint64_t weights_bytes;  // size of model.safetensors
    const char *precision;   // of the weights that are used: "f32", "f16" or "int8"
    bool is_packed;          // opened from a packed file
    const char *prompt;      // what the model puts before every text; "" if it has none
} competency_model_info;

/** How a model is opened. */
typedef struct competency_model_options {
    uint32_t size;           // sizeof(competency_model_options) as the caller saw it
    const char *precision;   // "f32", "f16" or "int8"; NULL: that of a packed model, else f32
    bool is_cache_bypassed;  // read the directory, even if its packed form is in the user's cache
    const competency_allocator *allocator;  // copied; NULL: the C library's
} competency_model_options;

#define COMPETENCY_MODEL_OPTIONS_INIT            \
    {                                            \
        .size = sizeof(competency_model_options) \
    }

/**
 * Open a model directory, or a packed model.
 *
 * The first embedder that is made of a directory leaves its packed form in the user's cache,
 * $XDG_CACHE_HOME/competency/models or ~/.cache/competency/models; later openings map that, until
 * a file of the directory changes. Where it is missing, truncated, damaged or of another version
 * the directory is read. A packed file that `path` names is refused in these cases.
 *
 * @param[out] out   NULL on entry and on failure; released by competency_model_close()
 * @param[in]  path  NULL: the environment variable COMPETENCY_MODEL_DIR, else
 *                        $XDG_DATA_HOME/competency/models/all-MiniLM-L6-v2, else the same under
 *                        ~/.local/share
 * @param[out] err        optional
 * @return COMPETENCY_OK; COMPETENCY_ENOMODEL if the directory or one of its files is missing;
 *         COMPETENCY_EFORMAT if a file is malformed, truncated or damaged; COMPETENCY_EUNSUPPORTED
 *         if the model needs something this library does not do, or was packed by another
 *         version; COMPETENCY_EIO; COMPETENCY_ENOMEM
 *
 * Threads: a model is immutable and may be shared. Cost: a packed model: some microseconds;
 * a directory: maps the weights, reads the vocabulary. Memory: of options->allocator, but for what
 * the parser of the directory's JSON files (jansson) takes of the C library and gives back before
 * this returns; files are mapped.
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_model_open(competency_model **out,
                                                                           const char *path,
                                                                           competency_error *err);

/** competency_model_open() with options; NULL: defaults. Also COMPETENCY_EINVAL, for them. */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_model_open_with(competency_model **out, const char *path,
                           const competency_model_options *options, competency_error *err);

/**
 * Look at every byte of `model` once: opening it looks at what it sizes things from.
 *
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT, naming the part: one of a packed file whose sum is
 *         another, or a tensor of a directory with a number that is not finite
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_model_verify(const competency_model *model, competency_error *err);

/**
 * Pack a model directory into one file.
 *
 * @param[in] directory  as for competency_model_open()
 * @param[in] precision  "f32", "f16" or "int8"; NULL: f32
 * @param[in] path       appears only when it is complete; a file that was there is replaced, a
 *                       device or a pipe is written to
 * @return COMPETENCY_OK; as competency_model_open(); COMPETENCY_EINVAL if there is no such
 *         precision; COMPETENCY_EUNSUPPORTED if `directory` is packed already; COMPETENCY_EIO
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_model_pack(const char *directory,
                                                                           const char *precision,
                                                                           const char *path,
                                                                           competency_error *err);

/**
 * competency_model_pack() with options; NULL: defaults. The user's cache is bypassed in any case.
 *
 * @return as competency_model_pack(); also COMPETENCY_EINVAL, for the options
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_model_pack_with(const char *directory, const competency_model_options *options,
                           const char *path, competency_error *err);

/** Unmap and release. NULL is accepted. Every embedder made from it must be destroyed first. */
COMPETENCY_API void competency_model_close(competency_model *model);

/**
 * Facts of `model`; the result lives as long as the model.
 *
 * The hash is computed on the first call, which reads the whole weights file; concurrent first
 * calls are safe. Allocates nothing.
 */
COMPETENCY_API const competency_model_info *
competency_model_describe(const competency_model *model);

/**
 * Split `text` into token ids as the model does, [CLS] and [SEP] included, truncated to the
 * model's longest input.
 *
 * @param[in]  text  NUL-terminated UTF-8
 * @param[out] ids   (cap); may be NULL when cap is 0
 * @param[out] count set to the number of ids the text has, after truncation; above `cap`, only
 *                   the first `cap` were written
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if `text` is not UTF-8; COMPETENCY_ENOMEM, for a model
 *         with a prompt that is joined to texts
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_model_tokenize(const competency_model *model, const char *text, uint32_t *ids,
                          size_t cap, size_t *count, competency_error *err);

#ifdef __cplusplus
}
#endif

#endif
