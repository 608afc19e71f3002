// SPDX-License-Identifier: MIT
// One helper, three callers, one of them on two lines: four sites that share their innermost line.
//
// parse twice 64 = 128; render 1000; main directly 1 and then 2: all live, 1131 in 5 blocks.
// render's block is freed at the end: 131 in 4.
//
//! stack                               total     t-gmax    t-end     own-peak
//! (program)                           1131/5    1131/5    131/4     -
//! make@new < parse@p < main@parse     128/2     128/2     128/2     128/2
//! make@new < render@r < main@render   1000/1    1000/1    0/0       1000/1
//! make@new < main@one                 1/1       1/1       1/1       1/1
//! make@new < main@two                 2/1       2/1       2/1       2/1
#include <stddef.h>
#include <stdlib.h>

static void *kept[5];
static size_t kept_count;

static void make(size_t size)
{
    kept[kept_count++] = malloc(size);  // @new
}

static void parse(void)
{
    for (size_t i = 0; i < 2; i++) {
        make(64);  // @p
    }
}

static void render(void)
{
    make(1000);  // @r
}

int main(void)
{
    parse();   // @parse
    render();  // @render
    make(1);   // @one
    make(2);   // @two
    free(kept[2]);
    return 0;
}
