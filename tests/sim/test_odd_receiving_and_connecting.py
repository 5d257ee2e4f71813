"""Odd but legal programs that receive and connect: what a Windows network programmer tries sooner or later.

The answers were compared with a real ws2_32 (Wine 8) where that behaves as documented.
"""

from __future__ import annotations

from ctypes import byref, c_int32, c_size_t, create_string_buffer
from typing import TYPE_CHECKING, Any

import pytest

from alertable.sim.runtime.execution import run
from alertable.specs.litmus.sockets import (
    bound,
    completion,
    getopt,
    join,
    listener,
    loopback,
    name,
    nonblocking,
    pair,
    post,
    sockets,
    tcp,
    thread,
    udp,
)
from alertable.winapi import (
    INVALID_SOCKET,
    OVERLAPPED,
    SO_ERROR,
    SO_RCVBUF,
    SO_RCVTIMEO,
    SOCKADDR_IN,
    TIMEVAL,
)
from tests.sim.odd import my_thread, outcomes, set_int

if TYPE_CHECKING:
    from collections.abc import Callable

# ---- receiving -----------------------------------------------------------------------------------------------------------


def test_a_half_closed_connection_still_answers() -> None:
    def program(w: Any) -> Any:
        c, s = pair(w)
        buffer = create_string_buffer(8)
        w.send(c, b"ask", 3, 0)
        w.shutdown(c, 1)
        answers = [w.recv(s, buffer, 8, 0), w.recv(s, buffer, 8, 0), w.send(s, b"answer", 6, 0)]
        w.closesocket(s)
        return [*answers, w.recv(c, buffer, 8, 0), w.recv(c, buffer, 8, 0)]

    assert outcomes(program) == {repr([3, 0, 6, 6, 0])}


def test_an_overlapped_receive_with_waitall_completes_when_it_is_full() -> None:
    def program(w: Any) -> Any:
        c, s = pair(w)
        log: list[Any] = []
        ov, buffer = OVERLAPPED(), create_string_buffer(8)
        routine = completion(w, log, ov)
        answers = [post(w, s, buffer, ov, routine, flags=8)]
        for part in (b"1234", b"5678"):
            w.send(c, part, 4, 0)
            answers.append(w.SleepEx(5, 1))
        return answers, log, buffer.raw

    assert outcomes(program) == {repr(([(-1, 997), 0, 192], [(0, 8, 0, 0)], b"12345678"))}


@pytest.mark.parametrize("flags", [8 | 2, 8 | 0x8000])
def test_waitall_goes_with_nothing_else_and_not_with_non_blocking_sockets(flags: int) -> None:
    def program(w: Any) -> Any:
        c, s = pair(w)
        buffer = create_string_buffer(4)
        w.send(c, b"abcd", 4, 0)
        w.Sleep(1)
        combined = w.recv(s, buffer, 4, flags), w.WSAGetLastError()
        nonblocking(w, s)
        return combined, (w.recv(s, buffer, 4, 8), w.WSAGetLastError()), w.recv(s, buffer, 4, 0)

    assert outcomes(program) == {repr(((-1, 10045), (-1, 10045), 4))}


def test_so_rcvbuf_0_receives_without_being_asked() -> None:
    def program(w: Any) -> Any:
        s, address = listener(w)
        c = tcp(w)
        set_int(w, c, SO_RCVBUF, 0)
        w.connect(c, byref(address), 16)
        server = w.accept(s, None, None)
        ov, space = OVERLAPPED(), create_string_buffer(1)
        ov.hEvent = w.CreateEventW(None, 1, 0, None)
        started = post(w, c, (space, 0), ov)
        w.send(server, b"abc", 3, 0)
        return started, w.WaitForSingleObject(ov.hEvent, 1_000), w.select(0, byref(sockets(c)), None, None, byref(TIMEVAL(1, 0)))

    assert outcomes(program) == {repr(((-1, 997), 0, 1))}


def test_two_threads_in_recv_share_the_stream_in_their_order() -> None:
    def program(w: Any) -> Any:
        c, s = pair(w)
        log: list[Any] = []

        def receiver(i: int) -> Callable[[], None]:
            def body() -> None:
                buffer = create_string_buffer(2)
                n = w.recv(s, buffer, 2, 0)
                log.append((i, n, buffer.raw))

            return body

        threads = []
        for i in range(2):
            threads.append(thread(w, receiver(i)))
            w.Sleep(5)
        w.send(c, b"abcd", 4, 0)
        for t in threads:
            join(w, t)
        return sorted(log)

    assert outcomes(program) == {repr([(0, 2, b"ab"), (1, 2, b"cd")])}


