// SPDX-License-Identifier: MIT
// A list whose texts are forgotten when it is freed.
#include <stdlib.h>
#include <string.h>

struct row {
    char *text;
    struct row *next;
};

static struct row *parse_row(const char *text, struct row *next)
{
    struct row *const row = malloc(sizeof *row);
    if (row == NULL) {
        abort();
    }
    *row = (struct row){strdup(text), next};
    return row;
}

int main(int argc, char **argv)
{
    struct row *rows = NULL;
    for (int i = 0; i < 10000; i++) {
        rows = parse_row(argv[argc - 1], rows);
    }
    while (rows != NULL) {
        struct row *const row = rows;
        rows = row->next;
        free(row);  // forgets row->text
    }
    return 0;
}
