// SPDX-License-Identifier: MIT
// Records one part of a program and writes the profile itself. The rest costs next to nothing.
#include <heaplens/heaplens.h>

#include <stdio.h>
#include <stdlib.h>

static void *start_up(void)
{
    return malloc(1000000);
}

static void *interesting(void)
{
    return malloc(2000);
}

static bool record_interesting(const char *path)
{
    if (heaplens_start(NULL) != HEAPLENS_OK) {
        return false;
    }
    void *const volatile inside = interesting();
    const bool is_saved = heaplens_save(path) == HEAPLENS_OK;
    free(inside);
    return heaplens_stop() == HEAPLENS_OK && is_saved;
}

int main(int argc, char **argv)
{
    const char *const path = argc == 2 ? argv[1] : "part.heaplens";
    void *const volatile before = start_up();
    const bool is_saved = record_interesting(path);
    free(before);
    (void)printf("%s %s\n", is_saved ? "wrote" : "no", path);
    return is_saved ? EXIT_SUCCESS : EXIT_FAILURE;
}
