// SPDX-License-Identifier: MIT
// A test of what a function may use of the heap: once within its budget, once beyond it.
#include <heaplens/budget.h>
#include <heaplens/heaplens.h>

#include <stdlib.h>
#include <string.h>

// Joins `count` copies of a word. Grows its text by one word at a time, which is a reallocation
// each.
static char *repeat(const char *word, size_t count)
{
    const size_t length = strlen(word);
    char *text = malloc(1);
    for (size_t i = 0; text != NULL && i < count; i++) {
        char *const longer = realloc(text, (i + 1) * length + 1);
        if (longer == NULL) {
            free(text);
            return NULL;
        }
        text = longer;
        memcpy(text + i * length, word, length);
        text[(i + 1) * length] = '\0';
    }
    return text;
}

static heaplens_usage measure(size_t count)
{
    heaplens_scope scope = heaplens_scope_begin("repeat");
    free(repeat("heap", count));
    return heaplens_scope_end(&scope);
}

int main(void)
{
    if (!heaplens_is_active() && heaplens_start(NULL) != HEAPLENS_OK) {
        return EXIT_FAILURE;
    }
    const bool is_small =
        HEAPLENS_EXPECT(measure(10), .peak_bytes_max = 41, .blocks_max = 11, .live_blocks_max = 0);
    const bool is_large = HEAPLENS_EXPECT(measure(1000), .peak_bytes_max = 4 << 10,
                                          .reallocs_max = 10, .live_blocks_max = 0);
    (void)printf("10 words: %s; 1000 words: %s\n", is_small ? "kept" : "broken",
                 is_large ? "kept" : "broken");
    return EXIT_SUCCESS;
}
