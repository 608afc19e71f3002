// SPDX-License-Identifier: MIT
// In place of the generated page, where the viewer could not be built.
#include "export/html_page.h"

const unsigned char heaplens__html_head[] = {0};
const unsigned char heaplens__html_tail[] = {0};
const size_t heaplens__html_head_size = 0;
const size_t heaplens__html_tail_size = 0;
