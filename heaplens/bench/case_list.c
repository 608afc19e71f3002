// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench/case_list.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <regex.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static heaplens_status refuse(heaplens_case_list *list,
                                                                    const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(list->fault, sizeof list->fault, format, arguments);
    va_end(arguments);
    return HEAPLENS_EINVAL;
}

static bool make_id(heaplens_case *item)
{
    const heaplens_benchmark *const b = item->benchmark;
    const char *const group = b->group != NULL ? b->group : "";
    const char *const slash = b->group != NULL ? "/" : "";
    int length = 0;
    if (b->label != NULL) {
        length = snprintf(item->id, sizeof item->id, "%s%s%s", group, slash, b->label);
    } else if (item->has_size) {
        length = snprintf(item->id, sizeof item->id, "%s%s%s/%" PRIu64, group, slash, b->name,
                          item->size);
    } else {
        length = snprintf(item->id, sizeof item->id, "%s%s%s", group, slash, b->name);
    }
    return length > 0 && (size_t)length < sizeof item->id;
}

// Is the text between two slashes?
static bool is_expression(const char *filter)
{
    const size_t length = strlen(filter);
    return length > 2 && filter[0] == '/' && filter[length - 1] == '/';
}

static heaplens_status match_expression(heaplens_case_list *list, const char *filter,
                                        const char *id, bool *is_match)
{
    char *const pattern = strndup(filter + 1, strlen(filter) - 2);
    if (pattern == NULL) {
        return HEAPLENS_ENOMEM;
    }
    regex_t compiled;
    const int fault = regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB);
    if (fault == 0) {
        *is_match = regexec(&compiled, id, 0, NULL, 0) == 0;
        regfree(&compiled);
    }
    free(pattern);
    return fault == 0 ? HEAPLENS_OK : refuse(list, "%.200s is no regular expression", filter);
}

static heaplens_status match(heaplens_case_list *list, const char *filter, const char *id,
                             bool *is_match)
{
    if (is_expression(filter)) {
        return match_expression(list, filter, id, is_match);
    }
    *is_match =
        strpbrk(filter, "*?[") != NULL ? fnmatch(filter, id, 0) == 0 : strstr(id, filter) != NULL;
    return HEAPLENS_OK;
}

static heaplens_status is_taken(heaplens_case_list *list, const char *const *filters,
                                size_t filter_count, const char *id, bool *out)
{
    *out = filter_count == 0;
    for (size_t i = 0; i < filter_count && !*out; i++) {
        const heaplens_status status = match(list, filters[i], id, out);
        if (status != HEAPLENS_OK) {
            return status;
        }
    }
    return HEAPLENS_OK;
}

static bool has_id(const heaplens_case_list *list, const char *id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->cases[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

static heaplens_status add_case(heaplens_case_list *list, const heaplens_benchmark *benchmark,
                                size_t size_at, const char *const *filters, size_t filter_count)
{
    heaplens_case *const item = &list->cases[list->count];
    *item = (heaplens_case){.benchmark = benchmark, .has_size = benchmark->size_count > 0};
    item->size = item->has_size ? benchmark->sizes[size_at] : 0;
    if (!make_id(item)) {
        return refuse(list, "the name of a case is longer than %d bytes: %.200s",
                      HEAPLENS_CASE_ID_BYTES - 1, item->id);
    }
    if (has_id(list, item->id)) {
        return refuse(list, "two cases are called %.200s", item->id);
    }
    bool taken = false;
    const heaplens_status status = is_taken(list, filters, filter_count, item->id, &taken);
    list->count += taken;
    return status;
}

static size_t cases_of(const heaplens_benchmark *benchmark)
{
    return benchmark->size_count > 0 ? benchmark->size_count : 1;
}

static heaplens_status check(heaplens_case_list *list, const heaplens_benchmark *benchmark,
                             size_t at)
{
    if (benchmark->name == NULL || benchmark->name[0] == '\0' || benchmark->run == NULL) {
        return refuse(list, "benchmark %zu has no name or no function", at + 1);
    }
    if (benchmark->size_count > HEAPLENS_BENCH_SIZES_MAX) {
        return refuse(list, "%.100s has %zu sizes, at most %d", benchmark->name,
                      benchmark->size_count, HEAPLENS_BENCH_SIZES_MAX);
    }
    return HEAPLENS_OK;
}

heaplens_status heaplens__case_list_make(heaplens_case_list *out,
                                         const heaplens_benchmark *benchmarks, size_t count,
                                         const char *const *filters, size_t filter_count)
{
    *out = (heaplens_case_list){0};
    size_t all = 0;
    for (size_t i = 0; i < count; i++) {
        const heaplens_status status = check(out, &benchmarks[i], i);
        if (status != HEAPLENS_OK) {
            return status;
        }
        all += cases_of(&benchmarks[i]);
    }
    out->cases = calloc(all + 1, sizeof *out->cases);
    heaplens_status status = out->cases == NULL ? HEAPLENS_ENOMEM : HEAPLENS_OK;
    for (size_t i = 0; i < count; i++) {
        for (size_t s = 0; s < cases_of(&benchmarks[i]) && status == HEAPLENS_OK; s++) {
            status = add_case(out, &benchmarks[i], s, filters, filter_count);
        }
    }
    if (status != HEAPLENS_OK) {
        free(out->cases);
        out->cases = NULL;
        out->count = 0;
    }
    return status;
}

void heaplens__case_list_deinit(heaplens_case_list *list)
{
    free(list->cases);
    *list = (heaplens_case_list){0};
}
