// SPDX-License-Identifier: MIT
// What the sections of a budget name, in a profile.
#include "profile/budget_match.h"

#include <stdlib.h>
#include <string.h>

#include "profile/array.h"
#include "profile/glob.h"
#include "profile/interval.h"

// --------------------------------------------------------------------------------- processes

// The file that a process ran, without folders; of its command line where nothing else is known.
static const char *program_of(const heaplens_session *session, const heaplens_process *process,
                              size_t *length)
{
    const char *path = heaplens__names_text(&session->names, process->facts.executable);
    size_t end = strlen(path);
    if (end == 0) {
        path = heaplens__names_text(&session->names, process->facts.command);
        end = strcspn(path, " ");
    }
    size_t start = end;
    while (start > 0 && path[start - 1] != '/') {
        start--;
    }
    *length = end - start;
    return path + start;
}

const heaplens_process *heaplens__budget_process(const heaplens_budget_file *budget,
                                                 const heaplens_budget_section *section,
                                                 const heaplens_session *session, size_t *count)
{
    const char *const pattern = heaplens__budget_text(budget, section->process);
    const heaplens_process *largest = NULL;
    *count = 0;
    for (size_t i = 0; i < session->process_count; i++) {
        const heaplens_process *const process = &session->processes[i];
        size_t length = 0;
        const char *const program = program_of(session, process, &length);
        if (pattern[0] == '\0' || heaplens__glob_matches(pattern, program, length)) {
            ++*count;
            if (largest == NULL || process->facts.bytes_peak > largest->facts.bytes_peak) {
                largest = process;
            }
        }
    }
    return largest;
}

// ------------------------------------------------------------------------------------- stacks

typedef struct matcher {
    const heaplens_session *session;
    const heaplens_process *process;
    const char *function;  // patterns; "": anything
    const char *module;
    bool *modules;           // by module: does it match?
    signed char *functions;  // by frame: 1 yes, -1 no, 0 not yet tried
} matcher;

static bool module_matches(const matcher *m, const heaplens_module *module)
{
    const char *const path = heaplens__names_text(&m->session->names, module->path);
    const char *const slash = strrchr(path, '/');
    const char *const base = slash == NULL ? path : slash + 1;
    size_t length = 0;
    (void)heaplens__module_name(path, &length);
    return m->module[0] == '\0' || heaplens__glob_matches(m->module, path, strlen(path)) ||
           heaplens__glob_matches(m->module, base, strlen(base)) ||
           heaplens__glob_matches(m->module, base, length);
}

static bool function_matches(const matcher *m, uint32_t frame)
{
    if (m->functions[frame] == 0) {
        const char *const name =
            heaplens__names_text(&m->session->names, m->process->frames[frame].function);
        const bool is_match =
            name[0] != '\0' &&
            (heaplens__glob_matches(m->function, name, heaplens__function_length(name)) ||
             heaplens__glob_matches(m->function, name, strlen(name)));
        m->functions[frame] = is_match ? 1 : -1;
    }
    return m->functions[frame] > 0;
}

static bool location_matches(const matcher *m, const heaplens_location *location)
{
    const bool is_module = m->module[0] == '\0' || (location->module != HEAPLENS_MODULE_NONE &&
                                                    m->modules[location->module]);
    if (!is_module || m->function[0] == '\0') {
        return is_module;
    }
    const uint32_t frames = location->frame_count < HEAPLENS_PATH_INLINED_MAX
                                ? location->frame_count
                                : HEAPLENS_PATH_INLINED_MAX;
    for (uint32_t f = 0; f < frames; f++) {
        if (function_matches(m, location->frame_first + f)) {
            return true;
        }
    }
    return false;
}

// A stack has a frame if its outer part or its innermost location has: parents come first.
static void match_stacks(const matcher *m, bool *nodes, bool *is_in)
{
    for (size_t i = 1; i < m->process->node_count; i++) {
        const heaplens_node *const node = &m->process->nodes[i];
        nodes[i] =
            nodes[node->parent] || location_matches(m, &m->process->locations[node->location]);
    }
    for (size_t i = 0; i < m->process->site_count; i++) {
        is_in[i] = nodes[m->process->sites[i].stack];
    }
}

