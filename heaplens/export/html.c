// SPDX-License-Identifier: MIT
// The HTML report: the viewer's page around the data. The page computes every tree and table.
#include "export/html.h"

#include "export/html_data.h"
#include "export/html_page.h"

bool heaplens_has_viewer(void)
{
    return heaplens__html_head_size > 0;
}

void heaplens__html_begin(heaplens_sink *sink)
{
    heaplens__sink_put(sink, (const char *)heaplens__html_head, heaplens__html_head_size);
}

heaplens_status heaplens__html_end(heaplens_sink *sink, heaplens_status status)
{
    heaplens__sink_put(sink, (const char *)heaplens__html_tail, heaplens__html_tail_size);
    const heaplens_status flushed = heaplens__sink_flush(sink);
    return status == HEAPLENS_OK ? flushed : status;
}

// The index of a process in its session, or the session's count of processes.
static size_t index_of(const heaplens_session *session, const heaplens_process *process)
{
    size_t index = 0;
    while (index < session->process_count && &session->processes[index] != process) {
        index++;
    }
    return index;
}

heaplens_status heaplens_write_html(heaplens_sink *sink, const heaplens_session *session,
                                    const heaplens_process *shown)
{
    if (!heaplens_has_viewer()) {
        return HEAPLENS_EINVAL;
    }
    heaplens_process part = *shown;
    const heaplens_session alone = {
        .names = session->names, .processes = &part, .process_count = 1};
    const size_t index = index_of(session, shown);
    const bool is_part = index == session->process_count;
    const heaplens_html_data data = {
        .prefix = "",
        .session = is_part ? &alone : session,
        .texts = &session->names,
        .shown = is_part ? 0 : index,
    };
    heaplens__html_begin(sink);
    return heaplens__html_end(sink, heaplens__write_html_data(sink, &data));
}
