// SPDX-License-Identifier: MIT
#include "cli/profile_input.h"

#include "cli/cli.h"
#include "cli/symbol_folder.h"
#include "profile/open.h"

int heaplens__load_profile(const char *path, heaplens_session **out)
{
    heaplens_failure failure = {0};
    bool is_raw = false;
    heaplens_status status = heaplens_session_open(out, path, &is_raw, &failure);
    if (status == HEAPLENS_OK && failure.text[0] != '\0') {
        heaplens__complain("%s: %s", path, failure.text);
    }
    if (status == HEAPLENS_OK && is_raw) {
        status = heaplens__symbolise(*out);
    }
    if (status == HEAPLENS_OK && (*out)->process_count == 0) {
        status = heaplens__fail(&failure, HEAPLENS_EFORMAT, "there is no process in it");
    }
    if (status == HEAPLENS_OK) {
        return EXIT_CODE_OK;
    }
    heaplens_session_destroy(*out);
    *out = NULL;
    return heaplens__complain_status(status, path, &failure);
}
