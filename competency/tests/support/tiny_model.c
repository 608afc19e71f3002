// SPDX-License-Identifier: MIT
// The including target defines _GNU_SOURCE: mkdtemp and nftw are not in ISO C.
#include "tests/support/tiny_model.h"

#include <ftw.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "expect.h"

enum { H = TINY_HIDDEN, F = TINY_INTERMEDIATE, HEADER_MAX = 16384, DATA_MAX = 65536 };

struct writer {
    const tiny_damage *damage;
    char header[HEADER_MAX];
    size_t header_size;
    unsigned char data[DATA_MAX];
    size_t data_size;
    uint32_t seed;
};

static bool is(const char *damaged, const char *name)
{
    return damaged != NULL && strcmp(damaged, name) == 0;
}

// The next of a fixed sequence of numbers in [-0.5, 0.5).
static float next_number(struct writer *writer)
{
    writer->seed = writer->seed * 1664525U + 1013904223U;  // Numerical Recipes, section 7.1
    return (float)(writer->seed >> 8) / 16777216.0F - 0.5F;
}

static void append_header(struct writer *writer, const char *text)
{
    const size_t size = strlen(text);
    assert_true(writer->header_size + size < HEADER_MAX);
    memcpy(writer->header + writer->header_size, text, size);
    writer->header_size += size;
}

static void add_data(struct writer *writer, const char *name, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float number = strstr(name, "LayerNorm.weight") != NULL ? 1.0F : next_number(writer);
        if (is(writer->damage->not_finite, name) && i == count - 1) {
            number = NAN;
        }
        assert_true(writer->data_size + sizeof(number) <= DATA_MAX);
        memcpy(writer->data + writer->data_size, &number, sizeof(number));
        writer->data_size += sizeof(number);
    }
}

static void add(struct writer *writer, const char *name, size_t rows, size_t cols)
{
    const tiny_damage *const damage = writer->damage;
    if (is(damage->missing, name)) {
        return;
    }
    const size_t count = rows * (cols == 0 ? 1 : cols);
    char shape[64];
    if (is(damage->misshapen, name)) {
        (void)snprintf(shape, sizeof(shape), "%zu,%zu", cols == 0 ? (size_t)2 : cols,
                       cols == 0 ? rows / 2 : rows);
    } else if (cols == 0) {
        (void)snprintf(shape, sizeof(shape), "%zu", rows);
    } else {
        (void)snprintf(shape, sizeof(shape), "%zu,%zu", rows, cols);
    }
    const size_t early = is(damage->shifted, name) ? 4 : 0;
    const size_t begin = writer->data_size;
    add_data(writer, name, count);
    char entry[512];
    (void)snprintf(entry, sizeof(entry),
                   "%s\"%s%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}",
                   writer->header_size == 1 ? "" : ",",
                   damage->prefix == NULL ? "" : damage->prefix, name,
                   is(damage->mistyped, name) ? damage->dtype : "F32", shape, begin - early,
                   writer->data_size - early);
    append_header(writer, entry);
}

static void add_pair(struct writer *writer, const char *name, size_t out, size_t in)
{
    char full[128];
    (void)snprintf(full, sizeof(full), "%s.weight", name);
    add(writer, full, out, in);
    (void)snprintf(full, sizeof(full), "%s.bias", name);
    add(writer, full, out, 0);
}

static void add_all(struct writer *writer)
{
    append_header(writer, "{");
    add(writer, "embeddings.word_embeddings.weight", TINY_VOCABULARY, H);
    add(writer, "embeddings.position_embeddings.weight", TINY_POSITIONS, H);
    add(writer, "embeddings.token_type_embeddings.weight", TINY_SEGMENTS, H);
    add_pair(writer, "embeddings.LayerNorm", H, 0);
    add_pair(writer, "encoder.layer.0.attention.self.query", H, H);
    add_pair(writer, "encoder.layer.0.attention.self.key", H, H);
    add_pair(writer, "encoder.layer.0.attention.self.value", H, H);
    add_pair(writer, "encoder.layer.0.attention.output.dense", H, H);
    add_pair(writer, "encoder.layer.0.attention.output.LayerNorm", H, 0);
    add_pair(writer, "encoder.layer.0.intermediate.dense", F, H);
    add_pair(writer, "encoder.layer.0.output.dense", H, F);
    add_pair(writer, "encoder.layer.0.output.LayerNorm", H, 0);
    append_header(writer, "}");
    while (writer->header_size % 8 != 0) {
        append_header(writer, " ");
    }
    for (size_t i = 0; i < writer->damage->header_padding; i++) {
        append_header(writer, " ");
    }
}

