// SPDX-License-Identifier: MIT
#include "profile/responsible.h"

#include <stdlib.h>
#include <string.h>

#include "profile/array.h"
#include "profile/numbering.h"

// Sorted, for bsearch().
static const char *const wrappers[] = {
    "PyMem_Calloc",
    "PyMem_Malloc",
    "PyMem_RawCalloc",
    "PyMem_RawMalloc",
    "PyMem_RawRealloc",
    "PyMem_Realloc",
    "PyObject_Calloc",
    "PyObject_Malloc",
    "PyObject_Realloc",
    "_PyMem_RawCalloc",
    "_PyMem_RawMalloc",
    "_PyMem_RawRealloc",
    "_PyObject_Malloc",
    "_PyObject_Realloc",
    "__libc_calloc",
    "__libc_malloc",
    "__libc_memalign",
    "__libc_realloc",
    "__rust_alloc",
    "__rust_alloc_zeroed",
    "__rust_realloc",
    "__strdup",
    "__strndup",
    "aligned_alloc",
    "asprintf",
    "av_malloc",
    "bfd_alloc",
    "bfd_malloc",
    "bfd_zalloc",
    "calloc",
    "competency__allocate",
    "competency__allocate_aligned",
    "competency__allocate_zeroed",
    "competency__copy_text",
    "competency__reserve",
    "competency__resize",
    "concat",
    "g_malloc",
    "g_malloc0",
    "g_malloc0_n",
    "g_malloc_n",
    "g_memdup2",
    "g_realloc",
    "g_realloc_n",
    "g_slice_alloc",
    "g_slice_alloc0",
    "g_strdup",
    "g_strndup",
    "g_try_malloc",
    "jv_mem_alloc",
    "jv_mem_realloc",
    "malloc",
    "memalign",
    "objalloc_create",
    "posix_memalign",
    "pvalloc",
    "realloc",
    "reallocarray",
    "sqlite3DbMallocRaw",
    "sqlite3DbMallocRawNN",
    "sqlite3DbMallocZero",
    "sqlite3DbRealloc",
    "sqlite3Malloc",
    "sqlite3MallocZero",
    "sqlite3MemMalloc",
    "sqlite3MemRealloc",
    "sqlite3Realloc",
    "sqlite3_malloc",
    "sqlite3_malloc64",
    "sqlite3_realloc",
    "sqlite3_realloc64",
    "strdup",
    "strndup",
    "valloc",
    "vasprintf",
    "xcalloc",
    "xmalloc",
    "xmemdup",
    "xrealloc",
    "xreallocarray",
    "xstrdup",
    "xstrndup",
    "xzalloc",
};

// Namespaces of libraries whose containers allocate for their users.
static const char *const prefixes[] = {
    "std::", "__gnu_cxx::", "operator new", "alloc::", "<alloc::", "hashbrown::", "core::",
};

static int compare_name(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

// Behind a return type, as templates have it: "void std::vector<int>::emplace_back<int>(int&&)".
static const char *behind_return_type(const char *function)
{
    const size_t word = strcspn(function, " <(");
    return function[word] == ' ' && strncmp(function, "operator", 8) != 0 ? function + word + 1
                                                                          : function;
}

// The C library calls itself by aliases: __GI___strdup and __strdup are strdup.
static const char *behind_alias(const char *function)
{
    static const char internal[] = "__GI_";
    const size_t length = sizeof(internal) - 1;
    const char *const name =
        strncmp(function, internal, length) == 0 ? function + length : function;
    return name + strspn(name, "_");
}

static bool is_listed(const char *function)
{
    return bsearch(function, wrappers, sizeof(wrappers) / sizeof(wrappers[0]), sizeof(wrappers[0]),
                   compare_name) != NULL;
}

bool heaplens__is_wrapper(const char *function)
{
    const char *const name = behind_return_type(function);
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        const size_t length = strlen(prefixes[i]);
        if (strncmp(function, prefixes[i], length) == 0 ||
            strncmp(name, prefixes[i], length) == 0) {
            return true;
        }
    }
    return is_listed(function) || is_listed(behind_alias(function));
}

heaplens_name heaplens__place_function(const heaplens_process *process, heaplens_place place)
{
    if (place.location == NULL || place.frame >= place.location->frame_count) {
        return HEAPLENS_NAME_NONE;
    }
    return process->frames[place.location->frame_first + place.frame].function;
}

heaplens_place heaplens__responsible(const heaplens_session *session,
                                     const heaplens_process *process, uint32_t stack)
{
    heaplens_place innermost = {0};
    heaplens_place nameless = {0};
    for (uint32_t node = stack; node != HEAPLENS_NODE_ROOT; node = process->nodes[node].parent) {
        const heaplens_location *const location =
            &process->locations[process->nodes[node].location];
        innermost.location = innermost.location == NULL ? location : innermost.location;
        if (location->frame_count == 0 && nameless.location == NULL) {
            nameless.location = location;
        }
        for (uint32_t f = 0; f < location->frame_count; f++) {
            const heaplens_place place = {location, f};
            const heaplens_name function = heaplens__place_function(process, place);
            if (function != HEAPLENS_NAME_NONE &&
                !heaplens__is_wrapper(heaplens__names_text(&session->names, function))) {
                const bool is_elsewhere =
                    nameless.location != NULL && nameless.location->module != location->module;
                return is_elsewhere ? nameless : place;
            }
        }
    }
    return innermost;
}

// ------------------------------------------------------------------------------- culprits

// The row of a function, or of a module's code without symbols.
static heaplens_culprit *find_culprit(heaplens_numbering *numbers, heaplens_culprit *rows,
                                      heaplens_name function, uint32_t module)
{
    const size_t count = numbers->count;
    const uint32_t row = heaplens__numbering_of(numbers, (uint64_t)function << 32 | module);
    if (row == count) {
        rows[row] =
            (heaplens_culprit){.function = function, .module = module, .sum.first_ns = UINT64_MAX};
    }
    return &rows[row];
}

heaplens_status heaplens_culprits(const heaplens_session *session, const heaplens_process *process,
                                  heaplens_culprit **out, size_t *count)
{
    *out = NULL;
    *count = 0;
    heaplens_numbering numbers = {0};
    heaplens_culprit *const rows = heaplens__array_zeroed(process->site_count, sizeof(*rows));
    if (rows == NULL || !heaplens__numbering_init(&numbers, process->site_count)) {
        heaplens__numbering_deinit(&numbers);
        free(rows);
        return HEAPLENS_ENOMEM;
    }
    size_t e = 0;
    for (size_t i = 0; i < process->site_count; i++) {
        const heaplens_place place =
            heaplens__responsible(session, process, process->sites[i].stack);
        const heaplens_name function = heaplens__place_function(process, place);
        const bool is_nameless = function == HEAPLENS_NAME_NONE && place.location != NULL;
        heaplens_culprit *const row = find_culprit(
            &numbers, rows, function, is_nameless ? place.location->module : HEAPLENS_MODULE_NONE);
        row->site_first = row->sites == 0 ? (uint32_t)i : row->site_first;
        row->sites++;
        heaplens__site_add(&row->sum, &process->sites[i]);
        // Estimates are by site.
        if (e < process->estimate_count && process->estimates[e].site == i) {
            heaplens_spread_add(&row->spread, process, &process->estimates[e++]);
        }
    }
    *out = rows;
    *count = numbers.count;
    heaplens__numbering_deinit(&numbers);
    return HEAPLENS_OK;
}
