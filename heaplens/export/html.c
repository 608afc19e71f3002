// SPDX-License-Identifier: MIT
// The HTML report: the viewer's page around the data. The page computes every tree and table.
#include "export/html.h"

#include "export/html_data.h"
#include "export/html_page.h"

bool heaplens_has_viewer(void)
{
    return heaplens__html_head_size > 0;
}

static void write_head(heaplens_sink *sink)
{
    heaplens__sink_put(sink, (const char *)heaplens__html_head, heaplens__html_head_size);
}

static heaplens_status write_tail(heaplens_sink *sink, heaplens_status status)
{
    heaplens__sink_put(sink, (const char *)heaplens__html_tail, heaplens__html_tail_size);
    const heaplens_status flushed = heaplens__sink_flush(sink);
    return status == HEAPLENS_OK ? flushed : status;
}

heaplens_status heaplens_write_html(heaplens_sink *sink, const heaplens_session *session,
                                    const heaplens_process *shown)
{
    if (!heaplens_has_viewer()) {
        return HEAPLENS_EINVAL;
    }
    write_head(sink);
    return write_tail(sink, heaplens__write_html_data(sink, "", session, shown));
}

heaplens_status heaplens_write_html_diff(heaplens_sink *sink, const heaplens_session *before,
                                         const heaplens_process *before_shown,
                                         const heaplens_session *after,
                                         const heaplens_process *after_shown)
{
    if (!heaplens_has_viewer()) {
        return HEAPLENS_EINVAL;
    }
    write_head(sink);
    heaplens_status status = heaplens__write_html_data(sink, "before-", before, before_shown);
    if (status == HEAPLENS_OK) {
        status = heaplens__write_html_data(sink, "", after, after_shown);
    }
    return write_tail(sink, status);
}
