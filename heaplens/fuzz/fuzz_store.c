// SPDX-License-Identifier: MIT
// The reader of raw stores on any bytes. What it accepts must be a valid session: it can be
// reported, and survives being written as a finished file's rows.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "export/dhat.h"
#include "export/report_text.h"
#include "profile/store_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static heaplens_status count_bytes(void *self, const char *data, size_t size)
{
    (void)data;
    *(size_t *)self += size;
    return HEAPLENS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    heaplens_failure failure = {0};
    heaplens_session *const session = heaplens_session_create();
    const heaplens_store_source source = {.fd = -1, .data = data, .size = size};
    if (session == NULL) {
        return 0;
    }
    if (heaplens__store_read(session, &source, &failure) == HEAPLENS_OK) {
        const heaplens_process *const process = &session->processes[0];
        const heaplens_report_options options = {.top = 3};
        size_t written = 0;
        heaplens_sink sink = {.write = count_bytes, .self = &written};
        if (heaplens__process_check(process, session->names.size, &failure) != HEAPLENS_OK ||
            heaplens_write_text(&sink, session, process, &options) != HEAPLENS_OK ||
            heaplens_write_dhat(&sink, session, process) != HEAPLENS_OK || written == 0) {
            abort();
        }
    }
    heaplens_session_destroy(session);
    return 0;
}
