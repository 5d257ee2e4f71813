"""S12: loops that get nowhere."""

from __future__ import annotations

from ctypes import c_size_t, c_void_p, create_string_buffer
from typing import Any

from alertable.specs.litmus.sockets import (
    INFINITE,
    OVERLAPPED,
    join,
    packet,
    pair,
    post,
    thread,
)
from alertable.specs.properties import mark
from tests.specs.laws.law import law, manual


@law("S12", "nobody else can move: subject: SetEvent -> subject: ResetEvent -> again", twins=3, max_steps=400)
def a_spin(w: Any, form: int) -> None:
    event = manual(w)
    rounds = 0
    while form > 0 or rounds < 60:
        rounds += 1
        w.SetEvent(event)
        w.ResetEvent(event)
        if form == -1:
            mark("round", rounds)
        if form == -2:
            join(w, thread(w, lambda: 0))
            rounds += 20


@law("S12", "rounds without progress", twins=1, max_steps=400)
def a_receive_at_the_end_of_the_stream(w: Any, form: int) -> None:
    """It completes with nothing for ever; with bytes it would get somewhere."""
    c, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(1)
    if form > 0:
        w.shutdown(c, 1)
    while True:
        if form < 1:
            w.send(c, b"1", 1, 0)
        post(w, s, buffer, ov)
        w.SleepEx(0, True)


@law("S12", "rounds without progress", max_steps=400)
def packets_without_bytes(w: Any, form: int) -> None:
    port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 1)
    while True:
        w.PostQueuedCompletionStatus(port, 0 if form > 0 else 5, 1, None)
        packet(w, port)


@law("S12", "rounds without progress", twins=5, max_steps=400)
def a_spin_without_end(w: Any, form: int) -> None:
    """Progress up to the bound, a segment in flight, a thread that is ready, states that differ: nobody can tell."""
    events = [manual(w) for _ in range(7)]
    c, _ = pair(w)
    if form == -1:
        w.send(c, b"1", 1, 0)
    other = thread(w, lambda: 0) if form == -2 else None
    rounds = 0
    while True:
        rounds += 1
        (w.SetEvent if rounds % 2 else w.ResetEvent)(events[0])
        if form == 0:
            mark("round", rounds)
        if form == -3:
            for bit in range(1, 7):
                (w.SetEvent if rounds >> bit & 1 else w.ResetEvent)(events[bit])
        if form == -4:
            w.send(c, b"1", 1, 0)
            w.Sleep(1)
    assert other


@law("S12", "rounds without progress, and time does not pass while somebody runs", twins=1, max_steps=400)
def a_spin_while_somebody_sleeps(w: Any, form: int) -> None:
    event = manual(w)
    sleeper = thread(w, lambda: w.Sleep(1_000))
    w.SwitchToThread()
    rounds = 0
    while form > 0 or rounds < 60:
        rounds += 1
        w.SetEvent(event)
        w.ResetEvent(event)
    join(w, sleeper)


@law("S12", "an APC -> ", max_steps=400)
def an_apc_queues_itself(w: Any, form: int) -> None:
    rounds = 0

    def again(_data: object) -> None:
        nonlocal rounds
        rounds += 1
        if form > 0 or rounds < 60:
            w.QueueUserAPC(routine, w.GetCurrentThread(), 0)

    routine = w.CALLBACK(None, c_size_t)(again)
    w.QueueUserAPC(routine, w.GetCurrentThread(), 0)
    w.SleepEx(0, True)


@law("S12", "was signalled in 40 waits of subject, which all answered a lower index", twins=6)
def a_signalled_object_is_passed_over(w: Any, form: int) -> None:
    first, second = (w.CreateEventW(None, True, True, None) for _ in range(2))
    handles = (c_void_p * 2)(first, second)
    port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 1)
    if form == 0:
        w.ResetEvent(second)
    for n in range(40 if form != -2 else 20):
        if form == -3:
            w.WaitForMultipleObjects(2, handles, True, 0)  # for both
        elif form == -4:
            w.WaitForSingleObject(first, 0)
        elif form == -5:
            w.WaitForMultipleObjects(2, (c_void_p * 2)(second, first) if n % 2 else handles, False, 0)
        else:
            w.WaitForMultipleObjects(2, handles, False, INFINITE)
        if form > 0 and n == 35:
            w.WaitForMultipleObjects(3, (c_void_p * 3)(second, first, 4444), False, 0)  # fails, and tells nothing
        if form == -1 and n == 20:
            mark("served", second)
    assert port


def waits(w: Any, handles: Any, count: int, index: int = 0) -> None:
    """So many waits for two events; this one answers."""
    for _ in range(count):
        assert w.WaitForMultipleObjects(2, handles, False, INFINITE) == index


@law("S12", "was signalled in 30 waits of subject, which all answered a lower index", twins=4)
def an_object_is_passed_over_too_often(w: Any, form: int) -> None:
    first, second = (w.CreateEventW(None, True, True, None) for _ in range(2))
    handles = (c_void_p * 2)(first, second)
    waits(w, handles, {0: 29, -3: 20}.get(form, 30))
    if form == -1:
        mark("served", second)  # in the end
    if form in (-2, -3):  # it is told of in the end
        w.ResetEvent(first)
        waits(w, handles, 1, 1)
    if form == -3:
        w.SetEvent(first)
        waits(w, handles, 20)


@law("S12", "was signalled in 40 waits of subject", twins=1)
def alertable_waits_pass_an_object_over(w: Any, form: int) -> None:
    handles = (c_void_p * 2)(*(w.CreateEventW(None, True, n == 0 or form > 0, None) for n in range(2)))
    for _ in range(40):
        w.WaitForMultipleObjectsEx(2, handles, False, INFINITE, True)


@law("S12", "was signalled in 40 waits of subject", twins=1)
def waits_for_events_pass_one_over(w: Any, form: int) -> None:
    handles = (c_void_p * 2)(*(w.CreateEventW(None, True, n == 0 or form > 0, None) for n in range(2)))
    for _ in range(40):
        w.WSAWaitForMultipleEvents(2, handles, False, INFINITE, False)


@law("S12", "30 rounds without progress", max_steps=33)
def a_loop_that_was_long_enough(w: Any, form: int) -> None:
    event = manual(w)
    if form < 1:
        w.ResetEvent(event)
    while True:
        w.SetEvent(event)


@law("S12", "rounds without progress", max_steps=200)
def a_backlog_that_only_grows(w: Any, form: int) -> None:
    port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 1)
    while True:
        w.PostQueuedCompletionStatus(port, 0, 1, None)
        if form < 1:
            mark("posted")


@law("S12", "rounds without progress", max_steps=134)
def a_backlog_that_gets_smaller(w: Any, form: int) -> None:
    """The bound comes while it is emptied."""
    port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 1)
    for _ in range(70):
        w.PostQueuedCompletionStatus(port, 0, 1, None)
    mark("posted")
    while True:
        packet(w, port)
        if form > 0:
            w.PostQueuedCompletionStatus(port, 0, 1, None)
