# SPDX-License-Identifier: MIT
"""The rows of the robustness matrix: what is done to the recorder, and what must come of it.

Figures are (bytes, blocks) allocated over the whole run and (bytes, blocks) live at its end, of all
call stacks with the named function in them. They are counted by hand from the programs' sources.
"""
from dataclasses import dataclass, field


@dataclass
class Row:
    name: str
    title: str                       # for the table of the documentation
    program: str = ""                # in programs/; "" where the check runs what it needs
    arguments: tuple = ()            # {plugin} and the like are replaced
    exit: int = 0
    options: tuple = ()              # of heaplens run
    preload: tuple = ()              # {interposer}, or the name of a library
    stdout: str = ""                 # that the unprofiled run must have printed; "": anything
    figures: dict = field(default_factory=dict)  # (process, function): (bytes, blocks, bytes, blocks)
    absent: tuple = ()               # (process, function) that must have no figures
    processes: int = 1
    check: str = "run"               # the method of Checker


def random_sizes():
    """(bytes, blocks) that allocators.c requests: its generator, once more."""
    total = 0
    for state in (1, 2, 3, 4):
        for _ in range(2000):
            state = (state * 1103515245 + 12345) % 2**32
            size = (state >> 8 & 1023) * 32
            total += size + 32 + size + 64
    return total, 4 * 2000 * 2


CHURN = {(0, "churn_all"): (*random_sizes(), 0, 0)}
THREE = {(0, "keep_three"): (3000, 3, 3000, 3)}
FORKED = {(0, "allocate_in_parent"): (6000, 6, 6000, 6), (1, "allocate_in_child"): (1000, 5, 1000, 5)}
STARTED = {(0, "allocate_in_first"): (400, 4, 400, 4), (1, "allocate_in_second"): (200, 4, 200, 4)}

