// SPDX-License-Identifier: MIT
// write_synthetic store|session FILE: the hand-made store or session as a file, for tests that run
// the program, and as the seed of the fuzz corpora.
#include <stdio.h>
#include <string.h>

#include "profile/finished.h"
#include "synthetic.h"

static int write_store(const char *path)
{
    synthetic_store store;
    unsigned char bytes[SYNTHETIC_STORE_BYTES];
    synthetic_store_init(&store);
    synthetic_store_bytes(&store, bytes);
    FILE *const file = fopen(path, "wb");
    if (file == NULL) {
        return 1;
    }
    const size_t wrote = fwrite(bytes, 1, sizeof(bytes), file);
    return fclose(file) != 0 || wrote != sizeof(bytes);
}

static int write_session(const char *path)
{
    heaplens_session *const session = synthetic_session();
    const heaplens_status status = heaplens_session_write(session, path, NULL);
    heaplens_session_destroy(session);
    return status != HEAPLENS_OK;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: write_synthetic store|session FILE\n");
        return 2;
    }
    return strcmp(argv[1], "store") == 0 ? write_store(argv[2]) : write_session(argv[2]);
}
