"""What steps touch: for each kind of state one pair of calls whose order decides, and both orders are explored.

Each program is searched by brute force as well, which knows nothing of footprints; the threads share no memory but what the
calls themselves touch (`memory="locks"`).
"""

from __future__ import annotations

import ctypes
from ctypes import byref, c_uint32, c_void_p, create_string_buffer, sizeof
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.specs.litmus.sockets import listener, nonblocking, pair, tcp
from alertable.winapi import INFINITE, LPTHREAD_START_ROUTINE, MSG, OVERLAPPED, PAPCFUNC, WNDCLASSEXW, WNDPROC, WSABUF

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.winapi import WinApi

    Body = Callable[[Any, dict[str, Any]], object]

SOL_SOCKET, SO_SNDBUF, SO_RCVBUF, SO_LINGER = 0xFFFF, 0x1001, 0x1002, 0x80
CREATE_SUSPENDED = 4
LIMIT = 3_000


def racing(prepare: Body, *bodies: Body, own: bool = False) -> Callable[[WinApi], object]:
    """A program: after `prepare` each body is a thread of its own (own: the last is the initial thread); what they returned."""

    def program(w: WinApi) -> object:
        shared: dict[str, Any] = {"results": [None] * len(bodies)}
        shared["prepared"] = prepare(w, shared)

        def body(number: int | None) -> int:
            shared["results"][number or 0] = bodies[number or 0](w, shared)
            return 0

        routine = w.CALLBACK(*LPTHREAD_START_ROUTINE)(body)
        count = len(bodies) - own
        threads = [w.CreateThread(None, 0, routine, c_void_p(number), CREATE_SUSPENDED, None) for number in range(count)]
        shared["threads"] = threads
        for thread in threads:
            w.ResumeThread(thread)
        if own:
            body(count)
        shared.get("let go", lambda: None)()
        for thread in threads:
            w.WaitForSingleObject(thread, INFINITE)
        return tuple(shared["results"])

    return program


def explored(program: Callable[[WinApi], object], **options: Any) -> dict[Any, str]:
    """The outcomes, the same by brute force and by the reduction; deadlocks count as one."""
    found = []
    for strategy in ("dfs", "dpor"):
        report = alertable.check(
            program, memory="locks", strategy=strategy, keep_going=True, specs=(), max_executions=LIMIT, **options
        )
        assert report.verdict in ("COMPLETE", "FAILED"), (strategy, report.verdict, report.reasons)
        found.append({**report.outcomes, **{violation.id: "" for violation in report.violations}})
    brute, reduced = found
    assert reduced.keys() == brute.keys()
    return reduced


def event(w: Any, s: dict[str, Any]) -> None:
    s["event"] = w.CreateEventW(None, 1, 0, None)


def error(w: Any, result: int) -> object:
    return result or w.GetLastError()


USES: dict[str, Body] = {
    "set": lambda w, s: error(w, w.SetEvent(s["event"])),
    "wait": lambda w, s: w.WaitForSingleObject(s["event"], 0),
    "wait for many": lambda w, s: w.WaitForMultipleObjects(1, (c_void_p * 1)(s["event"]), 0, 0),
    "wait for messages": lambda w, s: w.MsgWaitForMultipleObjectsEx(1, (c_void_p * 1)(s["event"]), 0, 0, 0),
    "duplicate": lambda w, s: w.DuplicateHandle(
        w.GetCurrentProcess(), s["event"], w.GetCurrentProcess(), byref(c_void_p()), 0, 0, 2
    ),
    "close": lambda w, s: error(w, w.CloseHandle(s["event"])),
    "signal and wait": lambda w, s: w.SignalObjectAndWait(s["event"], s["event"], 0, 0),
}


@pytest.mark.parametrize("use", USES)
def test_a_handle_is_used_before_and_after_it_is_closed(use: str) -> None:
    assert len(explored(racing(event, USES[use], lambda w, s: w.CloseHandle(s["event"])))) == 2


@pytest.mark.parametrize("use", [use for use in USES if use != "duplicate"])
def test_a_handle_value_is_used_before_between_and_after_it_is_given_out_again(use: str) -> None:
    def again(w: Any, s: dict[str, Any]) -> object:
        w.CloseHandle(s["event"])
        return w.CreateMutexW(None, 1, None) == s["event"]

    assert len(explored(racing(event, USES[use], again, own=True))) >= 2


