// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void cut_line(char *text)
{
    text[strcspn(text, "\n")] = '\0';
}

// The first line of a small file; "" if there is none.
static void read_line(const char *path, char *line, size_t cap)
{
    line[0] = '\0';
    FILE *const file = fopen(path, "re");
    if (file == NULL) {
        return;
    }
    if (fgets(line, (int)cap, file) == NULL) {
        line[0] = '\0';
    }
    cut_line(line);
    (void)fclose(file);
}

// x86 says "model name", others "Model" or nothing.
static void read_processor(char *name, size_t cap)
{
    name[0] = '\0';
    FILE *const file = fopen("/proc/cpuinfo", "re");
    if (file == NULL) {
        return;
    }
    char line[512];
    while (name[0] == '\0' && fgets(line, sizeof line, file) != NULL) {
        const char *const colon = strchr(line, ':');
        if (colon != NULL && (strncmp(line, "model name", 10) == 0 ||
                              strncmp(line, "Model", 5) == 0 || strncmp(line, "cpu\t", 4) == 0)) {
            cut_line(line);
            (void)snprintf(name, cap, "%s", colon[1] == ' ' ? colon + 2 : colon + 1);
        }
    }
    (void)fclose(file);
}

static void hash_text(uint64_t *hash, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        *hash = (*hash ^ (unsigned char)*c) * 0x100000001b3U;
    }
    *hash = (*hash ^ 0xff) * 0x100000001b3U;
}

static void make_fingerprint(heaplens_machine *machine)
{
    char count[16];
    (void)snprintf(count, sizeof count, "%" PRIu32, machine->processors);
    uint64_t hash = 0xcbf29ce484222325U;
    hash_text(&hash, machine->processor);
    hash_text(&hash, machine->architecture);
    hash_text(&hash, count);
    (void)snprintf(machine->fingerprint, sizeof machine->fingerprint, "%016" PRIx64, hash);
}

heaplens_machine heaplens__machine_read(void)
{
    heaplens_machine machine = {0};
    struct utsname system;
    if (uname(&system) == 0) {
        (void)snprintf(machine.architecture, sizeof machine.architecture, "%.31s", system.machine);
        (void)snprintf(machine.kernel, sizeof machine.kernel, "%.20s %.64s", system.sysname,
                       system.release);
    }
    read_processor(machine.processor, sizeof machine.processor);
    read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", machine.governor,
              sizeof machine.governor);
    char setting[8];
    read_line("/proc/sys/kernel/randomize_va_space", setting, sizeof setting);
    machine.randomises_addresses = setting[0] == '1' || setting[0] == '2';
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    machine.processors = processors > 0 ? (uint32_t)processors : 0;
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page = sysconf(_SC_PAGE_SIZE);
    machine.memory_bytes = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : 0;
    make_fingerprint(&machine);
    return machine;
}
