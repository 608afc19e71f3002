// SPDX-License-Identifier: MIT
// A signal handler on a stack of its own allocates, and one that leaves by siglongjmp().
#include "keep.h"

#include <setjmp.h>
#include <signal.h>

static sigjmp_buf back;

NOT_INLINED static void allocate_in_handler(int number)
{
    free(keep(malloc(48)));
    (void)keep(malloc(16));
    if (number == SIGUSR2) {
        siglongjmp(back, 1);
    }
}

int main(void)
{
    static char memory[65536];
    const stack_t stack = {.ss_sp = memory, .ss_size = sizeof(memory)};
    const struct sigaction action = {.sa_handler = allocate_in_handler, .sa_flags = SA_ONSTACK};
    if (sigaltstack(&stack, NULL) != 0 || sigaction(SIGUSR1, &action, NULL) != 0 ||
        sigaction(SIGUSR2, &action, NULL) != 0) {
        return 1;
    }
    for (volatile int i = 0; i < 100; i++) {
        (void)raise(SIGUSR1);
        if (sigsetjmp(back, 1) == 0) {
            (void)raise(SIGUSR2);
        }
    }
    say("done\n");
    return 0;
}
