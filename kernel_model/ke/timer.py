"""Waitable timers (NT: KTIMER with ETIMER's APC).

Models:  manual-reset and synchronization timers, periods, completion routines as APCs of the thread that set them.
Rejects: fResume (nothing to wake up).
Sources: learn.microsoft.com SetWaitableTimer, CancelWaitableTimer; ReactOS ke/timerobj.c, ex/timer.c (K-42 to K-48).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.kernel_model.ke.apc import insert_queue_apc, remove_queue_apc
from alertable.kernel_model.ke.structures import ApcKind, Dispatcher, KApc, TimerEntry
from alertable.kernel_model.ke.timerq import cancel_timer, queue_timer
from alertable.kernel_model.ke.wait import release_waiters
from alertable.kernel_model.ob.object import at_last_close
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.ke.structures import KThread


class KTimer(Dispatcher):
    """A timer object; entry is its place in the timer queue while it is set."""

    __slots__ = ("apc", "apc_thread", "argument", "entry", "manual_reset", "period_100ns")

    def __init__(self, k: Core, label: str, manual_reset: bool) -> None:
        super().__init__(k, label)
        self.manual_reset = manual_reset
        self.entry: TimerEntry | None = None
        self.period_100ns = 0
        self.apc: KApc | None = None  # one APC object per timer: expiries while it is queued add nothing (K-46)
        self.apc_thread: KThread | None = None
        self.argument: Any = None

    def satisfy(self, thread: KThread) -> NtStatus:
        if not self.manual_reset:
            self.signal_state = 0
        return NtStatus.SUCCESS


@at_last_close(KTimer)
def _close_timer(k: Core, timer: KTimer) -> None:
    """The object goes, and its expiries with it, unless a routine or a thread that waits still refers to it."""
    if timer.apc is None and not timer.waiters:
        stop_timer(k, timer)


def set_timer(
    k: Core,
    t: KThread,
    timer: KTimer,
    due_100ns: int,
    period_100ns: int,
    routine: Any,  # noqa: ANN401 - a user-mode routine, opaque to the kernel
    argument: Any,  # noqa: ANN401 - as above
) -> None:
    """KeSetTimerEx: due_100ns is absolute in the model's time; due now or earlier fires in this transition (K-48)."""
    stop_timer(k, timer)
    timer.signal_state = 0
    timer.period_100ns = period_100ns
    if routine is not None:
        timer.apc, timer.apc_thread, timer.argument = KApc(ApcKind.TIMER, routine, None), t, argument
        t.apc_timers.append(timer)
    timer.entry = queue_timer(k, due_100ns, expire_timer, timer, timer.label)
    if due_100ns <= k.now_100ns:
        cancel_timer(k, timer.entry)
        expire_timer(k, timer)


def stop_timer(k: Core, timer: KTimer) -> None:
    """Take the timer out of the queue and drop its routine if that is queued; the signal state stays (K-43)."""
    timer.written()
    if timer.entry is not None:
        cancel_timer(k, timer.entry)
        timer.entry = None
    if timer.apc is not None and timer.apc_thread is not None:
        remove_queue_apc(timer.apc_thread, timer.apc)
        timer.apc_thread.apc_timers.remove(timer)
        timer.apc = timer.apc_thread = None


def expire_timer(k: Core, timer: KTimer) -> None:
    """KiSignalTimer: first the threads waiting on the handle, then the APC (K-45), then the next period."""
    timer.signal_state = 1
    k.handoff.release(timer, anew=True)
    release_waiters(k, timer)  # which writes the timer
    if timer.apc is not None and timer.apc_thread is not None and not timer.apc.inserted:
        timer.apc.context = (timer.argument, k.utc_100ns())
        insert_queue_apc(k, timer.apc_thread, timer.apc)
    due = timer.entry.due_100ns if timer.entry is not None else k.now_100ns
    timer.entry = None
    if timer.period_100ns:
        timer.entry = queue_timer(k, due + timer.period_100ns, expire_timer, timer, timer.label)


def rundown_timers(k: Core, t: KThread) -> None:
    """The thread has ended: timers that would call a routine on it are cancelled and keep their state (K-47)."""
    for timer in tuple(t.apc_timers):
        stop_timer(k, timer)
