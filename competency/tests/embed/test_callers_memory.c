// SPDX-License-Identifier: MIT
// Models, embedders, caches and the evaluation take their memory from the caller; when any one
// request fails, the call says so and nothing is left behind. That nothing goes past the caller's
// allocator is a law (tests/laws/check_symbols.py).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <competency/competency.h>

#include "counting_embedder.h"
#include "expect.h"
#include "store_folder.h"
#include "tests/support/counted_memory.h"
#include "tests/support/tiny_model.h"

enum { PATH_BYTES = TINY_PATH_BYTES + 64, TEXTS = 3 };

static const char *const texts[TEXTS] = {"abc zz", "a b c", "qq!"};

static char directory[TINY_PATH_BYTES];
static char packed[PATH_BYTES];

static int create(void **state)
{
    (void)state;
    tiny_model_create(directory);
    (void)snprintf(packed, sizeof(packed), "%s/tiny.cmodel", directory);
    return setenv("XDG_CACHE_HOME", directory, 1);  // NOLINT(concurrency-mt-unsafe): one thread
}

static int remove_all(void **state)
{
    (void)state;
    tiny_model_remove(directory);
    return 0;
}

static competency_model_options model_options(const competency_allocator *allocator)
{
    competency_model_options options = COMPETENCY_MODEL_OPTIONS_INIT;
    options.is_cache_bypassed = true;
    options.allocator = allocator;
    return options;
}

static competency_status read_model(const char *path, const competency_allocator *allocator)
{
    const competency_model_options options = model_options(allocator);
    competency_model *model = NULL;
    competency_error err = {0};
    competency_status status = competency_model_open_with(&model, path, &options, &err);
    assert_true((model == NULL) == (status != COMPETENCY_OK));
    assert_true(status == COMPETENCY_OK || strstr(err.message, "no memory") != NULL);
    if (status == COMPETENCY_OK) {
        size_t count = 0;
        assert_string_equal(competency_model_describe(model)->precision, "f32");
        status = competency_model_tokenize(model, texts[0], NULL, 0, &count, NULL);
    }
    competency_model_close(model);
    return status;
}

static competency_status read_directory(const competency_allocator *allocator)
{
    return read_model(directory, allocator);
}

static void test_callers_memory__a_directory_is_of_the_callers_memory_or_not_opened(void **state)
{
    (void)state;
    fail_each_request(read_directory);
    // A prompt without a space at its end is joined to a text in memory of the model.
    static const char name[] = "config_sentence_transformers.json";
    tiny_model_write_text(directory, name,
                          "{\"prompts\":{\"q\":\"abc:\"},\"default_prompt_name\":\"q\"}");
    fail_each_request(read_directory);
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    assert_int_equal(unlink(path), 0);
}

static void test_callers_memory__so_is_a_vocabulary_in_json(void **state)
{
    (void)state;
    char path[PATH_BYTES];
    char kept[PATH_BYTES];
    (void)snprintf(path, sizeof(path), "%s/vocab.txt", directory);
    (void)snprintf(kept, sizeof(kept), "%s/kept.txt", directory);
    assert_int_equal(rename(path, kept), 0);
    tiny_model_write_text(directory, "tokenizer.json",
                          "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"[UNK]\":0,\"[CLS]\":1,"
                          "\"[SEP]\":2,\"a\":3}}}");
    fail_each_request(read_directory);
    assert_int_equal(rename(kept, path), 0);
    (void)snprintf(path, sizeof(path), "%s/tokenizer.json", directory);
    assert_int_equal(unlink(path), 0);
}

static competency_status pack_int8(const competency_allocator *allocator)
{
    competency_model_options options = model_options(allocator);
    options.precision = "int8";
    return competency_model_pack_with(directory, &options, packed, NULL);
}

static competency_status pack_f32(const competency_allocator *allocator)
{
    const competency_model_options options = model_options(allocator);
    return competency_model_pack_with(directory, &options, packed, NULL);
}

static competency_status read_packed(const competency_allocator *allocator)
{
    return read_model(packed, allocator);
}

static void test_callers_memory__packing_and_a_packed_model_are_of_the_callers_memory(void **state)
{
    (void)state;
    fail_each_request(pack_int8);
    fail_each_request(pack_f32);
    fail_each_request(read_packed);
}

