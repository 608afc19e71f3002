// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_UNWIND_H
#define HEAPLENS_RUNTIME_UNWIND_H

/**
 * @file
 * Call stacks of the calling thread, from inside an allocation function.
 *
 * A *frame* is reported as an address inside the calling instruction (return address - 1), so that
 * a symbol or a line looked up for it is the caller's even where the call is the last instruction
 * of its function. The frame that a signal interrupted is the exception: its address is exact.
 *
 * The unwinder follows the call frame information of each module (`.eh_frame`), never guesses, and
 * stops where it cannot know. It allocates nothing, takes no lock of its own, may run in a signal
 * handler, before main and after exit, and leaves errno alone.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Where to begin: the state that the first reported frame has once the call in it returns. */
typedef struct heaplens__unwind_start {
    uintptr_t return_address;  // into the first reported frame
    uintptr_t sp;              // stack pointer just after the return
    uintptr_t fp;              // frame pointer register of the first reported frame
} heaplens__unwind_start;

/** Why a capture ended. The recorder counts each: a stack that ends early is never silent. */
typedef enum heaplens__unwind_stop {
    HEAPLENS__UNWIND_OUTERMOST =
        0,                       // complete: _start, a thread's start, a coroutine's first function
    HEAPLENS__UNWIND_DEPTH = 1,  // `cap` frames written, and there are more
    HEAPLENS__UNWIND_NO_MODULE = 2,  // the last frame is in no module: code made at run time
    HEAPLENS__UNWIND_NO_RULE = 3,    // in a module, but no (or damaged) frame information there
    HEAPLENS__UNWIND_UNSUPPORTED =
        4,  // valid frame information that needs registers we do not track
    HEAPLENS__UNWIND_BAD_STACK =
        5,  // the frame would be misaligned, not outward, or in unreadable memory
} heaplens__unwind_stop;

enum { HEAPLENS__UNWIND_STOP_COUNT = 6 };

/**
 * Prepare: find the loader's own code and its lock-free address look-up. Call once, before the
 * first capture; a second call changes nothing.
 *
 * Calls dlsym, which may allocate: call it under the recorder's re-entrancy guard. A capture
 * before it is still right, only slower.
 */
void heaplens__unwind_init(void);

/**
 * Begin at the caller of the function whose frame address is given.
 *
 * Write it in the hook itself, `heaplens__unwind_from(__builtin_frame_address(0))`: then the hook's
 * caller is the first frame reported. The compiler gives a function that asks for its frame
 * address a frame pointer, so the saved frame pointer and return address lie there.
 */
static inline heaplens__unwind_start heaplens__unwind_from(const void *frame_address)
{
    const uintptr_t *const frame = frame_address;
    return (heaplens__unwind_start){
        .return_address = frame[1], .sp = (uintptr_t)(frame + 2), .fp = frame[0]};
}

/**
 * Capture the stack, innermost frame first.
 *
 * @param      start  from heaplens__unwind_from() in a function that is still running
 * @param[out] ips    (cap) frames, as the file comment defines them; written up to the result
 * @param      cap    frames at most
 * @param[out] why    the reason that the capture ended
 * @return frames written. The frame at which the capture stopped is included.
 *
 * Threads: safe. Signals: safe. Cost: some nanoseconds a frame whose rule is cached (shared by all
 * threads); some hundred the first time an address is seen.
 */
size_t heaplens__unwind(const heaplens__unwind_start *start, uintptr_t *ips, size_t cap,
                        heaplens__unwind_stop *why);

/** The loader's code; what unwind_loader.c knows of it that an inline function needs. */
typedef struct heaplens__unwind_loader_range {
    uintptr_t start;       // 0 until heaplens__unwind_init()
    uintptr_t size_bytes;  // 0 until heaplens__unwind_init(): then no address is inside
} heaplens__unwind_loader_range;

extern heaplens__unwind_loader_range heaplens__unwind_loader;

/** Is it an address in the loader's code? */
static inline bool heaplens__unwind_is_loader(const void *address)
{
    const heaplens__unwind_loader_range *const loader = &heaplens__unwind_loader;
    return (uintptr_t)address - loader->start < loader->size_bytes;
}

/** The loader called an allocation function: see heaplens__unwind_note_caller(). */
void heaplens__unwind_loader_ran(void);

/** Forget the rules that are cached: heaplens__unwind_note_caller() was not called for a while. */
void heaplens__unwind_forget_modules(void);

/**
 * Tell the unwinder who called an allocation function, where no stack is captured.
 *
 * Rules are cached by address, and an address means something else once its module was unloaded
 * and another took its place. The loader allocates on every dlopen and frees on every dlclose;
 * a call from its code is therefore the sign to look whether a module went away. heaplens__unwind()
 * does this by itself. Hooks that capture no stack (free, a block not sampled) call this with
 * `__builtin_return_address(0)`.
 *
 * Cost: one subtraction and one comparison.
 */
static inline void heaplens__unwind_note_caller(const void *return_address)
{
    if (heaplens__unwind_is_loader(return_address)) {
        heaplens__unwind_loader_ran();
    }
}

#endif
