// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_UTF8_H
#define HEAPLENS_EXPORT_UTF8_H

#include <stddef.h>

/** U+FFFD, which stands for bytes that are no character. */
#define HEAPLENS_UTF8_REPLACEMENT "\xef\xbf\xbd"

/** Bytes of the UTF-8 sequence at `text`; 0 if there is none. Source: Unicode 15, table 3-7. */
size_t heaplens__utf8_length(const char *text);

#endif
