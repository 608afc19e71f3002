// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef HEAPLENS_BUDGET_H
#define HEAPLENS_BUDGET_H

#include <stdio.h>  // for what a failure does unless you say otherwise; the library never prints

#include <heaplens/scope.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * Heap budgets in a test, under any test framework.
 *
 * @code
 * #include <heaplens/heaplens.h>
 *
 * if (heaplens_start(NULL) != HEAPLENS_OK) {
 *     return 1;
 * }
 * heaplens_scope scope = heaplens_scope_begin("one text");
 * void *volatile text = malloc(100);
 * free(text);
 * const heaplens_usage usage = heaplens_scope_end(&scope);
 * const bool is_kept = HEAPLENS_EXPECT(usage, .peak_bytes_max = 2 << 10, .blocks_max = 1,
 *                                      .live_blocks_max = 0);
 * printf("%s\n", is_kept ? "within" : "over");  // prints: within
 * @endcode
 *
 * What is not named has no limit; 0 is a limit. Without figures, because the recorder is not
 * active, and with figures that are not exact, an expectation fails: nothing is never taken for
 * zero. Where tests are to be skipped then, ask heaplens_is_active() first.
 *
 * To tell a framework of a failure, define this before the header is included:
 *
 *     #define HEAPLENS_EXPECT_FAILED(text) fail_msg("%s", text)    // cmocka
 */
#ifndef HEAPLENS_EXPECT_FAILED
#define HEAPLENS_EXPECT_FAILED(text) \
    ((void)fprintf(stderr, "%s:%d: %s", __FILE__, __LINE__, (text)))
#endif

#define HEAPLENS_NO_LIMIT UINT64_MAX

// C++ says what an unnamed member is here, C in the macro below.
#ifdef __cplusplus
#define HEAPLENS_UNLIMITED_ = HEAPLENS_NO_LIMIT
#else
#define HEAPLENS_UNLIMITED_
#endif

/** The most that a scope may use. Each is the limit of one figure of heaplens_usage. */
typedef struct heaplens_budget {
    uint64_t bytes_max HEAPLENS_UNLIMITED_;             // bytes_total
    uint64_t blocks_max HEAPLENS_UNLIMITED_;            // blocks_total
    uint64_t peak_bytes_max HEAPLENS_UNLIMITED_;        // bytes_peak
    uint64_t rise_bytes_max HEAPLENS_UNLIMITED_;        // bytes_rise
    uint64_t live_bytes_max HEAPLENS_UNLIMITED_;        // bytes_live
    uint64_t live_blocks_max HEAPLENS_UNLIMITED_;       // blocks_live
    uint64_t reallocs_max HEAPLENS_UNLIMITED_;          // reallocs
    uint64_t temporary_blocks_max HEAPLENS_UNLIMITED_;  // blocks_temporary
} heaplens_budget;

/** Does the scope keep to the budget? False also if the usage has no figures, or inexact ones. */
HEAPLENS_API bool heaplens_usage_is_within(const heaplens_usage *usage,
                                           const heaplens_budget *budget);

/**
 * Write why a usage is not within a budget, in lines: the figures beside their limits, the call
 * sites that have most of what is too much, and where the profile is.
 *
 * A call site is shown as its innermost calls, by name where the program exports names and by
 * module and offset where not. The profile has the others, and files and lines. If the recording
 * is in memory only, it is saved for that: as heaplens-expect.PID.store in the folder that the
 * environment variable HEAPLENS_EXPECT_DIR names, or in the current one.
 *
 * @param[out] text  (cap) NUL-terminated unless cap is 0; ends with a newline
 * @return the length that the whole text has; `cap` or more when it was cut
 */
HEAPLENS_API size_t heaplens_usage_explain(const heaplens_usage *usage,
                                           const heaplens_budget *budget, char *text, size_t cap);

enum { HEAPLENS_EXPECT_BYTES = 4096 };  // longer explanations are cut

// clang-format off
#ifdef __cplusplus  // C++20: members in the order of their declaration
#define HEAPLENS_BUDGET_(...) const heaplens_budget heaplens_budget_{__VA_ARGS__};
#else
// Members that are initialised twice, here and by the caller, are meant: hence no warning.
#define HEAPLENS_BUDGET_(...)                                                   \
    _Pragma("GCC diagnostic push")                                              \
    _Pragma("GCC diagnostic ignored \"-Woverride-init\"")                       \
    const heaplens_budget heaplens_budget_ = {                                  \
        .bytes_max = HEAPLENS_NO_LIMIT,      .blocks_max = HEAPLENS_NO_LIMIT,      \
        .peak_bytes_max = HEAPLENS_NO_LIMIT, .rise_bytes_max = HEAPLENS_NO_LIMIT,  \
        .live_bytes_max = HEAPLENS_NO_LIMIT, .live_blocks_max = HEAPLENS_NO_LIMIT, \
        .reallocs_max = HEAPLENS_NO_LIMIT,                                      \
        .temporary_blocks_max = HEAPLENS_NO_LIMIT,                              \
        __VA_ARGS__};                                                           \
    _Pragma("GCC diagnostic pop")
#endif
// clang-format on

/**
 * Expect that a scope keeps to a budget: HEAPLENS_EXPECT(usage, .blocks_max = 10, ...).
 *
 * Evaluates its arguments once. After a failure HEAPLENS_EXPECT_FAILED(text) is called, with the
 * text of heaplens_usage_explain(); unless that left the function, the value is false.
 */
#define HEAPLENS_EXPECT(usage, ...)                                                           \
    (__extension__({                                                                          \
        HEAPLENS_BUDGET_(__VA_ARGS__)                                                         \
        const heaplens_usage heaplens_usage_ = (usage);                                       \
        const bool heaplens_is_within_ =                                                      \
            heaplens_usage_is_within(&heaplens_usage_, &heaplens_budget_);                    \
        if (!heaplens_is_within_) {                                                           \
            char heaplens_text_[HEAPLENS_EXPECT_BYTES];                                       \
            (void)heaplens_usage_explain(&heaplens_usage_, &heaplens_budget_, heaplens_text_, \
                                         sizeof heaplens_text_);                              \
            HEAPLENS_EXPECT_FAILED(heaplens_text_);                                           \
        }                                                                                     \
        heaplens_is_within_;                                                                  \
    }))

#ifdef __cplusplus
}
#endif

#endif
