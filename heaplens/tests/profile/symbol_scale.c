// SPDX-License-Identifier: MIT
// symbol_scale FILE COUNT [PROCESSES]: looks up COUNT addresses, spread evenly over the code of an
// ELF file, that as many processes share, and says how many have a name and what that took.
#define _GNU_SOURCE

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <gelf.h>
#include <libelf.h>

#include "profile/array.h"
#include "profile/symbols.h"

typedef struct span {
    uint64_t start;
    uint64_t size;
} span;

// The segment with most code.
static span find_code(const char *path)
{
    span best = {0};
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    Elf *const elf =
        elf_version(EV_CURRENT) == EV_NONE || fd < 0 ? NULL : elf_begin(fd, ELF_C_READ, NULL);
    size_t count = 0;
    if (elf != NULL && elf_getphdrnum(elf, &count) == 0) {
        for (size_t i = 0; i < count; i++) {
            GElf_Phdr header;
            if (gelf_getphdr(elf, (int)i, &header) != NULL && header.p_type == PT_LOAD &&
                (header.p_flags & PF_X) != 0 && header.p_memsz > best.size) {
                best = (span){header.p_vaddr, header.p_memsz};
            }
        }
    }
    (void)elf_end(elf);
    if (fd >= 0) {
        (void)close(fd);
    }
    return best;
}

static bool add_process(heaplens_session *session, const char *path, span code, size_t count,
                        uint64_t bias)
{
    heaplens_process process = {.module_count = 1, .location_count = count, .node_count = 1};
    process.modules = heaplens__array_zeroed(1, sizeof(*process.modules));
    process.locations = heaplens__array_zeroed(count, sizeof(*process.locations));
    process.nodes = heaplens__array_zeroed(1, sizeof(*process.nodes));
    if (process.modules == NULL || process.locations == NULL || process.nodes == NULL ||
        heaplens__names_add(&session->names, path, strlen(path), &process.modules[0].path) !=
            HEAPLENS_OK) {
        return false;
    }
    process.modules[0].bias = bias;
    for (size_t i = 0; i < count; i++) {
        process.locations[i].address = bias + code.start + code.size * i / count;
    }
    return heaplens__session_add(session, &process) == HEAPLENS_OK;
}

static void say(const heaplens_session *session, double seconds)
{
    const heaplens_process *const process = &session->processes[0];
    size_t named = 0;
    for (size_t i = 0; i < process->location_count; i++) {
        named += process->locations[i].frame_count > 0 ? 1 : 0;
    }
    (void)printf(
        "%zu addresses, %zu with a name, %zu frames, %zu bytes of names, kind %u: %.2f s\n",
        process->location_count, named, process->frame_count, session->names.size,
        process->modules[0].symbols, seconds);
}

int main(int argc, char **argv)
{
    const size_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    const size_t processes = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    if (count == 0 || processes == 0) {
        (void)fprintf(stderr, "usage: symbol_scale FILE COUNT [PROCESSES]\n");
        return 2;
    }
    heaplens_session *const session = heaplens_session_create();
    const span code = find_code(argv[1]);
    bool is_ready = session != NULL && code.size > 0;
    for (size_t i = 0; i < processes && is_ready; i++) {
        is_ready = add_process(session, argv[1], code, count, (i + 1) << 32);
    }
    struct timespec before;
    struct timespec after;
    (void)clock_gettime(CLOCK_MONOTONIC, &before);
    if (!is_ready || heaplens_session_symbolise(session, NULL) != HEAPLENS_OK) {
        (void)fprintf(stderr, "symbol_scale: %s has no code, or memory is out\n", argv[1]);
        return 1;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &after);
    say(session,
        (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9);
    heaplens_session_destroy(session);
    return 0;
}