ROWS = [
    Row("fork", "fork(): the child has a profile of its own", "fork", stdout="child\nparent\n",
        figures=FORKED, absent=((1, "allocate_in_parent"),), processes=2),
    Row("fork_raw", "_Fork(): a child that runs no fork handlers", "fork", ("raw",),
        figures=FORKED, absent=((1, "allocate_in_parent"),), processes=2),
    Row("fork_threads", "fork() in the middle of what other threads do; children that fork",
        "fork_threads", stdout="good\n", check="fork_threads"),
    Row("vfork", "vfork() and exec", "start_child", ("vfork",), exit=5, figures=STARTED, processes=2),
    Row("posix_spawn", "posix_spawn()", "start_child", ("posix_spawn",), exit=5, figures=STARTED,
        processes=2),
    Row("exec", "exec: both programs of the process are listed", "start_child", ("exec",), exit=5,
        figures={(1, "allocate_in_second"): (200, 4, 200, 4)},
        absent=((1, "allocate_in_first"),), processes=2),
    Row("no_follow_fork", "--no-follow-fork: a fork is left alone", "fork",
        options=("--no-follow-fork",), figures={(0, "allocate_in_parent"): (6000, 6, 6000, 6)}),
    Row("no_follow_spawn", "--no-follow-fork: so is a program that is started", "start_child",
        ("posix_spawn",), exit=5, options=("--no-follow-fork",),
        figures={(0, "allocate_in_first"): (400, 4, 400, 4)}),
    Row("no_follow_exec", "--no-follow-fork: exec in the same process is followed", "start_child",
        ("exec",), exit=5, options=("--no-follow-fork",),
        figures={(1, "allocate_in_second"): (200, 4, 200, 4)}, processes=2),
    Row("pid_reuse", "a process number that is used again", check="pid_reuse"),
    Row("threads_end", "threads end while others record", "threads_end",
        figures={(0, "allocate_in_thread"): (480000, 20000, 96, 4),
                 (0, "allocate_in_destructor"): (1600, 200, 0, 0)}),
    Row("restart", "heaplens_start() and heaplens_stop() 100 times while threads come and go",
        "restart", stdout="good\nbounded\n", check="plain"),
    Row("dlopen_loop", "dlopen() and dlclose() in a loop", "load_plugin", ("{plugin}",),
        figures={(0, "plugin_allocate"): (6400, 100, 0, 0)}),
    Row("static_tls", "the recorder loaded late, into a running program", "load_late",
        ("{library}",), stdout="not active\n", check="plain"),
    Row("signal_handler", "signal handlers that allocate, and leave by siglongjmp()",
        "signal_handler", figures={(0, "allocate_in_handler"): (12800, 400, 3200, 200)}),
    Row("before_main", "calloc() in constructors; allocation in destructors and atexit()",
        "before_main", stdout="atexit\ndestructor\n",
        # .preinit_array runs before the C library has an environment that could be asked.
        absent=((0, "allocate_in_preinit"),),
        figures={(0, "allocate_in_constructor"): (200, 1, 0, 0),
                 (0, "allocate_in_destructor"): (11, 1, 11, 1),
                 (0, "allocate_in_atexit"): (22, 1, 22, 1)}),
    Row("aligned", "aligned and C23 functions", "aligned", stdout="good\n",
        figures={(0, "allocate_aligned"): (14 * 110 + 5 * 131064, 56, 0, 0),
                 (0, "allocate_pages"): (4106, 2, 0, 0), (0, "allocate_arrays"): (300, 2, 0, 0),
                 (0, "free_with_size"): (198, 2, 0, 0)}),
    Row("realloc", "realloc(NULL), realloc(p, 0), failing realloc()", "realloc_edges",
        stdout="1 good\n2 good\n3 good\n4 good\n",
        figures={(0, "resize_nothing"): (100050, 2, 0, 0), (0, "resize_too_far"): (30, 1, 0, 0),
                 (0, "leave_errno_alone"): (2000, 2, 0, 0)},
        absent=((0, "allocate_too_much"),)),
    Row("usable_size", "writing as far as malloc_usable_size() allows", "usable_size",
        stdout="good\n", figures={(0, "fill_blocks"): (9000000, 6000, 0, 0)}),
    Row("interposer_after", "another interposer behind the recorder", "allocators",
        preload=("{interposer}",), figures=CHURN,
        stdout="the C library's allocator behind another interposer, blocks whole\n"),
    Row("interposer_before", "another interposer before the recorder", "allocators",
        preload=("{interposer}",), figures=CHURN, check="recorder_last"),
    Row("jemalloc", "jemalloc under the recorder", "allocators", preload=("libjemalloc.so.2",),
        stdout="jemalloc allocator, blocks whole\n", figures=CHURN),
    Row("mimalloc", "mimalloc under the recorder", "allocators", preload=("libmimalloc.so.2",),
        stdout="mimalloc allocator, blocks whole\n", figures=CHURN),
    Row("tcmalloc", "tcmalloc under the recorder", "allocators",
        preload=("libtcmalloc_minimal.so.4",), stdout="tcmalloc allocator, blocks whole\n",
        figures=CHURN),
    Row("sigkill", "SIGKILL; the out-of-memory killer sends the same", "ends", ("SIGKILL",),
        exit=128 + 9, figures=THREE),
    Row("sigsegv", "SIGSEGV", "ends", ("SIGSEGV",), exit=128 + 11, figures=THREE),
    Row("abort", "abort()", "ends", ("abort",), exit=128 + 6, figures=THREE),
    Row("_exit", "_exit()", "ends", ("_exit",), exit=3, figures=THREE),
    Row("run_killed", "heaplens run itself is killed: the program runs on, its stores are read",
        "ends", ("wait",), check="run_killed", figures={(0, "keep_three"): (6000, 6, 6000, 6)}),
    Row("daemon", "a daemon: closes all descriptors, clears the environment, forks", "ends",
        ("daemon", "{output}"), check="daemon", processes=2,
        figures={(0, "keep_three"): (3000, 3, 3000, 3), (1, "keep_three"): (3000, 3, 3000, 3)}),
    Row("closed_stderr", "standard streams that are closed", "ends", ("_exit",), exit=3,
        check="closed_streams", figures=THREE),
    Row("environment_cleared", "env -i: what starts without LD_PRELOAD runs unprofiled", "ends",
        check="environment_cleared"),
    Row("descriptors", "the program sees no descriptor more, and the same next number",
        "descriptors", figures={(0, "main"): (None, None, None, None)}),
    Row("no_descriptors", "no descriptor left: a message, and the program runs unprofiled", "ends",
        check="no_descriptors"),
    Row("full_disk", "a full disk: what was recorded until then, and a note", "many_stacks",
        check="full_disk"),
    Row("old_kernel", "a kernel without MADV_POPULATE_WRITE (before Linux 5.14)", "ends", ("_exit",),
        exit=3, check="old_kernel", figures=THREE),
    Row("old_kernel_full_disk", "the same, with a full disk", "many_stacks", check="full_disk"),
    Row("bounded_store", "the bound of the store: totals go on, and a note", "many_stacks",
        options=("--store-max", "1M"), check="bounded_store"),
    Row("file_size_limit", "RLIMIT_FSIZE: a smaller store, and no SIGXFSZ", "ends", ("_exit",), exit=3,
        check="file_size_limit", figures=THREE),
    Row("address_space_limit", "RLIMIT_AS: a smaller store", "ends", ("_exit",), exit=3,
        check="address_space_limit", figures=THREE),
    Row("read_only_folder", "a read-only folder: a message, and the program runs unprofiled", "ends",
        check="read_only_folder"),
    Row("no_proc", "no /proc", "ends", ("_exit",), exit=3, check="no_proc", figures=THREE),
    Row("static", "a static binary: a message, and it runs unprofiled", "ends_static",
        check="left_alone", stdout="allocated\n"),
    Row("own_malloc", "a binary with a malloc of its own: a message, and it runs unprofiled", "own_malloc",
        check="bypassed", stdout="allocated\n"),
    Row("malloc_before", "an allocator preloaded before the recorder: a message, no zeros", "allocators",
        preload=("libjemalloc.so.2",), check="allocator_first"),
    Row("setuid", "a set-user-ID binary: a message, and it runs unprofiled", "ends", check="setuid"),
    Row("sanitized", "a sanitized binary: a message, and it runs unprofiled", "ends_sanitized",
        check="left_alone", stdout="allocated\n"),
    Row("musl", "a binary for musl: a message, and it runs unprofiled", "ends_musl", check="left_alone",
        stdout="allocated\n"),
    Row("stripped", "a stripped binary", "ends_stripped", check="stripped"),
    Row("no_pie", "a binary at a fixed address", "ends_no_pie", figures=THREE),
]
