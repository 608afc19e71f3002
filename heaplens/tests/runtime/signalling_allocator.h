// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_TESTS_RUNTIME_SIGNALLING_ALLOCATOR_H
#define HEAPLENS_TESTS_RUNTIME_SIGNALLING_ALLOCATOR_H

/** Raise SIGUSR1 in each of the next `times` calls of malloc_usable_size(), by whomever. */
__attribute__((visibility("default"))) void signal_in_recorder(int times);

#endif