def test_a_join_looks_at_its_handle_when_it_is_its_turn() -> None:
    def program(w: Any) -> object:
        ready = w.CreateEventW(None, 1, 0, None)
        results: list[object] = []

        def body(other: int | None) -> int:
            if other:
                w.SetEvent(ready)
                results.append(w.WaitForSingleObject(other, INFINITE))
            return 0

        routine = w.CALLBACK(*LPTHREAD_START_ROUTINE)(body)
        other = w.CreateThread(None, 0, routine, None, 0, None)
        joiner = w.CreateThread(None, 0, routine, c_void_p(other), 0, None)
        w.WaitForSingleObject(ready, INFINITE)
        w.CloseHandle(other)
        w.WaitForSingleObject(joiner, INFINITE)
        return tuple(results)

    assert set(explored(program)) == {(0,), (0xFFFFFFFF,)}


def test_sockets_are_used_before_and_after_they_are_closed() -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        s["near"], s["far"] = pair(w)

    def send(w: Any, s: dict[str, Any]) -> object:
        return w.send(s["near"], b"x", 1, 0), w.WSAGetLastError()

    assert len(explored(racing(prepare, send, lambda w, s: w.closesocket(s["near"])))) >= 2


def test_a_name_is_looked_for_before_and_after_it_is_there() -> None:
    def created(w: Any, _s: dict[str, Any]) -> object:
        handle = w.CreateEventW(None, 1, 0, "name")
        return w.CloseHandle(handle)

    def opened(w: Any, _s: dict[str, Any]) -> object:
        return w.OpenEventW(2, 0, "name") is not None

    assert {bool(result[1]) for result in explored(racing(lambda w, s: None, created, opened))} == {True, False}


def test_the_last_close_takes_the_name_whoever_does_it() -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        s["one"], s["two"] = w.CreateEventW(None, 1, 0, "name"), w.CreateEventW(None, 1, 0, "name")

    def opened(w: Any, _s: dict[str, Any]) -> object:
        return w.OpenEventW(2, 0, "name") is not None

    close_one: Body = lambda w, s: w.CloseHandle(s["one"])  # noqa: E731 - three of a kind
    close_two: Body = lambda w, s: w.CloseHandle(s["two"])  # noqa: E731 - as those above
    assert {result[2] for result in explored(racing(prepare, close_one, close_two, opened, own=True))} == {True, False}


def mutex(w: Any, s: dict[str, Any]) -> None:
    s["mutex"] = w.CreateMutexW(None, 0, None)
    event(w, s)


def test_whoever_does_not_own_a_mutex_fails_to_release_it_at_any_time() -> None:
    def owner(w: Any, s: dict[str, Any]) -> object:
        return w.WaitForSingleObject(s["mutex"], 0), w.ReleaseMutex(s["mutex"])

    def stranger(w: Any, s: dict[str, Any]) -> object:
        return error(w, w.ReleaseMutex(s["mutex"])), w.WaitForSingleObject(s["mutex"], 0)

    assert len(explored(racing(mutex, owner, stranger))) >= 2


@pytest.mark.parametrize("kind", ["mutex", "semaphore", "event"])
def test_what_signal_and_wait_signals_is_signalled_at_once(kind: str) -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        make = {"mutex": lambda: w.CreateMutexW(None, 0, None), "semaphore": lambda: w.CreateSemaphoreW(None, 0, 1, None),
                "event": lambda: w.CreateEventW(None, 0, 0, None)}  # fmt: skip
        s["object"] = make[kind]()
        event(w, s)

    def signal(w: Any, s: dict[str, Any]) -> object:
        if kind == "mutex":
            w.WaitForSingleObject(s["object"], INFINITE)
        return w.SignalObjectAndWait(s["object"], s["event"], 0, 0)

    assert len(explored(racing(prepare, signal, lambda w, s: w.WaitForSingleObject(s["object"], 0)))) == 2


