// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MODEL_SAFETENSORS_H
#define COMPETENCY_MODEL_SAFETENSORS_H

/**
 * @file
 * The index of a safetensors file.
 *
 *     +--------------+------------------------+-------------------------------+
 *     | u64 LE: N    | N bytes of JSON        | tensor data, no holes, no end |
 *     +--------------+------------------------+-------------------------------+
 *
 * Source: huggingface/safetensors, format description and tensor.rs. Stricter here: the header
 * has at most 16 MiB (the format: 100 MB) and a tensor has at most 8 dimensions.
 */
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include <competency/allocator.h>
#include <competency/status.h>

enum { COMPETENCY__TENSOR_RANK_MAX = 8 };

/** One tensor of the index. */
typedef struct competency__tensor {
    const char *name;   // borrows from the index
    const char *dtype;  // "F32", "F16", ...; static
    size_t rank;        // dimensions in shape; 0 is a scalar
    size_t shape[COMPETENCY__TENSOR_RANK_MAX];
    size_t begin;  // offset of its bytes in the file
    size_t size;   // bytes; agrees with dtype and shape
} competency__tensor;

/** An index; owns the names. */
typedef struct competency__safetensors {
    competency_allocator memory;  // of the tensors; the names are of the JSON parser's
    json_t *header;               // what the names borrow from
    competency__tensor *tensors;  // (count), in the order of their bytes
    size_t count;
} competency__safetensors;

/**
 * Read and check the index of a safetensors file: every tensor lies inside the file, none
 * overlaps another, and together they leave no byte out.
 *
 * @param[out] out     emptied on failure; released by competency__safetensors_deinit()
 * @param[in]  memory  copied; NULL: the C library's
 * @param[in]  bytes   (size) the whole file; not needed afterwards
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT; COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status
competency__safetensors_read(competency__safetensors *out, const competency_allocator *memory,
                             const char *bytes, size_t size, competency_error *err);

void competency__safetensors_deinit(competency__safetensors *index);

/** The tensor called `name`; NULL if there is none. Cost: linear. */
const competency__tensor *competency__safetensors_find(const competency__safetensors *index,
                                                       const char *name);

#endif
