// SPDX-License-Identifier: MIT
// The finished file: what is written is read again, and nothing else is believed.
#include "expect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "profile/bytes.h"
#include "profile/finished.h"
#include "profile/open.h"
#include "profile/tables.h"
#include "synthetic.h"

static char path[] = "test_finished.heaplens";

typedef struct file_bytes {
    unsigned char data[16384];
    size_t size;
} file_bytes;

static void write_synthetic(file_bytes *bytes)
{
    heaplens_session *const session = synthetic_session();
    heaplens_failure failure = {0};
    assert_int_equal(heaplens_session_write(session, path, &failure), HEAPLENS_OK);
    heaplens_session_destroy(session);
    FILE *const file = fopen(path, "rb");
    assert_non_null(file);
    bytes->size = fread(bytes->data, 1, sizeof(bytes->data), file);
    assert_true(bytes->size > 0 && bytes->size < sizeof(bytes->data));
    (void)fclose(file);
}

static heaplens_status parse(const file_bytes *bytes, heaplens_failure *failure)
{
    heaplens_session *session = NULL;
    const heaplens_status status =
        heaplens__finished_read(&session, bytes->data, bytes->size, failure);
    assert_true((session != NULL) == (status == HEAPLENS_OK));
    heaplens_session_destroy(session);
    return status;
}

// Make the checksums right again after an edit, so that the checks behind them are reached.
static void repair_sums(file_bytes *bytes)
{
    const uint32_t count = heaplens__load32(bytes->data + 12);
    for (uint32_t i = 0; i < count; i++) {
        unsigned char *const entry = bytes->data + HEAPLENS_FINISHED_HEADER_BYTES +
                                     (size_t)i * HEAPLENS_FINISHED_ENTRY_BYTES;
        const uint64_t at = heaplens__load64(entry + 16);
        const uint64_t size = heaplens__load64(entry + 24);
        if (at <= bytes->size && size <= bytes->size - at) {
            heaplens__store32(entry + 32, (uint32_t)crc32_z(0, bytes->data + at, size));
        }
    }
    heaplens__store32(bytes->data + 24,
                      (uint32_t)crc32_z(0, bytes->data + HEAPLENS_FINISHED_HEADER_BYTES,
                                        (size_t)count * HEAPLENS_FINISHED_ENTRY_BYTES));
}

static void compare_processes(const heaplens_process *got, const heaplens_process *want)
{
    assert_memory_equal(&got->facts, &want->facts, sizeof(got->facts));
    for (size_t t = 0; t < HEAPLENS_TABLE_COUNT; t++) {
        const heaplens_table *const table = &heaplens__tables[t];
        const size_t count = heaplens__table_count(table, want);
        assert_int_equal(heaplens__table_count(table, got), count);
        if (count > 0 && table->section != HEAPLENS_SECTION_SITES &&
            table->section != HEAPLENS_SECTION_LOCATIONS &&
            table->section != HEAPLENS_SECTION_MODULES &&
            table->section != HEAPLENS_SECTION_ESTIMATES &&
            table->section != HEAPLENS_SECTION_MOMENTS) {
            // Structs without padding.
            assert_memory_equal(heaplens__table_items(table, got),
                                heaplens__table_items(table, want), count * table->item_bytes);
        }
    }
    for (size_t i = 0; i < want->site_count; i++) {
        assert_int_equal(got->sites[i].bytes_total, want->sites[i].bytes_total);
        assert_int_equal(got->sites[i].lifetime_ns, want->sites[i].lifetime_ns);
        assert_int_equal(got->sites[i].lifetime_max_bytes, want->sites[i].lifetime_max_bytes);
        assert_int_equal(got->sites[i].lifetime_max_ns, want->sites[i].lifetime_max_ns);
        assert_int_equal(got->sites[i].stack, want->sites[i].stack);
    }
    for (size_t i = 0; i < want->location_count; i++) {
        assert_int_equal(got->locations[i].address, want->locations[i].address);
        assert_int_equal(got->locations[i].frame_count, want->locations[i].frame_count);
    }
}

