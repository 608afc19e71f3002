// SPDX-License-Identifier: MIT
// The second try of a diff, for profiles without line tables.
#include "profile/diff_blind.h"

#include <stdlib.h>

#include "profile/array.h"

// What is known of a function's name.
enum {
    IN_BEFORE = 1,
    IN_AFTER = 2,
    MAY_BE_INLINED = 4,  // where it is missing: its module has no line tables there
};

// The name of a module as both profiles know it, in a set of names.
static heaplens_status module_name(heaplens_names *set, const heaplens_diff_side *side,
                                   const heaplens_module *module, heaplens_name *out)
{
    size_t length = 0;
    const char *const base =
        heaplens__module_name(heaplens__names_text(&side->session->names, module->path), &length);
    return heaplens__names_add(set, base, length, out);
}

// Which modules of a side have no line tables in the other profile, though they are there?
static heaplens_status find_blind_modules(const heaplens_diff_side *side,
                                          const heaplens_diff_side *other, bool *is_blind,
                                          bool *any)
{
    heaplens_names blind = {0};
    heaplens_name name = HEAPLENS_NAME_NONE;
    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 0; i < other->process->module_count && status == HEAPLENS_OK; i++) {
        const heaplens_module *const module = &other->process->modules[i];
        if (module->symbols != HEAPLENS_SYMBOLS_LINES) {
            status = module_name(&blind, other, module, &name);
        }
    }
    const size_t blind_size = blind.size;
    for (size_t i = 0; i < side->process->module_count && status == HEAPLENS_OK; i++) {
        status = module_name(&blind, side, &side->process->modules[i], &name);
        is_blind[i] = name != HEAPLENS_NAME_NONE && name < blind_size;
        *any = *any || is_blind[i];
    }
    heaplens__names_deinit(&blind);
    return status;
}

// Adding a name that the paths have finds it. One that they do not have lies behind `mark_count`: it
// is of a location that no stack is at, and of no interest.
static heaplens_status mark_inlinable(heaplens_diff *diff, const heaplens_diff_side *side,
                                      const bool *is_blind, unsigned char *marks, size_t mark_count)
{
    const heaplens_process *const process = side->process;
    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 0; i < process->location_count; i++) {
        const heaplens_location *const location = &process->locations[i];
        const bool is_seen = location->module != HEAPLENS_MODULE_NONE && is_blind[location->module];
        const uint32_t frames = location->frame_count < HEAPLENS_PATH_INLINED_MAX
                                    ? location->frame_count
                                    : HEAPLENS_PATH_INLINED_MAX;
        for (uint32_t f = 0; is_seen && f < frames && status == HEAPLENS_OK; f++) {
            const char *const text = heaplens__names_text(
                &side->session->names, process->frames[location->frame_first + f].function);
            heaplens_name name = HEAPLENS_NAME_NONE;
            status = heaplens__names_add(&diff->paths.names, text, heaplens__function_length(text),
                                         &name);
            if (status == HEAPLENS_OK && name < mark_count) {
                marks[name] |= MAY_BE_INLINED;
            }
        }
    }
    return status;
}

static void mark_sides(const heaplens_diff *diff, unsigned char *marks)
{
    for (size_t i = 0; i < diff->site_count; i++) {
        const heaplens_diff_site *const row = &diff->sites[i];
        const unsigned sides =
            (row->sites_before > 0 ? IN_BEFORE : 0U) | (row->sites_after > 0 ? IN_AFTER : 0U);
        for (heaplens_path path = row->path; path != HEAPLENS_PATH_EMPTY;
             path = diff->paths.steps[path].parent) {
            unsigned char *const mark = &marks[diff->paths.steps[path].function];
            *mark = (unsigned char)(*mark | sides);
        }
    }
}

// What may be known of one side only because the other could not see it.
static bool is_unsure(unsigned char mark)
{
    return (mark & MAY_BE_INLINED) != 0 &&
           (mark & (IN_BEFORE | IN_AFTER)) != (IN_BEFORE | IN_AFTER);
}

// Every path without the functions that are not sure; parents precede their children.
static heaplens_status reduce_paths(heaplens_diff *diff, const unsigned char *marks,
                                    heaplens_path *reduced, size_t path_count)
{
    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 1; i < path_count && status == HEAPLENS_OK; i++) {
        const heaplens_path_step step = diff->paths.steps[i];
        reduced[i] = reduced[step.parent];
        if (!is_unsure(marks[step.function])) {
            status = heaplens__paths_push(&diff->paths, reduced[i], step.function, &reduced[i]);
        }
    }
    return status;
}

// ---------------------------------------------------------------------------------------- merging

static unsigned lone_side(const heaplens_diff_site *row)
{
    if (row->sites_before > 0 && row->sites_after > 0) {
        return 0;
    }
    return row->sites_before > 0 ? IN_BEFORE : IN_AFTER;
}

