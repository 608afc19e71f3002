// SPDX-License-Identifier: MIT
// Symbols of a session: opens each module once, sorts the addresses that lie in it, and lets the
// sources of symbols answer them.
#define _GNU_SOURCE

#include "profile/symbols.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <elfutils/libdwfl.h>

#include "profile/array.h"
#include "profile/symbols_module.h"

enum { BUILD_ID_BYTES_MAX = 64 };

heaplens_status heaplens__answers_add(heaplens_answers *answers, const char *function,
                                      const char *file, uint32_t line)
{
    if (answers->frame_count >= UINT32_MAX) {
        return HEAPLENS_ECAPACITY;
    }
    if (!heaplens__array_reserve(&answers->frames, &answers->frame_capacity,
                                 answers->frame_count + 1, sizeof(*answers->frames))) {
        return HEAPLENS_ENOMEM;
    }
    heaplens_frame frame = {.line = line};
    heaplens_status status = HEAPLENS_OK;
    if (function != NULL) {
        status = heaplens__names_add(answers->names, function, strlen(function), &frame.function);
    }
    if (status == HEAPLENS_OK && file != NULL) {
        status = heaplens__names_add(answers->names, file, strlen(file), &frame.file);
    }
    if (status == HEAPLENS_OK) {
        answers->frames[answers->frame_count++] = frame;
    }
    return status;
}

static int compare_questions(const void *a, const void *b)
{
    const heaplens_question *const x = a;
    const heaplens_question *const y = b;
    return (x->address > y->address) - (x->address < y->address);
}

static bool build_id_matches(Dwfl_Module *module, const char *expected)
{
    const unsigned char *bits = NULL;
    GElf_Addr address = 0;
    const int length = dwfl_module_build_id(module, &bits, &address);
    if (expected[0] == '\0' || length <= 0) {
        return true;  // nothing to compare
    }
    char text[2 * BUILD_ID_BYTES_MAX + 1] = "";
    for (int i = 0; i < length && i < BUILD_ID_BYTES_MAX; i++) {
        (void)snprintf(text + (size_t)i * 2, 3, "%02x", bits[i]);
    }
    return strcmp(text, expected) == 0;
}

static heaplens_status ask_module(Dwfl_Module *found, heaplens_module *module,
                                  heaplens_question *questions, size_t count,
                                  heaplens_answers *answers)
{
    GElf_Addr bias = 0;
    if (found == NULL || dwfl_module_getelf(found, &bias) == NULL) {
        module->symbols = HEAPLENS_SYMBOLS_MISSING;
        return HEAPLENS_OK;
    }
    if (!build_id_matches(found, heaplens__names_text(answers->names, module->build_id))) {
        module->symbols = HEAPLENS_SYMBOLS_CHANGED;
        return HEAPLENS_OK;
    }
    bool has_dwarf = false;
    bool has_names = false;
    heaplens_status status = heaplens__symbols_dwarf(found, questions, count, answers, &has_dwarf);
    if (status == HEAPLENS_OK) {
        status = heaplens__symbols_elf(found, questions, count, answers, &has_names);
    }
    module->symbols = has_dwarf   ? HEAPLENS_SYMBOLS_LINES
                      : has_names ? HEAPLENS_SYMBOLS_NAMES
                                  : HEAPLENS_SYMBOLS_MISSING;
    return status;
}