// `model` is of the C library's memory, so that only the embedder's fails.
static competency_status embed_with(const competency_model *model, const char *precision,
                                    const competency_allocator *allocator)
{
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.precision = precision;
    options.threads = 2;
    options.allocator = allocator;
    competency_embedder embedder;
    competency_status status = competency_embedder_create(&embedder, model, &options, NULL);
    assert_true((embedder.self == NULL) == (status != COMPETENCY_OK));
    if (status == COMPETENCY_OK) {
        float out[TEXTS * TINY_HIDDEN];
        status = embedder.embed(embedder.self, out, texts, TEXTS, NULL);
    }
    competency_embedder_destroy(&embedder);
    return status;
}

static competency_model *shared_model;

static competency_status embed_f32(const competency_allocator *allocator)
{
    return embed_with(shared_model, "f32", allocator);
}

static competency_status embed_int8(const competency_allocator *allocator)
{
    return embed_with(shared_model, "int8", allocator);
}

static void test_callers_memory__an_embedder_is_of_the_callers_memory_or_not_made(void **state)
{
    (void)state;
    const competency_model_options options = model_options(NULL);
    assert_int_equal(competency_model_open_with(&shared_model, directory, &options, NULL),
                     COMPETENCY_OK);
    fail_each_request(embed_f32);
    fail_each_request(embed_int8);
    competency_model_close(shared_model);
}

static void
test_callers_memory__so_is_a_model_that_is_opened_again_in_another_precision(void **state)
{
    (void)state;
    // The first embedder leaves the packed form that the second model is then opened from.
    for (int i = 0; i < 2; i++) {
        assert_int_equal(competency_model_open(&shared_model, directory, NULL), COMPETENCY_OK);
        assert_int_equal(embed_f32(NULL), COMPETENCY_OK);
        assert_int_equal(competency_model_describe(shared_model)->is_packed, i == 1);
        if (i == 1) {
            // What lies in the cache is done without.
            fail_each_request_or_go_on(embed_int8);
        }
        competency_model_close(shared_model);
    }
}

static void expect_vectors(const competency_embedder *embedder, const char *const *names,
                           size_t count, competency_status *status)
{
    static float out[STORE_NAMES * COUNTING_DIMENSION];
    if (*status != COMPETENCY_OK) {
        return;
    }
    *status = embedder->embed(embedder->self, out, names, count, NULL);
    for (size_t i = 0; i < count && *status == COMPETENCY_OK; i++) {
        assert_true(counting_vector_is(out + i * COUNTING_DIMENSION, names[i]));
    }
}

static competency_status use_memory_cache(const competency_allocator *allocator)
{
    counting_embedder counting = {0};
    const competency_embedder inner = counting_embedder_table(&counting);
    competency_memory_cache_options options = COMPETENCY_MEMORY_CACHE_OPTIONS_INIT;
    options.bytes_max = 2000;  // some of the names: others make room
    options.allocator = allocator;
    competency_embedder cache;
    competency_status status = competency_memory_cache_create(&cache, &inner, &options, NULL);
    assert_true((cache.self == NULL) == (status != COMPETENCY_OK));
    expect_vectors(&cache, store_names(0), 4, &status);
    expect_vectors(&cache, store_names(2), 30, &status);
    expect_vectors(&cache, store_names(0), 8, &status);
    competency_embedder_destroy(&cache);
    return status;
}

static void test_callers_memory__a_memory_cache_is_of_the_callers_memory(void **state)
{
    (void)state;
    fail_each_request(use_memory_cache);
}

static char store_path[STORE_PATH_BYTES];

static competency_status use_store(const competency_allocator *allocator)
{
    counting_embedder counting = {0};
    const competency_embedder inner = counting_embedder_table(&counting);
    competency_store_options options = COMPETENCY_STORE_OPTIONS_INIT;
    options.bytes_max = 1 << 20;
    options.allocator = allocator;
    competency_store *store = NULL;
    competency_embedder stored = {0};
    competency_status status = competency_store_open(&store, store_path, &options, NULL);
    if (status == COMPETENCY_OK) {
        status = competency_store_embedder(&stored, store, &inner, "identity", NULL);
    }
    expect_vectors(&stored, store_names(0), 4, &status);
    expect_vectors(&stored, store_names(0), 10, &status);
    competency_embedder_destroy(&stored);
    competency_store_close(store);
    return status;
}

static void test_callers_memory__a_store_and_its_embedders_are_of_the_callers_memory(void **state)
{
    (void)state;
    store_folder_create(store_path);
    fail_each_request(use_store);
    store_folder_remove(store_path);
}