def test_apcs_do_not_prolong_a_receive_time_out() -> None:
    def program(w: Any) -> Any:
        _, s = pair(w)
        set_int(w, s, SO_RCVTIMEO, 100)
        log: list[int] = []
        me = my_thread(w)
        routine = w.CALLBACK(None, c_size_t)(log.append)

        def other() -> None:
            for i in range(3):
                w.Sleep(30)
                w.QueueUserAPC(routine, me, i)

        t = thread(w, other)
        answer = w.recv(s, create_string_buffer(4), 4, 0), w.WSAGetLastError(), w.GetTickCount64()
        join(w, t)
        return answer, log

    assert outcomes(program) == {repr(((-1, 10060, 100), [0, 1, 2]))}


def test_an_apc_in_recv_may_queue_more_and_send_what_ends_the_recv() -> None:
    def program(w: Any) -> Any:
        c, s = pair(w)
        log: list[int] = []
        me = my_thread(w)

        def apc(data: int) -> None:
            log.append(data)
            if data < 3:
                w.QueueUserAPC(routine, me, data + 1)
            else:
                w.send(c, b"done", 4, 0)

        routine = w.CALLBACK(None, c_size_t)(apc)
        w.QueueUserAPC(routine, me, 1)
        return w.recv(s, create_string_buffer(8), 8, 0), log

    assert outcomes(program) == {repr((4, [1, 2, 3]))}


# ---- connecting ----------------------------------------------------------------------------------------------------------


def test_a_client_that_gives_up_leaves_no_server_hanging() -> None:
    def program(w: Any) -> Any:
        s, address = listener(w)
        c = tcp(w)
        nonblocking(w, c)
        started = w.connect(c, byref(address), 16), w.WSAGetLastError()
        w.closesocket(c)
        server = w.accept(s, None, None)
        return started, server != INVALID_SOCKET, w.recv(server, create_string_buffer(4), 4, 0) <= 0

    assert outcomes(program) == {repr(((-1, 10035), True, True))}


def test_a_non_blocking_connect_ends_in_the_write_or_in_the_except_set() -> None:
    def program(w: Any, refuse: bool) -> Any:
        s, address = listener(w)
        if refuse:
            w.closesocket(s)
        c = tcp(w)
        nonblocking(w, c)
        w.connect(c, byref(address), 16)
        writable, failed = sockets(c), sockets(c)
        total = w.select(0, None, byref(writable), byref(failed), byref(TIMEVAL(5, 0)))
        return total, writable.fd_count, failed.fd_count, getopt(w, c, SO_ERROR)

    assert outcomes(lambda w: program(w, False)) == {repr((1, 1, 0, 0))}
    assert outcomes(lambda w: program(w, True)) == {repr((1, 0, 1, 10061))}


def test_a_wildcard_socket_has_an_address_once_it_is_connected() -> None:
    def program(w: Any) -> Any:
        s, address = listener(w)
        c, wild = tcp(w), SOCKADDR_IN(2, 0)
        w.bind(c, byref(wild), 16)
        w.connect(c, byref(address), 16)
        server, peer, size = w.accept(s, None, None), SOCKADDR_IN(), c_int32(16)
        w.getpeername(server, byref(peer), byref(size))
        return bytes(peer) == bytes(name(w, c)), bytes(peer)[4:8] == bytes(loopback())[4:8]

    assert outcomes(program) == {repr((True, True))}


def test_a_datagram_socket_may_change_its_peer() -> None:
    def program(w: Any) -> Any:
        a, b, c = udp(w), udp(w), udp(w)
        at, bt, ct = (bound(w, s) for s in (a, b, c))
        nonblocking(w, a)
        buffer, heard = create_string_buffer(8), []
        for peer in (bt, ct):
            w.connect(a, byref(peer), 16)
            w.sendto(b, b"b", 1, 0, byref(at), 16)
            w.sendto(c, b"c", 1, 0, byref(at), 16)
            w.Sleep(1)
            heard.append((w.recv(a, buffer, 8, 0), buffer.value, w.recv(a, buffer, 8, 0)))
        return heard

    assert outcomes(program) == {repr([(1, b"b", -1), (1, b"c", -1)])}


def test_two_hundred_clients_of_one_thread() -> None:
    def program(w: Any) -> int:
        s, address = listener(w, 200)
        total = 0
        for _ in range(200):
            c = tcp(w)
            assert w.connect(c, byref(address), 16) == 0
            w.send(c, b"x", 1, 0)
        for _ in range(200):
            total += w.recv(w.accept(s, None, None), create_string_buffer(4), 4, 0)
        return total

    assert run([program]).outcome == 200
