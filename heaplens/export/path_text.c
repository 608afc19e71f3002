// SPDX-License-Identifier: MIT
// Paths and changes as text, for what diff and check write.
#include "export/path_text.h"

#include <stdio.h>
#include <string.h>

#include "export/frame_text.h"
#include "export/function_text.h"
#include "export/utf8.h"

static bool is_control(char byte)
{
    return (unsigned char)byte < 0x20 || (unsigned char)byte == 0x7f;
}

void heaplens__sink_safe(heaplens_sink *sink, const char *text)
{
    for (; *text != '\0'; text++) {
        heaplens__sink_put(sink, is_control(*text) ? "?" : text, 1);
    }
}

void heaplens__sink_markdown(heaplens_sink *sink, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("\\`*_{}[]<>()#+-!|~&$", *text) != NULL) {
            heaplens__sink_put(sink, "\\", 1);
        }
        heaplens__sink_put(sink, is_control(*text) ? "?" : text, 1);
    }
}

void heaplens__sink_xml(heaplens_sink *sink, const char *text)
{
    while (*text != '\0') {
        const size_t length = heaplens__utf8_length(text);
        const bool is_noncharacter = length == 3 && (memcmp(text, "\xef\xbf\xbe", 3) == 0 ||
                                                     memcmp(text, "\xef\xbf\xbf", 3) == 0);
        switch (*text) {
        case '<': heaplens__sink_puts(sink, "&lt;"); break;
        case '>': heaplens__sink_puts(sink, "&gt;"); break;
        case '&': heaplens__sink_puts(sink, "&amp;"); break;
        case '"': heaplens__sink_puts(sink, "&quot;"); break;
        case '\n': heaplens__sink_puts(sink, "&#10;"); break;
        default:
            if (length == 0 || is_noncharacter || is_control(*text)) {
                heaplens__sink_put(sink, "?", 1);
            } else {
                heaplens__sink_put(sink, text, length);
            }
        }
        text += length == 0 ? 1 : length;
    }
}

void heaplens__put_path(heaplens_sink *sink, const heaplens_paths *paths, heaplens_path path,
                        const char *arrow, heaplens_put_text *put)
{
    if (path == HEAPLENS_PATH_EMPTY) {
        heaplens__sink_puts(sink, "(no call stack)");
        return;
    }
    const char *between = "";
    const char *function = "";
    const heaplens_path who = heaplens__path_responsible(paths, path);
    while (path != who && paths->steps[path].parent != who) {
        path = paths->steps[path].parent;
    }
    for (; path != HEAPLENS_PATH_EMPTY && strcmp(function, "main") != 0;
         path = paths->steps[path].parent) {
        function = heaplens__path_function(paths, path);
        // How a thread comes to its first function is the same in every path.
        if (between[0] != '\0' && heaplens__is_thread_start(function)) {
            break;
        }
        heaplens__sink_puts(sink, between);
        put(sink, heaplens__function_text(function).text);
        between = arrow;
    }
}

heaplens_figure heaplens__figure_change(uint64_t before, uint64_t after)
{
    heaplens_figure out = {.text = "0"};
    if (before != after) {
        const bool is_growth = after > before;
        (void)snprintf(out.text, sizeof(out.text), "%c%.38s", is_growth ? '+' : '-',
                       heaplens__figure_count(is_growth ? after - before : before - after).text);
    }
    return out;
}

heaplens_figure heaplens__figure_change_share(uint64_t before, uint64_t after)
{
    heaplens_figure out = {.text = "-"};
    if (before == after) {
        return before == 0 ? out : (heaplens_figure){.text = "0 %"};
    }
    if (before == 0) {
        return (heaplens_figure){.text = "new"};
    }
    // From one byte to 2^64: 23 characters.
    char digits[330];
    const double change = ((double)after - (double)before) / (double)before * 100;
    (void)snprintf(digits, sizeof(digits), "%+.1f", change);
    (void)snprintf(out.text, sizeof(out.text), "%.32s %%", digits);
    return out;
}

const char *heaplens__metric_unit(heaplens_metric metric)
{
    return metric == HEAPLENS_METRIC_BLOCKS || metric == HEAPLENS_METRIC_TEMPORARY ? "blocks"
                                                                                   : "bytes";
}

const char *heaplens__metric_title(heaplens_metric metric)
{
    switch (metric) {
    case HEAPLENS_METRIC_PEAK: return "Live at the peak";
    case HEAPLENS_METRIC_TOTAL: return "Bytes allocated";
    case HEAPLENS_METRIC_BLOCKS: return "Blocks allocated";
    case HEAPLENS_METRIC_LEAKED: return "Never freed";
    case HEAPLENS_METRIC_TEMPORARY: return "Temporary blocks";
    case HEAPLENS_METRIC_LIFETIME: return "Lifetime";
    }
    return "";
}