heaplens_status heaplens__budget_sites(const heaplens_budget_file *budget,
                                       const heaplens_budget_section *section,
                                       const heaplens_diff_side *side, bool *is_in)
{
    const heaplens_process *const process = side->process;
    if (section->function == HEAPLENS_NAME_NONE && section->module == HEAPLENS_NAME_NONE) {
        memset(is_in, true, process->site_count * sizeof(*is_in));
        return HEAPLENS_OK;
    }
    matcher m = {
        .session = side->session,
        .process = process,
        .function = heaplens__budget_text(budget, section->function),
        .module = heaplens__budget_text(budget, section->module),
        .modules = heaplens__array_zeroed(process->module_count, sizeof(*m.modules)),
        .functions = heaplens__array_zeroed(process->frame_count, sizeof(*m.functions)),
    };
    bool *const nodes = heaplens__array_zeroed(process->node_count, sizeof(*nodes));
    heaplens_status status = HEAPLENS_ENOMEM;
    if (m.modules != NULL && m.functions != NULL && nodes != NULL) {
        for (size_t i = 0; i < process->module_count; i++) {
            m.modules[i] = module_matches(&m, &process->modules[i]);
        }
        match_stacks(&m, nodes, is_in);
        status = HEAPLENS_OK;
    }
    free(m.modules);
    free(m.functions);
    free(nodes);
    return status;
}

uint64_t heaplens__budget_value(const heaplens_figures *figures, heaplens_budget_metric metric)
{
    const uint64_t blocks = figures->values[HEAPLENS_METRIC_BLOCKS];
    switch (metric) {
    case HEAPLENS_BUDGET_PEAK: return figures->values[HEAPLENS_METRIC_PEAK];
    case HEAPLENS_BUDGET_TOTAL: return figures->values[HEAPLENS_METRIC_TOTAL];
    case HEAPLENS_BUDGET_BLOCKS: return blocks;
    case HEAPLENS_BUDGET_LEAKED: return figures->values[HEAPLENS_METRIC_LEAKED];
    case HEAPLENS_BUDGET_LEAKED_BLOCKS: return figures->blocks_leaked;
    case HEAPLENS_BUDGET_TEMPORARY: return figures->values[HEAPLENS_METRIC_TEMPORARY];
    case HEAPLENS_BUDGET_MEAN_LIFETIME:
        return blocks == 0 ? 0 : figures->values[HEAPLENS_METRIC_LIFETIME] / blocks;
    case HEAPLENS_BUDGET_MAX_LIFETIME: return figures->lifetime_max_bytes;
    case HEAPLENS_BUDGET_MAX_LIFETIME_TIME: return figures->lifetime_max_ns;
    }
    return 0;
}

// -------------------------------------------------------------------------------------- scopes

static void add_scope(heaplens_figures *figures, const heaplens_scope_total *scope)
{
    const heaplens_figures more = {
        .values =
            {
                [HEAPLENS_METRIC_TOTAL] = scope->bytes_total,
                [HEAPLENS_METRIC_BLOCKS] = scope->blocks_total,
                [HEAPLENS_METRIC_LEAKED] = scope->bytes_live,
                [HEAPLENS_METRIC_TEMPORARY] = scope->blocks_temporary,
            },
        .blocks_leaked = scope->blocks_live,
    };
    heaplens__figures_sum(figures, &more);
    uint64_t *const peak = &figures->values[HEAPLENS_METRIC_PEAK];
    *peak = scope->bytes_peak > *peak ? scope->bytes_peak : *peak;
}

size_t heaplens__budget_scopes(const heaplens_budget_file *budget,
                               const heaplens_budget_section *section,
                               const heaplens_diff_side *side, bool *is_in,
                               heaplens_figures *figures)
{
    const char *const pattern = heaplens__budget_text(budget, section->label);
    size_t count = 0;
    for (size_t i = 0; i < side->process->scope_count; i++) {
        const heaplens_scope_total *const scope = &side->process->scopes[i];
        const char *const label = heaplens__names_text(&side->session->names, scope->label);
        is_in[i] = heaplens__glob_matches(pattern, label, strlen(label));
        if (is_in[i]) {
            add_scope(figures, scope);
            count++;
        }
    }
    return count;
}

