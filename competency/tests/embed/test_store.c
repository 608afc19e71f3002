// SPDX-License-Identifier: MIT
// What a store keeps, for whom, and for how long.
#include <competency/cache.h>

#include <string.h>
#include <sys/stat.h>

#include "counting_embedder.h"
#include "expect.h"
#include "store_folder.h"

static char path[STORE_PATH_BYTES];
static float out[STORE_NAMES * COUNTING_DIMENSION];

static int make_folder(void **state)
{
    (void)state;
    store_folder_create(path);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    store_folder_remove(path);
    return 0;
}

// Embed `count` names from number `first` on through a store, and check every row.
// @return the texts that the inner embedder was asked for
static size_t embed_through(competency_store *store, const char *identity, size_t first,
                            size_t count)
{
    counting_embedder counting = {0};
    const competency_embedder inner = counting_embedder_table(&counting);
    competency_embedder stored;
    assert_int_equal(competency_store_embedder(&stored, store, &inner, identity, NULL),
                     COMPETENCY_OK);
    memset(out, 0xFF, sizeof(out));
    // In several calls, as a stream of candidates would.
    for (size_t done = 0; done < count; done += 100) {
        const size_t some = count - done < 100 ? count - done : 100;
        float *const rows = out + done * COUNTING_DIMENSION;
        assert_int_equal(stored.embed(stored.self, rows, store_names(first + done), some, NULL),
                         COMPETENCY_OK);
    }
    for (size_t i = 0; i < count; i++) {
        EXPECT(counting_vector_is(out + i * COUNTING_DIMENSION, *store_names(first + i)), "%s",
               *store_names(first + i));
    }
    competency_cache_usage usage;
    competency_store_usage(&stored, &usage);
    assert_int_equal(usage.hits + usage.misses, count);
    assert_int_equal(usage.misses, counting.asked);
    assert_string_equal(stored.name(stored.self), "counting");
    competency_embedder_destroy(&stored);
    return counting.asked;
}

static competency_store_info describe(competency_store *store)
{
    competency_store_info info;
    assert_int_equal(competency_store_describe(store, &info, NULL), COMPETENCY_OK);
    return info;
}

static void test_store__gives_back_what_was_stored_before_it_was_opened(void **state)
{
    (void)state;
    competency_store *store = store_folder_open(path, 0);
    assert_int_equal(embed_through(store, "model", 0, 1000), 1000);
    assert_int_equal(embed_through(store, "model", 0, 1000), 0);
    competency_store_close(store);
    store = store_folder_open(path, 0);
    assert_int_equal(embed_through(store, "model", 500, 1000), 500);
    assert_int_equal(describe(store).entries, 1500);
    assert_null(describe(store).problem);
    assert_string_equal(describe(store).directory, path);
    competency_store_close(store);
}

static void test_store__keeps_the_vectors_of_two_models_apart(void **state)
{
    (void)state;
    competency_store *const store = store_folder_open(path, 0);
    assert_int_equal(embed_through(store, "one", 0, 10), 10);
    assert_int_equal(embed_through(store, "two", 0, 10), 10);
    assert_int_equal(embed_through(store, "one", 0, 10), 0);
    competency_store_close(store);
}

static void test_store__is_emptied(void **state)
{
    (void)state;
    competency_store *const store = store_folder_open(path, 0);
    assert_int_equal(embed_through(store, "model", 0, 300), 300);
    assert_int_equal(competency_store_clear(store, NULL), COMPETENCY_OK);
    assert_int_equal(describe(store).entries, 0);
    assert_int_equal(embed_through(store, "model", 0, 300), 300);
    competency_store_close(store);
}

