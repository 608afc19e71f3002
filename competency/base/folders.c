// SPDX-License-Identifier: MIT
#include "base/folders.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"

competency_status competency__make_folders(char *path, competency_error *err)
{
    competency_status status = COMPETENCY_OK;
    for (char *slash = strchr(path, '/'); slash != NULL && status == COMPETENCY_OK;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (slash != path && mkdir(path, S_IRWXU) != 0 && errno != EEXIST) {
            status = competency__fail(err, COMPETENCY_EIO, "cannot make %s: %s", path,
                                      competency__system_text(errno));
        }
        *slash = '/';
    }
    return status;
}
