"""S10, S11, S23: locks."""

from __future__ import annotations

from ctypes import byref, c_size_t
from typing import TYPE_CHECKING, Any

from alertable.specs.litmus.sockets import (
    INFINITE,
    join,
    thread,
)
from alertable.winapi import CRITICAL_SECTION, SRWLOCK
from tests.specs.laws.law import law, manual

if TYPE_CHECKING:
    from collections.abc import Callable

def run_apc(w: Any, body: Callable[[], object] = lambda: None) -> None:
    w.QueueUserAPC(w.CALLBACK(None, c_size_t)(lambda _data: body() and None), w.GetCurrentThread(), 0)
    w.SleepEx(0, True)


@law("S10", "while that thread holds 1 lock(s)", twins=4)
def a_routine_under_a_lock(w: Any, form: int) -> None:
    section, srw, mutex = CRITICAL_SECTION(), SRWLOCK(), w.CreateMutexW(None, False, None)
    w.InitializeCriticalSection(byref(section))
    w.InitializeSRWLock(byref(srw))
    if form > 0:
        w.EnterCriticalSection(byref(section))
    if form == -1:
        w.AcquireSRWLockShared(byref(srw))
        w.ReleaseSRWLockShared(byref(srw))
    if form == -2:
        w.WaitForSingleObject(mutex, 0)
        w.ReleaseMutex(mutex)
    if form == -3:
        w.AcquireSRWLockExclusive(byref(srw))
        w.TryAcquireSRWLockExclusive(byref(srw))
        w.ReleaseSRWLockExclusive(byref(srw))
    run_apc(w)


@law("S10", "while that thread holds 1 lock(s)")
def a_routine_under_a_lock_that_was_tried(w: Any, form: int) -> None:
    section = CRITICAL_SECTION()
    w.InitializeCriticalSection(byref(section))
    w.TryEnterCriticalSection(byref(section))
    if form < 1:
        w.LeaveCriticalSection(byref(section))
    run_apc(w)


@law("S10", "while that thread holds 1 lock(s)")
def a_routine_under_a_lock_that_was_tried_exclusively(w: Any, form: int) -> None:
    lock = SRWLOCK()
    w.TryAcquireSRWLockExclusive(byref(lock))
    if form < 1:
        w.ReleaseSRWLockExclusive(byref(lock))
    run_apc(w)


@law("S10", "while that thread holds 1 lock(s)")
def a_routine_under_a_lock_that_was_tried_shared(w: Any, form: int) -> None:
    lock = SRWLOCK()
    w.TryAcquireSRWLockShared(byref(lock))
    if form < 1:
        w.ReleaseSRWLockShared(byref(lock))
    run_apc(w)


@law("S10", "while that thread holds 1 lock(s)")
def a_routine_under_a_mutex(w: Any, form: int) -> None:
    mutex = w.CreateMutexW(None, form > 0, None)
    run_apc(w)
    assert mutex


@law("S10", "inside another routine, 2 deep")
def a_routine_inside_another(w: Any, form: int) -> None:
    run_apc(w)
    run_apc(w, (lambda: run_apc(w)) if form > 0 else lambda: None)
    run_apc(w)


@law("S11", "closes a circle: lock 2 -> lock 1 -> lock 2", twins=3)
def two_locks_in_both_orders(w: Any, form: int) -> None:
    locks = CRITICAL_SECTION(), CRITICAL_SECTION(), CRITICAL_SECTION()
    for lock in locks:
        w.InitializeCriticalSection(byref(lock))
    a, b, c = (byref(lock) for lock in locks)

    def both(first: Any, second: Any) -> None:
        w.EnterCriticalSection(first)
        w.EnterCriticalSection(second)
        w.LeaveCriticalSection(second)
        w.LeaveCriticalSection(first)

    both(a, b)
    if form == 1:
        both(b, a)
    elif form == 0:
        both(a, b)
    elif form == -1:
        both(a, a)  # again by the same thread: no wait
        w.EnterCriticalSection(b)
        w.LeaveCriticalSection(b)
        w.EnterCriticalSection(a)
    else:
        both(a, c)
        both(b, c)


