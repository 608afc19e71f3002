// SPDX-License-Identifier: MIT
// The reader of raw stores, on a store whose figures were worked out by hand (synthetic.c).
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "profile/store_read.h"
#include "synthetic.h"

static heaplens_status read_bytes(heaplens_session *session, const unsigned char *bytes,
                                  size_t size)
{
    heaplens_failure failure = {0};
    const heaplens_store_source source = {.fd = -1, .data = bytes, .size = size};
    return heaplens__store_read(session, &source, &failure);
}

// The status of a store after an edit; `session` is new.
static heaplens_status read_store(const synthetic_store *store, heaplens_session **session)
{
    unsigned char bytes[SYNTHETIC_STORE_BYTES];
    synthetic_store_bytes(store, bytes);
    *session = heaplens_session_create();
    assert_non_null(*session);
    return read_bytes(*session, bytes, sizeof(bytes));
}

static void test_store_read__sums_shards_and_keeps_the_past_peak(void **state)
{
    (void)state;
    synthetic_store store;
    heaplens_session *session = NULL;
    synthetic_store_init(&store);
    assert_int_equal(read_store(&store, &session), HEAPLENS_OK);
    assert_int_equal(session->process_count, 1);
    const heaplens_process *const process = &session->processes[0];
    assert_int_equal(process->facts.bytes_total, 850);
    assert_int_equal(process->facts.blocks_end, 2);
    assert_int_equal(process->facts.bytes_end, 150);
    assert_int_equal(process->facts.bytes_peak, 850);
    assert_int_equal(process->facts.blocks_peak, 9);
    assert_int_equal(process->facts.peak_ns, 400);  // 200 units of 2 ns
    assert_int_equal(process->facts.duration_ns, 2000);
    assert_int_equal(process->facts.peak_error_bytes, 2 * 16384);
    assert_int_equal(process->facts.frees_unknown, 3);
    assert_int_equal(process->sizes[7].blocks, 8);
    assert_string_equal(heaplens__names_text(&session->names, process->facts.command),
                        "app -v x y");
    assert_string_equal(heaplens__names_text(&session->names, process->modules[0].build_id),
                        "00abcd");
    assert_string_equal(heaplens__names_text(&session->names, process->moments[0].label), "loaded");
    heaplens_session_destroy(session);
}

static void test_store_read__adds_up_each_site(void **state)
{
    (void)state;
    synthetic_store store;
    heaplens_session *session = NULL;
    synthetic_store_init(&store);
    assert_int_equal(read_store(&store, &session), HEAPLENS_OK);
    const heaplens_process *const process = &session->processes[0];
    assert_int_equal(process->site_count, 2);
    const heaplens_site *const parse = &process->sites[0];
    assert_int_equal(parse->bytes_total, 800);
    assert_int_equal(parse->bytes_end, 100);
    assert_int_equal(parse->blocks_end, 1);
    assert_int_equal(parse->bytes_gmax, 800);
    assert_int_equal(parse->blocks_gmax, 8);
    assert_int_equal(parse->bytes_peak, 900);
    assert_int_equal(parse->blocks_peak, 9);
    // 3 blocks lived 100 units, 4 lived 300, 1 lives until 6000: 2400 units of 2 ns.
    assert_int_equal(parse->lifetime_ns, 4800);
    // From 425 bytes, half way between the points at 5100 and 5200, to 850: 50 units.
    assert_int_equal(parse->lifetime_max_bytes, 425);
    assert_int_equal(parse->lifetime_max_ns, 100);
    assert_int_equal(parse->first_ns, 200);
    assert_int_equal(parse->last_ns, 300);
    const heaplens_site *const recursion = &process->sites[1];
    assert_int_equal(recursion->bytes_gmax, 50);
    assert_int_equal(recursion->bytes_peak, 50);  // larger than what was put aside
    assert_int_equal(recursion->lifetime_ns, 1600);
    assert_int_equal(recursion->lifetime_max_bytes, 60);
    assert_int_equal(recursion->lifetime_max_ns, 0);  // it cannot have lived before the beginning
    heaplens_session_destroy(session);
}

// Of two threads that told each other late: at the process's peak the site held 800 bytes.
static void test_store_read__a_site_held_no_less_at_its_own_peak_than_at_the_process_s(void **state)
{
    (void)state;
    synthetic_store store;
    heaplens_session *session = NULL;
    synthetic_store_init(&store);
    store.sites[2].bytes_peak = 799;
    store.sites[2].blocks_peak = 7;
    assert_int_equal(read_store(&store, &session), HEAPLENS_OK);
    assert_int_equal(session->processes[0].sites[0].bytes_peak, 800);
    assert_int_equal(session->processes[0].sites[0].blocks_peak, 8);
    heaplens_session_destroy(session);
}

