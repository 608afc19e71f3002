// SPDX-License-Identifier: MIT
// A scope in a program that is not linked with heaplens: figures under `heaplens run`, none alone.
#include <heaplens/optional.h>

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    heaplens_scope scope = heaplens_scope_begin("parse");
    void *const volatile block = malloc(5000);
    free(block);
    const heaplens_usage usage = heaplens_scope_end(&scope);
    if (usage.status == HEAPLENS_OK) {
        (void)printf("parse: %llu bytes at the peak\n", (unsigned long long)usage.bytes_peak);
    } else {
        (void)printf("parse: no figures: %s\n",
                     usage.status == HEAPLENS_EINACTIVE ? "nothing records" : "out of memory");
    }
    return EXIT_SUCCESS;
}