@law("S11", "closes a circle: lock 3 -> lock 1 -> lock 2 -> lock 3")
def three_locks_in_a_circle(w: Any, form: int) -> None:
    locks = [SRWLOCK() for _ in range(3)]
    for lock in locks:
        w.InitializeSRWLock(byref(lock))
    for n in range(3):
        pair_of = locks[n], locks[(n + 1) % 3]
        for lock in pair_of if form > 0 else sorted(pair_of, key=locks.index):
            w.AcquireSRWLockExclusive(byref(lock))
        for lock in pair_of:
            w.ReleaseSRWLockExclusive(byref(lock))


@law("S11", "closes a circle: lock 2 -> lock 1 -> lock 2", twins=2)
def two_shared_locks_in_both_orders(w: Any, form: int) -> None:
    """Whoever wants one exclusively comes between, and both wait."""
    a, b = byref(SRWLOCK()), byref(SRWLOCK())
    for first, second in ((a, b), (b, a)):
        w.AcquireSRWLockShared(first)
        if form == 0 or (form < 0 and first is b):
            w.ReleaseSRWLockShared(first)
        w.AcquireSRWLockShared(second)
        w.ReleaseSRWLockShared(second)
        if form > 0 or (form < 0 and first is a):
            w.ReleaseSRWLockShared(first)


@law("S11", "closes a circle")
def a_wait_for_who_wants_the_lock_that_ends(w: Any, form: int) -> None:
    lock = CRITICAL_SECTION()
    w.InitializeCriticalSection(byref(lock))

    def body() -> None:
        w.EnterCriticalSection(byref(lock))
        w.LeaveCriticalSection(byref(lock))

    w.EnterCriticalSection(byref(lock))
    running = thread(w, body)
    w.WaitForSingleObject(running[0], INFINITE if form > 0 else 1)
    w.LeaveCriticalSection(byref(lock))
    join(w, running)


@law("S11", "closes a circle", twins=3)
def a_lock_and_the_end_of_who_wants_it(w: Any, form: int) -> None:
    lock, other = CRITICAL_SECTION(), CRITICAL_SECTION()
    for each in (lock, other):
        w.InitializeCriticalSection(byref(each))
    event = w.CreateEventW(None, True, True, None)

    def body() -> None:
        w.WaitForSingleObject(event, INFINITE)
        w.EnterCriticalSection(byref(lock if form >= 0 else other))
        w.LeaveCriticalSection(byref(lock if form >= 0 else other))

    running = thread(w, body)
    w.EnterCriticalSection(byref(lock))
    if form == 0:
        w.LeaveCriticalSection(byref(lock))
    w.WaitForSingleObject(running[0], 1 if form == -2 else INFINITE)
    if form:
        w.LeaveCriticalSection(byref(lock))
    w.WaitForSingleObject(running[0], INFINITE)


@law("S11", "closes a circle", twins=1)
def an_event_has_no_end(w: Any, form: int) -> None:
    lock, event = CRITICAL_SECTION(), manual(w)
    w.InitializeCriticalSection(byref(lock))

    def body() -> None:
        if form < 1:
            w.SetEvent(event)
        w.EnterCriticalSection(byref(lock))
        w.LeaveCriticalSection(byref(lock))

    running = thread(w, body)
    w.EnterCriticalSection(byref(lock))
    w.WaitForSingleObject(event if form < 1 else running[0], INFINITE)
    w.LeaveCriticalSection(byref(lock))
    w.WaitForSingleObject(running[0], INFINITE)


@law("S23", ", which nobody holds so")
def a_section_is_left_twice(w: Any, form: int) -> None:
    section = CRITICAL_SECTION()
    w.InitializeCriticalSection(byref(section))
    w.EnterCriticalSection(byref(section))
    for _ in range(1 + (form > 0)):
        w.LeaveCriticalSection(byref(section))


@law("S23", ", which subject holds")
def a_section_of_somebody_else(w: Any, form: int) -> None:
    section = CRITICAL_SECTION()
    w.InitializeCriticalSection(byref(section))
    w.EnterCriticalSection(byref(section))
    join(w, thread(w, lambda: w.LeaveCriticalSection(byref(section)) if form > 0 else 0))
    w.LeaveCriticalSection(byref(section))


@law("S23", ", which subject holds")
def a_lock_in_the_other_mode(w: Any, form: int) -> None:
    lock = SRWLOCK()
    w.InitializeSRWLock(byref(lock))
    w.AcquireSRWLockExclusive(byref(lock))
    (w.ReleaseSRWLockShared if form > 0 else w.ReleaseSRWLockExclusive)(byref(lock))