static void test_store_read__takes_now_for_the_peak_while_it_is_the_largest(void **state)
{
    (void)state;
    synthetic_store store;
    heaplens_session *session = NULL;
    synthetic_store_init(&store);
    store.header.bytes_peak = 150;  // equal: of equal peaks the last one counts
    assert_int_equal(read_store(&store, &session), HEAPLENS_OK);
    const heaplens_process *const process = &session->processes[0];
    assert_int_equal(process->facts.bytes_peak, 150);
    assert_int_equal(process->facts.blocks_peak, 2);
    assert_int_equal(process->facts.peak_ns, 2000);
    assert_int_equal(process->sites[0].bytes_gmax, 100);
    assert_int_equal(process->sites[1].bytes_gmax, 50);
    heaplens_session_destroy(session);
}

// Nothing was allocated since the heap was about to shrink from there, so that only empty blocks ended.
static void test_store_read__keeps_an_equal_peak_that_no_allocation_came_back_to(void **state)
{
    (void)state;
    synthetic_store store;
    heaplens_session *session = NULL;
    synthetic_store_init(&store);
    store.header.bytes_peak = 150;
    store.shards[0].looked_at = store.shards[0].blocks_total;
    assert_int_equal(read_store(&store, &session), HEAPLENS_OK);
    const heaplens_process *const process = &session->processes[0];
    assert_int_equal(process->facts.bytes_peak, 150);
    assert_int_equal(process->facts.blocks_peak, 9);
    assert_int_equal(process->sites[0].blocks_gmax, 8);
    heaplens_session_destroy(session);
}

static void test_store_read__drops_the_recorders_frames_and_merges_what_becomes_equal(void **state)
{
    (void)state;
    synthetic_store store;
    heaplens_session *session = NULL;
    synthetic_store_init(&store);
    store.sites[3].node = 5;  // calloc, called where site 2 calls malloc
    assert_int_equal(read_store(&store, &session), HEAPLENS_OK);
    const heaplens_process *const process = &session->processes[0];
    assert_int_equal(process->site_count, 1);
    assert_int_equal(process->sites[0].bytes_total, 850);
    assert_int_equal(process->sites[0].first_ns, 200);
    const heaplens_node *const node = &process->nodes[process->sites[0].stack];
    assert_int_equal(process->locations[node->location].address, 0x2020);
    heaplens_session_destroy(session);
}

static void test_store_read__gives_one_location_to_an_address_however_often_it_is_used(void **state)
{
    (void)state;
    synthetic_store store;
    heaplens_session *session = NULL;
    synthetic_store_init(&store);
    assert_int_equal(read_store(&store, &session), HEAPLENS_OK);
    const heaplens_process *const process = &session->processes[0];
    assert_int_equal(process->nodes[2].location, process->nodes[4].location);
    assert_int_equal(process->location_count, 4);
    heaplens_session_destroy(session);
}

static void test_store_read__keeps_what_belongs_to_a_site(void **state)
{
    (void)state;
    synthetic_store store;
    heaplens_session *session = NULL;
    synthetic_store_init(&store);
    assert_int_equal(read_store(&store, &session), HEAPLENS_OK);
    const heaplens_process *const p = &session->processes[0];
    static const heaplens_site_size sizes[] = {{0, 0, 1}, {0, 7, 6}, {0, 12, 1}, {1, 6, 1}};
    assert_int_equal(p->site_size_count, sizeof(sizes) / sizeof(sizes[0]));
    assert_memory_equal(p->site_sizes, sizes, sizeof(sizes));
    assert_int_equal(p->sites[0].blocks_zero, 1);
    assert_int_equal(p->sites[1].threads, 2);
    assert_int_equal(p->overflow_count, 1);
    assert_int_equal(p->overflows[0].bytes_behind, 4);
    assert_int_equal(p->overflows[0].time_ns, 800);  // 400 units of 2 ns
    assert_string_equal(heaplens__names_text(&session->names, p->scopes[0].label), "load");
    assert_int_equal(p->scope_sites[0].site, 0);  // sorted, and counted in the process's own sites
    assert_int_equal(p->scope_sites[0].bytes_total, 700);
    assert_int_equal(p->point_count, 2);
    assert_int_equal(p->points[0].bytes_live, 0);  // -5 was written
    assert_int_equal(p->points[1].time_ns, 400);
    assert_int_equal(p->points[1].rss_bytes, 8192);
    assert_int_equal(p->thread_count, 2);
    assert_int_equal(p->thread_site_count, 2);
    assert_int_equal(p->thread_sites[0].bytes_total, 800);
    heaplens_session_destroy(session);
}

