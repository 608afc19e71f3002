// SPDX-License-Identifier: MIT
#ifndef TESTS_SUPPORT_EXPECT_H
#define TESTS_SUPPORT_EXPECT_H

/**
 * @file
 * cmocka, and checks that print both values. Every check fails on NaN.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/** |got - want| <= tolerance; `what` and its arguments say which case. */
#define EXPECT_NEAR(got, want, tolerance, ...)                                                \
    do {                                                                                      \
        const double expect_got = (double)(got);                                              \
        const double expect_want = (double)(want);                                            \
        const double expect_delta =                                                           \
            expect_got > expect_want ? expect_got - expect_want : expect_want - expect_got;   \
        if (!(expect_delta <= (double)(tolerance))) {                                         \
            print_error("%s:%d: ", __FILE__, __LINE__);                                       \
            print_error(__VA_ARGS__);                                                         \
            print_error(": got %.17g, want %.17g, tolerance %.3g\n", expect_got, expect_want, \
                        (double)(tolerance));                                                 \
            fail();                                                                           \
        }                                                                                     \
    } while (0)

/** `condition` holds; `what` and its arguments say which case. */
#define EXPECT(condition, ...)                                          \
    do {                                                                \
        if (!(condition)) {                                             \
            print_error("%s:%d: %s: ", __FILE__, __LINE__, #condition); \
            print_error(__VA_ARGS__);                                   \
            print_error("\n");                                          \
            fail();                                                     \
        }                                                               \
    } while (0)

#endif
