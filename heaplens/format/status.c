// SPDX-License-Identifier: MIT
#include <heaplens/status.h>

const char *heaplens_status_text(heaplens_status status)
{
    switch (status) {
#define X(name, value, text) \
    case HEAPLENS_##name: return text;
        HEAPLENS_STATUS_MAP(X)
#undef X
    }
    return "unknown status";
}
