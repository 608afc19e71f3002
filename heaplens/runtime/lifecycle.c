// SPDX-License-Identifier: MIT
// Beginning and ending a recording: first allocation, API, fork, exit.
#include "runtime/lifecycle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/membarrier.h>
#include <sys/syscall.h>

#include "runtime/clock.h"
#include "runtime/message.h"
#include "runtime/mode_text.h"
#include "runtime/program.h"
#include "runtime/real.h"
#include "runtime/recorder.h"
#include "runtime/thread.h"
#include "runtime/timeline.h"
#include "runtime/unwind.h"

enum { TRIES = 10000, COMMAND_BYTES = 65536 };

// Every child of a fork finds this page zeroed (MADV_WIPEONFORK), and so UNDECIDED: also where no
// fork handler runs, as after _Fork() or a bare clone(). Otherwise it would write into its
// parent's store.
_Alignas(4096) heaplens__phase_page heaplens__phase_word;

// How this process records; what a child does like it. Read from the environment once: a daemon
// clears its environment, and its children are still to be found in the session.
static struct {
    bool is_set;  // by heaplens_start(); otherwise the environment decides
    bool is_recording;
    bool is_alone;  // children do not record
    pid_t pid;
    uint32_t depth_max;
    uint64_t store_bytes_max;
    heaplens_mode mode;
    uint64_t sample_bytes;
    uint64_t seed;                             // of the draws; 0: none was given
    char path[HEAPLENS__STORE_PATH_BYTES];     // absolute; "": none was given
    char session[HEAPLENS__STORE_PATH_BYTES];  // folder; "": none, so that the store is in memory
} plan;

static void set_phase(heaplens__phase phase)
{
    atomic_store_explicit(&heaplens__phase_word.phase, phase, memory_order_release);
}

static void set_lane(heaplens__lane lane)
{
    atomic_store_explicit(&heaplens__phase_word.lane, lane, memory_order_release);
}

// The lane of a process that records.
static heaplens__lane lane_of(const heaplens__recorder *recorder)
{
    const int mode = atomic_load_explicit(&recorder->mode, memory_order_relaxed);
    const bool has_tails = atomic_load_explicit(&recorder->has_tails, memory_order_relaxed);
    const bool has_drawn = atomic_load_explicit(&recorder->has_drawn, memory_order_relaxed);
    if (mode == HEAPLENS_MODE_COUNT && !has_tails && !has_drawn && heaplens__real_has_headers) {
        return HEAPLENS__LANE_COUNT;
    }
    if (mode == HEAPLENS_MODE_SAMPLE && !has_tails) {
        return HEAPLENS__LANE_SAMPLE;
    }
    return mode == HEAPLENS_MODE_FULL ? HEAPLENS__LANE_FULL : HEAPLENS__LANE_NONE;
}

void heaplens__lifecycle_set_mode(heaplens_mode mode, uint64_t sample_bytes)
{
    // Before the mode itself: in the new one blocks may have tails, and who is given such a block
    // must not take it for one that has none.
    set_lane(HEAPLENS__LANE_NONE);
    heaplens__recorder_set_mode(&heaplens__recording, mode, sample_bytes);
    // Under the lock, as when a recording stops: whoever comes last sees what both did.
    const int phase = atomic_load_explicit(&heaplens__phase_word.phase, memory_order_relaxed);
    if (phase == HEAPLENS__PHASE_RECORDING) {
        set_lane(lane_of(&heaplens__recording));
    }
}

static uint64_t number_of(const char *name)
{
    const char *const text = secure_getenv(name);
    return text == NULL ? 0 : strtoull(text, NULL, 10);
}

static uint64_t make_secret(void)
{
    uint64_t secret[2] = {heaplens__clock_ns(), (uint64_t)getpid()};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the system gives addresses as numbers
    const void *const random = (const void *)getauxval(AT_RANDOM);
    if (random != NULL) {
        uint64_t more[2];
        memcpy(more, random, sizeof more);
        secret[0] ^= more[0];
        secret[1] ^= more[1];
    }
    return (secret[0] ^ secret[1] << 32) * 0x9E3779B97F4A7C15U + secret[1];
}

// PATH for the program itself, PATH.PID for its children.
static heaplens_status create_at(heaplens__store *store, const char *path, bool is_child)
{
    char own[HEAPLENS__STORE_PATH_BYTES];
    const int length = is_child ? snprintf(own, sizeof own, "%s.%ld", path, (long)getpid())
                                : snprintf(own, sizeof own, "%s", path);
    if (length < 0 || (size_t)length >= sizeof own) {
        errno = ENAMETOOLONG;
        return HEAPLENS_EIO;
    }
    return heaplens__store_create(store, own, plan.store_bytes_max);
}

