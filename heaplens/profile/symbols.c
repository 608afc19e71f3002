// SPDX-License-Identifier: MIT
// Symbols of a session: each file is opened once, however many processes had it loaded, and each
// address in it is looked up once.
#define _GNU_SOURCE

#include "profile/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "profile/array.h"
#include "profile/symbols_kept.h"

// A module of a process. Those of one file stand beside each other once they are sorted.
typedef struct module_ref {
    heaplens_name path;
    heaplens_name build_id;
    uint32_t process;
    uint32_t module;
} module_ref;

// A location whose frames are wanted.
typedef struct wanted {
    uint64_t address;  // in the file
    uint32_t file;
    uint32_t process;
    uint32_t location;
} wanted;

typedef struct job {
    heaplens_session *session;
    module_ref *refs;   // sorted by file
    uint32_t *file_of;  // file of each module of the session, in the order of the processes
    size_t ref_count;
    wanted *wanted;  // sorted by file and address
    size_t wanted_count;
    heaplens_question *questions;  // room for the addresses of one file
    heaplens_answers answers;
    heaplens_symbol_cache cache;
} job;

static int compare_u64(uint64_t x, uint64_t y)
{
    return (x > y) - (x < y);
}

static bool is_same_file(const module_ref *x, const module_ref *y)
{
    return x->path == y->path && x->build_id == y->build_id;
}

static int compare_refs(const void *a, const void *b)
{
    const module_ref *const x = a;
    const module_ref *const y = b;
    const int by_path = compare_u64(x->path, y->path);
    return by_path != 0 ? by_path : compare_u64(x->build_id, y->build_id);
}

static int compare_wanted(const void *a, const void *b)
{
    const wanted *const x = a;
    const wanted *const y = b;
    const int by_file = compare_u64(x->file, y->file);
    return by_file != 0 ? by_file : compare_u64(x->address, y->address);
}

// Number the files of the session. A file is a path and a build id: a library that was replaced
// while the session ran is two.
static heaplens_status number_files(job *j)
{
    const heaplens_session *const session = j->session;
    size_t count = 0;
    for (size_t p = 0; p < session->process_count; p++) {
        count += session->processes[p].module_count;
    }
    size_t *const first = heaplens__array_zeroed(session->process_count, sizeof(*first));
    j->refs = heaplens__array_zeroed(count, sizeof(*j->refs));
    j->file_of = heaplens__array_zeroed(count, sizeof(*j->file_of));
    if (first == NULL || j->refs == NULL || j->file_of == NULL || count > UINT32_MAX) {
        free(first);
        return HEAPLENS_ENOMEM;
    }
    for (size_t p = 0; p < session->process_count; p++) {
        const heaplens_process *const process = &session->processes[p];
        first[p] = j->ref_count;
        for (size_t m = 0; m < process->module_count; m++) {
            j->refs[j->ref_count++] = (module_ref){
                .path = process->modules[m].path,
                .build_id = process->modules[m].build_id,
                .process = (uint32_t)p,
                .module = (uint32_t)m,
            };
        }
    }
    qsort(j->refs, j->ref_count, sizeof(*j->refs), compare_refs);
    uint32_t file = 0;
    for (size_t i = 0; i < j->ref_count; i++) {
        file += i > 0 && !is_same_file(&j->refs[i - 1], &j->refs[i]) ? 1 : 0;
        j->file_of[first[j->refs[i].process] + j->refs[i].module] = file;
    }
    free(first);
    return HEAPLENS_OK;
}

static heaplens_status collect_wanted(job *j)
{
    const heaplens_session *const session = j->session;
    size_t count = 0;
    for (size_t p = 0; p < session->process_count; p++) {
        count += session->processes[p].location_count;
    }
    j->wanted = heaplens__array_zeroed(count, sizeof(*j->wanted));
    j->questions = heaplens__array_zeroed(count, sizeof(*j->questions));
    if (j->wanted == NULL || j->questions == NULL) {
        return HEAPLENS_ENOMEM;
    }
    size_t first = 0;
    for (size_t p = 0; p < session->process_count; p++) {
        const heaplens_process *const process = &session->processes[p];
        for (size_t i = 0; i < process->location_count; i++) {
            heaplens_location *const location = &process->locations[i];
            location->frame_first = 0;
            location->frame_count = 0;
            if (location->module == HEAPLENS_MODULE_NONE) {
                continue;
            }
            j->wanted[j->wanted_count++] = (wanted){
                .address = location->address - process->modules[location->module].bias,
                .file = j->file_of[first + location->module],
                .process = (uint32_t)p,
                .location = (uint32_t)i,
            };
        }
        first += process->module_count;
    }
    qsort(j->wanted, j->wanted_count, sizeof(*j->wanted), compare_wanted);
    return HEAPLENS_OK;
}

