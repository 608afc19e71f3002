// SPDX-License-Identifier: MIT
// write_large SITES FILE: a profile of as many sites, with stacks like a compiler's, for measuring
// what reading and reporting cost. The same arguments give the same bytes.
//
//     write_large 100000 large.heaplens
//     /usr/bin/time -v heaplens report large.heaplens
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/array.h"
#include "profile/finished.h"

enum {
    FUNCTIONS = 20000,
    FRAMES_OF_LOCATION = 2,  // every other location has an inlined call
    DEPTH = 40,
    SIZES_OF_SITE = 2,
};

// SplitMix64. Source: Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators".
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static heaplens_name add_name(heaplens_session *session, const char *text)
{
    heaplens_name name = 0;
    if (heaplens__names_add(&session->names, text, strlen(text), &name) != HEAPLENS_OK) {
        abort();
    }
    return name;
}

static void *zeroed(size_t count, size_t bytes)
{
    void *const items = heaplens__array_zeroed(count, bytes);
    if (items == NULL) {
        abort();
    }
    return items;
}

static void add_module(heaplens_session *session, heaplens_process *process)
{
    process->modules = zeroed(1, sizeof(*process->modules));
    process->modules[0].path = add_name(session, "/usr/bin/large");
    process->modules[0].symbols = HEAPLENS_SYMBOLS_LINES;
    process->module_count = 1;
}

static heaplens_frame make_frame(heaplens_session *session, uint64_t *seed)
{
    const uint32_t number = (uint32_t)(next_random(seed) % FUNCTIONS);
    char function[120];
    char file[120];
    (void)snprintf(function, sizeof(function), "unit_%u::visitor<node_%u>::visit(node_%u const&)",
                   number / 50, number % 7, number);
    (void)snprintf(file, sizeof(file), "/src/unit_%u.cc", number / 50);
    return (heaplens_frame){.function = add_name(session, function),
                            .file = add_name(session, file),
                            .line = number % 997 + 1};
}

// Locations are calls in functions; stacks are up to 40 nodes deep, as in a recursive descent, and
// share most of their outer frames.
static void add_stacks(heaplens_session *session, heaplens_process *process, size_t sites,
                       uint64_t *seed)
{
    const size_t locations = sites / 2 + 100;
    const size_t nodes = sites * 2;
    process->locations = zeroed(locations, sizeof(*process->locations));
    process->location_count = locations;
    process->frames = zeroed(locations * FRAMES_OF_LOCATION, sizeof(*process->frames));
    for (size_t i = 0; i < locations; i++) {
        heaplens_location *const location = &process->locations[i];
        location->address = 0x400000 + i * 16;
        location->frame_first = (uint32_t)process->frame_count;
        location->frame_count = (uint32_t)(1 + i % FRAMES_OF_LOCATION);
        for (uint32_t f = 0; f < location->frame_count; f++) {
            process->frames[process->frame_count++] = make_frame(session, seed);
        }
    }
    process->nodes = zeroed(nodes, sizeof(*process->nodes));
    process->node_count = nodes;
    unsigned char *const depths = zeroed(nodes, 1);
    for (uint32_t i = 1; i < nodes; i++) {
        const uint32_t back = 1 + (uint32_t)(next_random(seed) % (i < 50 ? i : 50));
        uint32_t parent = i - back;
        // Out of the recursion again, now and then.
        for (uint64_t up = depths[parent] < DEPTH ? 0 : 1 + next_random(seed) % DEPTH; up > 0;
             up--) {
            parent = process->nodes[parent].parent;
        }
        depths[i] = (unsigned char)(depths[parent] + 1);
        process->nodes[i] = (heaplens_node){
            .parent = parent,
            // NOLINTNEXTLINE(clang-analyzer-core.DivideZero): at least a hundred
            .location = (uint32_t)(next_random(seed) % locations),
        };
    }
    free(depths);
}

static void add_sites(heaplens_process *process, size_t sites, uint64_t *seed)
{
    heaplens_facts *const facts = &process->facts;
    process->sites = zeroed(sites, sizeof(*process->sites));
    process->site_sizes = zeroed(sites * SIZES_OF_SITE, sizeof(*process->site_sizes));
    process->sizes = zeroed(HEAPLENS_SIZE_CLASSES, sizeof(*process->sizes));
    process->site_count = sites;
    process->size_count = HEAPLENS_SIZE_CLASSES;
    for (uint32_t i = 0; i < sites; i++) {
        const uint64_t blocks = 1 + next_random(seed) % 1000;
        const uint32_t class = 4 + (uint32_t)(next_random(seed) % 8);
        const uint64_t bytes = UINT64_C(1) << (class - 1);
        heaplens_site *const site = &process->sites[i];
        site->stack = (uint32_t)(process->node_count - 1 - i);
        site->blocks_total = blocks;
        site->bytes_total = blocks * bytes;
        site->blocks_gmax = site->blocks_peak = blocks / 3;
        site->bytes_gmax = site->bytes_peak = blocks / 3 * bytes;
        site->blocks_end = blocks / 5;
        site->bytes_end = blocks / 5 * bytes;
        site->blocks_temporary = blocks / 2;
        site->lifetime_ns = blocks * 1000;
        facts->bytes_total += site->bytes_total;
        facts->blocks_total += blocks;
        facts->bytes_peak += site->bytes_gmax;
        facts->blocks_peak += site->blocks_gmax;
        facts->bytes_end += site->bytes_end;
        facts->blocks_end += site->blocks_end;
        process->sizes[class].blocks += blocks;
        process->site_sizes[process->site_size_count++] =
            (heaplens_site_size){i, class, blocks / 2};
        process->site_sizes[process->site_size_count++] =
            (heaplens_site_size){i, class + 1, blocks - blocks / 2};
    }
}

int main(int argc, char **argv)
{
    const size_t sites = argc == 3 ? strtoull(argv[1], NULL, 10) : 0;
    if (sites == 0 || sites > 10000000) {
        (void)fprintf(stderr, "usage: write_large SITES FILE\n");
        return 2;
    }
    uint64_t seed = 1;
    heaplens_session *const session = heaplens_session_create();
    heaplens_process process = {
        .facts = {.pid = 1, .duration_ns = 1000000000, .threads = 1, .mode = HEAPLENS_MODE_FULL},
    };
    if (session == NULL) {
        return 1;
    }
    process.facts.command = add_name(session, "large");
    add_module(session, &process);
    add_stacks(session, &process, sites, &seed);
    add_sites(&process, sites, &seed);
    heaplens_status status = heaplens__session_add(session, &process);
    if (status == HEAPLENS_OK) {
        status = heaplens_session_write(session, argv[2], NULL);
    }
    heaplens_session_destroy(session);
    return status == HEAPLENS_OK ? 0 : 1;
}