// SESSION/PID.N.store: a process that calls exec has several, one after the other.
static heaplens_status create_in_session(heaplens__store *store)
{
    for (int n = 0; n < TRIES; n++) {
        char path[HEAPLENS__STORE_PATH_BYTES];
        const int length =
            snprintf(path, sizeof path, "%s/%ld.%d.store", plan.session, (long)getpid(), n);
        if (length < 0 || (size_t)length >= sizeof path) {
            errno = ENAMETOOLONG;
            return HEAPLENS_EIO;
        }
        const heaplens_status status = heaplens__store_create(store, path, plan.store_bytes_max);
        if (status != HEAPLENS_EIO || errno != EEXIST) {
            return status;
        }
    }
    return HEAPLENS_EIO;
}

static heaplens_status create_store(heaplens__store *store, bool is_child)
{
    if (plan.path[0] != '\0') {
        return create_at(store, plan.path, is_child);
    }
    if (!plan.is_set && plan.session[0] != '\0') {
        return create_in_session(store);
    }
    return heaplens__store_create(store, NULL, plan.store_bytes_max);
}

static heaplens_store_string read_file(heaplens__store *store, const char *path)
{
    static char bytes[COMMAND_BYTES];
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return (heaplens_store_string){0, 0};
    }
    size_t used = 0;
    ssize_t n = 1;
    while (n > 0 && used < sizeof bytes) {
        n = read(fd, bytes + used, sizeof bytes - used);
        used += n > 0 ? (size_t)n : 0;
    }
    (void)close(fd);
    return heaplens__store_text(store, bytes, used);
}

static void describe_process(heaplens__store *store)
{
    heaplens_store_header *const header = store->header;
    header->command = read_file(store, "/proc/self/cmdline");
    char path[HEAPLENS__STORE_PATH_BYTES];
    header->exe = heaplens__store_text(store, path, heaplens__program_path(path, sizeof path));
    if (getcwd(path, sizeof path) != NULL) {
        header->cwd = heaplens__store_text(store, path, strlen(path));
    }
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    header->start_realtime_ns = (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static void prepare_child(void);

// What needs doing once in an address space.
static bool init_once(void)
{
    static bool is_done;
    if (!is_done) {
        heaplens__clock_init();
        heaplens__unwind_init();
        is_done = heaplens__thread_init() &&
                  pthread_atfork(heaplens__modules_before_fork, heaplens__modules_after_fork,
                                 prepare_child) == 0;
    }
    return is_done &&
           madvise(&heaplens__phase_word, sizeof heaplens__phase_word, MADV_WIPEONFORK) == 0;
}

// Asks the kernel for a memory barrier in every thread of the process, so that none of them needs one
// in each operation: a thread that saw an earlier phase is seen busy after it.
static void make_others_see(void)
{
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) != 0 ||
        syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0) {
        const struct timespec long_enough = {.tv_nsec = 10000000};
        (void)nanosleep(&long_enough, NULL);
    }
}

// Ends an earlier recording for good: waits until no thread is in the middle of an operation of it.
// The phase is BUSY, so that none begins one. On success the lock is held.
static bool retire_recording(heaplens__recorder *recorder)
{
    const struct timespec pause = {.tv_nsec = 100000};
    pthread_mutex_lock(&recorder->lock);
    recorder->generation++;  // whoever enters from here on has to ask for a shard, and for the lock
    make_others_see();
    for (int i = 0; !heaplens__shards_are_idle(recorder, heaplens__thread_shard()); i++) {
        pthread_mutex_unlock(&recorder->lock);
        if (i == TRIES) {
            return false;  // a signal handler that never returned
        }
        (void)nanosleep(&pause, NULL);
        pthread_mutex_lock(&recorder->lock);
    }
    heaplens__thread_forget_shard();
    heaplens__shards_release_memory(recorder);
    return true;
}

// In a child, which has one thread: the parent keeps its store, and the child goes on in its mode.
static heaplens__store leave_parent(heaplens__recorder *recorder)
{
    const heaplens__store parent = recorder->store;
    recorder->store.header = NULL;
    plan.mode = (heaplens_mode)atomic_load_explicit(&recorder->mode, memory_order_relaxed);
    plan.sample_bytes = atomic_load_explicit(&recorder->sample_bytes, memory_order_relaxed);
    return parent;
}