// A library that was unloaded may have left its addresses to another, so each module is looked at
// alone, in a Dwfl of its own.
static heaplens_status open_and_ask(heaplens_module *module, heaplens_question *questions,
                                    size_t count, heaplens_answers *answers)
{
    static const Dwfl_Callbacks callbacks = {
        .find_elf = dwfl_build_id_find_elf,
        .find_debuginfo = dwfl_standard_find_debuginfo,
        .section_address = dwfl_offline_section_address,
    };
    Dwfl *const dwfl = dwfl_begin(&callbacks);
    if (dwfl == NULL) {
        return HEAPLENS_ENOMEM;
    }
    // Opened here: a path that is not a regular file must not block, as a FIFO would.
    const char *const path = heaplens__names_text(answers->names, module->path);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    Dwfl_Module *found = NULL;
    if (fd >= 0) {
        found = dwfl_report_elf(dwfl, path, path, fd, module->bias, true);
        if (found == NULL) {
            (void)close(fd);
        }
    }
    (void)dwfl_report_end(dwfl, NULL, NULL);
    const heaplens_status status = ask_module(found, module, questions, count, answers);
    dwfl_end(dwfl);
    return status;
}

// Questions of one module after the other: a counting sort by module, then by address inside it.
static size_t sort_questions(const heaplens_process *process, heaplens_question *questions,
                             size_t *starts)
{
    for (size_t i = 0; i < process->location_count; i++) {
        if (process->locations[i].module != HEAPLENS_MODULE_NONE) {
            starts[process->locations[i].module + 1]++;
        }
    }
    for (size_t m = 0; m < process->module_count; m++) {
        starts[m + 1] += starts[m];
    }
    size_t total = starts[process->module_count];
    // Filled from behind, so that starts[m + 1] ends up as the begin of module m, shifted back below.
    for (size_t i = process->location_count; i > 0; i--) {
        const heaplens_location *const location = &process->locations[i - 1];
        if (location->module != HEAPLENS_MODULE_NONE) {
            questions[--starts[location->module + 1]] = (heaplens_question){
                .address = location->address,
                .location = (uint32_t)(i - 1),
            };
        }
    }
    for (size_t m = 0; m < process->module_count; m++) {
        starts[m] = starts[m + 1];
    }
    starts[process->module_count] = total;
    return total;
}

static heaplens_status symbolise_modules(heaplens_process *process, heaplens_question *questions,
                                         size_t *starts, heaplens_answers *answers)
{
    (void)sort_questions(process, questions, starts);
    heaplens_status status = HEAPLENS_OK;
    for (size_t m = 0; m < process->module_count && status == HEAPLENS_OK; m++) {
        heaplens_question *const mine = questions + starts[m];
        const size_t count = starts[m + 1] - starts[m];
        if (count == 0) {
            continue;  // stays HEAPLENS_SYMBOLS_PENDING: nobody asked
        }
        qsort(mine, count, sizeof(*mine), compare_questions);
        status = open_and_ask(&process->modules[m], mine, count, answers);
        for (size_t i = 0; i < count; i++) {
            process->locations[mine[i].location].frame_first = mine[i].frame_first;
            process->locations[mine[i].location].frame_count = mine[i].frame_count;
        }
    }
    return status;
}

static heaplens_status symbolise_process(heaplens_names *names, heaplens_process *process)
{
    heaplens_answers answers = {.names = names};
    heaplens_question *const questions =
        heaplens__array_zeroed(process->location_count, sizeof(*questions));
    size_t *const starts = heaplens__array_zeroed(process->module_count + 1, sizeof(*starts));
    heaplens_status status = HEAPLENS_ENOMEM;
    if (questions != NULL && starts != NULL) {
        status = symbolise_modules(process, questions, starts, &answers);
    }
    free(questions);
    free(starts);
    if (status != HEAPLENS_OK) {
        free(answers.frames);
        for (size_t i = 0; i < process->location_count; i++) {
            process->locations[i].frame_first = 0;
            process->locations[i].frame_count = 0;
        }
        answers = (heaplens_answers){0};
    }
    free(process->frames);
    process->frames = answers.frames;
    process->frame_count = answers.frame_count;
    return status;
}

heaplens_status heaplens_session_symbolise(heaplens_session *session)
{
    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 0; i < session->process_count && status == HEAPLENS_OK; i++) {
        status = symbolise_process(&session->names, &session->processes[i]);
    }
    return status;
}
