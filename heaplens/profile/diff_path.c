// SPDX-License-Identifier: MIT
// Call stacks as paths of function names. A stack's path follows from its parent's, so that a whole
// process costs one step a frame, however deep its stacks are.
#include "profile/diff_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/array.h"
#include "profile/responsible.h"

enum {
    PERIOD_MAX = 8,  // functions in a cycle of recursion that is still seen as one
    STEPS_SEEN = 2 * PERIOD_MAX,
    MODULE_BYTES = 256,  // of a module's name that are shown: no file's name is longer
    SLOTS_AT_FIRST = 1 << 12,
};

// ------------------------------------------------------------------------------------ the tree

heaplens_status heaplens__paths_init(heaplens_paths *paths)
{
    *paths = (heaplens_paths){.slot_count = SLOTS_AT_FIRST};
    paths->slots = heaplens__array_zeroed(SLOTS_AT_FIRST, sizeof(*paths->slots));
    if (paths->slots == NULL ||
        !heaplens__array_reserve(&paths->steps, &paths->step_capacity, 1, sizeof(*paths->steps))) {
        return HEAPLENS_ENOMEM;
    }
    paths->steps[HEAPLENS_PATH_EMPTY] = (heaplens_path_step){0};
    paths->step_count = 1;
    return HEAPLENS_OK;
}

void heaplens__paths_deinit(heaplens_paths *paths)
{
    heaplens__names_deinit(&paths->names);
    free(paths->steps);
    free(paths->slots);
    *paths = (heaplens_paths){0};
}

// The slot that holds the step, or the free one where it belongs.
static size_t find_step_slot(const heaplens_paths *paths, heaplens_path_step step)
{
    // Multiplicative hashing; the constant is 2^64 divided by the golden ratio.
    const uint64_t key = (uint64_t)step.parent << 32 | step.function;
    size_t at = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (paths->slot_count - 1);
    for (;;) {
        const heaplens_path_step *const known = &paths->steps[paths->slots[at]];
        if (paths->slots[at] == HEAPLENS_PATH_EMPTY ||
            (known->parent == step.parent && known->function == step.function)) {
            return at;
        }
        at = (at + 1) & (paths->slot_count - 1);
    }
}

static bool grow_step_slots(heaplens_paths *paths)
{
    heaplens_path *const slots = heaplens__array_zeroed(paths->slot_count * 2, sizeof(*slots));
    if (slots == NULL) {
        return false;
    }
    free(paths->slots);
    paths->slots = slots;
    paths->slot_count *= 2;
    for (size_t i = 1; i < paths->step_count; i++) {
        slots[find_step_slot(paths, paths->steps[i])] = (heaplens_path)i;
    }
    return true;
}

static heaplens_status find_or_add_step(heaplens_paths *paths, heaplens_path_step step,
                                        heaplens_path *out)
{
    size_t slot = find_step_slot(paths, step);
    if (paths->slots[slot] == HEAPLENS_PATH_EMPTY) {
        if (paths->step_count == UINT32_MAX) {
            return HEAPLENS_ECAPACITY;
        }
        if (!heaplens__array_reserve(&paths->steps, &paths->step_capacity, paths->step_count + 1,
                                     sizeof(*paths->steps)) ||
            (paths->step_count * 2 >= paths->slot_count && !grow_step_slots(paths))) {
            return HEAPLENS_ENOMEM;
        }
        slot = find_step_slot(paths, step);
        paths->steps[paths->step_count] = step;
        paths->slots[slot] = (heaplens_path)paths->step_count++;
    }
    *out = paths->slots[slot];
    return HEAPLENS_OK;
}

heaplens_status heaplens__paths_push(heaplens_paths *paths, heaplens_path path,
                                     heaplens_name function, heaplens_path *out)
{
    // The innermost functions, the new one first, and the path that is left without the first n.
    heaplens_name functions[STEPS_SEEN] = {function};
    heaplens_path outer[STEPS_SEEN + 1] = {0, path};
    size_t count = 1;
    for (; count < STEPS_SEEN && outer[count] != HEAPLENS_PATH_EMPTY; count++) {
        const heaplens_path_step *const step = &paths->steps[outer[count]];
        functions[count] = step->function;
        outer[count + 1] = step->parent;
    }
    for (size_t period = 1; period * 2 <= count; period++) {
        if (memcmp(functions, functions + period, period * sizeof(functions[0])) == 0) {
            *out = outer[period];
            return HEAPLENS_OK;
        }
    }
    return find_or_add_step(paths, (heaplens_path_step){path, function}, out);
}

