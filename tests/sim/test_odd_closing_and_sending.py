"""Odd but legal programs that close and send: what a Windows network programmer tries sooner or later.

The answers were compared with a real ws2_32 (Wine 8) where that behaves as documented.
"""

from __future__ import annotations

from ctypes import byref, c_size_t, c_uint32, c_void_p, create_string_buffer
from typing import Any

import pytest

from alertable.sim.runtime.execution import run
from alertable.specs.litmus.sockets import (
    bufs,
    completion,
    join,
    listener,
    nonblocking,
    pair,
    post,
    sockets,
    thread,
    wsasend,
)
from alertable.winapi import (
    INVALID_SOCKET,
    LINGER,
    OVERLAPPED,
    SO_RCVBUF,
    SO_SNDBUF,
    SOL_SOCKET,
)
from tests.sim.odd import NEVER_READ, outcomes, set_int

# ---- closing -------------------------------------------------------------------------------------------------------------


def test_a_routine_may_close_its_own_socket_and_another_with_operations_pending() -> None:
    def program(w: Any) -> Any:
        (c, s), (c2, s2) = pair(w), pair(w)
        log: list[Any] = []
        ovs, buffers = (OVERLAPPED(), OVERLAPPED()), (create_string_buffer(8), create_string_buffer(8))

        def first(error: int, count: int, _ov: int, _flags: int) -> None:
            log.append(("first", error, count))
            w.closesocket(s)
            w.closesocket(s2)

        def second(error: int, count: int, _ov: int, _flags: int) -> None:
            log.append(("second", error, count))

        routines = [w.CALLBACK(None, c_uint32, c_uint32, c_void_p, c_uint32)(f) for f in (first, second)]
        post(w, s, buffers[0], ovs[0], routines[0])
        post(w, s2, buffers[1], ovs[1], routines[1])
        w.send(c, b"x", 1, 0)
        return w.SleepEx(1_000, 1), w.SleepEx(10, 1), log, c2 > 0

    assert outcomes(program) == {repr((192, 0, [("first", 0, 1), ("second", 10053, 0)], True))}  # S-15, S-53


def test_closing_a_listener_ends_all_accepts_on_it() -> None:
    def program(w: Any) -> Any:
        s, _ = listener(w)
        log: list[Any] = []

        def body() -> None:
            log.append((w.accept(s, None, None) == INVALID_SOCKET, w.WSAGetLastError()))

        threads = [thread(w, body) for _ in range(2)]
        w.Sleep(10)
        w.closesocket(s)
        return [join(w, t) for t in threads], log

    assert outcomes(program) == {repr(([0, 0], [(True, 10004)] * 2))}


def test_closing_a_socket_ends_a_blocked_recv_and_a_blocked_select() -> None:
    def program(w: Any) -> Any:
        (_, s), (_, s2) = pair(w), pair(w)
        log: dict[str, Any] = {}

        def receiver() -> None:
            log["recv"] = (w.recv(s, create_string_buffer(4), 4, 0), w.WSAGetLastError())

        def selector() -> None:
            log["select"] = w.select(0, byref(sockets(s2)), None, None, None)

        threads = [thread(w, body) for body in (receiver, selector)]
        w.Sleep(10)
        w.closesocket(s)
        w.closesocket(s2)
        for t in threads:
            join(w, t)
        return sorted(log.items())

    assert outcomes(program) == {repr([("recv", (-1, 10053)), ("select", 1)])}


def test_an_apc_in_accept_may_close_the_listener() -> None:
    def program(w: Any) -> Any:
        s, _ = listener(w)
        log: list[int] = []
        routine = w.CALLBACK(None, c_size_t)(lambda _: log.append(w.closesocket(s)))
        w.QueueUserAPC(routine, w.GetCurrentThread(), 0)
        return w.accept(s, None, None) == INVALID_SOCKET, log

    assert outcomes(program) == {repr((True, [0]))}


def test_a_connection_lives_until_its_last_handle_is_closed() -> None:
    def program(w: Any) -> Any:
        c, s = pair(w)
        copy, process, buffer = c_void_p(), w.GetCurrentProcess(), create_string_buffer(4)
        w.DuplicateHandle(process, c, process, byref(copy), 0, 0, 2)
        w.closesocket(c)
        answers = [w.send(copy.value, b"abc", 3, 0), w.recv(s, buffer, 4, 0)]
        w.closesocket(copy.value)
        return [*answers, w.recv(s, buffer, 4, 0), (w.closesocket(c), w.WSAGetLastError())]

    assert outcomes(program, specs=()) == {repr([3, 3, 0, (-1, 10038)])}  # closing twice is the point