void tiny_model_write_file(const char *directory, const char *name, const void *bytes, size_t size)
{
    char path[2 * TINY_PATH_BYTES];
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *const file = fopen(path, "wb");
    EXPECT(file != NULL, "cannot write %s", path);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

void tiny_model_write_text(const char *directory, const char *name, const char *text)
{
    tiny_model_write_file(directory, name, text, strlen(text));
}

void tiny_model_write_weights(const char *directory, const tiny_damage *damage)
{
    struct writer *const writer = calloc(1, sizeof(*writer));
    assert_non_null(writer);
    writer->damage = damage;
    writer->seed = 2026;
    add_all(writer);

    const size_t whole = 8 + writer->header_size + writer->data_size + damage->tail;
    unsigned char *const file = calloc(whole, 1);
    assert_non_null(file);
    const uint64_t stated = writer->header_size + (uint64_t)damage->header_excess;
    for (size_t i = 0; i < 8; i++) {
        file[i] = (unsigned char)(stated >> 8 * i);
    }
    memcpy(file + 8, writer->header, writer->header_size);
    memcpy(file + 8 + writer->header_size, writer->data, writer->data_size);
    assert_true(damage->cut <= whole);
    tiny_model_write_file(directory, "model.safetensors", file, whole - damage->cut);
    free(file);
    free(writer);
}

static void write_vocabulary(const char *directory)
{
    char vocab[1024] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
    size_t used = strlen(vocab);
    for (int pass = 0; pass < 2; pass++) {
        for (int letter = 'a'; letter <= 'z'; letter++) {
            used += (size_t)snprintf(vocab + used, sizeof(vocab) - used, "%s%c\n",
                                     pass == 0 ? "" : "##", letter);
        }
    }
    tiny_model_write_file(directory, "vocab.txt", vocab, used);
}

void tiny_model_create(char directory[TINY_PATH_BYTES])
{
    const char *const parent = getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): one thread
    (void)snprintf(directory, TINY_PATH_BYTES, "%s/tiny-model-XXXXXX",
                   parent == NULL ? "/tmp" : parent);
    EXPECT(mkdtemp(directory) != NULL, "cannot make %s", directory);
    char pooling[TINY_PATH_BYTES + 16];
    (void)snprintf(pooling, sizeof(pooling), "%s/1_Pooling", directory);
    assert_int_equal(mkdir(pooling, 0700), 0);

    tiny_model_write_text(directory, "config.json",
                          "{\"model_type\":\"bert\",\"hidden_act\":\"gelu\",\"hidden_size\":8,"
                          "\"num_hidden_layers\":1,\"num_attention_heads\":2,"
                          "\"intermediate_size\":16,\"vocab_size\":57,"
                          "\"max_position_embeddings\":16,\"type_vocab_size\":2,"
                          "\"layer_norm_eps\":1e-12}");
    tiny_model_write_text(directory, "modules.json",
                          "[{\"type\":\"sentence_transformers.models.Transformer\",\"path\":\"\"},"
                          "{\"type\":\"sentence_transformers.models.Pooling\","
                          "\"path\":\"1_Pooling\"},"
                          "{\"type\":\"sentence_transformers.models.Normalize\","
                          "\"path\":\"2_Normalize\"}]");
    tiny_model_write_text(directory, "1_Pooling/config.json",
                          "{\"word_embedding_dimension\":8,\"pooling_mode_mean_tokens\":true}");
    tiny_model_write_text(directory, "sentence_bert_config.json", "{\"max_seq_length\":12}");
    tiny_model_write_text(directory, "tokenizer_config.json", "{\"do_lower_case\":true}");
    write_vocabulary(directory);
    tiny_model_write_weights(directory, &(const tiny_damage){0});
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *place)
{
    (void)info;
    (void)type;
    (void)place;
    return remove(path);
}

void tiny_model_remove(const char *directory)
{
    // Tests run in one thread.
    const int failed =
        nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);  // NOLINT(concurrency-mt-unsafe)
    assert_int_equal(failed, 0);
}
