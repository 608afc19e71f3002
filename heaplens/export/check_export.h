// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_CHECK_EXPORT_H
#define HEAPLENS_EXPORT_CHECK_EXPORT_H

#include "export/sink.h"
#include "profile/budget_check.h"

/** What the three inputs are called, for messages. */
typedef struct heaplens_check_names {
    const char *budget;
    const char *profile;
    const char *baseline;  // NULL: none
    bool has_color;
} heaplens_check_names;

/**
 * Write the result of a check for people: the limits that are not kept, by how much, and where; then
 * a line for each that is.
 *
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; what the sink returned. So do the others.
 */
HEAPLENS_MUST_USE heaplens_status heaplens_write_check_text(heaplens_sink *sink,
                                                            const heaplens_check *check,
                                                            const heaplens_check_names *names);

/** The same as Markdown, for a pull request. */
HEAPLENS_MUST_USE heaplens_status heaplens_write_check_markdown(heaplens_sink *sink,
                                                                const heaplens_check *check,
                                                                const heaplens_check_names *names);

/** JUnit's XML: a test case a limit; a broken one is a failure, one that cannot be told an error. */
HEAPLENS_MUST_USE heaplens_status heaplens_write_check_junit(heaplens_sink *sink,
                                                             const heaplens_check *check,
                                                             const heaplens_check_names *names);

/** Every figure, as docs/format/budget.md says. */
HEAPLENS_MUST_USE heaplens_status heaplens_write_check_json(heaplens_sink *sink,
                                                            const heaplens_check *check,
                                                            const heaplens_check_names *names);

#endif
