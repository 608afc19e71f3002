// SPDX-License-Identifier: MIT
// Loaded as two modules with the same code layout and frames of different sizes.
typedef void plugin_leaf(void *context);

extern int plugin_run(plugin_leaf *leaf, void *context);

__attribute__((noinline, visibility("default"))) int plugin_run(plugin_leaf *leaf, void *context)
{
    volatile long words[PLUGIN_WORDS];
    words[0] = 1;
    leaf(context);
    return (int)words[0];
}
