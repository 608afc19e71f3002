// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef HEAPLENS_OPTIONAL_H
#define HEAPLENS_OPTIONAL_H

/**
 * @file
 * Scopes, budgets and figures in a program that is *not* linked with libheaplens: include this
 * instead of heaplens.h and budget.h, before any other header of heaplens.
 *
 * Run as it is, the program behaves as if the recorder were not active: heaplens_is_active() is
 * false, and every scope and every reading has the status HEAPLENS_EINACTIVE. Under `heaplens run`
 * the recorder is there, and the figures with it. The other functions of heaplens.h are not there
 * to be called.
 *
 * How: the names are weak, and whether they are there is asked at each call. That needs
 * position-independent code (-fPIE or -fPIC), which is what compilers make unless told otherwise;
 * with -fno-pic the linker answers "not there" for good.
 *
 * @code
 * heaplens_scope scope = heaplens_scope_begin("parse");
 * void *volatile text = malloc(100);
 * free(text);
 * const heaplens_usage usage = heaplens_scope_end(&scope);
 * if (usage.status == HEAPLENS_OK) {
 *     printf("%llu bytes\n", (unsigned long long)usage.bytes_total);  // under `heaplens run`
 * } else {
 *     printf("%s\n", "no figures");  // prints: no figures
 * }
 * @endcode
 */
#ifdef HEAPLENS_STATUS_H
#error "include heaplens/optional.h before other headers of heaplens"
#endif
#define HEAPLENS_OPTIONAL
#include <heaplens/budget.h>
#include <heaplens/heaplens.h>

static inline bool heaplens_optional_is_active(void)
{
    return &heaplens_is_active != NULL && heaplens_is_active();
}

static inline heaplens_status heaplens_optional_totals_read(heaplens_totals *out)
{
    return &heaplens_totals_read != NULL ? heaplens_totals_read(out) : HEAPLENS_EINACTIVE;
}

static inline heaplens_status heaplens_optional_peak_reset(void)
{
    return &heaplens_peak_reset != NULL ? heaplens_peak_reset() : HEAPLENS_EINACTIVE;
}

static inline heaplens_status heaplens_optional_snapshot_take(heaplens_snapshot *out,
                                                              const char *label)
{
    return &heaplens_snapshot_take != NULL ? heaplens_snapshot_take(out, label)
                                           : HEAPLENS_EINACTIVE;
}

static inline heaplens_scope heaplens_optional_begin(const char *label, bool is_process)
{
    heaplens_scope scope = {0, 0, is_process, HEAPLENS_EINACTIVE};
    if (&heaplens_scope_begin != NULL) {
        scope = is_process ? heaplens_scope_begin_process(label) : heaplens_scope_begin(label);
    }
    return scope;
}

static inline heaplens_usage heaplens_optional_end(heaplens_scope *scope)
{
    static heaplens_usage nothing;
    heaplens_usage usage = nothing;
    usage.status = HEAPLENS_EINACTIVE;
    return &heaplens_scope_end != NULL ? heaplens_scope_end(scope) : usage;
}

static inline bool heaplens_optional_is_within(const heaplens_usage *usage,
                                               const heaplens_budget *budget)
{
    return &heaplens_usage_is_within != NULL && heaplens_usage_is_within(usage, budget);
}

static inline size_t heaplens_optional_explain(const heaplens_usage *usage,
                                               const heaplens_budget *budget, char *text,
                                               size_t cap)
{
    if (&heaplens_usage_explain != NULL) {
        return heaplens_usage_explain(usage, budget, text, cap);
    }
    const int length = snprintf(text, cap, "heap budget: no figures: the recorder is not there\n");
    return length < 0 ? 0 : (size_t)length;
}

#define heaplens_is_active()                heaplens_optional_is_active()
#define heaplens_totals_read(out)           heaplens_optional_totals_read(out)
#define heaplens_peak_reset()               heaplens_optional_peak_reset()
#define heaplens_snapshot_take(out, label)  heaplens_optional_snapshot_take(out, label)
#define heaplens_scope_begin(label)         heaplens_optional_begin(label, false)
#define heaplens_scope_begin_process(label) heaplens_optional_begin(label, true)
#define heaplens_scope_end(scope)           heaplens_optional_end(scope)
#define heaplens_usage_is_within(u, b)      heaplens_optional_is_within(u, b)
#define heaplens_usage_explain(u, b, t, c)  heaplens_optional_explain(u, b, t, c)

#endif
