"""S12: what counts as a loop without progress, and what does not."""

from __future__ import annotations

from ctypes import byref, c_size_t, c_uint32, c_void_p
from typing import TYPE_CHECKING, Any

import alertable
from alertable.winapi import INFINITE, LPTHREAD_START_ROUTINE, PAPCFUNC

if TYPE_CHECKING:
    from alertable.winapi import WinApi


def found(program: Any) -> list[str]:
    return [v.message for v in alertable.check(program, specs=("S12",), max_executions=50, max_steps=2000).violations]


def test_an_apc_that_queues_itself_keeps_the_wait_from_returning() -> None:
    def program(w: WinApi) -> None:
        @w.CALLBACK(*PAPCFUNC)
        def again(_: object) -> None:
            w.QueueUserAPC(again, w.GetCurrentThread(), 0)

        w.QueueUserAPC(again, w.GetCurrentThread(), 0)
        w.SleepEx(0, True)

    (message,) = found(program)
    assert " rounds without progress, and nobody else can move: " in message
    assert " test_progress: an APC -> " in message
    assert " test_progress: QueueUserAPC -> " in message
    assert "SleepEx" not in message


def test_two_threads_that_only_wake_each_other() -> None:
    def program(w: WinApi) -> None:
        ping, pong = (w.CreateEventW(None, False, False, None) for _ in range(2))

        @w.CALLBACK(*LPTHREAD_START_ROUTINE)
        def other(_: object) -> int:
            while True:
                w.WaitForSingleObject(ping, INFINITE)
                w.SetEvent(pong)

        w.CreateThread(None, 0, other, None, 0, byref(c_uint32()))
        while True:
            w.SetEvent(ping)
            w.WaitForSingleObject(pong, INFINITE)

    (message,) = found(program)
    assert "test_progress.1: SetEvent" in message
    assert "test_progress: SetEvent" in message


def test_a_loop_that_another_thread_can_end_is_none() -> None:
    def program(w: WinApi) -> int:
        stop = w.CreateEventW(None, True, False, None)

        @w.CALLBACK(*LPTHREAD_START_ROUTINE)
        def other(_: object) -> int:
            w.SetEvent(stop)
            return 0

        w.CreateThread(None, 0, other, None, 0, None)
        looks = 0
        while w.WaitForSingleObject(stop, 0):
            looks += 1
        return 0

    assert found(program) == []


def test_a_batch_that_gets_smaller_is_progress() -> None:
    def program(w: WinApi) -> int:
        port = w.CreateIoCompletionPort(c_void_p(-1), None, 0, 1)
        for _ in range(20):
            w.PostQueuedCompletionStatus(port, 0, 1, None)

        count, key, overlapped = c_uint32(), c_size_t(), c_void_p()
        done = 0
        while w.GetQueuedCompletionStatus(port, byref(count), byref(key), byref(overlapped), 0):
            done += 1
        return done

    assert found(program) == []
