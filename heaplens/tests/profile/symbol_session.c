// SPDX-License-Identifier: MIT
// The library's code runs here; its copies have the same code at the same addresses.
#define _GNU_SOURCE
#include "symbol_session.h"

#include "expect.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "profile/symbols.h"
#include "symbol_fixture.h"

static __attribute__((noinline)) uintptr_t probe(void)
{
    return (uintptr_t)__builtin_return_address(0) - 1;
}

static heaplens_name add_name(heaplens_session *session, const char *text)
{
    heaplens_name name = 0;
    assert_int_equal(heaplens__names_add(&session->names, text, strlen(text), &name), HEAPLENS_OK);
    return name;
}

heaplens_session *symbol_session_part(const char *path, const char *build_id, const char *cache,
                                      size_t count)
{
    Dl_info info;
    struct link_map *map = NULL;
    // Not the address of a variable: the linker may have copied that into this program.
    assert_true(dladdr1(dlsym(RTLD_DEFAULT, "fixture_exported"), &info, (void **)&map,
                        RTLD_DL_LINKMAP) != 0);
    heaplens_session *const session = heaplens_session_create();
    assert_non_null(session);
    heaplens_process process = {.module_count = 1, .location_count = count, .node_count = 1};
    process.modules = calloc(1, sizeof(*process.modules));
    process.locations = calloc(LOCATIONS, sizeof(*process.locations));
    process.nodes = calloc(1, sizeof(*process.nodes));
    assert_true(process.modules != NULL && process.locations != NULL && process.nodes != NULL);
    process.modules[0].bias = map->l_addr;
    process.modules[0].path = add_name(session, path);
    process.modules[0].build_id = add_name(session, build_id);
    process.locations[THROUGH_STATIC].address = fixture_through_static(probe);
    process.locations[EXPORTED].address = fixture_exported(probe);
    process.locations[NOWHERE].address = map->l_addr + 1;  // in the ELF header
    assert_int_equal(heaplens__session_add(session, &process), HEAPLENS_OK);
    assert_int_equal(heaplens_session_symbolise(session, cache), HEAPLENS_OK);
    return session;
}

heaplens_session *symbol_session(const char *path, const char *build_id, const char *cache)
{
    return symbol_session_part(path, build_id, cache, LOCATIONS);
}
