// SPDX-License-Identifier: MIT
// The hash of a model, remembered in a store.
#include <competency/cache.h>
#include <competency/model.h>

#include <string.h>

#include "embed/store.h"
#include "embed/store_hash.h"
#include "expect.h"
#include "model/model.h"
#include "store_folder.h"
#include "tests/support/tiny_model.h"

static char path[STORE_PATH_BYTES];
static char directory[TINY_PATH_BYTES];
static competency_store *store;

static int set_up(void **state)
{
    (void)state;
    store_folder_create(path);
    tiny_model_create(directory);
    store = store_folder_open(path, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    competency_store_close(store);
    tiny_model_remove(directory);
    store_folder_remove(path);
    return 0;
}

static competency_model *open_model(void)
{
    competency_model *model = NULL;
    assert_int_equal(competency_model_open(&model, directory, NULL), COMPETENCY_OK);
    return model;
}

static void describe_through_store(char sha256[65], char identity[65])
{
    competency_model *const model = open_model();
    assert_int_equal(competency_store_recall_hash(store, model), COMPETENCY_OK);
    const competency_model_info *const info = competency_model_describe(model);
    memcpy(sha256, info->sha256, 65);
    memcpy(identity, info->identity, 65);
    competency_model_close(model);
}

// What nobody would compute: that it comes back shows that nothing was computed.
static void plant_hash(const competency__file_stamp *stamp, char digit)
{
    char planted[65];
    memset(planted, digit, 64);
    planted[64] = '\0';
    competency__store_key key;
    competency__store_hash_key(&key, stamp);
    competency__store_put(store, &key, 1, planted, sizeof(planted));
}

static void test_store_hash__is_believed_while_the_file_is_the_same(void **state)
{
    (void)state;
    char real[65];
    char real_identity[65];
    char sha256[65];
    char identity[65];
    describe_through_store(real, real_identity);
    competency_model *const model = open_model();
    const competency__file_stamp stamp = competency__model_weights_stamp(model);
    competency_model_close(model);
    plant_hash(&stamp, 'a');
    describe_through_store(sha256, identity);
    assert_int_equal(strspn(sha256, "a"), 64);
    assert_string_not_equal(identity, real_identity);

    // The same bytes, written again: another time stamp, so they are looked at.
    tiny_model_write_weights(directory, &(tiny_damage){0});
    describe_through_store(sha256, identity);
    assert_string_equal(sha256, real);
    assert_string_equal(identity, real_identity);
}

static void test_store_hash__every_part_of_the_stamp_counts(void **state)
{
    (void)state;
    const competency__file_stamp stamp = {.device = 1,
                                          .inode = 2,
                                          .size = 3,
                                          .modified = {.tv_sec = 4, .tv_nsec = 5},
                                          .changed = {.tv_sec = 6, .tv_nsec = 7}};
    competency__file_stamp other[7];
    for (size_t i = 0; i < 7; i++) {
        other[i] = stamp;
    }
    other[0].device++;
    other[1].inode++;
    other[2].size++;
    other[3].modified.tv_sec++;
    other[4].modified.tv_nsec++;
    other[5].changed.tv_sec++;
    other[6].changed.tv_nsec++;
    competency__store_key key;
    competency__store_hash_key(&key, &stamp);
    for (size_t i = 0; i < 7; i++) {
        competency__store_key changed;
        competency__store_hash_key(&changed, &other[i]);
        EXPECT(memcmp(&key, &changed, sizeof(key)) != 0, "part %zu", i);
    }
}

static void test_store_hash__of_a_file_that_was_written_just_now_is_not_kept(void **state)
{
    (void)state;
    char sha256[65];
    char identity[65];
    tiny_model_write_weights(directory, &(tiny_damage){0});
    describe_through_store(sha256, identity);
    competency_store_info info;
    assert_int_equal(competency_store_describe(store, &info, NULL), COMPETENCY_OK);
    assert_int_equal(info.entries, 0);
}

static void test_store_hash__identity_changes_with_whatever_changes_a_vector(void **state)
{
    (void)state;
    char sha256[65];
    char identity[65];
    char before[65];
    describe_through_store(sha256, before);
    tiny_model_write_text(directory, "sentence_bert_config.json", "{\"max_seq_length\": 7}");
    describe_through_store(sha256, identity);
    assert_string_not_equal(identity, before);
    memcpy(before, identity, sizeof(before));
    tiny_model_write_text(directory, "1_Pooling/config.json",
                          "{\"word_embedding_dimension\": 8, \"pooling_mode_cls_token\": true, "
                          "\"pooling_mode_mean_tokens\": false}");
    describe_through_store(sha256, identity);
    assert_string_not_equal(identity, before);
    memcpy(before, identity, sizeof(before));
    tiny_model_write_text(directory, "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nb\na\n");
    describe_through_store(sha256, identity);
    assert_string_not_equal(identity, before);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_store_hash__is_believed_while_the_file_is_the_same),
        STORE_TEST(test_store_hash__every_part_of_the_stamp_counts),
        STORE_TEST(test_store_hash__of_a_file_that_was_written_just_now_is_not_kept),
        STORE_TEST(test_store_hash__identity_changes_with_whatever_changes_a_vector),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