static void test_store__stays_within_its_size_and_keeps_what_is_asked_for(void **state)
{
    (void)state;
    enum { BYTES = 1 << 20, ROUNDS = 60 };
    competency_store *const store = store_folder_open(path, BYTES);
    char identity[16];
    // Each round brings 256 new vectors of some 170 bytes: 60 rounds are 2.6 times the file. The
    // ten names of "kept" are asked for in every round.
    for (size_t round = 0; round < ROUNDS; round++) {
        (void)snprintf(identity, sizeof(identity), "model %zu", round);
        assert_int_equal(embed_through(store, identity, 0, 256), 256);
        const size_t asked = embed_through(store, "kept", 0, 10);
        EXPECT(asked == (round == 0 ? 10 : 0), "round %zu: asked for %zu", round, asked);
    }
    assert_int_equal(embed_through(store, identity, 0, 256), 0);
    assert_int_equal(embed_through(store, "model 0", 0, 256), 256);
    const competency_store_info info = describe(store);
    assert_null(info.problem);
    assert_true(info.entries > 256 && info.entries < (size_t)ROUNDS * 256 / 2);
    assert_true(info.bytes <= BYTES);
    struct stat file;
    assert_int_equal(stat(store_folder_data(path), &file), 0);
    assert_true(file.st_size <= BYTES);
    competency_store_close(store);
}

static void test_store__is_open_once_in_a_process(void **state)
{
    (void)state;
    competency_store *const store = store_folder_open(path, 0);
    competency_store *second = NULL;
    competency_error err = {0};
    assert_int_equal(competency_store_open(&second, path, NULL, &err), COMPETENCY_EINVAL);
    assert_non_null(strstr(err.message, "is open in this process"));
    assert_null(second);
    assert_int_equal(embed_through(store, "model", 0, 10), 10);  // and is none the worse for it
    competency_store_close(store);
    competency_store_close(store_folder_open(path, 0));
}

static void test_store__belongs_to_its_owner_alone(void **state)
{
    (void)state;
    competency_store_close(store_folder_open(path, 0));
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(stat(store_folder_data(path), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);

    assert_int_equal(chmod(path, 0770), 0);
    competency_store *store = NULL;
    competency_error err = {0};
    assert_int_equal(competency_store_open(&store, path, NULL, &err), COMPETENCY_EIO);
    assert_non_null(strstr(err.message, "others could write to it"));
}

static void test_store__refuses_a_size_out_of_range_and_an_empty_identity(void **state)
{
    (void)state;
    competency_store_options options = COMPETENCY_STORE_OPTIONS_INIT;
    options.bytes_max = 1000;
    competency_store *store = NULL;
    competency_error err = {0};
    assert_int_equal(competency_store_open(&store, path, &options, &err), COMPETENCY_EINVAL);
    assert_non_null(strstr(err.message, "1000 bytes"));
    store = store_folder_open(path, 0);
    counting_embedder counting = {0};
    const competency_embedder inner = counting_embedder_table(&counting);
    competency_embedder stored;
    assert_int_equal(competency_store_embedder(&stored, store, &inner, "", &err),
                     COMPETENCY_EINVAL);
    competency_store_close(store);
}

static void test_store__stores_nothing_of_what_the_inner_embedder_failed_at(void **state)
{
    (void)state;
    competency_store *const store = store_folder_open(path, 0);
    counting_embedder counting = {.fails_with = COMPETENCY_EFORMAT};
    const competency_embedder inner = counting_embedder_table(&counting);
    competency_embedder stored;
    assert_int_equal(competency_store_embedder(&stored, store, &inner, "model", NULL),
                     COMPETENCY_OK);
    assert_int_equal(stored.embed(stored.self, out, store_names(0), 5, NULL), COMPETENCY_EFORMAT);
    competency_embedder_destroy(&stored);
    assert_int_equal(describe(store).entries, 0);
    competency_store_close(store);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_store__gives_back_what_was_stored_before_it_was_opened),
        STORE_TEST(test_store__keeps_the_vectors_of_two_models_apart),
        STORE_TEST(test_store__is_emptied),
        STORE_TEST(test_store__stays_within_its_size_and_keeps_what_is_asked_for),
        STORE_TEST(test_store__is_open_once_in_a_process),
        STORE_TEST(test_store__belongs_to_its_owner_alone),
        STORE_TEST(test_store__refuses_a_size_out_of_range_and_an_empty_identity),
        STORE_TEST(test_store__stores_nothing_of_what_the_inner_embedder_failed_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