// Ask a file for the addresses of its run of `wanted`, each once, and tell every location.
static heaplens_status ask_file(job *j, const wanted *run, size_t run_count, const module_ref *refs,
                                size_t ref_count)
{
    heaplens_question *const questions = j->questions;
    size_t asked = 0;
    for (size_t i = 0; i < run_count; i++) {
        if (i == 0 || run[i].address != run[i - 1].address) {
            questions[asked++] = (heaplens_question){.address = run[i].address};
        }
    }
    uint32_t found = HEAPLENS_SYMBOLS_MISSING;
    // The answers add names, which may move the texts.
    const heaplens_names *const names = &j->session->names;
    char *const path = strdup(heaplens__names_text(names, refs[0].path));
    char *const build_id = strdup(heaplens__names_text(names, refs[0].build_id));
    heaplens_status status = HEAPLENS_ENOMEM;
    if (path != NULL && build_id != NULL) {
        status = heaplens__symbols_kept(&j->cache, (heaplens_symbol_source){path, build_id},
                                        questions, asked, &j->answers, &found);
    }
    free(path);
    free(build_id);
    for (size_t i = 0; i < ref_count; i++) {
        j->session->processes[refs[i].process].modules[refs[i].module].symbols = found;
    }
    const heaplens_question *question = questions;
    for (size_t i = 0; i < run_count; i++) {
        question += run[i].address != question->address ? 1 : 0;
        heaplens_location *const location =
            &j->session->processes[run[i].process].locations[run[i].location];
        location->frame_first = question->frame_first;
        location->frame_count = question->frame_count;
    }
    return status;
}

// A file in which no address lies stays HEAPLENS_SYMBOLS_PENDING: nobody asked.
static heaplens_status ask_files(job *j)
{
    heaplens_status status = HEAPLENS_OK;
    size_t ref = 0;
    uint32_t ref_file = 0;
    for (size_t i = 0; i < j->wanted_count && status == HEAPLENS_OK;) {
        const uint32_t file = j->wanted[i].file;
        size_t run_end = i;
        while (run_end < j->wanted_count && j->wanted[run_end].file == file) {
            run_end++;
        }
        while (ref_file < file) {
            ref++;
            ref_file += is_same_file(&j->refs[ref - 1], &j->refs[ref]) ? 0 : 1;
        }
        size_t ref_end = ref + 1;
        while (ref_end < j->ref_count && is_same_file(&j->refs[ref], &j->refs[ref_end])) {
            ref_end++;
        }
        status = ask_file(j, j->wanted + i, run_end - i, j->refs + ref, ref_end - ref);
        i = run_end;
    }
    return status;
}

// Give a process its own copies of the frames that its locations name.
static heaplens_status hand_out(const job *j, heaplens_process *process)
{
    size_t count = 0;
    for (size_t i = 0; i < process->location_count; i++) {
        count += process->locations[i].frame_count;
    }
    heaplens_frame *const frames = heaplens__array_zeroed(count, sizeof(*frames));
    if (frames == NULL || count > UINT32_MAX) {
        free(frames);
        return HEAPLENS_ENOMEM;
    }
    uint32_t used = 0;
    for (size_t i = 0; i < process->location_count; i++) {
        heaplens_location *const location = &process->locations[i];
        for (uint32_t f = 0; f < location->frame_count; f++) {
            frames[used + f] = j->answers.frames[location->frame_first + f];
        }
        location->frame_first = used;
        used += location->frame_count;
    }
    free(process->frames);
    process->frames = frames;
    process->frame_count = used;
    return HEAPLENS_OK;
}

static void forget_frames(heaplens_session *session)
{
    for (size_t p = 0; p < session->process_count; p++) {
        heaplens_process *const process = &session->processes[p];
        for (size_t i = 0; i < process->location_count; i++) {
            process->locations[i].frame_first = 0;
            process->locations[i].frame_count = 0;
        }
        process->frame_count = 0;
    }
}

heaplens_status heaplens_session_symbolise(heaplens_session *session, const char *cache)
{
    job j = {
        .session = session,
        .answers = {.names = &session->names},
        .cache = heaplens__symbol_cache_open(cache),
    };
    heaplens_status status = number_files(&j);
    if (status == HEAPLENS_OK) {
        status = collect_wanted(&j);
    }
    if (status == HEAPLENS_OK) {
        status = ask_files(&j);
    }
    for (size_t p = 0; p < session->process_count && status == HEAPLENS_OK; p++) {
        status = hand_out(&j, &session->processes[p]);
    }
    if (status != HEAPLENS_OK) {
        forget_frames(session);
    }
    free(j.refs);
    free(j.file_of);
    free(j.wanted);
    free(j.questions);
    heaplens__answers_deinit(&j.answers);
    heaplens__symbol_cache_close(&j.cache);
    return status;
}
