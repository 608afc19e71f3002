// SPDX-License-Identifier: MIT
// A packed model gives the bits of its directory; a damaged one is refused, or made again where it
// is a cache; and no damage does worse than give wrong numbers.
#include <competency/embedder.h>
#include <competency/model.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "expect.h"
#include "model/model.h"
#include "model/packed_cache.h"
#include "model/packed_layout.h"
#include "tests/support/tiny_model.h"

enum { PATH_BYTES = TINY_PATH_BYTES + 64, TEXTS = 3 };

static const char *const texts[TEXTS] = {"abc zz", "a b c", "qq!"};

static char directory[TINY_PATH_BYTES];
static char caches[PATH_BYTES];
static char packed[PATH_BYTES];

static int create(void **state)
{
    (void)state;
    tiny_model_create(directory);
    (void)snprintf(caches, sizeof(caches), "%s/caches", directory);
    (void)snprintf(packed, sizeof(packed), "%s/tiny.cmodel", directory);
    return setenv("XDG_CACHE_HOME", caches, 1);  // NOLINT(concurrency-mt-unsafe): one thread
}

static int remove_all(void **state)
{
    (void)state;
    char path[COMPETENCY__PATH_BYTES];
    if (competency__packed_cache_path(path, directory, 0, NULL) == COMPETENCY_OK) {
        (void)unlink(path);
        for (int i = 0; i < 3; i++) {  // models, competency, caches
            *strrchr(path, '/') = '\0';
            (void)rmdir(path);
        }
    }
    (void)unlink(packed);
    tiny_model_remove(directory);
    return 0;
}

static void pack(const char *precision)
{
    competency_error err = {0};
    const competency_status status = competency_model_pack(directory, precision, packed, &err);
    EXPECT(status == COMPETENCY_OK, "%s", err.message);
}

static competency_model *open_model(const char *path)
{
    competency_model *model = NULL;
    competency_error err = {0};
    const competency_status status = competency_model_open(&model, path, &err);
    EXPECT(status == COMPETENCY_OK, "%s", err.message);
    return model;
}

// Embed the texts; whether the model was packed.
static bool embed(float out[TEXTS * TINY_HIDDEN], const char *path)
{
    competency_model *const model = open_model(path);
    competency_embedder embedder;
    competency_error err = {0};
    EXPECT(competency_embedder_create(&embedder, model, NULL, &err) == COMPETENCY_OK, "%s",
           err.message);
    EXPECT(embedder.embed(embedder.self, out, texts, TEXTS, &err) == COMPETENCY_OK, "%s",
           err.message);
    const bool is_packed = competency_model_describe(model)->is_packed;
    competency_embedder_destroy(&embedder);
    competency_model_close(model);
    return is_packed;
}

