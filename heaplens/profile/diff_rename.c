// SPDX-License-Identifier: MIT
// Which functions of a diff were renamed. Paths are compared by their skeletons: a path in which each
// name that only one profile has is replaced by a blank. Rows with one skeleton propose pairs of
// names; a name that is in any row without a counterpart, or would get two, is out, and all names that
// a proposal of its had beside it.
#include "profile/diff_rename.h"

#include <stdio.h>
#include <stdlib.h>

#include "profile/array.h"

enum {
    IN_BEFORE = 1,
    IN_AFTER = 2,
    BLANKS_MAX = 64,  // renamed functions of one path: rewriting a program is no renaming
    GROUP_MAX = 64,   // rows with one skeleton, of which each could be each other's counterpart
    ROUNDS_MAX = 64,  // of settling: a hostile file could contradict itself for longer
    LIKENESS = 10,    // figures differ by one part in as many
};

// A row of one profile with such names in its path.
typedef struct candidate {
    heaplens_path skeleton;
    uint32_t row;
    uint32_t counterpart;  // 1 + index of a candidate; 0: none
} candidate;

typedef struct renamer {
    heaplens_diff *diff;
    size_t name_count;        // names of functions; blanks come behind them
    unsigned char *sides;     // by name: IN_BEFORE, IN_AFTER
    heaplens_name *partner;   // by name: what it is in the other profile
    bool *is_out;             // by name: not renamed
    heaplens_path *skeleton;  // by path
    unsigned char *blanks;    // by path; BLANKS_MAX + 1: too many
    candidate *rows;
    size_t row_count;
} renamer;

static bool is_lone(const renamer *r, heaplens_name name)
{
    const bool is_code = heaplens__names_text(&r->diff->paths.names, name)[0] == '[';
    return !is_code && r->sides[name] != 0 && r->sides[name] != (IN_BEFORE | IN_AFTER);
}

static unsigned sides_of(const heaplens_diff_site *row)
{
    return (row->sites_before > 0 ? IN_BEFORE : 0U) | (row->sites_after > 0 ? IN_AFTER : 0U);
}

static void mark_sides(renamer *r)
{
    for (size_t i = 0; i < r->diff->site_count; i++) {
        const heaplens_diff_site *const row = &r->diff->sites[i];
        for (heaplens_path path = row->path; path != HEAPLENS_PATH_EMPTY;
             path = r->diff->paths.steps[path].parent) {
            unsigned char *const sides = &r->sides[r->diff->paths.steps[path].function];
            *sides = (unsigned char)(*sides | sides_of(row));
        }
    }
}

// Blanks are numbered from the outermost, or two in a row would be taken for recursion. No function's
// name begins with a control character that a compiler wrote.
static heaplens_status make_blanks(renamer *r, heaplens_name blanks[BLANKS_MAX])
{
    heaplens_status status = HEAPLENS_OK;
    for (int i = 0; i < BLANKS_MAX && status == HEAPLENS_OK; i++) {
        char text[8];
        const int length = snprintf(text, sizeof(text), "\x01%d", i);
        status = heaplens__names_add(&r->diff->paths.names, text, (size_t)length, &blanks[i]);
    }
    return status;
}

// Parents precede their children.
static heaplens_status make_skeletons(renamer *r, size_t path_count)
{
    heaplens_name blanks[BLANKS_MAX];
    heaplens_status status = make_blanks(r, blanks);
    for (size_t i = 1; i < path_count && status == HEAPLENS_OK; i++) {
        const heaplens_path_step step = r->diff->paths.steps[i];
        heaplens_name name = step.function;
        r->blanks[i] = r->blanks[step.parent];
        if (is_lone(r, name)) {
            r->blanks[i] = (unsigned char)(r->blanks[i] + (r->blanks[i] <= BLANKS_MAX ? 1 : 0));
            name = r->blanks[i] <= BLANKS_MAX ? blanks[r->blanks[i] - 1] : name;
        }
        status =
            heaplens__paths_push(&r->diff->paths, r->skeleton[step.parent], name, &r->skeleton[i]);
    }
    return status;
}

static bool put_out(renamer *r, heaplens_name name)
{
    const bool is_news = is_lone(r, name) && !r->is_out[name];
    r->is_out[name] = r->is_out[name] || is_news;
    return is_news;
}