@pytest.mark.parametrize(("reads", "waited"), [(True, 0), (False, 2_000)])
def test_a_lingering_close_waits_for_the_peer_at_most_its_seconds(reads: bool, waited: int) -> None:
    def program(w: Any) -> Any:
        c, s = pair(w)
        set_int(w, s, SO_RCVBUF, 4)
        w.send(c, b"12345678", 8, 0)
        w.setsockopt(c, SOL_SOCKET, 0x80, byref(LINGER(1, 2)), 4)
        total: list[int] = []

        def peer() -> None:
            buffer = create_string_buffer(3)
            while (n := w.recv(s, buffer, 3, 0)) > 0:
                total.append(n)

        peers = [thread(w, peer)] if reads else []
        result = w.closesocket(c)
        for t in peers:
            join(w, t)
        return result, w.GetTickCount64(), sum(total)

    assert outcomes(program) == {repr((0, waited, 8 if reads else 0))}


# ---- sending -------------------------------------------------------------------------------------------------------------


def test_an_empty_send_is_no_end_and_no_data() -> None:
    def program(w: Any) -> Any:
        c, s = pair(w)
        log: list[Any] = []
        ov, empty = OVERLAPPED(), create_string_buffer(1)
        routine = completion(w, log, ov)
        answers = [w.send(c, b"", 0, 0), wsasend(w, c, bufs((empty, 0)), ov, routine)[0], w.SleepEx(5, 1)]
        nonblocking(w, s)
        return answers, log, w.recv(s, empty, 1, 0), w.WSAGetLastError()

    assert outcomes(program) == {repr(([0, (0, 0), 192], [(0, 0, 0, 0)], -1, 10035))}


def test_a_thousand_buffers_are_one_stream() -> None:
    def program(w: Any) -> Any:
        c, s = pair(w)
        data = bytes(i % 251 for i in range(1_000))
        parts = [create_string_buffer(data[i : i + 1], 1) for i in range(1_000)]
        spaces = [create_string_buffer(3) for _ in range(400)]
        count, flags = c_uint32(), c_uint32()
        sent = w.WSASend(c, bufs(*parts), 1_000, byref(count), 0, None, None), count.value
        w.Sleep(1)
        got = w.WSARecv(s, bufs(*spaces), 400, byref(count), byref(flags), None, None), count.value
        return sent, got, b"".join(space.raw for space in spaces)[:1_000] == data

    assert run([program]).outcome == ((0, 1_000), (0, 1_000), True)


def test_shutting_down_sending_lets_a_pending_send_finish_first() -> None:
    def program(w: Any) -> Any:
        c, s = pair(w)
        set_int(w, c, SO_SNDBUF, 0)
        log: list[Any] = []
        big, ov, total, buffer = create_string_buffer(NEVER_READ), OVERLAPPED(), 0, create_string_buffer(1 << 16)
        routine = completion(w, log, ov)
        started = wsasend(w, c, bufs(big), ov, routine)[0]
        w.shutdown(c, 1)
        while (n := w.recv(s, buffer, 1 << 16, 0)) > 0:
            total += n
        w.SleepEx(5, 1)
        return started, n, total, log

    assert outcomes(program) == {repr(((-1, 997), 0, NEVER_READ, [(0, NEVER_READ, 0, 0)]))}


def test_a_send_that_was_partly_sent_can_be_cancelled_and_the_end_still_comes() -> None:
    def program(w: Any) -> Any:
        c, s = pair(w)
        set_int(w, c, SO_SNDBUF, 0)
        log: list[Any] = []
        big, ov, buffer = create_string_buffer(NEVER_READ), OVERLAPPED(), create_string_buffer(1 << 16)
        routine = completion(w, log, ov)
        wsasend(w, c, bufs(big), ov, routine)
        w.Sleep(5)
        w.shutdown(c, 1)
        cancelled = w.CancelIoEx(c, byref(ov)), w.SleepEx(5, 1)
        total = 0
        while (n := w.recv(s, buffer, 1 << 16, 0)) > 0:
            total += n
        return cancelled, log, n, 0 < total < NEVER_READ

    assert outcomes(program) == {repr(((1, 192), [(995, 0, 0, 0)], 0, True))}