static char *read_packed(size_t *size)
{
    FILE *const file = fopen(packed, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    char *const bytes = aligned_alloc(COMPETENCY__PACKED_ALIGN, (*size | 4095U) + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    assert_int_equal(fclose(file), 0);
    return bytes;
}

static void expect_refused(const char *bytes, size_t size, competency_status status,
                           const char *part)
{
    tiny_model_write_file(directory, "tiny.cmodel", bytes, size);
    competency_model *model = NULL;
    competency_error err = {0};
    const competency_status got = competency_model_open(&model, packed, &err);
    EXPECT(got == status && strstr(err.message, part) != NULL, "\"%s\" (%d) is not of %s",
           err.message, (int)got, part);
    assert_null(model);
}

static void test_packed__vectors_have_the_bits_of_the_directory(void **state)
{
    (void)state;
    float want[TEXTS * TINY_HIDDEN];
    float got[TEXTS * TINY_HIDDEN];
    pack(NULL);
    assert_false(embed(want, directory));
    assert_true(embed(got, packed));
    assert_memory_equal(got, want, sizeof(want));
}

static void test_packed__the_model_keeps_its_name_hash_and_shape(void **state)
{
    (void)state;
    competency_model *const source = open_model(directory);
    pack("f32");
    competency_model *const copy = open_model(packed);
    const competency_model_info *const a = competency_model_describe(source);
    const competency_model_info *const b = competency_model_describe(copy);
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->sha256, b->sha256);
    assert_string_equal(a->identity, b->identity);
    assert_int_equal(a->weights_bytes, b->weights_bytes);
    assert_int_equal(a->tokens_max, b->tokens_max);
    assert_string_equal(b->precision, "f32");
    competency_model_close(copy);
    competency_model_close(source);
}

static void test_packed__a_file_that_ends_early_is_refused_wherever_it_ends(void **state)
{
    (void)state;
    pack(NULL);
    size_t size = 0;
    char *const bytes = read_packed(&size);
    expect_refused(bytes, 0, COMPETENCY_EFORMAT, "not a packed model");
    expect_refused(bytes, 15, COMPETENCY_EFORMAT, "not a packed model");
    expect_refused(bytes, 16, COMPETENCY_EFORMAT, "truncated");
    for (size_t end = COMPETENCY__PACKED_ALIGN; end < size; end += 1021) {
        expect_refused(bytes, end, COMPETENCY_EFORMAT, "truncated");
    }
    expect_refused(bytes, size - 1, COMPETENCY_EFORMAT, "truncated");
    free(bytes);
}

static void test_packed__every_byte_of_the_header_is_under_its_sum(void **state)
{
    (void)state;
    pack(NULL);
    size_t size = 0;
    char *const bytes = read_packed(&size);
    competency__packed_file file = {0};
    assert_int_equal(competency__packed_file_read(&file, bytes, size, NULL), COMPETENCY_OK);
    for (size_t i = 0; i < sizeof(competency__packed_header); i++) {
        bytes[i] ^= 0x40;
        EXPECT(competency__packed_file_read(&file, bytes, size, NULL) != COMPETENCY_OK,
               "byte %zu of the header may be anything", i);
        bytes[i] ^= 0x40;
    }
    free(bytes);
}

static void test_packed__an_older_file_is_refused_by_its_version(void **state)
{
    (void)state;
    pack(NULL);
    size_t size = 0;
    char *const bytes = read_packed(&size);
    bytes[offsetof(competency__packed_header, version)] = 0;
    expect_refused(bytes, size, COMPETENCY_EUNSUPPORTED, "version 0");
    free(bytes);
}

// Put the header's sum right, as somebody would who means harm.
static void sign(char *bytes)
{
    unsigned char sum[COMPETENCY__SHA256_BYTES];
    competency__sha256(sum, bytes, offsetof(competency__packed_header, sha256));
    memcpy(bytes + offsetof(competency__packed_header, sha256), sum, sizeof(sum));
}

static void expect_signed_refused(char *bytes, size_t size, size_t offset, uint32_t value,
                                  const char *part)
{
    uint32_t old = 0;
    memcpy(&old, bytes + offset, sizeof(old));
    memcpy(bytes + offset, &value, sizeof(value));
    sign(bytes);
    expect_refused(bytes, size, COMPETENCY_EFORMAT, part);
    memcpy(bytes + offset, &old, sizeof(old));
}

static void test_packed__a_header_with_a_right_sum_and_wrong_numbers_is_refused(void **state)
{
    (void)state;
    pack(NULL);
    size_t size = 0;
    char *const bytes = read_packed(&size);
    typedef competency__packed_header header;
    expect_signed_refused(bytes, size, offsetof(header, precision), 3, "precision 3");
    expect_signed_refused(bytes, size, offsetof(header, layers), 0, "layers 0");
    expect_signed_refused(bytes, size, offsetof(header, hidden), 4097, "hidden 4097");
    expect_signed_refused(bytes, size, offsetof(header, heads), 3, "3 heads");
    expect_signed_refused(bytes, size, offsetof(header, tokens_max), 1, "tokens_max 1");
    expect_signed_refused(bytes, size, offsetof(header, tokens_max), 999, "tokens_max 999");
    expect_signed_refused(bytes, size, offsetof(header, layer_norm_eps), 0x7F800000, "eps");
    expect_signed_refused(bytes, size, offsetof(header, is_normalised), 2, "flag");
    expect_signed_refused(bytes, size, offsetof(header, entries), 58, "entries 58");
    expect_signed_refused(bytes, size, offsetof(header, slots), 96, "96 slots");
    expect_signed_refused(bytes, size, offsetof(header, slots), 512, "512 slots");
    expect_signed_refused(bytes, size, offsetof(header, specials) + 4, 57, "[UNK]");
    expect_signed_refused(bytes, size, offsetof(header, table) + 8, 8192, "section entries");
    expect_signed_refused(bytes, size, offsetof(header, table) + 20, 1, "section entries");
    free(bytes);
}

static void test_packed__blocks_of_another_shape_are_refused_when_they_are_to_be_used(void **state)
{
    (void)state;
    pack(NULL);
    size_t size = 0;
    char *const bytes = read_packed(&size);
    const uint32_t layers = TINY_LAYERS + 1;
    memcpy(bytes + offsetof(competency__packed_header, layers), &layers, sizeof(layers));
    sign(bytes);
    tiny_model_write_file(directory, "tiny.cmodel", bytes, size);
    free(bytes);
    competency_model *const model = open_model(packed);
    competency_embedder embedder;
    competency_error err = {0};
    assert_int_equal(competency_embedder_create(&embedder, model, NULL, &err), COMPETENCY_EFORMAT);
    EXPECT(strstr(err.message, "bytes of weights") != NULL, "%s", err.message);
    competency_model_close(model);
}

static void test_packed__a_prompt_is_packed_with_the_model(void **state)
{
    (void)state;
    static const char name[] = "config_sentence_transformers.json";
    float plain[TEXTS * TINY_HIDDEN];
    float want[TEXTS * TINY_HIDDEN];
    float got[TEXTS * TINY_HIDDEN];
    assert_false(embed(plain, directory));
    tiny_model_write_text(directory, name,
                          "{\"prompts\":{\"q\":\"abc: \"},\"default_prompt_name\":\"q\"}");
    assert_false(embed(want, directory));  // what was kept without it is not good any more
    assert_true(embed(got, directory));    // and it is kept with it
    assert_memory_equal(got, want, sizeof(want));
    assert_memory_not_equal(want, plain, sizeof(want));
    pack(NULL);
    assert_true(embed(got, packed));
    assert_memory_equal(got, want, sizeof(want));
    competency_model *const model = open_model(packed);
    assert_string_equal(competency_model_describe(model)->prompt, "abc: ");
    competency_model_close(model);

    size_t size = 0;
    char *const bytes = read_packed(&size);
    memset(bytes + offsetof(competency__packed_header, prompt), 'a', COMPETENCY__PROMPT_BYTES);
    expect_signed_refused(bytes, size, offsetof(competency__packed_header, prompt), 0x61616161,
                          "no prompt");
    expect_signed_refused(bytes, size, offsetof(competency__packed_header, prompt), 0x0080FF61,
                          "not UTF-8 at byte 1");
    free(bytes);
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    assert_int_equal(unlink(path), 0);
}

static void test_packed__verifying_finds_a_changed_byte_in_each_section(void **state)
{
    (void)state;
    static const char *const names[] = {"entries", "starts", "slots", "layers", "words"};
    pack(NULL);
    size_t size = 0;
    char *const bytes = read_packed(&size);
    competency__packed_header header;
    memcpy(&header, bytes, sizeof(header));
    for (size_t i = 0; i < COMPETENCY__PACKED_SECTIONS; i++) {
        char *const changed = bytes + header.table[i].offset + header.table[i].size / 2;
        *changed ^= 1;
        tiny_model_write_file(directory, "tiny.cmodel", bytes, size);
        *changed ^= 1;
        competency_model *const model = open_model(packed);
        competency_error err = {0};
        assert_int_equal(competency_model_verify(model, &err), COMPETENCY_EFORMAT);
        EXPECT(strstr(err.message, names[i]) != NULL, "\"%s\" is not of %s", err.message, names[i]);
        competency_model_close(model);
    }
    tiny_model_write_file(directory, "tiny.cmodel", bytes, size);
    free(bytes);
    competency_model *const model = open_model(packed);
    assert_int_equal(competency_model_verify(model, NULL), COMPETENCY_OK);
    competency_model_close(model);
}

// The tables of the tokenizer are used unseen: fill them with every value in turn.
static void test_packed__damaged_tables_give_ids_of_the_vocabulary_and_nothing_worse(void **state)
{
    (void)state;
    pack(NULL);
    size_t size = 0;
    char *const bytes = read_packed(&size);
    competency__packed_file file = {0};
    assert_int_equal(competency__packed_file_read(&file, bytes, size, NULL), COMPETENCY_OK);
    const size_t end =
        (size_t)((const char *)file.sections[COMPETENCY__PACKED_LAYERS].bytes - bytes);
    for (unsigned value = 0; value < 256; value++) {
        for (size_t i = COMPETENCY__PACKED_ALIGN; i < end; i++) {
            // Some bytes stay, so that damage meets sound parts; not the same ones each time.
            bytes[i] = (i * 7 + value) % 5 == 0 ? bytes[i] : (char)(value ^ (i * 31));
        }
        competency__tokenizer *tokenizer = NULL;
        assert_int_equal(competency__tokenizer_import(&tokenizer, NULL, &file.tokenizer, NULL),
                         COMPETENCY_OK);
        uint32_t ids[16];
        competency__token_span span = {.ids = ids, .cap = 16};
        const char text[] = "abc zz \xC3\xA9 a b";
        assert_int_equal(
            competency__tokenizer_encode(tokenizer, &span, text, strlen(text), 16, NULL),
            COMPETENCY_OK);
        for (size_t i = 0; i < span.count; i++) {
            assert_in_range(ids[i], 0, TINY_VOCABULARY - 1);
        }
        competency__tokenizer_destroy(tokenizer);
    }
    free(bytes);
}

static void test_packed__a_file_cut_while_it_is_in_use_gives_an_error(void **state)
{
    (void)state;
    pack(NULL);
    competency_model *const model = open_model(packed);
    competency_embedder embedder;
    competency_error err = {0};
    assert_int_equal(competency_embedder_create(&embedder, model, NULL, &err), COMPETENCY_OK);
    size_t size = 0;
    free(read_packed(&size));
    assert_int_equal(truncate(packed, (off_t)(size - TINY_VOCABULARY * TINY_HIDDEN * 4)), 0);
    float out[TINY_HIDDEN];
    assert_int_equal(embedder.embed(embedder.self, out, texts, 1, &err), COMPETENCY_EFORMAT);
    EXPECT(strstr(err.message, "non-finite") != NULL, "%s", err.message);
    competency_embedder_destroy(&embedder);
    competency_model_close(model);
}

static void test_packed__a_precision_that_the_file_does_not_have_is_refused(void **state)
{
    (void)state;
    pack("f16");
    competency_model *model = NULL;
    competency_error err = {0};
    competency_model_options options = COMPETENCY_MODEL_OPTIONS_INIT;
    options.precision = "f32";
    assert_int_equal(competency_model_open_with(&model, packed, &options, &err),
                     COMPETENCY_EUNSUPPORTED);
    EXPECT(strstr(err.message, "packed as f16") != NULL, "%s", err.message);
    options.precision = "f64";
    assert_int_equal(competency_model_open_with(&model, packed, &options, &err), COMPETENCY_EINVAL);
    assert_int_equal(competency_model_pack(packed, NULL, packed, &err), COMPETENCY_EUNSUPPORTED);
    assert_int_equal(competency_model_pack(directory, "int4", packed, &err), COMPETENCY_EINVAL);
}

static void test_packed__nothing_is_left_where_a_file_cannot_be_written(void **state)
{
    (void)state;
    char path[PATH_BYTES + 16];
    (void)snprintf(path, sizeof(path), "%s/no/such", directory);
    assert_int_equal(competency_model_pack(directory, NULL, path, NULL), COMPETENCY_EIO);
    assert_int_equal(competency_model_pack(directory, NULL, "/dev/full", NULL), COMPETENCY_EIO);
}

static void test_packed_cache__the_second_opening_is_packed_and_has_the_same_bits(void **state)
{
    (void)state;
    float first[TEXTS * TINY_HIDDEN];
    float second[TEXTS * TINY_HIDDEN];
    assert_false(embed(first, directory));
    assert_true(embed(second, directory));
    assert_memory_equal(first, second, sizeof(first));
}

static void test_packed_cache__a_changed_directory_is_read_and_packed_anew(void **state)
{
    (void)state;
    float out[TEXTS * TINY_HIDDEN];
    assert_false(embed(out, directory));
    tiny_model_write_weights(directory, &(tiny_damage){0});
    assert_false(embed(out, directory));
    assert_true(embed(out, directory));
}

static void test_packed_cache__a_damaged_file_is_not_used_and_is_made_again(void **state)
{
    (void)state;
    float want[TEXTS * TINY_HIDDEN];
    float got[TEXTS * TINY_HIDDEN];
    char path[COMPETENCY__PATH_BYTES];
    struct stat info;
    assert_false(embed(want, directory));
    assert_int_equal(competency__packed_cache_path(path, directory, 0, NULL), COMPETENCY_OK);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(truncate(path, info.st_size / 2), 0);
    assert_false(embed(got, directory));
    assert_memory_equal(got, want, sizeof(want));
    assert_true(embed(got, directory));
    assert_memory_equal(got, want, sizeof(want));
}

static void test_packed_cache__a_folder_that_cannot_be_made_costs_nothing_else(void **state)
{
    (void)state;
    float out[TEXTS * TINY_HIDDEN];
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    assert_int_equal(setenv("XDG_CACHE_HOME", "/dev/null", 1), 0);
    assert_false(embed(out, directory));
    assert_false(embed(out, directory));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, create, remove_all)
    const struct CMUnitTest tests[] = {
        CASE(test_packed__vectors_have_the_bits_of_the_directory),
        CASE(test_packed__the_model_keeps_its_name_hash_and_shape),
        CASE(test_packed__a_file_that_ends_early_is_refused_wherever_it_ends),
        CASE(test_packed__every_byte_of_the_header_is_under_its_sum),
        CASE(test_packed__an_older_file_is_refused_by_its_version),
        CASE(test_packed__a_header_with_a_right_sum_and_wrong_numbers_is_refused),
        CASE(test_packed__blocks_of_another_shape_are_refused_when_they_are_to_be_used),
        CASE(test_packed__a_prompt_is_packed_with_the_model),
        CASE(test_packed__verifying_finds_a_changed_byte_in_each_section),
        CASE(test_packed__damaged_tables_give_ids_of_the_vocabulary_and_nothing_worse),
        CASE(test_packed__a_file_cut_while_it_is_in_use_gives_an_error),
        CASE(test_packed__a_precision_that_the_file_does_not_have_is_refused),
        CASE(test_packed__nothing_is_left_where_a_file_cannot_be_written),
        CASE(test_packed_cache__the_second_opening_is_packed_and_has_the_same_bits),
        CASE(test_packed_cache__a_changed_directory_is_read_and_packed_anew),
        CASE(test_packed_cache__a_damaged_file_is_not_used_and_is_made_again),
        CASE(test_packed_cache__a_folder_that_cannot_be_made_costs_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
