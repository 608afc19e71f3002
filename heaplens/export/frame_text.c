// SPDX-License-Identifier: MIT
#include "export/frame_text.h"

#include <string.h>

const char *heaplens__path_base(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

const char *heaplens__location_module(const heaplens_session *session,
                                      const heaplens_process *process,
                                      const heaplens_location *location)
{
    if (location->module == HEAPLENS_MODULE_NONE) {
        return "";
    }
    return heaplens__names_text(&session->names, process->modules[location->module].path);
}
