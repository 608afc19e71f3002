// SPDX-License-Identifier: MIT
#include <heaplens/heaplens.h>
extern int heaplens__placeholder;
int heaplens__placeholder;