// Data for every suite, as small as they may be.
static void write_data(void)
{
    char path[PATH_BYTES];
    for (int i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", directory, i == 0 ? "quality" : "demo");
        assert_int_equal(mkdir(path, 0700), 0);
    }
    static const char *const files[][2] = {
        {"quality/esco_skill_corpus.tsv", "target_id\tlabel\n0\tbaking bread\n1\twelding\n"},
        {"quality/esco_synonym_queries_dev.tsv",
         "query_alt_label\trelevant_target_ids\ttoken_jaccard\nbread\t0\t0.5\nsolder\t1\t0\n"},
        {"quality/esco_threshold_pairs_dev.tsv",
         "text_a\ttext_b\tkind\na\tb\tsynonym\na\tc\tlexical_hard_negative\n"
         "a\td\trandom_negative\n"},
        {"quality/onet_skill_levels.tsv",
         "code\telement_id\tlevel_0_7\n1\te\t3\n1\tf\t2\n2\te\t3\n3\tf\t1\n"},
        {"quality/onet_elements.tsv", "element_id\tname\ne\tReading\nf\tWriting\n"},
        {"quality/onet_related_dev.tsv", "code\trelated_code\ttier\n1\t2\tPrimary-Short\n"},
        {"demo/demo_role.json",
         "{\"skills\":[{\"name\":\"a\",\"level\":\"3/5\"},{\"name\":\"b\",\"level\":\"2/5\"}]}"},
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        tiny_model_write_text(directory, files[i][0], files[i][1]);
    }
    char candidates[4096] = "";
    char expected[1024] = "candidate_id\trelated_tier_to_role\n";
    for (int i = 0; i < 13; i++) {
        const size_t used = strlen(candidates);
        (void)snprintf(candidates + used, sizeof(candidates) - used,
                       "{\"id\":\"c%d\",\"skills\":[{\"name\":\"a\",\"level\":\"%d/5\"}]}\n", i,
                       1 + i % 4);
        const size_t listed = strlen(expected);
        (void)snprintf(expected + listed, sizeof(expected) - listed, "c%d\t%s\n", i,
                       i == 3 ? "Primary" : "");
    }
    tiny_model_write_text(directory, "demo/demo_expected.tsv", expected);
    tiny_model_write_text(directory, "demo/demo_candidates.jsonl", candidates);
    tiny_model_write_text(directory, "demo/demo_candidates_paraphrased.jsonl", candidates);
}

static competency_suite suite_in_hand;

static competency_status evaluate(const competency_allocator *allocator)
{
    counting_embedder counting = {0};
    const competency_embedder embedder = counting_embedder_table(&counting);
    competency_evaluation_options options = COMPETENCY_EVALUATION_OPTIONS_INIT;
    options.embedder = &embedder;
    options.allocator = allocator;
    competency_evaluation measured = {0};
    competency_error err = {0};
    const competency_status status =
        competency_evaluation_run(&measured, suite_in_hand, directory, &options, &err);
    EXPECT(status == COMPETENCY_OK || status == COMPETENCY_ENOMEM, "%s", err.message);
    assert_true((measured.count == 0) == (status != COMPETENCY_OK));
    return status;
}

static void test_callers_memory__every_suite_is_of_the_callers_memory_or_adds_nothing(void **state)
{
    (void)state;
    write_data();
    for (unsigned i = 0; i < COMPETENCY_SUITE_COUNT; i++) {
        suite_in_hand = (competency_suite)i;
        fail_each_request(evaluate);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_callers_memory__a_directory_is_of_the_callers_memory_or_not_opened),
        cmocka_unit_test(test_callers_memory__so_is_a_vocabulary_in_json),
        cmocka_unit_test(test_callers_memory__packing_and_a_packed_model_are_of_the_callers_memory),
        cmocka_unit_test(test_callers_memory__an_embedder_is_of_the_callers_memory_or_not_made),
        cmocka_unit_test(
            test_callers_memory__so_is_a_model_that_is_opened_again_in_another_precision),
        cmocka_unit_test(test_callers_memory__a_memory_cache_is_of_the_callers_memory),
        cmocka_unit_test(test_callers_memory__a_store_and_its_embedders_are_of_the_callers_memory),
        cmocka_unit_test(test_callers_memory__every_suite_is_of_the_callers_memory_or_adds_nothing),
    };
    return cmocka_run_group_tests(tests, create, remove_all);
}