@pytest.mark.parametrize("waits", ["SleepEx", "NtTestAlert", "WaitForSingleObjectEx"])
@pytest.mark.parametrize("special", [False, True])
def test_an_apc_comes_before_and_after_a_look(waits: str, special: bool) -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        event(w, s)
        s["calls"] = []
        s["apc"] = w.CALLBACK(*PAPCFUNC)(lambda _: s["calls"].append("apc"))

    def look(w: Any, s: dict[str, Any]) -> object:
        look = {"SleepEx": lambda: w.SleepEx(0, 1), "NtTestAlert": w.NtTestAlert,
                "WaitForSingleObjectEx": lambda: w.WaitForSingleObjectEx(s["event"], 0, 1)}[waits]  # fmt: skip
        return look(), len(s["calls"]), w.SetEvent(s["event"]), len(s["calls"])

    def queue(w: Any, s: dict[str, Any]) -> object:
        return w.QueueUserAPC2(s["apc"], s["threads"][0], 0, int(special))

    assert len(explored(racing(prepare, look, queue))) >= 2


def test_an_alert_comes_before_and_after_a_look() -> None:
    def alert(w: Any, s: dict[str, Any]) -> object:
        return w.NtAlertThread(s["threads"][0])

    assert len(explored(racing(event, lambda w, s: w.NtTestAlert(), alert))) == 2


def test_a_thread_is_posted_to_before_it_has_a_queue_while_it_has_one_and_after_its_end() -> None:
    def peek(w: Any) -> int:
        found: int = w.PeekMessageW(byref(MSG()), None, 0, 0, 1)
        return found

    def program(w: Any) -> object:
        results: list[object] = [None, None]
        tid = c_uint32()

        def body(number: int | None) -> int:
            if number:
                results[1] = w.PostThreadMessageW(tid.value, 0x400, 0, 0)
            else:
                results[0] = peek(w), peek(w)
            return 0

        routine = w.CALLBACK(*LPTHREAD_START_ROUTINE)(body)
        threads = [w.CreateThread(None, 0, routine, None, CREATE_SUSPENDED, byref(tid)),
                   w.CreateThread(None, 0, routine, c_void_p(1), CREATE_SUSPENDED, None)]  # fmt: skip
        for thread in threads:
            w.ResumeThread(thread)
        for thread in threads:
            w.WaitForSingleObject(thread, INFINITE)
        return tuple(results)

    outcomes = explored(program)
    assert {result[1] for result in outcomes} == {0, 1}
    assert {result[0] for result in outcomes} == {(0, 0), (0, 1)}


def test_a_window_class_is_registered_by_whoever_is_first() -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        s["procedure"] = w.CALLBACK(*WNDPROC)(w.DefWindowProcW)
        s["name"] = ctypes.create_unicode_buffer("mine")
        s["class"] = WNDCLASSEXW(
            cbSize=sizeof(WNDCLASSEXW), lpfnWndProc=ctypes.cast(s["procedure"], c_void_p).value,
            lpszClassName=ctypes.addressof(s["name"]),
        )  # fmt: skip

    def register(w: Any, s: dict[str, Any]) -> object:
        return w.RegisterClassExW(byref(s["class"])) != 0

    assert set(explored(racing(prepare, register, register, own=True))) == {(True, False), (False, True)}


def test_whoever_suspends_a_thread_may_come_between_any_two_of_its_calls() -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        s["cell"] = w.Interlocked(0)

    def works(w: Any, s: dict[str, Any]) -> object:
        return [s["cell"].fetch_add(1) for _ in range(2)] and None

    def stops(w: Any, s: dict[str, Any]) -> object:
        w.SuspendThread(s["threads"][0])
        seen = s["cell"].load(), s["cell"].load()
        w.ResumeThread(s["threads"][0])
        return seen

    assert {result[1] for result in explored(racing(prepare, works, stops))} == {(0, 0), (1, 1), (2, 2)}


def test_a_suspended_thread_takes_nothing_that_it_waits_for() -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        s["event"] = w.CreateEventW(None, 0, 0, None)

    def stops(w: Any, s: dict[str, Any]) -> object:
        w.SuspendThread(s["threads"][0])
        w.SetEvent(s["event"])
        got = w.WaitForSingleObject(s["event"], 0)
        w.ResumeThread(s["threads"][0])
        w.SetEvent(s["event"])
        return got

    outcomes = explored(racing(prepare, lambda w, s: w.WaitForSingleObject(s["event"], INFINITE), stops))
    assert set(outcomes) == {(0, 0)}


