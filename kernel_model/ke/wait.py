"""Waits: test, satisfy, enqueue wait blocks, hand off (NT: KeWaitForSingleObject, KeWaitForMultipleObjects).

Models:  any / all, time-outs, alertable waits; every wait is decided in one fixed order: objects, then user APCs,
         then a zero time-out, then it blocks (K-01).  Whoever signals satisfies the waiter in the same transition.
Sources: learn.microsoft.com WaitForMultipleObjectsEx; ReactOS ke/wait.c; K-01 to K-03, K-27, K-28, K-38, K-39.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.ke.structures import Wait
from alertable.kernel_model.ke.timerq import cancel_timer, queue_timer
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.ke.structures import Dispatcher, KThread
    from alertable.kernel_model.outcomes import Outcomes

SUCCESS: Final = NtStatus.SUCCESS
MAXIMUM_INDEX: Final = 0x3F  # of a satisfied wait for any: WAIT_0 or ABANDONED_WAIT_0 and the index of the object


def wait_for_single_object(
    k: Core, t: KThread, obj: Dispatcher, timeout_100ns: int | None, alertable: bool, reason: str
) -> int | None:
    """Decide a wait for one object: its status, or None when the thread is now blocked.

    timeout_100ns: relative, 0 polls, None waits for ever.
    Statuses: SUCCESS | ABANDONED_WAIT_0 | USER_APC (alertable only) | TIMEOUT.
    """
    obj.waited(patient=timeout_100ns is None and not alertable and t.port is None)
    if alertable:
        look_for_apcs(k, t)
    if obj.signaled_for(t):
        if alertable and t.user_apcs and _apc_first(k):
            return NtStatus.USER_APC
        k.handoff.acquire(obj, t)
        return obj.satisfy(t)  # the object is tested first: a queued user APC stays queued
    if alertable and _apc_pending(t):
        return NtStatus.USER_APC  # a pending APC beats a time-out of 0
    if timeout_100ns == 0:
        return NtStatus.TIMEOUT
    block(k, Wait(t, (obj,), False, alertable, reason), timeout_100ns)
    return None


def wait_for_multiple_objects(
    k: Core, t: KThread, objects: tuple[Dispatcher, ...], all_: bool, timeout_100ns: int | None, alertable: bool, reason: str
) -> int | None:
    """The same for several objects; WAIT_0 + index, or ABANDONED_WAIT_0 + index, in a wait for any."""
    _waited(k, t, objects, alertable, patient=all_ and timeout_100ns is None)
    wait = Wait(t, objects, all_, alertable, reason)
    status = None if alertable and t.user_apcs and _apc_first(k) else _ready_status(k, wait)
    if status is not None:
        return status
    if alertable and _apc_pending(t):
        return NtStatus.USER_APC
    if timeout_100ns == 0:
        return NtStatus.TIMEOUT
    block(k, wait, timeout_100ns)
    return None


def _ready_status(k: Core, wait: Wait) -> int | None:
    """`Wait.ready_status`, and what the thread is given with it."""
    status = wait.ready_status()
    if status is not None:
        for obj in wait.objects if wait.all else (wait.objects[status & MAXIMUM_INDEX],):
            k.handoff.acquire(obj, wait.thread)
    return status


def delay_execution(k: Core, t: KThread, timeout_100ns: int | None, alertable: bool, reason: str) -> int | None:
    """NtDelayExecution: a wait that no object ends.  SUCCESS when the interval elapses (K-09, K-18)."""
    if alertable:
        look_for_apcs(k, t)
    if alertable and _apc_pending(t):
        return NtStatus.USER_APC
    if timeout_100ns == 0:
        return SUCCESS
    block(k, Wait(t, (), False, alertable, reason), timeout_100ns)
    return None


def _waited(k: Core, t: KThread, objects: tuple[Dispatcher, ...], alertable: bool, *, patient: bool = False) -> None:
    """The footprint of a wait.

    Where an APC could come before the end of a thread, or a port hears that its thread blocks, that end does more than order.
    """
    for obj in objects:
        obj.waited(patient=patient and not alertable and t.port is None)
    if alertable:
        look_for_apcs(k, t)


def look_for_apcs(k: Core, t: KThread) -> None:
    """The footprint of a look at the thread's queue: where there is nothing, whatever comes matters.

    Where there is something, the oldest decides, and what comes behind it may as well come later.  That is so for the routine of
    an operation, which only its thread takes out; a timer may take its own back, and undocumented orders look at all of them.
    """
    cell = t.user_apcs[0].cell if t.user_apcs and k.outcomes is None else None
    if cell is not None:
        cell.written()
    else:
        t.inbox.written()


def _apc_pending(t: KThread) -> bool:
    """Does an alertable wait end at once?  An alert does not count: a Win32 wait swallows it and starts again (K-18)."""
    t.alerted = False
    return bool(t.user_apcs)


def _apc_first(k: Core) -> bool:
    """Which of a signalled object and a queued APC an alertable wait sees first is documented nowhere (K-01)."""
    return k.outcomes is not None and bool(k.outcomes.left_open("apc-first"))


def block(k: Core, wait: Wait, timeout_100ns: int | None) -> None:
    """Enqueue the wait blocks; the thread is WAITING from here on."""
    t = wait.thread
    t.wait = wait
    objects = wait.objects
    for obj in objects:
        obj.waiters.append(wait)
    if timeout_100ns is None:
        if objects and not wait.alertable and t.port is None and (wait.all or len(objects) == 1):
            wait.certain = all(obj.lasts() for obj in objects)
    else:
        wait.limited = True
        wait.timeout = queue_timer(k, k.now_100ns + timeout_100ns, expire_wait, wait, f"timeout:{t.label}")
    if t.port is not None:
        t.port.thread_blocks(k)
    if k.trace is not None:
        k.trace.blocked(t, wait, timeout_100ns)


def expire_wait(k: Core, wait: Wait) -> None:
    """The time-out of a wait has come."""
    wait.timeout = None
    if wait.suspended():
        wait.thread.inbox.written()
        wait.expired = True  # decided when the thread is resumed: its objects and APCs still come first (F-003)
    else:
        end_wait(k, wait, _timed_out(wait))


def _timed_out(wait: Wait) -> NtStatus:
    return NtStatus.TIMEOUT if wait.objects or wait.condition is not None or wait.port is not None else SUCCESS


def end_wait(k: Core, wait: Wait, status: int) -> None:
    """Unlink the wait blocks and make the thread ready with this status."""
    t = wait.thread
    _note_end(wait)
    t.wait = None
    t.wait_status = status
    if t.port is not None:
        t.port.written()
        t.port.active += 1  # it runs again, even past the concurrency value
    for obj in wait.objects:
        if wait in obj.waiters:
            obj.waiters.remove(wait)
    if wait.timeout is not None:
        cancel_timer(k, wait.timeout)
    if wait.on_abort is not None:
        wait.on_abort(k)
        wait.on_abort = None  # it refers to the wait: no ring is left
    if k.trace is not None:
        k.trace.unblocked(t, wait, status)
    k.make_ready(t)


def _note_end(wait: Wait) -> None:
    """Whose wait it was, and whatever else it would have taken."""
    if not wait.certain:
        wait.thread.inbox.written()
        for obj in wait.objects:
            obj.waited()
    if wait.port is not None:
        wait.port.written()
    if wait.condition is not None:
        wait.condition.written()


def release_waiters(k: Core, obj: Dispatcher) -> None:
    """Hand the signalled object to the threads that wait for it, oldest first, until it is used up (KiWaitTest)."""
    obj.written()
    for wait in tuple(obj.waiters) if k.outcomes is None else _some_order(k.outcomes, obj):
        if not wait.certain and wait.suspended():
            continue
        if not obj.signaled_for(wait.thread):
            if obj.signal_state <= 0:
                break
            continue
        if wait in obj.waiters:  # once per wait, though it may name the object twice
            status = _ready_status(k, wait)
            if status is not None:
                end_wait(k, wait, status)
            elif not wait.certain:  # a wait for all: it would have ended, had another of its objects been signalled
                for other in wait.objects:
                    other.read()


def _some_order(outcomes: Outcomes, obj: Dispatcher) -> list[Wait]:
    """Waiters are usually served first come, first served, which the documentation does not promise."""
    waiters = list(obj.waiters)
    first = outcomes.left_open("waiter", len(waiters)) if obj.takes() else 0
    return [waiters[first], *waiters[:first], *waiters[first + 1 :]] if first else waiters


def retest_wait(k: Core, t: KThread) -> None:
    """A resumed thread starts its wait again (NT: the suspend APC ended it with STATUS_KERNEL_APC)."""
    wait = t.wait
    if wait is None or wait.certain:  # which would have ended while the thread was suspended
        return
    _waited(k, t, wait.objects, wait.alertable)
    status = _ready_status(k, wait) if wait.objects else None
    if status is None and wait.alertable and t.user_apcs:
        status = NtStatus.USER_APC
    if status is None and wait.expired:
        status = _timed_out(wait)
    if status is not None:
        end_wait(k, wait, status)
