"""The end of a thread is a transition of its own: what may happen between its last call and its end is found."""

from __future__ import annotations

from ctypes import addressof, byref, c_uint32, c_void_p, create_string_buffer
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.specs.litmus.sockets import pair
from alertable.winapi import INFINITE, LPTHREAD_START_ROUTINE, PAPCFUNC, WSABUF, WSAOVERLAPPED

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.winapi import WinApi

WAIT_TIMEOUT, WAIT_ABANDONED = 258, 128


def mutex_of_a_thread_that_ends(w: WinApi) -> int:
    mutex, owned = w.CreateMutexW(None, 0, None), w.CreateEventW(None, 1, 0, None)

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def owner(_: Any) -> int:
        w.WaitForSingleObject(mutex, INFINITE)
        w.SetEvent(owned)
        return 0

    w.CreateThread(None, 0, owner, None, 0, None)
    w.WaitForSingleObject(owned, INFINITE)
    return w.WaitForSingleObject(mutex, 0)


def apc_behind_the_last_wait(w: WinApi) -> tuple[int, int]:
    ran: list[Any] = []
    routine = w.CALLBACK(*PAPCFUNC)(ran.append)

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def sleeper(_: Any) -> int:
        w.SleepEx(0, 1)
        return 0

    thread = w.CreateThread(None, 0, sleeper, None, 0, None)
    queued = w.QueueUserAPC(routine, thread, 1)
    w.WaitForSingleObject(thread, INFINITE)
    return queued, len(ran)


def receive_of_a_thread_that_ends(w: WinApi) -> tuple[int, int]:
    near, far = pair(w)
    overlapped, room, flags, count = WSAOVERLAPPED(), create_string_buffer(8), c_uint32(), c_uint32()
    overlapped.hEvent = w.CreateEventW(None, 1, 0, None)
    data = WSABUF(8, addressof(room))

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def receiver(_: Any) -> int:
        w.WSARecv(near, byref(data), 1, None, byref(flags), byref(overlapped), None)
        return 0

    w.send(far, b"ab", 2, 0)
    thread = w.CreateThread(None, 0, receiver, None, 0, None)
    w.WaitForSingleObject(thread, INFINITE)
    w.WaitForSingleObject(c_void_p(overlapped.hEvent), INFINITE)
    return w.WSAGetOverlappedResult(near, byref(overlapped), byref(count), 0, byref(flags)), count.value


@pytest.mark.parametrize("strategy", ["dpor", "dfs"])
@pytest.mark.parametrize(
    ("program", "outcomes"),
    [
        (mutex_of_a_thread_that_ends, {WAIT_TIMEOUT, WAIT_ABANDONED}),
        (apc_behind_the_last_wait, {(1, 1), (1, 0), (0, 0)}),
        (receive_of_a_thread_that_ends, {(1, 2), (0, 0)}),
    ],
)
def test_others_move_between_the_last_call_and_the_end(
    program: Callable[[WinApi], Any], outcomes: set[Any], strategy: str
) -> None:
    report = alertable.check(program, memory="locks", strategy=strategy, specs=())
    assert report.verdict == "COMPLETE"
    assert set(report.outcomes) == outcomes


def test_the_end_is_one_more_word_of_the_schedule() -> None:
    assert alertable.run(lambda w: w.GetCurrentThreadId()).steps - alertable.run(lambda _: 0).steps == 0
    assert alertable.run(lambda w: w.SetEvent(None)).schedule == "v1: lambda*3"  # its beginning, the call, its end


def looks(times: int, *, counting: bool, loop: bool) -> Callable[[WinApi], int]:
    """A thread that looks in vain until an APC has come: at different places, or in a loop, which may count its rounds."""

    def program(w: WinApi) -> int:
        ready = w.CreateEventW(None, 0, 0, None)
        seen = [0]

        @w.CALLBACK(*LPTHREAD_START_ROUTINE)
        def looker(_: Any) -> int:
            w.SetEvent(ready)
            if not loop:
                seen[0] = sum((w.SleepEx(0, 1), w.SleepEx(0, 1), w.SleepEx(0, 1), w.SleepEx(0, 1)))
            rounds = 0
            while loop and rounds < times and not w.SleepEx(0, 1):
                rounds += counting
                seen[0] = rounds
            return 0

        thread = w.CreateThread(None, 0, looker, None, 0, None)
        w.WaitForSingleObject(ready, INFINITE)
        w.QueueUserAPC(w.CALLBACK(*PAPCFUNC)(lambda _: None), thread, 1)
        w.WaitForSingleObject(thread, INFINITE)
        return seen[0]

    return program


def test_looks_in_a_row_are_no_loop() -> None:
    report = alertable.check(looks(4, counting=False, loop=False), memory="locks")
    assert (report.verdict, set(report.outcomes)) == ("COMPLETE", {0, 192})


def test_a_loop_that_ends_by_itself_is_explored_to_its_end() -> None:
    report = alertable.check(looks(4, counting=True, loop=True), memory="locks", strategy="dpor")
    assert (report.verdict, set(report.outcomes)) == ("COMPLETE", {0, 1, 2, 3, 4})


@pytest.mark.parametrize("counting", [False, True])
def test_a_loop_without_end_is_held_back_and_the_verdict_says_so(counting: bool) -> None:
    report = alertable.check(looks(1_000, counting=counting, loop=True), memory="locks", strategy="dpor")
    assert report.verdict == "BOUNDED"
    assert any("loop that only polls" in reason for reason in report.reasons)


def test_a_loop_without_end_that_counts_nothing_comes_back_to_its_state() -> None:
    report = alertable.check(looks(1_000, counting=False, loop=True), memory="locks")
    assert (report.verdict, set(report.outcomes)) == ("COMPLETE", {0})
    assert alertable.check(looks(1_000, counting=True, loop=True), memory="locks").verdict == "BOUNDED"