static void test_store_read__takes_the_variance_of_the_figure_that_it_takes(void **state)
{
    (void)state;
    synthetic_store store;
    heaplens_session *session = NULL;
    synthetic_store_init(&store);
    assert_int_equal(read_store(&store, &session), HEAPLENS_OK);
    const heaplens_process *p = &session->processes[0];
    assert_int_equal(p->estimate_count, 2);
    assert_true(p->estimates[0].bytes_total == 900.0);
    assert_true(p->estimates[0].bytes_gmax == 400.0);   // put aside before a change
    assert_true(p->estimates[0].bytes_peak == 225.0);   // the site came down from its peak
    assert_true(p->estimates[1].bytes_gmax == 1600.0);  // unchanged since
    assert_true(p->estimates[1].bytes_peak == 1600.0);  // at its peak
    heaplens_session_destroy(session);

    store.sites[3].node = 5;  // both become one site
    assert_int_equal(read_store(&store, &session), HEAPLENS_OK);
    p = &session->processes[0];
    assert_int_equal(p->estimate_count, 1);
    assert_true(p->estimates[0].bytes_total == 3400.0);
    assert_int_equal(p->estimates[0].samples, 4);
    assert_int_equal(p->scope_site_count, 1);
    assert_int_equal(p->scope_sites[0].bytes_total, 750);
    heaplens_session_destroy(session);
}

static void test_store_read__of_a_counted_process_knows_usable_bytes(void **state)
{
    (void)state;
    synthetic_store store;
    heaplens_session *session = NULL;
    synthetic_store_init(&store);
    store.header.modes_used = 1 << HEAPLENS_MODE_COUNT;
    store.header.counted_peak = 7000;
    store.header.counted_blocks_peak = 70;
    store.header.counted_at_start = 100;
    store.shards[0].counted_bytes = 5000;
    store.shards[1].counted_bytes = -1000;
    assert_int_equal(read_store(&store, &session), HEAPLENS_OK);
    const heaplens_facts *const facts = &session->processes[0].facts;
    assert_int_equal(facts->flags & HEAPLENS_PROCESS_COUNTED, HEAPLENS_PROCESS_COUNTED);
    assert_int_equal(facts->bytes_total, 850);  // requested bytes, exact in every mode
    assert_int_equal(facts->bytes_end, 3900);
    assert_int_equal(facts->bytes_peak, 7000);
    assert_int_equal(facts->blocks_peak, 70);
    heaplens_session_destroy(session);
}

static void test_store_read__marks_a_process_that_did_not_end(void **state)
{
    (void)state;
    synthetic_store store;
    heaplens_session *session = NULL;
    synthetic_store_init(&store);
    store.header.state = HEAPLENS_STORE_RECORDING;
    assert_int_equal(read_store(&store, &session), HEAPLENS_OK);
    assert_int_equal(session->processes[0].facts.flags & HEAPLENS_PROCESS_UNFINISHED,
                     HEAPLENS_PROCESS_UNFINISHED);
    heaplens_session_destroy(session);

    store.header.state = HEAPLENS_STORE_CREATED;
    assert_int_equal(read_store(&store, &session), HEAPLENS_ENOINPUT);
    heaplens_session_destroy(session);
}

// Site 2 of the synthetic store lived for 2400 units of 2 ns in all, until the end at 6000.
static uint64_t lifetime_with(uint64_t half_counted)
{
    synthetic_store store;
    heaplens_session *session = NULL;
    synthetic_store_init(&store);
    store.entries[0].life_time += half_counted;
    assert_int_equal(read_store(&store, &session), HEAPLENS_OK);
    const uint64_t lifetime = session->processes[0].sites[2].lifetime_ns;
    heaplens_session_destroy(session);
    return lifetime;
}

static void test_store_read__a_half_counted_operation_spoils_no_lifetime(void **state)
{
    (void)state;
    // A birth at 5990 that is not yet live: it counts as if it were, for 10 units.
    assert_int_equal(lifetime_with((uint64_t)0 - 5990), 2 * (2400 + 10));
    // A death at 5990 of a block that still counts as live until 6000.
    assert_int_equal(lifetime_with(5990), 2 * (2400 - 10));
}

static void test_store_read__a_store_whose_process_was_killed_at_once_is_no_error(void **state)
{
    (void)state;
    const unsigned char unwritten[HEAPLENS_STORE_HEADER_BYTES] = {0};
    heaplens_session *const session = heaplens_session_create();
    assert_non_null(session);
    assert_int_equal(read_bytes(session, unwritten, 0), HEAPLENS_ENOINPUT);
    assert_int_equal(read_bytes(session, unwritten, sizeof(unwritten)), HEAPLENS_ENOINPUT);
    heaplens_session_destroy(session);
}

