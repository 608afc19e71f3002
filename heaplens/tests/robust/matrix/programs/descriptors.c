// SPDX-License-Identifier: MIT
// Says which descriptors are open, and which number the next one gets.
#include "keep.h"

#include <fcntl.h>
#include <stdio.h>

int main(void)
{
    (void)keep(malloc(1000));
    for (int fd = 0; fd < 1024; fd++) {
        const int flags = fcntl(fd, F_GETFD);
        if (flags >= 0) {
            (void)printf("%d: flags %d\n", fd, flags);
        }
    }
    (void)printf("next: %d\n", open("/dev/null", O_RDONLY | O_CLOEXEC));
    return 0;
}
