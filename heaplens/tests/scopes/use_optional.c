// SPDX-License-Identifier: MIT
// A program that is not linked with the recorder, and asks for it all the same.
#include <heaplens/optional.h>

#include <stdlib.h>

int main(void)
{
    heaplens_scope scope = heaplens_scope_begin("optional");
    void *volatile block = malloc(1234);
    free(block);
    const heaplens_usage usage = heaplens_scope_end(&scope);
    (void)printf("active %d, status %d, bytes %ju\n", heaplens_is_active(), (int)usage.status,
                 (uintmax_t)usage.bytes_total);
    (void)fflush(stdout);
    const bool is_kept = HEAPLENS_EXPECT(usage, .bytes_max = 1234, .live_blocks_max = 0);
    return is_kept ? EXIT_SUCCESS : EXIT_FAILURE;
}