// Put out every name of a path; true if one had not been.
static bool put_path_out(renamer *r, heaplens_path path)
{
    bool is_news = false;
    for (; path != HEAPLENS_PATH_EMPTY; path = r->diff->paths.steps[path].parent) {
        is_news = put_out(r, r->diff->paths.steps[path].function) || is_news;
    }
    return is_news;
}

// ------------------------------------------------------------------------------- counterparts

static int compare_candidates(const void *a, const void *b)
{
    const candidate *const x = a;
    const candidate *const y = b;
    if (x->skeleton != y->skeleton) {
        return x->skeleton < y->skeleton ? -1 : 1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

static void collect_candidates(renamer *r)
{
    for (size_t i = 0; i < r->diff->site_count; i++) {
        const heaplens_diff_site *const row = &r->diff->sites[i];
        const unsigned char blanks = r->blanks[row->path];
        if (blanks == 0) {
            continue;
        }
        if (blanks > BLANKS_MAX || sides_of(row) == (IN_BEFORE | IN_AFTER)) {
            (void)put_path_out(r, row->path);
            continue;
        }
        r->rows[r->row_count++] =
            (candidate){.skeleton = r->skeleton[row->path], .row = (uint32_t)i};
    }
    if (r->row_count > 0) {
        qsort(r->rows, r->row_count, sizeof(*r->rows), compare_candidates);
    }
}

static bool are_alike(uint64_t a, uint64_t b)
{
    const uint64_t larger = a > b ? a : b;
    return larger - (a > b ? b : a) <= larger / LIKENESS;
}

static bool can_be_one(const renamer *r, const candidate *a, const candidate *b)
{
    const heaplens_diff_site *const x = &r->diff->sites[a->row];
    const heaplens_diff_site *const y = &r->diff->sites[b->row];
    const heaplens_figures *const of_x = x->sites_before > 0 ? &x->before : &x->after;
    const heaplens_figures *const of_y = y->sites_before > 0 ? &y->before : &y->after;
    return sides_of(x) != sides_of(y) &&
           are_alike(of_x->values[HEAPLENS_METRIC_TOTAL], of_y->values[HEAPLENS_METRIC_TOTAL]) &&
           are_alike(of_x->values[HEAPLENS_METRIC_BLOCKS], of_y->values[HEAPLENS_METRIC_BLOCKS]);
}

// The only one of rows[first, last) that can be the counterpart: 1 + its index; 0 if none or several.
static uint32_t only_counterpart(const renamer *r, size_t of, size_t first, size_t last)
{
    uint32_t found = 0;
    for (size_t i = first; i < last; i++) {
        if (can_be_one(r, &r->rows[of], &r->rows[i])) {
            if (found != 0) {
                return 0;
            }
            found = (uint32_t)i + 1;
        }
    }
    return found;
}

static void match_group(renamer *r, size_t first, size_t last)
{
    if (last - first > GROUP_MAX) {
        return;
    }
    for (size_t i = first; i < last; i++) {
        r->rows[i].counterpart = only_counterpart(r, i, first, last);
    }
}

static void match_candidates(renamer *r)
{
    size_t first = 0;
    for (size_t i = 1; i <= r->row_count; i++) {
        if (i == r->row_count || r->rows[i].skeleton != r->rows[first].skeleton) {
            match_group(r, first, i);
            first = i;
        }
    }
}

// ------------------------------------------------------------------------------------- names

// Two names for one function, if neither is spoken for: otherwise both are out.
static void propose(renamer *r, heaplens_name a, heaplens_name b)
{
    if (r->partner[a] == HEAPLENS_NAME_NONE && r->partner[b] == HEAPLENS_NAME_NONE) {
        r->partner[a] = b;
        r->partner[b] = a;
    } else if (r->partner[a] != b || r->partner[b] != a) {
        (void)put_out(r, a);
        (void)put_out(r, b);
    }
}

// Step by step: blanks are at the same places of both, since their skeletons are one.
static void propose_names(renamer *r, const candidate *row)
{
    const heaplens_path_step *const steps = r->diff->paths.steps;
    heaplens_path a = r->diff->sites[row->row].path;
    heaplens_path b = r->diff->sites[r->rows[row->counterpart - 1].row].path;
    while (a != HEAPLENS_PATH_EMPTY && b != HEAPLENS_PATH_EMPTY) {
        if (steps[a].function != steps[b].function) {
            propose(r, steps[a].function, steps[b].function);
        }
        a = steps[a].parent;
        b = steps[b].parent;
    }
}

static bool is_mutual(const renamer *r, size_t index)
{
    const uint32_t other = r->rows[index].counterpart;
    return other != 0 && r->rows[other - 1].counterpart == index + 1;
}

static bool has_name_out(const renamer *r, heaplens_path path)
{
    for (; path != HEAPLENS_PATH_EMPTY; path = r->diff->paths.steps[path].parent) {
        if (r->is_out[r->diff->paths.steps[path].function]) {
            return true;
        }
    }
    return false;
}

// A pair of rows stands or falls with all of its names, and a name with all of its rows.
static bool settle_once(renamer *r)
{
    bool is_news = false;
    for (size_t i = 0; i < r->row_count; i++) {
        const heaplens_path path = r->diff->sites[r->rows[i].row].path;
        const bool is_bad =
            !is_mutual(r, i) || has_name_out(r, path) ||
            has_name_out(r, r->diff->sites[r->rows[r->rows[i].counterpart - 1].row].path);
        if (is_bad) {
            r->rows[i].counterpart = 0;
            is_news = put_path_out(r, path) || is_news;
        }
    }
    return is_news;
}

// False: it did not come to an end, and nothing is taken for renamed.
static bool settle(renamer *r)
{
    for (size_t i = 0; i < r->row_count; i++) {
        if (is_mutual(r, i)) {
            propose_names(r, &r->rows[i]);
        }
    }
    for (int round = 0; round < ROUNDS_MAX; round++) {
        if (!settle_once(r)) {
            return true;
        }
    }
    return false;
}

// ------------------------------------------------------------------------------------- merging

static heaplens_diff_rename *rename_of(renamer *r, heaplens_name before, uint32_t *index_of_name)
{
    heaplens_diff *const diff = r->diff;
    if (index_of_name[before] == 0) {
        diff->renames[diff->rename_count] =
            (heaplens_diff_rename){.before = before, .after = r->partner[before]};
        index_of_name[before] = (uint32_t)++diff->rename_count;
    }
    return &diff->renames[index_of_name[before] - 1];
}

// Count a row once for each name in its path.
static void count_renames(renamer *r, const heaplens_diff_site *row, uint32_t *index_of_name,
                          uint32_t *last_row, uint32_t number)
{
    const heaplens_path_step *const steps = r->diff->paths.steps;
    for (heaplens_path path = row->path_before; path != HEAPLENS_PATH_EMPTY;
         path = steps[path].parent) {
        const heaplens_name name = steps[path].function;
        if (is_lone(r, name) && last_row[name] != number) {
            heaplens_diff_rename *const rename = rename_of(r, name, index_of_name);
            last_row[name] = number;
            rename->sites++;
            heaplens__figures_sum(&rename->figures[0], &row->before);
            heaplens__figures_sum(&rename->figures[1], &row->after);
        }
    }
}

// The row before goes into the row after; *moved_to of each row is where it then is.
static void merge_rows(renamer *r, uint32_t *moved_to, bool *is_taken)
{
    heaplens_diff *const diff = r->diff;
    for (size_t i = 0; i < diff->site_count; i++) {
        moved_to[i] = (uint32_t)i;
    }
    for (size_t i = 0; i < r->row_count; i++) {
        const heaplens_diff_site *const was = &diff->sites[r->rows[i].row];
        if (!is_mutual(r, i) || was->sites_after > 0) {
            continue;
        }
        const uint32_t to = r->rows[r->rows[i].counterpart - 1].row;
        diff->sites[to].sites_before = was->sites_before;
        diff->sites[to].before = was->before;
        diff->sites[to].path_before = was->path;
        diff->sites[to].is_renamed = true;
        moved_to[r->rows[i].row] = to;
        is_taken[r->rows[i].row] = true;
    }
}

static void close_gaps(heaplens_diff *diff, uint32_t *moved_to, const bool *is_taken)
{
    uint32_t kept = 0;
    for (size_t i = 0; i < diff->site_count; i++) {
        if (!is_taken[i]) {
            diff->sites[kept] = diff->sites[i];
            moved_to[i] = kept++;
        }
    }
    for (size_t i = 0; i < diff->site_count; i++) {
        // A row that went into another is where that one now is.
        moved_to[i] = is_taken[i] ? moved_to[moved_to[i]] : moved_to[i];
    }
    diff->site_count = kept;
    for (size_t i = 0; i < diff->before.process->site_count; i++) {
        diff->row_before[i] = moved_to[diff->row_before[i]];
    }
    for (size_t i = 0; i < diff->after.process->site_count; i++) {
        diff->row_after[i] = moved_to[diff->row_after[i]];
    }
}

static heaplens_status list_renames(renamer *r)
{
    heaplens_diff *const diff = r->diff;
    uint32_t *const index_of_name = heaplens__array_zeroed(r->name_count, sizeof(*index_of_name));
    uint32_t *const last_row = heaplens__array_zeroed(r->name_count, sizeof(*last_row));
    diff->renames = heaplens__array_zeroed(diff->function_count, sizeof(*diff->renames));
    const bool has_room = index_of_name != NULL && last_row != NULL && diff->renames != NULL;
    for (size_t i = 0; has_room && i < diff->site_count; i++) {
        if (diff->sites[i].is_renamed) {
            count_renames(r, &diff->sites[i], index_of_name, last_row, (uint32_t)i + 1);
        }
    }
    free(index_of_name);
    free(last_row);
    return has_room ? HEAPLENS_OK : HEAPLENS_ENOMEM;
}

static heaplens_status merge(renamer *r)
{
    heaplens_diff *const diff = r->diff;
    uint32_t *const moved_to = heaplens__array_zeroed(diff->site_count, sizeof(*moved_to));
    bool *const is_taken = heaplens__array_zeroed(diff->site_count, sizeof(*is_taken));
    heaplens_status status = HEAPLENS_ENOMEM;
    if (moved_to != NULL && is_taken != NULL) {
        merge_rows(r, moved_to, is_taken);
        close_gaps(diff, moved_to, is_taken);
        status = list_renames(r);
    }
    free(moved_to);
    free(is_taken);
    return status == HEAPLENS_OK ? heaplens__diff_sum_functions(diff) : status;
}

// ------------------------------------------------------------------------------------ lifecycle

static bool init(renamer *r, heaplens_diff *diff)
{
    *r = (renamer){.diff = diff, .name_count = diff->paths.names.size};
    const size_t paths = diff->paths.step_count;
    r->sides = heaplens__array_zeroed(r->name_count, sizeof(*r->sides));
    r->partner = heaplens__array_zeroed(r->name_count, sizeof(*r->partner));
    r->is_out = heaplens__array_zeroed(r->name_count, sizeof(*r->is_out));
    r->skeleton = heaplens__array_zeroed(paths, sizeof(*r->skeleton));
    r->blanks = heaplens__array_zeroed(paths, sizeof(*r->blanks));
    r->rows = heaplens__array_zeroed(diff->site_count, sizeof(*r->rows));
    return r->sides != NULL && r->partner != NULL && r->is_out != NULL && r->skeleton != NULL &&
           r->blanks != NULL && r->rows != NULL;
}

static void deinit(renamer *r)
{
    free(r->sides);
    free(r->partner);
    free(r->is_out);
    free(r->skeleton);
    free(r->blanks);
    free(r->rows);
}

heaplens_status heaplens_diff_find_renames(heaplens_diff *diff)
{
    if (diff->before.process == NULL || diff->after.process == NULL) {
        return HEAPLENS_OK;
    }
    renamer r;
    const size_t path_count = diff->paths.step_count;
    heaplens_status status = init(&r, diff) ? HEAPLENS_OK : HEAPLENS_ENOMEM;
    if (status == HEAPLENS_OK) {
        mark_sides(&r);
        status = make_skeletons(&r, path_count);
    }
    if (status == HEAPLENS_OK) {
        collect_candidates(&r);
        match_candidates(&r);
        status = settle(&r) ? merge(&r) : HEAPLENS_OK;
    }
    deinit(&r);
    return status;
}
