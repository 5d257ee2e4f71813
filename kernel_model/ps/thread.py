"""Threads (NT: KTHREAD, ETHREAD and the TEB's last error).

Models:  create, suspended or not; suspend counts; exit, terminate; exit codes; rundown of mutexes, timers, I/O, APCs.
Models:  a suspended thread that waits takes nothing until it is resumed; then its wait starts again.
Sources: learn.microsoft.com CreateThread, SuspendThread, ResumeThread, TerminateThread, "Terminating a Thread";
         Wine kernel32/tests/thread.c (K-10, K-11, K-20 to K-25).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.iomgr.cancel import rundown_irps
from alertable.kernel_model.ke.kqueue import leave_port
from alertable.kernel_model.ke.mutant import abandon_mutants
from alertable.kernel_model.ke.timer import rundown_timers
from alertable.kernel_model.ke.timerq import cancel_timer
from alertable.kernel_model.ke.wait import release_waiters, retest_wait
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.win32k.window import rundown_windows

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.kernel import Kernel

MAXIMUM_SUSPEND_COUNT: Final = 127


def suspend_thread(k: Kernel, t: KThread) -> int | NtStatus:
    """KeSuspendThread: the previous count, or THREAD_IS_TERMINATING | SUSPEND_COUNT_EXCEEDED."""
    t.read()
    t.turn.written()
    if t.terminated:
        return NtStatus.THREAD_IS_TERMINATING
    if t.suspend_count >= MAXIMUM_SUSPEND_COUNT:
        return NtStatus.SUSPEND_COUNT_EXCEEDED
    t.suspend_count += 1
    t.inbox.written()
    if t.wait is not None and t.wait.certain:
        for obj in t.wait.objects:
            obj.read()  # the end of that thread lets this one go on, or not yet
    if t.listed:
        k.footprint.discards(t)
    k.unready(t)
    return t.suspend_count - 1


def resume_thread(k: Kernel, t: KThread) -> int:
    """KeResumeThread: the previous count; at 0 the thread runs, or its wait is tested anew.  An ended thread gives 0."""
    previous = t.suspend_count
    t.read()
    t.turn.written()
    t.inbox.written()
    if t.terminated or not previous:
        return 0
    t.suspend_count -= 1
    if not t.suspend_count:
        k.handoff.hand(t)
        if t.wait is not None:
            retest_wait(k, t)
        else:
            k.make_ready(t)
    return previous


def end_thread(k: Kernel, t: KThread, exit_code: int) -> None:
    """PspExitThread: cancel its I/O and timers, drop its APCs, abandon its mutexes, signal the thread object."""
    if t.terminated:
        return
    if k.trace is not None:
        k.trace.thread_ending(t)
    t.written()
    t.inbox.written()
    t.ending.written()
    if t.listed:
        k.footprint.discards(t)
    wait = t.wait
    if wait is not None:
        t.wait = None
        for obj in wait.objects:
            obj.waited()  # whom it would have released next is another thread, or nobody
            if wait in obj.waiters:
                obj.waiters.remove(wait)
        if wait.timeout is not None:
            cancel_timer(k, wait.timeout)
        if wait.on_abort is not None:
            wait.on_abort(k)
            wait.on_abort = None
        if wait.lock is not None:
            wait.lock.waiting.pop(t, None)
    t.terminated = True  # first: completions of the rundown must not queue APCs any more (K-67, S-12)
    t.exit_code = exit_code
    for apc in t.user_apcs:
        apc.inserted = False
    t.user_apcs.clear()
    t.special_apcs.clear()
    k.unready(t)
    # Most threads leave nothing behind, and a search ends millions of them: what there is not need not be run down.
    if t.port is not None:
        leave_port(k, t)
    if t.irps:
        rundown_irps(k, t)
    if t.apc_timers:
        rundown_timers(k, t)
    if t.windows_made or t.queue is not None:
        rundown_windows(k, t)
    if t.owned_mutants:
        abandon_mutants(k, t)
    t.signal_state = 1
    k.handoff.ended(t)
    if k.trace is not None:
        k.trace.thread_ended(t)
    k.thread_ended(t)
    release_waiters(k, t)