def test_a_thread_is_terminated_anywhere() -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        s["cell"] = w.Interlocked(0)

    def works(w: Any, s: dict[str, Any]) -> object:
        return [s["cell"].fetch_add(1) for _ in range(3)] and None

    def ends(w: Any, s: dict[str, Any]) -> object:
        w.TerminateThread(s["threads"][0], 7)
        return s["cell"].load()

    assert {result[1] for result in explored(racing(prepare, works, ends))} == {0, 1, 2, 3}


def test_a_result_is_asked_for_before_and_after_the_operation() -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        s["near"], s["far"] = pair(w)
        s["buffer"], s["overlapped"] = create_string_buffer(4), OVERLAPPED()
        s["wsabuf"] = WSABUF(4, ctypes.cast(s["buffer"], c_void_p))
        w.WSARecv(s["far"], byref(s["wsabuf"]), 1, None, byref(c_uint32()), byref(s["overlapped"]), None)

    def ask(w: Any, s: dict[str, Any]) -> object:
        return w.GetOverlappedResult(s["far"], byref(s["overlapped"]), byref(c_uint32()), 0), w.GetLastError()

    assert len(explored(racing(prepare, ask, lambda w, s: w.send(s["near"], b"x", 1, 0)))) == 2


@pytest.mark.parametrize("option", [SO_SNDBUF, SO_RCVBUF])
def test_a_send_comes_before_and_after_the_buffers_change(option: int) -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        s["near"], s["far"] = pair(w)
        nonblocking(w, s["near"])
        for one, what in ((s["near"], SO_SNDBUF), (s["far"], SO_RCVBUF)):
            w.setsockopt(one, SOL_SOCKET, what, byref(c_uint32(4)), 4)

    def change(w: Any, s: dict[str, Any]) -> object:
        return w.setsockopt(s["near"] if option == SO_SNDBUF else s["far"], SOL_SOCKET, option, byref(c_uint32(64)), 4)

    def send(w: Any, s: dict[str, Any]) -> object:
        return w.send(s["near"], bytes(20), 20, 0), w.send(s["near"], bytes(20), 20, 0)

    assert len(explored(racing(prepare, send, change, own=True))) >= 2


def test_a_second_send_fits_or_not_by_what_was_acknowledged() -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        s["near"], s["far"] = pair(w)
        nonblocking(w, s["near"])
        w.setsockopt(s["near"], SOL_SOCKET, SO_SNDBUF, byref(c_uint32(4)), 4)

    def send(w: Any, s: dict[str, Any]) -> object:
        return w.send(s["near"], b"four", 4, 0), w.send(s["near"], b"more", 4, 0)

    assert set(explored(racing(prepare, send, own=True))) == {((4, 4),), ((4, -1),)}


def test_the_free_clock_is_read_before_and_after_it_moves() -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        s["timer"] = w.CreateWaitableTimerW(None, 1, None)
        w.SetWaitableTimer(s["timer"], byref(ctypes.c_int64(-500_000)), 0, None, None, 0)

    assert len(explored(racing(prepare, lambda w, s: w.GetTickCount64(), own=True), clock="free")) == 2


def test_a_port_is_bound_before_and_after_it_is_free() -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        s["one"], s["name"] = listener(w)
        s["two"] = tcp(w)

    def bind(w: Any, s: dict[str, Any]) -> object:
        return w.bind(s["two"], byref(s["name"]), sizeof(s["name"]))

    assert len(explored(racing(prepare, bind, lambda w, s: w.closesocket(s["one"])))) == 2


