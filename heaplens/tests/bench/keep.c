// SPDX-License-Identifier: MIT
// What the compiler makes of heaplens_keep(): test_keep.py reads the assembly.
#include <heaplens/bench.h>

int sum_unkept(void);
int sum_kept(void);
int constant_kept(void);
void loop_empty(unsigned count);
void loop_kept(unsigned count);

// Nobody reads the array: without a barrier it need not be there.
int sum_unkept(void)
{
    int squares[4];
    for (int i = 0; i < 4; i++) {
        squares[i] = i * i + 1000;
    }
    (void)squares;
    return 0;
}

int sum_kept(void)
{
    int squares[4];
    for (int i = 0; i < 4; i++) {
        squares[i] = i * i + 1000;
    }
    heaplens_keep(squares);
    return 0;
}

// 6 * 7 must be a multiplication, because the compiler cannot know what `left` is any more.
int constant_kept(void)
{
    int left = 6;
    heaplens_keep(&left);
    return left * left * 7;
}

void loop_empty(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const int unused = (int)i * 3;
        (void)unused;
    }
}

void loop_kept(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const int used = (int)i * 3;
        heaplens_keep(&used);
    }
}
