// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_HTML_DATA_H
#define HEAPLENS_EXPORT_HTML_DATA_H

#include "export/sink.h"
#include "profile/session.h"

/** What the page reads as one session; everything is borrowed. */
typedef struct heaplens_html_data {
    const char *prefix;  // of the ids of its elements; "" for what is shown
    const heaplens_session *session;
    const heaplens_names *texts;  // of facts and moments
    size_t shown;                 // the process that is shown first
    bool is_diff;                 // sites are rows of a diff
} heaplens_html_data;

/**
 * Write data as the elements that docs/format/html.md describes.
 *
 * @return the sink's status; HEAPLENS_ENOMEM. The sink is not flushed.
 *
 * Cost: O(size of the data), written as it goes; allocates one number for each name.
 */
heaplens_status heaplens__write_html_data(heaplens_sink *out, const heaplens_html_data *data);

/** Write one element: `write` puts JSON, whose "<" are escaped on the way. The sink is not flushed. */
heaplens_status heaplens__write_html_element(heaplens_sink *out, const char *id,
                                             void (*write)(heaplens_sink *sink, const void *what),
                                             const void *what);

#endif