typedef struct attack {
    const char *what;
    void (*edit)(synthetic_store *store);
} attack;

static void break_magic(synthetic_store *store)
{
    store->header.magic[0] = 'X';
}
static void break_version(synthetic_store *store)
{
    store->header.version = HEAPLENS_STORE_VERSION + 1;
}
static void break_count(synthetic_store *store)
{
    store->header.sections[HEAPLENS_STORE_NODES].capacity = UINT64_MAX;
    store->header.sections[HEAPLENS_STORE_NODES].count = UINT64_MAX / 8;
}
static void break_offset(synthetic_store *store)
{
    store->header.sections[HEAPLENS_STORE_SITES].offset = UINT64_MAX - 8;
}
static void break_stride(synthetic_store *store)
{
    store->header.sections[HEAPLENS_STORE_SHARDS].stride = 0;
}
static void break_parent(synthetic_store *store)
{
    store->nodes[2].parent = 2;
}
static void break_site(synthetic_store *store)
{
    store->sites[2].node = SYNTHETIC_NODES;
}
static void break_text(synthetic_store *store)
{
    store->header.command.offset = UINT32_MAX;
}
static void break_points(synthetic_store *store)
{
    store->header.points = UINT64_C(1) << 32 | SYNTHETIC_POINTS;
}
static void break_build_id(synthetic_store *store)
{
    store->modules[0].build_id_bytes = HEAPLENS_STORE_BUILD_ID_BYTES + 1;
}

static void test_store_read__refuses_what_points_outside(void **state)
{
    (void)state;
    static const attack attacks[] = {
        {"magic", break_magic},       {"version", break_version}, {"count", break_count},
        {"offset", break_offset},     {"stride", break_stride},   {"parent", break_parent},
        {"site", break_site},         {"text", break_text},       {"points", break_points},
        {"build id", break_build_id},
    };
    for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
        synthetic_store store;
        heaplens_session *session = NULL;
        synthetic_store_init(&store);
        attacks[i].edit(&store);
        EXPECT(read_store(&store, &session) == HEAPLENS_EFORMAT, "%s", attacks[i].what);
        EXPECT(session->process_count == 0, "%s", attacks[i].what);
        heaplens_session_destroy(session);
    }
}

static void test_store_read__survives_every_cut(void **state)
{
    (void)state;
    synthetic_store store;
    unsigned char bytes[SYNTHETIC_STORE_BYTES];
    synthetic_store_init(&store);
    synthetic_store_bytes(&store, bytes);
    for (size_t size = 16; size < SYNTHETIC_STORE_BYTES; size += 16) {
        // A copy of just the size, for the address sanitizer.
        unsigned char *const cut = malloc(size + 1);
        heaplens_session *const session = heaplens_session_create();
        assert_non_null(cut);
        assert_non_null(session);
        memcpy(cut, bytes, size);
        const heaplens_status status = read_bytes(session, cut, size);
        EXPECT(status == HEAPLENS_OK || status == HEAPLENS_EFORMAT, "%zu bytes", size);
        EXPECT(size >= HEAPLENS_STORE_HEADER_BYTES || status == HEAPLENS_EFORMAT, "%zu bytes",
               size);
        heaplens_session_destroy(session);
        free(cut);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_read__sums_shards_and_keeps_the_past_peak),
        cmocka_unit_test(test_store_read__adds_up_each_site),
        cmocka_unit_test(
            test_store_read__a_site_held_no_less_at_its_own_peak_than_at_the_process_s),
        cmocka_unit_test(test_store_read__takes_now_for_the_peak_while_it_is_the_largest),
        cmocka_unit_test(test_store_read__keeps_an_equal_peak_that_no_allocation_came_back_to),
        cmocka_unit_test(test_store_read__drops_the_recorders_frames_and_merges_what_becomes_equal),
        cmocka_unit_test(
            test_store_read__gives_one_location_to_an_address_however_often_it_is_used),
        cmocka_unit_test(test_store_read__keeps_what_belongs_to_a_site),
        cmocka_unit_test(test_store_read__takes_the_variance_of_the_figure_that_it_takes),
        cmocka_unit_test(test_store_read__of_a_counted_process_knows_usable_bytes),
        cmocka_unit_test(test_store_read__marks_a_process_that_did_not_end),
        cmocka_unit_test(test_store_read__a_half_counted_operation_spoils_no_lifetime),
        cmocka_unit_test(test_store_read__a_store_whose_process_was_killed_at_once_is_no_error),
        cmocka_unit_test(test_store_read__refuses_what_points_outside),
        cmocka_unit_test(test_store_read__survives_every_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
