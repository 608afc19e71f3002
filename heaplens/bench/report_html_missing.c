// SPDX-License-Identifier: MIT
// In place of the generated page, where the viewer could not be built.
#include "bench/report_html.h"

const unsigned char heaplens__bench_html_head[] = {0};
const unsigned char heaplens__bench_html_tail[] = {0};
const size_t heaplens__bench_html_head_size = 0;
const size_t heaplens__bench_html_tail_size = 0;