const char *heaplens__path_function(const heaplens_paths *paths, heaplens_path path)
{
    return heaplens__names_text(&paths->names, paths->steps[path].function);
}

heaplens_path heaplens__path_responsible(const heaplens_paths *paths, heaplens_path path)
{
    for (heaplens_path at = path; at != HEAPLENS_PATH_EMPTY; at = paths->steps[at].parent) {
        if (!heaplens__is_wrapper(heaplens__path_function(paths, at))) {
            return at;
        }
    }
    return path;
}

// ----------------------------------------------------------------------------------- the names

// Is text[0, length) a word that compilers put behind the name of a copy of a function?
static bool is_clone_word(const char *text, size_t length)
{
    static const char *const words[] = {"clone", "cold", "constprop",  "isra",
                                        "llvm",  "part", "localalias", "lto_priv"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i]) == length && memcmp(words[i], text, length) == 0) {
            return true;
        }
    }
    return false;
}

// Where the dot before the last part of name[0, length) is; `length` if there is none.
static size_t last_dot(const char *name, size_t length)
{
    for (size_t at = length; at > 1; at--) {
        if (name[at - 1] == '.') {
            return at - 1;
        }
    }
    return length;
}

size_t heaplens__function_length(const char *name)
{
    // The demangler writes the suffixes of C++ as " [clone .cold]", the linker versions as "@@V".
    const char *const clone = strstr(name, " [clone .");
    const char *const version = strchr(name, '@');
    size_t length = clone != NULL && clone != name ? (size_t)(clone - name) : strlen(name);
    if (version != NULL && version != name && (size_t)(version - name) < length) {
        length = (size_t)(version - name);
    }
    for (;;) {
        size_t dot = last_dot(name, length);
        size_t end = length;
        if (dot + 1 < length && strspn(name + dot + 1, "0123456789") >= length - dot - 1) {
            end = dot;  // a number: of the word before it, or the name's own
            dot = last_dot(name, end);
        }
        if (dot >= end || !is_clone_word(name + dot + 1, end - dot - 1)) {
            return length;
        }
        length = dot;
    }
}

const char *heaplens__module_name(const char *path, size_t *length)
{
    const char *const slash = strrchr(path, '/');
    const char *const base = slash == NULL ? path : slash + 1;
    const char *const version = strstr(base, ".so.");
    *length = version == NULL ? strlen(base) : (size_t)(version - base) + 3;
    return base;
}

// ------------------------------------------------------------------------ stacks of one process

// Which modules' files, by their build ids, are in the other profile too? A set of texts answers in
// linear time: an id that is already in it is older than its size.
static heaplens_status find_shared_files(const heaplens_diff_side *side,
                                         const heaplens_diff_side *other, bool *is_shared)
{
    heaplens_names known = {0};
    heaplens_name name = HEAPLENS_NAME_NONE;
    heaplens_status status = HEAPLENS_OK;
    const size_t other_count = other->process == NULL ? 0 : other->process->module_count;
    for (size_t i = 0; i < other_count && status == HEAPLENS_OK; i++) {
        const char *const id =
            heaplens__names_text(&other->session->names, other->process->modules[i].build_id);
        status = heaplens__names_add(&known, id, strlen(id), &name);
    }
    const size_t known_size = known.size;
    for (size_t i = 0; i < side->process->module_count && status == HEAPLENS_OK; i++) {
        const char *const id =
            heaplens__names_text(&side->session->names, side->process->modules[i].build_id);
        status = heaplens__names_add(&known, id, strlen(id), &name);
        is_shared[i] = name != HEAPLENS_NAME_NONE && name < known_size;
    }
    heaplens__names_deinit(&known);
    return status;
}

// A name for a location that has none.
static heaplens_status name_place(heaplens_paths *paths, const heaplens_diff_side *side,
                                  const heaplens_location *location, bool is_shared,
                                  heaplens_name *out)
{
    char text[MODULE_BYTES + 32] = "[?]";
    if (location->module != HEAPLENS_MODULE_NONE) {
        const heaplens_module *const module = &side->process->modules[location->module];
        size_t length = 0;
        const char *const base = heaplens__module_name(
            heaplens__names_text(&side->session->names, module->path), &length);
        const int shown = length < MODULE_BYTES ? (int)length : MODULE_BYTES;
        char offset[24] = "";
        if (is_shared) {
            (void)snprintf(offset, sizeof(offset), "+0x%llx",
                           (unsigned long long)(location->address - module->bias));
        }
        (void)snprintf(text, sizeof(text), "[%.*s%s]", shown, base, offset);
    }
    return heaplens__names_add(&paths->names, text, strlen(text), out);
}