uint64_t heaplens__budget_scope_value(const heaplens_scope_site *site,
                                      heaplens_budget_metric metric)
{
    switch (metric) {
    case HEAPLENS_BUDGET_PEAK: return site->bytes_peak;
    case HEAPLENS_BUDGET_TOTAL: return site->bytes_total;
    case HEAPLENS_BUDGET_BLOCKS: return site->blocks_total;
    case HEAPLENS_BUDGET_LEAKED: return site->bytes_live;
    case HEAPLENS_BUDGET_LEAKED_BLOCKS: return site->blocks_live;
    case HEAPLENS_BUDGET_TEMPORARY:
    case HEAPLENS_BUDGET_MEAN_LIFETIME:
    case HEAPLENS_BUDGET_MAX_LIFETIME:
    case HEAPLENS_BUDGET_MAX_LIFETIME_TIME: return 0;
    }
    return 0;
}

// ------------------------------------------------------------------------------------ estimates

// Below 0: how well the figure was estimated is not known.
static double variance_of(const heaplens_estimate *estimate, heaplens_budget_metric metric)
{
    switch (metric) {
    case HEAPLENS_BUDGET_PEAK: return estimate->bytes_gmax;
    case HEAPLENS_BUDGET_TOTAL: return estimate->bytes_total;
    case HEAPLENS_BUDGET_BLOCKS: return estimate->blocks_total;
    case HEAPLENS_BUDGET_LEAKED: return estimate->bytes_end;
    case HEAPLENS_BUDGET_LEAKED_BLOCKS: return estimate->blocks_end;
    case HEAPLENS_BUDGET_TEMPORARY:
    case HEAPLENS_BUDGET_MEAN_LIFETIME:
    case HEAPLENS_BUDGET_MAX_LIFETIME:
    case HEAPLENS_BUDGET_MAX_LIFETIME_TIME: return -1;
    }
    return -1;
}

// Both ends of a longest life lie on straight lines between points of the timeline.
static uint64_t widest_distance_ns(const heaplens_process *process)
{
    uint64_t widest = 0;
    uint64_t before = 0;
    for (size_t i = 0; i <= process->point_count; i++) {
        const uint64_t at =
            i == process->point_count ? process->facts.duration_ns : process->points[i].time_ns;
        widest = at > before && at - before > widest ? at - before : widest;
        before = at;
    }
    return widest;
}

// Of a profile in which every block was recorded.
static uint64_t exact_interval(const heaplens_process *process, heaplens_budget_metric metric)
{
    if (metric == HEAPLENS_BUDGET_MAX_LIFETIME_TIME) {
        const uint64_t widest = widest_distance_ns(process);
        return widest > UINT64_MAX / 2 ? UINT64_MAX - 1 : 2 * widest;
    }
    // Both ends of a life are on a clock of which threads hold a part back, as they do of peaks.
    return metric == HEAPLENS_BUDGET_MAX_LIFETIME ? process->facts.peak_error_bytes : 0;
}

uint64_t heaplens__budget_interval(const heaplens_process *process, const bool *is_in,
                                   bool is_whole, heaplens_budget_metric metric)
{
    const bool is_counted =
        is_whole && (metric == HEAPLENS_BUDGET_TOTAL || metric == HEAPLENS_BUDGET_BLOCKS);
    if ((process->facts.flags & HEAPLENS_PROCESS_SAMPLED) == 0 || is_counted) {
        return exact_interval(process, metric);
    }
    double sum = 0;
    for (size_t i = 0; i < process->estimate_count; i++) {
        if (is_in[process->estimates[i].site]) {
            const double variance = variance_of(&process->estimates[i], metric);
            if (variance < 0) {
                return UINT64_MAX;
            }
            sum += variance;
        }
    }
    return heaplens_interval(sum);
}