// The row is shown with the path, and the example, that it has after.
static void merge_row(heaplens_diff_site *into, const heaplens_diff_site *row)
{
    if (into->sites_after == 0 && row->sites_after > 0) {
        into->path = row->path;
        into->example = row->example;
    }
    into->sites_before += row->sites_before;
    into->sites_after += row->sites_after;
    heaplens__figures_sum(&into->before, &row->before);
    heaplens__figures_sum(&into->after, &row->after);
    into->is_loose = true;
}

typedef struct merge_plan {
    const heaplens_path *reduced;  // by path
    unsigned char *sides;          // by reduced path: of its unmatched rows
    uint32_t *row_of;              // by reduced path: 1 + the row that the others become
    uint32_t *moved_to;            // by row
} merge_plan;

static void renumber(uint32_t *rows, const heaplens_process *process, const uint32_t *moved_to)
{
    for (size_t i = 0; i < process->site_count; i++) {
        rows[i] = moved_to[rows[i]];
    }
}

static void merge_rows(heaplens_diff *diff, const merge_plan *plan)
{
    for (size_t i = 0; i < diff->site_count; i++) {
        const heaplens_path reduced = plan->reduced[diff->sites[i].path];
        plan->sides[reduced] = (unsigned char)(plan->sides[reduced] | lone_side(&diff->sites[i]));
    }
    size_t kept = 0;
    for (size_t i = 0; i < diff->site_count; i++) {
        const heaplens_diff_site row = diff->sites[i];
        const heaplens_path reduced = plan->reduced[row.path];
        const bool is_match = lone_side(&row) != 0 && reduced != HEAPLENS_PATH_EMPTY &&
                              plan->sides[reduced] == (IN_BEFORE | IN_AFTER);
        if (is_match && plan->row_of[reduced] != 0) {
            plan->moved_to[i] = plan->row_of[reduced] - 1;
            merge_row(&diff->sites[plan->row_of[reduced] - 1], &row);
            continue;
        }
        diff->sites[kept] = row;
        plan->moved_to[i] = (uint32_t)kept++;
        if (is_match) {
            plan->row_of[reduced] = (uint32_t)kept;
        }
    }
    diff->site_count = kept;
    renumber(diff->row_before, diff->before.process, plan->moved_to);
    renumber(diff->row_after, diff->after.process, plan->moved_to);
}

static heaplens_status match_reduced(heaplens_diff *diff, const unsigned char *marks)
{
    const size_t path_count = diff->paths.step_count;
    heaplens_path *const reduced = heaplens__array_zeroed(path_count, sizeof(*reduced));
    heaplens_status status = reduced == NULL ? HEAPLENS_ENOMEM : HEAPLENS_OK;
    if (status == HEAPLENS_OK) {
        status = reduce_paths(diff, marks, reduced, path_count);
    }
    const size_t step_count = diff->paths.step_count;
    const merge_plan plan = {
        .reduced = reduced,
        .sides = heaplens__array_zeroed(step_count, sizeof(*plan.sides)),
        .row_of = heaplens__array_zeroed(step_count, sizeof(*plan.row_of)),
        .moved_to = heaplens__array_zeroed(diff->site_count, sizeof(*plan.moved_to)),
    };
    if (plan.sides == NULL || plan.row_of == NULL || plan.moved_to == NULL) {
        status = HEAPLENS_ENOMEM;
    }
    if (status == HEAPLENS_OK) {
        merge_rows(diff, &plan);
    }
    free(reduced);
    free(plan.sides);
    free(plan.row_of);
    free(plan.moved_to);
    return status;
}

// Which names are in a module that the other profile has without line tables?
static heaplens_status mark_side(heaplens_diff *diff, const heaplens_diff_side *side,
                                 const heaplens_diff_side *other, unsigned char *marks,
                                 size_t mark_count, bool *any)
{
    bool *const is_blind = heaplens__array_zeroed(side->process->module_count, sizeof(*is_blind));
    bool is_any = false;
    heaplens_status status =
        is_blind == NULL ? HEAPLENS_ENOMEM : find_blind_modules(side, other, is_blind, &is_any);
    if (status == HEAPLENS_OK && is_any) {
        status = mark_inlinable(diff, side, is_blind, marks, mark_count);
    }
    free(is_blind);
    *any = *any || is_any;
    return status;
}

heaplens_status heaplens__diff_match_blind(heaplens_diff *diff)
{
    if (diff->before.process == NULL || diff->after.process == NULL) {
        return HEAPLENS_OK;
    }
    const size_t mark_count = diff->paths.names.size;
    unsigned char *const marks = heaplens__array_zeroed(mark_count, sizeof(*marks));
    bool any = false;
    if (marks == NULL) {
        return HEAPLENS_ENOMEM;
    }
    heaplens_status status = mark_side(diff, &diff->before, &diff->after, marks, mark_count, &any);
    if (status == HEAPLENS_OK) {
        status = mark_side(diff, &diff->after, &diff->before, marks, mark_count, &any);
    }
    if (status == HEAPLENS_OK && any) {
        mark_sides(diff, marks);
        status = match_reduced(diff, marks);
    }
    free(marks);
    return status;
}