static void test_finished__reads_what_was_written(void **state)
{
    (void)state;
    file_bytes bytes;
    heaplens_session *read = NULL;
    bool is_raw = true;
    write_synthetic(&bytes);
    assert_int_equal(heaplens_session_open(&read, path, &is_raw, NULL), HEAPLENS_OK);
    assert_false(is_raw);
    heaplens_session *const want = synthetic_session();
    assert_int_equal(read->process_count, 2);
    assert_int_equal(read->processes[0].facts.pid, 100);  // the earlier one
    assert_int_equal(read->names.size, want->names.size);
    assert_memory_equal(read->names.text, want->names.text, want->names.size);
    for (size_t i = 0; i < read->process_count; i++) {
        compare_processes(&read->processes[i], &want->processes[i]);
    }
    heaplens_session_destroy(read);
    heaplens_session_destroy(want);
}

static void test_finished__writes_the_same_bytes_again(void **state)
{
    (void)state;
    file_bytes first;
    file_bytes second;
    heaplens_session *read = NULL;
    write_synthetic(&first);
    assert_int_equal(heaplens__finished_read(&read, first.data, first.size, NULL), HEAPLENS_OK);
    assert_int_equal(heaplens_session_write(read, path, NULL), HEAPLENS_OK);
    heaplens_session_destroy(read);
    FILE *const file = fopen(path, "rb");
    assert_non_null(file);
    second.size = fread(second.data, 1, sizeof(second.data), file);
    (void)fclose(file);
    assert_int_equal(second.size, first.size);
    assert_memory_equal(second.data, first.data, first.size);
}

static void test_finished__refuses_every_cut_and_every_flipped_byte(void **state)
{
    (void)state;
    file_bytes whole;
    write_synthetic(&whole);
    for (size_t size = 0; size < whole.size; size++) {
        file_bytes cut = whole;
        cut.size = size;
        EXPECT(parse(&cut, NULL) == HEAPLENS_EFORMAT, "%zu bytes", size);
    }
    for (size_t at = 0; at < whole.size; at++) {
        // The reserved words are the only bytes without a check: 28..31.
        if (at >= 28 && at < 32) {
            continue;
        }
        file_bytes flipped = whole;
        flipped.data[at] ^= 0x55;
        EXPECT(parse(&flipped, NULL) == HEAPLENS_EFORMAT, "byte %zu", at);
    }
}

static void test_finished__believes_no_size_even_if_the_checksums_are_right(void **state)
{
    (void)state;
    file_bytes whole;
    write_synthetic(&whole);
    const size_t table_bytes =
        heaplens__load32(whole.data + 12) * (size_t)HEAPLENS_FINISHED_ENTRY_BYTES;
    static const uint64_t values[] = {0, 1, UINT32_MAX, UINT64_MAX, UINT64_C(1) << 40};
    for (size_t at = 0; at + 8 <= table_bytes; at += 8) {
        for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
            file_bytes edited = whole;
            unsigned char *const word = edited.data + HEAPLENS_FINISHED_HEADER_BYTES + at;
            const size_t field = at % HEAPLENS_FINISHED_ENTRY_BYTES;
            if (field == 32 || heaplens__load64(word) == values[v]) {
                continue;  // the checksum itself, or no edit
            }
            heaplens__store64(word, values[v]);
            repair_sums(&edited);
            EXPECT(parse(&edited, NULL) == HEAPLENS_EFORMAT, "table byte %zu = %llx", at,
                   (unsigned long long)values[v]);
        }
    }
}

static void expect_refused(heaplens_session *session, const char *what)
{
    heaplens_session *read = NULL;
    bool is_raw = false;
    heaplens_failure failure = {0};
    assert_int_equal(heaplens_session_write(session, path, NULL), HEAPLENS_OK);
    EXPECT(heaplens_session_open(&read, path, &is_raw, &failure) == HEAPLENS_EFORMAT, "%s", what);
    EXPECT(failure.text[0] != '\0', "%s", what);
    assert_null(read);
    heaplens_session_destroy(session);
}

static void test_finished__refuses_indices_that_point_nowhere(void **state)
{
    (void)state;
    heaplens_session *session = synthetic_session();
    session->processes[1].nodes[2].parent = 2;
    expect_refused(session, "parent of itself");
    session = synthetic_session();
    session->processes[1].nodes[2].location = 99;
    expect_refused(session, "location");
    session = synthetic_session();
    session->processes[1].sites[0].stack = 99;
    expect_refused(session, "stack");
    session = synthetic_session();
    session->processes[1].locations[0].frame_count = UINT32_MAX;
    expect_refused(session, "frames");
    session = synthetic_session();
    session->processes[1].locations[2].frame_count = 1;  // frames of another location
    expect_refused(session, "shared frames");
    session = synthetic_session();
    session->processes[1].locations[0].module = 2;
    expect_refused(session, "module");
    session = synthetic_session();
    session->processes[1].frames[0].function = 1 << 20;
    expect_refused(session, "name");
}