@pytest.mark.parametrize("shared", [False, True])
def test_a_lock_is_tried_before_while_and_after_others_have_it(shared: bool) -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        s["lock"] = c_void_p()
        w.InitializeSRWLock(byref(s["lock"]))

    def tries(w: Any, s: dict[str, Any]) -> object:
        how = "Shared" if shared else "Exclusive"
        got = getattr(w, f"TryAcquireSRWLock{how}")(byref(s["lock"]))
        if got:
            getattr(w, f"ReleaseSRWLock{how}")(byref(s["lock"]))
        return got

    def holds(w: Any, s: dict[str, Any]) -> object:
        w.AcquireSRWLockExclusive(byref(s["lock"]))
        w.ReleaseSRWLockExclusive(byref(s["lock"]))
        return None

    outcomes = explored(racing(prepare, tries, holds, holds, own=True))
    assert {bool(result[0]) for result in outcomes} == {True, False}


def test_switching_to_another_thread_tells_nothing() -> None:
    assert set(explored(racing(event, lambda w, s: w.SwitchToThread(), lambda w, s: w.SetEvent(s["event"])))) == {(0, 1)}


@pytest.mark.parametrize(("wait_all", "outcomes", "traces"), [(0, {0, 1}, 5), (1, {0}, 1)], ids=["any", "all"])
def test_ends_of_threads_have_an_order_for_a_wait_for_any_of_them_and_none_for_all(
    wait_all: int, outcomes: set[int], traces: int
) -> None:
    def program(w: Any) -> object:
        routine = w.CALLBACK(*LPTHREAD_START_ROUTINE)(lambda _: 0)
        threads = [w.CreateThread(None, 0, routine, None, 0, None) for _ in range(2)]
        return w.WaitForMultipleObjects(2, (c_void_p * 2)(*threads), wait_all, INFINITE)

    brute, reduced = (alertable.check(program, memory="locks", strategy=strategy) for strategy in ("dfs", "dpor"))
    assert set(reduced.outcomes) == set(brute.outcomes) == outcomes
    assert reduced.executions == brute.statistics["traces"] == traces


def test_locks_of_two_processes_have_nothing_in_common() -> None:
    lock = c_void_p()

    def program(w: Any) -> object:
        w.InitializeConditionVariable(byref(c_void_p()))
        w.AcquireSRWLockExclusive(byref(lock))
        w.ReleaseSRWLockExclusive(byref(lock))
        return None

    def other(w: Any) -> object:
        mine = c_void_p()
        w.InitializeSRWLock(byref(mine))
        w.AcquireSRWLockExclusive(byref(mine))
        return w.ReleaseSRWLockExclusive(byref(mine))

    report = alertable.check(program, alertable.process(other), memory="locks", strategy="dpor")
    assert (report.verdict, report.executions) == ("COMPLETE", 1)


def test_a_result_is_asked_for_before_and_after_another_socket_has_the_operation() -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        s["near"], s["far"] = pair(w)
        s["overlapped"], s["buffer"] = OVERLAPPED(), create_string_buffer(b"abc")
        s["buffers"] = (WSABUF * 1)(WSABUF(3, ctypes.addressof(s["buffer"])))

    def send(w: Any, s: dict[str, Any]) -> object:
        return w.WSASend(s["near"], s["buffers"], 1, None, 0, byref(s["overlapped"]), None)

    def ask(w: Any, s: dict[str, Any]) -> object:
        count = c_uint32()
        w.WSAGetOverlappedResult(s["far"], byref(s["overlapped"]), byref(count), 0, byref(c_uint32()))
        return count.value

    assert {result[1] for result in explored(racing(prepare, send, ask, own=True))} == {0, 3}


def test_a_late_send_goes_out_with_the_device_or_with_a_receive_of_the_other_side() -> None:
    def prepare(w: Any, s: dict[str, Any]) -> None:
        s["near"], s["far"] = pair(w)
        nonblocking(w, s["far"])
        s["overlapped"], s["buffer"] = OVERLAPPED(), create_string_buffer(b"abc")
        s["buffers"] = (WSABUF * 1)(WSABUF(3, ctypes.addressof(s["buffer"])))

    def send(w: Any, s: dict[str, Any]) -> object:
        w.send(s["near"], b"x", 1, 0)
        return w.WSASend(s["near"], s["buffers"], 1, None, 0, byref(s["overlapped"]), None)

    def receive(w: Any, s: dict[str, Any]) -> object:
        return w.recv(s["far"], create_string_buffer(4), 4, 0)

    assert len(explored(racing(prepare, send, receive, own=True), faults={"slow-device": 1})) >= 3