static void read_modules(heaplens__recorder *recorder, const heaplens__store *parent)
{
    if (parent->header != NULL) {
        heaplens__modules_inherit(&recorder->modules, &recorder->store, parent);
    } else {
        heaplens__modules_refresh(&recorder->modules, &recorder->store, &recorder->lock);
    }
}

// Begins a recording as `plan` says. The thread is busy, the phase is BUSY.
static heaplens_status begin(bool is_child)
{
    heaplens__recorder *const recorder = &heaplens__recording;
    if (!heaplens__real_is_complete() || !init_once()) {
        errno = ENOSYS;
        return HEAPLENS_EIO;
    }
    if (!is_child) {
        if (!heaplens__real_is_reached()) {
            return HEAPLENS_EBYPASSED;
        }
        heaplens__real_look_at_headers();
    }
    heaplens__store parent = is_child ? leave_parent(recorder) : (heaplens__store){.header = NULL};
    const bool is_again = recorder->store.header != NULL;
    if (!is_again) {
        // In a child: it may have been held as the child was made.
        recorder->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    } else if (!retire_recording(recorder)) {
        errno = EBUSY;
        return HEAPLENS_EIO;
    }
    // Others may read the old store meanwhile: there is always one.
    heaplens__store fresh;
    heaplens_status status = create_store(&fresh, is_child);
    if (status == HEAPLENS_OK) {
        heaplens__store_retire(&recorder->store);
        recorder->store = fresh;
        describe_process(&recorder->store);
        status = heaplens__recorder_init(recorder, plan.depth_max, make_secret());
    }
    if (is_again) {
        pthread_mutex_unlock(&recorder->lock);
    }
    if (status == HEAPLENS_OK) {
        recorder->seed = plan.seed != 0 ? plan.seed : recorder->seed;
        heaplens__unwind_forget_modules();  // in some lanes nobody told of the loader's calls
        heaplens__recorder_set_mode(recorder, plan.mode, plan.sample_bytes);
        read_modules(recorder, &parent);
        atomic_store_explicit(&recorder->store.header->state, HEAPLENS_STORE_RECORDING,
                              memory_order_release);
    }
    heaplens__store_unmap(&parent);
    plan.is_recording = status == HEAPLENS_OK;
    plan.pid = getpid();
    return status;
}

static void begin_or_say_why(bool is_child)
{
    const heaplens_status status = begin(is_child);
    if (status == HEAPLENS_OK) {
        set_lane(lane_of(&heaplens__recording));
        set_phase(HEAPLENS__PHASE_RECORDING);
        return;
    }
    // A session whose folder is gone is over: a daemon that outlived `heaplens run` starts programs
    // for years, and each would say so.
    const bool is_over = plan.session[0] != '\0' && errno == ENOENT;
    if (status == HEAPLENS_EBYPASSED) {
        heaplens__message_unprofiled(
            "malloc is not the recorder's: the program, or a library before "
            "libheaplens, has its own",
            "", 0);
    } else if (!is_over) {
        heaplens__message_unprofiled("cannot record into",
                                     plan.session[0] != '\0' ? plan.session : "memory", errno);
    }
    set_lane(HEAPLENS__LANE_OFF);
    set_phase(HEAPLENS__PHASE_OFF);
}

static void read_environment(void)
{
    const char *const session = secure_getenv("HEAPLENS_SESSION");
    const size_t length = session == NULL ? 0 : strlen(session);
    if (length > 0 && length < sizeof plan.session) {
        memcpy(plan.session, session, length + 1);
    }
    plan.depth_max = (uint32_t)number_of("HEAPLENS_DEPTH");
    plan.seed = number_of("HEAPLENS_SEED");
    plan.store_bytes_max = number_of("HEAPLENS_STORE_BYTES");
    plan.is_alone = secure_getenv("HEAPLENS_ONLY_PID") != NULL;
}

static bool environment_wants(void)
{
    if (plan.is_alone && number_of("HEAPLENS_ONLY_PID") != (uint64_t)getpid()) {
        return false;
    }
    const char *const mode = secure_getenv("HEAPLENS_MODE");
    if (mode != NULL) {
        return heaplens__mode_read(mode, &plan.mode, &plan.sample_bytes) &&
               plan.mode != HEAPLENS_MODE_OFF;
    }
    plan.mode = HEAPLENS_MODE_FULL;
    return secure_getenv("HEAPLENS_SESSION") != NULL;
}