typedef struct path_walk {
    heaplens_paths *paths;
    const heaplens_diff_side *side;
    heaplens_name *functions;  // by frame; HEAPLENS_NAME_NONE: not yet looked up, or nameless
    heaplens_name *places;     // by location without a frame
    bool *is_shared;           // by module
} path_walk;

static heaplens_status function_of(path_walk *walk, size_t frame, heaplens_name *out)
{
    const heaplens_name name = walk->side->process->frames[frame].function;
    if (walk->functions[frame] == HEAPLENS_NAME_NONE && name != HEAPLENS_NAME_NONE) {
        const char *const text = heaplens__names_text(&walk->side->session->names, name);
        const heaplens_status status = heaplens__names_add(
            &walk->paths->names, text, heaplens__function_length(text), &walk->functions[frame]);
        if (status != HEAPLENS_OK) {
            return status;
        }
    }
    *out = walk->functions[frame];
    return HEAPLENS_OK;
}

static heaplens_status place_of(path_walk *walk, uint32_t index, heaplens_name *out)
{
    const heaplens_location *const location = &walk->side->process->locations[index];
    heaplens_status status = HEAPLENS_OK;
    if (walk->places[index] == HEAPLENS_NAME_NONE) {
        const bool is_shared =
            location->module != HEAPLENS_MODULE_NONE && walk->is_shared[location->module];
        status = name_place(walk->paths, walk->side, location, is_shared, &walk->places[index]);
    }
    *out = walk->places[index];
    return status;
}

// The path of a stack, given that of the stack without its innermost location.
static heaplens_status push_location(path_walk *walk, uint32_t index, heaplens_path path,
                                     heaplens_path *out)
{
    const heaplens_location *const location = &walk->side->process->locations[index];
    heaplens_status status = HEAPLENS_OK;
    heaplens_name name = HEAPLENS_NAME_NONE;
    bool is_named = false;
    uint32_t frame = location->frame_count < HEAPLENS_PATH_INLINED_MAX ? location->frame_count
                                                                       : HEAPLENS_PATH_INLINED_MAX;
    for (; frame > 0 && status == HEAPLENS_OK; frame--) {
        status = function_of(walk, location->frame_first + frame - 1, &name);
        if (status == HEAPLENS_OK && name != HEAPLENS_NAME_NONE) {
            is_named = true;
            status = heaplens__paths_push(walk->paths, path, name, &path);
        }
    }
    if (status == HEAPLENS_OK && !is_named) {
        status = place_of(walk, index, &name);
        if (status == HEAPLENS_OK) {
            status = heaplens__paths_push(walk->paths, path, name, &path);
        }
    }
    *out = path;
    return status;
}

heaplens_status heaplens__paths_of_nodes(heaplens_paths *paths, const heaplens_diff_side *side,
                                         const heaplens_diff_side *other, heaplens_path *out)
{
    const heaplens_process *const process = side->process;
    path_walk walk = {
        .paths = paths,
        .side = side,
        .functions = heaplens__array_zeroed(process->frame_count, sizeof(*walk.functions)),
        .places = heaplens__array_zeroed(process->location_count, sizeof(*walk.places)),
        .is_shared = heaplens__array_zeroed(process->module_count, sizeof(*walk.is_shared)),
    };
    heaplens_status status = HEAPLENS_ENOMEM;
    if (walk.functions != NULL && walk.places != NULL && walk.is_shared != NULL) {
        status = find_shared_files(side, other, walk.is_shared);
        out[HEAPLENS_NODE_ROOT] = HEAPLENS_PATH_EMPTY;
        for (size_t i = 1; i < process->node_count && status == HEAPLENS_OK; i++) {
            const heaplens_node *const node = &process->nodes[i];
            status = push_location(&walk, node->location, out[node->parent], &out[i]);
        }
    }
    free(walk.functions);
    free(walk.places);
    free(walk.is_shared);
    return status;
}