static void test_finished__refuses_details_of_no_site(void **state)
{
    (void)state;
    heaplens_session *session = synthetic_session();
    session->processes[1].site_sizes[0].site = 99;
    expect_refused(session, "sizes of a site");
    session = synthetic_session();
    session->processes[1].site_sizes[0].size_class = HEAPLENS_SIZE_CLASSES;
    expect_refused(session, "class of a size");
    session = synthetic_session();
    session->processes[1].overflows[0].site = UINT32_MAX;
    expect_refused(session, "overflow of a site");
    session = synthetic_session();
    session->processes[1].scope_sites[0].scope = 1;
    expect_refused(session, "site of a scope");
    session = synthetic_session();
    session->processes[1].thread_sites[0].thread = 2;
    expect_refused(session, "site of a thread");
    session = synthetic_session();
    session->processes[1].size_count = 3;
    expect_refused(session, "classes of sizes");
}

static void test_finished__keeps_variances_to_the_bit_and_refuses_what_is_none(void **state)
{
    (void)state;
    static const double bad[] = {-1.0, (double)INFINITY, (double)NAN};
    for (size_t i = 0; i <= sizeof(bad) / sizeof(bad[0]); i++) {
        heaplens_session *const session = synthetic_session();
        heaplens_process *const process = &session->processes[1];
        process->estimates = calloc(1, sizeof(*process->estimates));
        assert_non_null(process->estimates);
        process->estimate_count = 1;
        if (i > 0) {
            process->estimates[0].blocks_end = bad[i - 1];
            expect_refused(session, "variance");
            continue;
        }
        process->estimates[0].bytes_total = 1.0 / 3.0;
        heaplens_session *read = NULL;
        assert_int_equal(heaplens_session_write(session, path, NULL), HEAPLENS_OK);
        assert_int_equal(heaplens_session_open(&read, path, NULL, NULL), HEAPLENS_OK);
        assert_true(read->processes[1].estimates[0].bytes_total == 1.0 / 3.0);
        heaplens_session_destroy(read);
        heaplens_session_destroy(session);
    }
}

static void test_finished__refuses_stacks_without_a_bound(void **state)
{
    (void)state;
    enum { DEPTH = HEAPLENS_STACK_DEPTH_MAX + 2 };
    heaplens_session *const session = synthetic_session();
    heaplens_process *const process = &session->processes[1];
    free(process->nodes);
    process->nodes = calloc(DEPTH, sizeof(*process->nodes));
    assert_non_null(process->nodes);
    process->node_count = DEPTH;
    for (uint32_t i = 1; i < DEPTH; i++) {
        process->nodes[i].parent = i - 1;
    }
    expect_refused(session, "depth");
}

static void test_finished__leaves_the_old_file_when_it_cannot_write(void **state)
{
    (void)state;
    heaplens_session *const session = synthetic_session();
    heaplens_failure failure = {0};
    assert_int_equal(heaplens_session_write(session, "/nonexistent/x.heaplens", &failure),
                     HEAPLENS_EIO);
    assert_non_null(strstr(failure.text, "/nonexistent/x.heaplens"));
    heaplens_session_destroy(session);
}

static int remove_file(void **state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finished__reads_what_was_written),
        cmocka_unit_test(test_finished__writes_the_same_bytes_again),
        cmocka_unit_test(test_finished__refuses_every_cut_and_every_flipped_byte),
        cmocka_unit_test(test_finished__believes_no_size_even_if_the_checksums_are_right),
        cmocka_unit_test(test_finished__refuses_indices_that_point_nowhere),
        cmocka_unit_test(test_finished__refuses_details_of_no_site),
        cmocka_unit_test(test_finished__keeps_variances_to_the_bit_and_refuses_what_is_none),
        cmocka_unit_test(test_finished__refuses_stacks_without_a_bound),
        cmocka_unit_test(test_finished__leaves_the_old_file_when_it_cannot_write),
    };
    return cmocka_run_group_tests(tests, NULL, remove_file);
}