heaplens__phase heaplens__lifecycle_decide(void)
{
    if (environ == NULL && plan.pid == 0) {
        return HEAPLENS__PHASE_OFF;  // the loader allocates before the C library is set up
    }
    int phase = HEAPLENS__PHASE_UNDECIDED;
    if (!atomic_compare_exchange_strong(&heaplens__phase_word.phase, &phase,
                                        HEAPLENS__PHASE_BUSY)) {
        return (heaplens__phase)phase;
    }
    const int saved_errno = errno;
    heaplens__thread_set_busy(true);
    const bool is_child = plan.pid != 0;
    if (is_child) {
        heaplens__modules_enter_child();
    } else {
        heaplens__message_init();
        read_environment();
    }
    if (plan.store_bytes_max == 0) {
        plan.store_bytes_max = (uint64_t)1 << 30;
    }
    if (is_child ? plan.is_recording && !plan.is_alone : environment_wants()) {
        begin_or_say_why(is_child);
    } else {
        set_lane(HEAPLENS__LANE_OFF);
        set_phase(HEAPLENS__PHASE_OFF);
    }
    heaplens__thread_set_busy(false);
    errno = saved_errno;
    return heaplens__lifecycle_phase();
}

static void prepare_child(void)
{
    // Decides at once, rather than at the first allocation: the session then lists the child.
    (void)heaplens__lifecycle_phase();
}

// Absolute: a child may be in another folder by the time it has a store of its own.
static bool plan_path(const char *path)
{
    plan.path[0] = '\0';
    if (path == NULL) {
        return true;
    }
    size_t used = 0;
    if (path[0] != '/') {
        if (getcwd(plan.path, sizeof plan.path - 1) == NULL) {
            return false;
        }
        used = strlen(plan.path);
        plan.path[used++] = '/';
    }
    if (strlen(path) >= sizeof plan.path - used) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(plan.path + used, path, strlen(path) + 1);
    return true;
}

heaplens_status heaplens__lifecycle_start(const heaplens_options *options)
{
    const heaplens__phase before = heaplens__lifecycle_phase();
    int expected = (int)before;
    if (before == HEAPLENS__PHASE_RECORDING || before == HEAPLENS__PHASE_BUSY ||
        !atomic_compare_exchange_strong(&heaplens__phase_word.phase, &expected,
                                        HEAPLENS__PHASE_BUSY)) {
        return HEAPLENS_EACTIVE;
    }
    heaplens__thread_set_busy(true);
    set_lane(HEAPLENS__LANE_NONE);
    plan.is_set = true;
    plan.depth_max = options->depth_max;
    plan.mode = options->mode;
    plan.sample_bytes = options->sample_bytes;
    plan.seed = options->seed;
    plan.store_bytes_max =
        options->store_bytes_max != 0 ? options->store_bytes_max : (uint64_t)1 << 30;
    const heaplens_status status = plan_path(options->path) ? begin(false) : HEAPLENS_EIO;
    if (status == HEAPLENS_OK) {
        set_lane(lane_of(&heaplens__recording));
    } else if (before == HEAPLENS__PHASE_OFF) {
        set_lane(HEAPLENS__LANE_OFF);
    }
    set_phase(status == HEAPLENS_OK ? HEAPLENS__PHASE_RECORDING : before);
    heaplens__thread_set_busy(false);
    return status;
}

heaplens_status heaplens__lifecycle_stop(void)
{
    int expected = HEAPLENS__PHASE_RECORDING;
    (void)heaplens__lifecycle_phase();
    if (!atomic_compare_exchange_strong(&heaplens__phase_word.phase, &expected,
                                        HEAPLENS__PHASE_STOPPED)) {
        return HEAPLENS_EINACTIVE;
    }
    heaplens__thread_set_busy(true);
    pthread_mutex_lock(&heaplens__recording.lock);
    set_lane(HEAPLENS__LANE_NONE);
    pthread_mutex_unlock(&heaplens__recording.lock);
    heaplens__thread_set_busy(false);
    plan.is_recording = false;
    heaplens_store_header *const header = heaplens__recording.store.header;
    heaplens__clock_read_both(&header->latest);
    atomic_store_explicit(&header->state, HEAPLENS_STORE_STOPPED, memory_order_release);
    return HEAPLENS_OK;
}

// Before the program can change its environment; and a program that never allocates is listed too.
__attribute__((constructor)) static void begin_process(void)
{
    (void)heaplens__lifecycle_phase();
}

// The program has come to its end by itself; what it still frees and allocates is counted on.
__attribute__((destructor)) static void end_process(void)
{
    heaplens_store_header *const header = heaplens__recording.store.header;
    if (plan.is_recording && plan.pid == getpid() && header != NULL) {
        heaplens__clock_read_both(&header->latest);
        heaplens__timeline_end(&heaplens__recording);
        atomic_store_explicit(&header->state, HEAPLENS_STORE_ENDED, memory_order_release);
    }
}
