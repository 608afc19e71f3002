// SPDX-License-Identifier: MIT
// The reader of finished files on any bytes. Checksums would keep a fuzzer at the door, so they are
// made right first. What is accepted must report without a fault.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "export/dhat.h"
#include "export/folded.h"
#include "export/json.h"
#include "export/markdown.h"
#include "export/pprof.h"
#include "export/report_text.h"
#include "export/speedscope.h"
#include "profile/finished.h"
#include "profile/select.h"
#include "repair_sums.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static heaplens_status count_bytes(void *self, const char *data, size_t size)
{
    (void)data;
    *(size_t *)self += size;
    return HEAPLENS_OK;
}

typedef heaplens_status writer(heaplens_sink *sink, const heaplens_session *session,
                               const heaplens_process *process);

static writer *const writers[] = {heaplens_write_dhat, heaplens_write_json, heaplens_write_pprof,
                                  heaplens_write_speedscope};

// What matches "a*", and what scopes without a label did, if there are any.
static void report_part(heaplens_sink *sink, const heaplens_session *session,
                        const heaplens_process *process, const heaplens_report_options *options)
{
    static const heaplens_selection selections[] = {{.pattern = "a*"}, {.scope = ""}};
    for (size_t i = 0; i < sizeof(selections) / sizeof(selections[0]); i++) {
        heaplens_process part = {0};
        const heaplens_status status =
            heaplens_process_select(session, process, &selections[i], &part, NULL);
        if (status == HEAPLENS_OK &&
            (heaplens__process_check(&part, session->names.size, NULL) != HEAPLENS_OK ||
             heaplens_write_text(sink, session, &part, options) != HEAPLENS_OK)) {
            abort();
        }
        heaplens_selection_release(&part);
    }
}

static void report_everything(const heaplens_session *session)
{
    const heaplens_report_options options = {.top = 3};
    const heaplens_report_options inverted = {.top = 3, .is_inverted = true};
    size_t written = 0;
    for (size_t i = 0; i < session->process_count && i < 3; i++) {
        heaplens_sink sink = {.write = count_bytes, .self = &written};
        const heaplens_process *const process = &session->processes[i];
        if (heaplens_write_text(&sink, session, process, &options) != HEAPLENS_OK ||
            heaplens_write_markdown(&sink, session, process, &options) != HEAPLENS_OK ||
            heaplens_write_folded(&sink, session, process, HEAPLENS_METRIC_TOTAL) != HEAPLENS_OK) {
            abort();
        }
        report_part(&sink, session, process, &inverted);
        for (size_t w = 0; w < sizeof(writers) / sizeof(writers[0]); w++) {
            if (writers[w](&sink, session, process) != HEAPLENS_OK) {
                abort();
            }
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *const copy = malloc(size == 0 ? 1 : size);
    heaplens_session *session = NULL;
    heaplens_failure failure = {0};
    if (copy == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(copy, data, size);
    }
    repair_finished_sums(copy, size);
    if (heaplens__finished_read(&session, copy, size, &failure) == HEAPLENS_OK) {
        report_everything(session);
    } else if (session != NULL) {
        abort();
    }
    heaplens_session_destroy(session);
    free(copy);
    return 0;
}
