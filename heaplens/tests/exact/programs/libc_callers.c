// SPDX-License-Identifier: MIT
// Blocks that libc allocates on behalf of its caller belong to the line that called libc.
//
// strdup of 11 letters: 12 bytes. strndup of 4: 5 bytes.
// asprintf and getline choose their first sizes themselves (100 and 120 bytes in glibc 2.36), and
// asprintf shrinks the block to what it needs: 6 bytes ("7 + 8" and its end), so 106 in 2 blocks in
// total. The size of a FILE and of its buffer are glibc's business too: open@stream has no figures
// here ("?"), nor has the program; they are compared with DHAT.
//
//! stack                       total     t-gmax    t-end     own-peak
//! (program)                   ?         ?         ?         -
//! main@dup                    12/1      12/1      12/1      12/1
//! main@ndup                   5/1       5/1       0/0       5/1
//! main@print                  ?         ?         6/1       -
//! main@line                   ?         ?         ?         -
//! main@stream                 ?         ?         0/0       -
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *dup;
static char *print;
static char *line;

int main(void)
{
    size_t line_bytes = 0;
    dup = strdup("eleven char");                            // @dup
    char *ndup = strndup("four more", 4);                   // @ndup
    const int printed = asprintf(&print, "%d + %d", 7, 8);  // @print
    FILE *stream = fopen("/proc/self/comm", "r");           // @stream
    if (stream == NULL) {
        return 1;
    }
    const ssize_t read = getline(&line, &line_bytes, stream);  // @line
    free(ndup);
    return printed == 5 && read > 0 && fclose(stream) == 0 ? 0 : 1;
}
