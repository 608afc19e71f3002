// SPDX-License-Identifier: MIT
// Links the installed competency and asks it for a text that only the library has.
#include <competency/competency.h>

#include <string.h>

int main(void)
{
    return strcmp(competency_status_text(COMPETENCY_OK), "success") == 0 ? 0 : 1;
}
