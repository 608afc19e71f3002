# SPDX-License-Identifier: MIT
"""Measurements that run at the same time, each on processors of its own.

Two that share a core share its caches and its units, so a core with several hardware threads counts
as one processor here. Memory and the last cache are still shared: compare only what ran beside the
same company.
"""

import concurrent.futures
import os
import sys
import threading


def siblings(processor):
    """The processors of the same core, as the kernel writes them: the same text for each of them."""
    try:
        with open(f"/sys/devices/system/cpu/cpu{processor}/topology/thread_siblings_list") as text:
            return text.read().strip()
    except OSError:
        return str(processor)


def one_of_each_core():
    cores = {}
    for processor in sorted(os.sched_getaffinity(0)):
        cores.setdefault(siblings(processor), processor)
    return list(cores.values())


def run_pinned(jobs):
    """Rows of all jobs, (name, processors wanted, function that returns rows), begun in this order.

    A job waits until enough processors are free; one that wants more than there are gets them all.
    One that fails is named and leaves no rows.
    """
    free, changed = one_of_each_core(), threading.Condition()
    every = len(free)

    def run(function, mine):
        os.sched_setaffinity(0, mine)  # of this thread alone, and of the processes that it starts
        try:
            return function()
        finally:
            with changed:
                free.extend(mine)
                changed.notify()

    with concurrent.futures.ThreadPoolExecutor(max(1, len(jobs))) as pool:
        running = {}
        for name, wanted, function in jobs:
            with changed:
                changed.wait_for(lambda: len(free) >= min(wanted, every))
                mine = [free.pop(0) for _ in range(min(wanted, every))]
            running[name] = pool.submit(run, function, mine)
        rows = []
        for name, future in running.items():
            if future.exception() is not None:
                print(f"{name}: {future.exception()}, not counted", file=sys.stderr)
            else:
                rows += future.result()
    return rows
