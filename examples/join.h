// SPDX-License-Identifier: MIT
#ifndef EXAMPLES_JOIN_H
#define EXAMPLES_JOIN_H

#include <stddef.h>

/** `count` times `word`, one after the other; released with free(). NULL when memory is out. */
char *join(const char *word, size_t count);

#endif
