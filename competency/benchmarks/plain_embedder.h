// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BENCHMARKS_PLAIN_EMBEDDER_H
#define COMPETENCY_BENCHMARKS_PLAIN_EMBEDDER_H

#include <competency/embedder.h>

enum { PLAIN_DIMENSION = 384 };  // of the default model

/** What a cache stands before where the cache is what is measured: any vector will do. */
competency_embedder plain_embedder(void);

#endif
