// SPDX-License-Identifier: MIT
#include "model/safetensors.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"

enum {
    LENGTH_BYTES = 8,
    HEADER_MAX = 16 * 1024 * 1024,  // ours have 11 kB; a parsed header takes some 20 times its size
    TENSORS_MAX = 65536,
};

// What JSON numbers carry exactly; sizes above it are refused on every machine alike.
static const json_int_t INTEGER_MAX = (json_int_t)1 << 53;

static const struct {
    const char *name;
    size_t bytes;
} dtypes[] = {
    {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
    {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},
    {"U32", 4},  {"F32", 4}, {"I64", 8}, {"U64", 8},     {"F64", 8},
};

static bool read_size(size_t *out, const json_t *value)
{
    if (!json_is_integer(value)) {
        return false;
    }
    const json_int_t number = json_integer_value(value);
    if (number < 0 || number > INTEGER_MAX) {
        return false;
    }
    *out = (size_t)number;
    return true;
}

// Bytes of one element; 0 if the type is unknown.
static size_t read_dtype(competency__tensor *tensor, const json_t *value)
{
    const char *const name = json_string_value(value);
    for (size_t i = 0; name != NULL && i < sizeof(dtypes) / sizeof(dtypes[0]); i++) {
        if (strcmp(name, dtypes[i].name) == 0) {
            tensor->dtype = dtypes[i].name;
            return dtypes[i].bytes;
        }
    }
    return 0;
}

// The dimensions, and in *size the bytes they take.
static bool read_shape(competency__tensor *tensor, const json_t *shape, size_t element_bytes,
                       size_t *size)
{
    if (!json_is_array(shape) || json_array_size(shape) > COMPETENCY__TENSOR_RANK_MAX) {
        return false;
    }
    tensor->rank = json_array_size(shape);
    *size = element_bytes;
    for (size_t i = 0; i < tensor->rank; i++) {
        if (!read_size(&tensor->shape[i], json_array_get(shape, i)) ||
            !competency__mul(size, *size, tensor->shape[i])) {
            return false;
        }
    }
    return true;
}

static competency_status read_tensor(competency__tensor *tensor, const char *name,
                                     const json_t *entry, competency_error *err)
{
    *tensor = (competency__tensor){.name = name};
    if (!json_is_object(entry) || json_object_size(entry) != 3) {
        return competency__fail(err, COMPETENCY_EFORMAT,
                                "tensor %.80s is not {dtype, shape, data_offsets}", name);
    }
    const size_t element_bytes = read_dtype(tensor, json_object_get(entry, "dtype"));
    if (element_bytes == 0) {
        const char *const dtype = json_string_value(json_object_get(entry, "dtype"));
        return competency__fail(err, COMPETENCY_EFORMAT, "tensor %.80s has unknown dtype %.20s",
                                name, dtype == NULL ? "(not a string)" : dtype);
    }
    size_t size = 0;
    if (!read_shape(tensor, json_object_get(entry, "shape"), element_bytes, &size)) {
        return competency__fail(err, COMPETENCY_EFORMAT, "tensor %.80s has a malformed shape",
                                name);
    }
    const json_t *const offsets = json_object_get(entry, "data_offsets");
    size_t end = 0;
    if (!json_is_array(offsets) || json_array_size(offsets) != 2 ||
        !read_size(&tensor->begin, json_array_get(offsets, 0)) ||
        !read_size(&end, json_array_get(offsets, 1)) || end < tensor->begin) {
        return competency__fail(err, COMPETENCY_EFORMAT, "tensor %.80s has malformed data_offsets",
                                name);
    }
    tensor->size = end - tensor->begin;
    if (tensor->size != size) {
        return competency__fail(err, COMPETENCY_EFORMAT,
                                "tensor %.80s takes %zu bytes, its shape %zu", name, tensor->size,
                                size);
    }
    return COMPETENCY_OK;
}

static competency_status check_metadata(json_t *metadata, competency_error *err)
{
    const char *key = NULL;
    json_t *value = NULL;
    if (!json_is_object(metadata)) {
        return competency__fail(err, COMPETENCY_EFORMAT, "__metadata__ is not an object");
    }
    json_object_foreach(metadata, key, value)
    {
        if (!json_is_string(value)) {
            return competency__fail(err, COMPETENCY_EFORMAT, "__metadata__ %.80s is not a string",
                                    key);
        }
    }
    return COMPETENCY_OK;
}

static int by_place(const void *left, const void *right)
{
    const competency__tensor *const a = left;
    const competency__tensor *const b = right;
    if (a->begin != b->begin) {
        return a->begin < b->begin ? -1 : 1;
    }
    return a->size < b->size ? -1 : a->size > b->size;  // empty tensors before what follows them
}

// Tensors must cover the data exactly. Their offsets become offsets in the file.
static competency_status check_places(competency__safetensors *index, size_t data_begin,
                                      size_t data_size, competency_error *err)
{
    qsort(index->tensors, index->count, sizeof(*index->tensors), by_place);
    size_t covered = 0;
    for (size_t i = 0; i < index->count; i++) {
        competency__tensor *const tensor = &index->tensors[i];
        if (tensor->begin != covered || tensor->size > data_size - covered) {
            return competency__fail(err, COMPETENCY_EFORMAT,
                                    "tensor %.80s is at %zu, %zu bytes; expected at %zu, of %zu",
                                    tensor->name, tensor->begin, tensor->size, covered, data_size);
        }
        covered += tensor->size;
        tensor->begin += data_begin;
    }
    if (covered != data_size) {
        return competency__fail(err, COMPETENCY_EFORMAT, "tensors cover %zu bytes of %zu", covered,
                                data_size);
    }
    return COMPETENCY_OK;
}

static competency_status read_tensors(competency__safetensors *index, competency_error *err)
{
    const size_t entries = json_object_size(index->header);
    if (entries > TENSORS_MAX) {
        return competency__fail(err, COMPETENCY_EFORMAT, "%zu tensors, limit %d", entries,
                                TENSORS_MAX);
    }
    index->tensors =
        competency__allocate_zeroed(&index->memory, entries + 1, sizeof(*index->tensors));
    if (index->tensors == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for %zu tensors", entries);
    }
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(index->header, key, value)
    {
        competency_status status = COMPETENCY_OK;
        if (strcmp(key, "__metadata__") == 0) {
            status = check_metadata(value, err);
        } else {
            status = read_tensor(&index->tensors[index->count], key, value, err);
            index->count++;
        }
        if (status != COMPETENCY_OK) {
            return status;
        }
    }
    return COMPETENCY_OK;
}

static competency_status parse_header(competency__safetensors *index, const char *header,
                                      size_t size, competency_error *err)
{
    if (size == 0 || header[0] != '{') {
        return competency__fail(err, COMPETENCY_EFORMAT, "safetensors header is not an object");
    }
    json_error_t problem;
    index->header = json_loadb(header, size, JSON_REJECT_DUPLICATES, &problem);
    if (index->header == NULL) {
        return competency__fail(
            err,
            json_error_code(&problem) == json_error_out_of_memory ? COMPETENCY_ENOMEM
                                                                  : COMPETENCY_EFORMAT,
            "safetensors header: %s at byte %d", problem.text, problem.position);
    }
    return COMPETENCY_OK;
}

static uint64_t load_le64(const char *bytes)
{
    uint64_t value = 0;
    for (size_t i = LENGTH_BYTES; i > 0; i--) {
        value = value << 8 | (unsigned char)bytes[i - 1];
    }
    return value;
}

competency_status competency__safetensors_read(competency__safetensors *out,
                                               const competency_allocator *memory,
                                               const char *bytes, size_t size,
                                               competency_error *err)
{
    *out = (competency__safetensors){.memory = competency__allocator(memory)};
    if (size < LENGTH_BYTES) {
        return competency__fail(err, COMPETENCY_EFORMAT, "safetensors of %zu bytes, needs %d", size,
                                LENGTH_BYTES);
    }
    const uint64_t header_size = load_le64(bytes);
    if (header_size > HEADER_MAX || header_size > size - LENGTH_BYTES) {
        return competency__fail(err, COMPETENCY_EFORMAT,
                                "safetensors header of %llu bytes in a file of %zu, limit %d",
                                (unsigned long long)header_size, size, HEADER_MAX);
    }
    const size_t data_begin = LENGTH_BYTES + (size_t)header_size;
    competency_status status = parse_header(out, bytes + LENGTH_BYTES, (size_t)header_size, err);
    if (status == COMPETENCY_OK) {
        status = read_tensors(out, err);
    }
    if (status == COMPETENCY_OK) {
        status = check_places(out, data_begin, size - data_begin, err);
    }
    if (status != COMPETENCY_OK) {
        competency__safetensors_deinit(out);
    }
    return status;
}

void competency__safetensors_deinit(competency__safetensors *index)
{
    competency__release(&index->memory, index->tensors);
    json_decref(index->header);
    *index = (competency__safetensors){0};
}

const competency__tensor *competency__safetensors_find(const competency__safetensors *index,
                                                       const char *name)
{
    for (size_t i = 0; i < index->count; i++) {
        if (strcmp(index->tensors[i].name, name) == 0) {
            return &index->tensors[i];
        }
    }
    return NULL;
}
