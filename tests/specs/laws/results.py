"""S5, S6, S7, S9: what calls, completions and waits say is looked at."""

from __future__ import annotations

from ctypes import addressof, byref, c_size_t, c_uint32, create_string_buffer
from typing import Any

from alertable.specs.litmus.sockets import (
    OVERLAPPED,
    bound,
    bufs,
    completion,
    join,
    listener,
    overlapped_result,
    packet,
    pair,
    post,
    tcp,
    thread,
    wsasend,
)
from alertable.specs.properties import mark
from tests.specs.laws.law import law, manual, slow_send, with_port


@law("S5", "handles the same completion a second time", twins=2)
def handled_twice(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    if form < 0:
        w.send(c, b"data", 4, 0)
        w.Sleep(1)
    post(w, s, buffer, ov)
    w.send(c, b"data", 4, 0)
    w.Sleep(1)
    mark("handled", byref(ov))
    if form > 0:
        mark("handled", addressof(ov))
    mark("other", 0)


@law("S5", "handles the same completion a second time")
def handled_before_it_was_started(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    if form < 1:
        w.send(c, b"data", 4, 0)
        w.Sleep(1)
        post(w, s, buffer, ov)
    mark("handled", ov)


@law("S5", "1 completion(s) of one OVERLAPPED were never handled", twins=4)
def never_handled(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    if form == -1:
        with_port(w, s)  # so that it outlives its thread
    if form == -3:  # at once, and a call that has no OVERLAPPED
        w.send(c, b"data", 4, 0)
        w.Sleep(1)
        w.recv(s, buffer, 2, 0)
    for n in range(2):
        post(w, s, buffer, ov)
        if n and form == -1:
            return  # still in flight
        if form != -3 or n:
            w.send(c, b"data", 4, 0)
        w.Sleep(1)
        if n == 0 or form < 1:
            mark("handled", ov)
        if form == -2:
            return


@law("S6", "calls Sleep without having asked why its WSARecv returned failure", twins=4)
def a_pending_receive_is_not_asked_about(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    if form == -1:
        w.send(c, b"data", 4, 0)
        w.Sleep(1)
    if form == -3:
        s = tcp(w)  # fails, and everybody knows that this is no success
    if form == -2:
        w.WSARecv(s, bufs(buffer), 1, None, byref(c_uint32()), byref(OVERLAPPED()), None)
        w.WSAGetLastError()
    w.WSARecv(s, bufs(buffer), 1, None, byref(c_uint32()), byref(ov), None)
    if form == 0:
        w.GetLastError()
    if form == -2:
        w.WSAGetLastError()
    w.Sleep(0)
    w.Sleep(0)


@law("S6", "calls Sleep without having asked why its ReadFile returned failure", twins=3)
def a_pending_read_is_not_asked_about(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, buffer, event = OVERLAPPED(), create_string_buffer(4), w.CreateEventW(None, True, True, None)
    w.ReadFile(s, buffer, 4, None, byref(ov))
    if form < 1:
        w.GetLastError()
    if form == -1:
        w.WaitForSingleObject(event, 0)  # 0, and the last error is what it was
    if form == -2:
        w.send(c, b"datadata", 8, 0)
        w.Sleep(1)
        w.SetLastError(997)
        w.ReadFile(s, buffer, 4, None, byref(ov))  # at once, and the last error is what it was
    w.Sleep(0)


@law("S6", "calls Sleep without having asked why its WriteFile returned failure")
def a_pending_write_is_not_asked_about(w: Any, form: int) -> None:
    s, _peer = slow_send(w)
    ov, data = OVERLAPPED(), create_string_buffer(4)
    w.WriteFile(s, data, 4, None, byref(ov))
    if form < 1:
        w.GetLastError()
    w.Sleep(0)


@law("S6", "calls Sleep without having asked why its AcceptEx returned failure")
def a_pending_accept_is_not_asked_about(w: Any, form: int) -> None:
    s, _ = listener(w)
    ov, out = OVERLAPPED(), create_string_buffer(64)
    w.AcceptEx(s, tcp(w), out, 0, 32, 32, byref(c_uint32()), byref(ov))
    if form < 1:
        w.GetLastError()
    w.Sleep(0)


@law("S6", "calls Sleep without having asked why its ConnectEx returned failure")
def a_pending_connect_is_not_asked_about(w: Any, form: int) -> None:
    _listening, address = listener(w)
    client, ov = tcp(w), OVERLAPPED()
    bound(w, client)
    w.ConnectEx(client, byref(address), 16, None, 0, None, byref(ov))
    if form < 1:
        w.GetLastError()
    w.Sleep(0)


@law("S6", "calls Sleep without having asked why its DisconnectEx returned failure")
def a_pending_disconnect_is_not_asked_about(w: Any, form: int) -> None:
    _, s = pair(w)
    ov = OVERLAPPED()
    w.DisconnectEx(s, byref(ov), 0, 0)
    if form < 1:
        w.GetLastError()
    w.Sleep(0)


def received(w: Any, s: Any, c: Any, ov: Any, buffer: Any, routine: Any = None) -> None:
    """An overlapped receive that completed with four bytes."""
    post(w, s, buffer, ov, routine)
    w.send(c, b"data", 4, 0)
    w.Sleep(1)


@law("S7", "4 bytes that arrived on c1.server were never looked at: their OVERLAPPED is used for another operation", twins=4)
def data_is_dropped_for_another_receive(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    w.CloseHandle(manual(w))
    if form == -3:
        w.recv(s, buffer, 0, 0) if w.send(c, b"more", 4, 0) == 0 else None
        w.recv(s, buffer, 4, 0)  # a call that blocks returns its bytes
    else:
        received(w, s, c, ov, buffer)
    if form == 0:
        overlapped_result(w, s, ov)
    if form == -1:
        w.GetOverlappedResult(s, byref(ov), byref(c_uint32()), False)
    if form == -2:
        w.GetOverlappedResultEx(s, byref(ov), byref(c_uint32()), 0, False)
    post(w, s, buffer, ov)


@law("S7", "were never looked at: their OVERLAPPED is freed", twins=3)
def data_is_dropped_with_its_overlapped(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, other, buffer = OVERLAPPED(), OVERLAPPED(), create_string_buffer(4)
    received(w, s, c, ov, buffer)
    if form == 0:
        overlapped_result(w, s, ov)
    if form == -1:
        del buffer
        w.Sleep(1)
        overlapped_result(w, s, ov)
    if form == -2:
        wsasend(w, s, bufs(buffer), other)
        overlapped_result(w, s, ov)
        del other
    del ov
    w.Sleep(1)


@law("S7", "were never looked at: their OVERLAPPED is left at the end", twins=6)
def data_is_left(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    port = with_port(w, s) if form == -2 else None
    if form == -3:  # the call itself says how many
        w.send(c, b"data", 4, 0)
        w.Sleep(1)
        post(w, s, buffer, ov)
        return
    if form == -4:  # nothing arrived
        post(w, s, buffer, ov)
        w.closesocket(c)
        w.Sleep(1)
        return
    if form == -5:  # a send is no receive
        s, c = slow_send(w)
        wsasend(w, s, bufs(buffer), ov)
        w.recv(c, create_string_buffer(4), 4, 0)
        w.Sleep(1)
        return
    received(w, s, c, ov, buffer, completion(w, []) if form == -1 else None)
    if form == 0:
        overlapped_result(w, s, ov)
    if form == -1:
        w.QueueUserAPC(w.CALLBACK(None, c_size_t)(lambda _data: None), w.GetCurrentThread(), 0)
        w.SleepEx(0, True)
    if port is not None:
        packet(w, port)
        w.PostQueuedCompletionStatus(port, 0, 0, None)
        packet(w, port)


@law("S9", "of subject returned WAIT_TIMEOUT; the program deals with WAIT_OBJECT_0, WAIT_IO_COMPLETION", twins=3)
def a_result_nobody_expects(w: Any, form: int) -> None:
    event = w.CreateEventW(None, True, form == 0, None)
    if form != -2:
        mark("expects", (0, 192) if form >= 0 else (0, 258))
    w.Sleep(0)
    w.WaitForSingleObject(event, 0)
    w.WaitForSingleObject(event, 0)  # nothing was said about this one


@law("S9", "relies on event#", twins=3)
def an_object_that_was_not_given(w: Any, form: int) -> None:
    event, mutex = w.CreateEventW(None, True, form == 0, None), w.CreateMutexW(None, False, None)
    if form == -1:
        event = mutex
    if form == -2:
        join(w, thread(w, lambda: w.WaitForSingleObject(mutex, 0)))
        event = mutex
    w.WaitForSingleObject(mutex, 0)
    if form != -3:
        w.WaitForSingleObject(event, 0)
    mark("owns", event)


@law("S9", "relies on an object, but its no wait returned WAIT_OBJECT_0", twins=1)
def nobody_waited(w: Any, form: int) -> None:
    mark("other" if form < 1 else "owns", 4444)


@law("S7", "were never looked at", twins=1)
def a_routine_that_is_no_completion(w: Any, form: int) -> None:
    """A packet that named the OVERLAPPED before says nothing of the data that arrived since."""
    c, s = pair(w)
    port = with_port(w, s)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    for _ in range(2):
        received(w, s, c, ov, buffer)
        if not _ or form < 1:
            packet(w, port)
    w.QueueUserAPC(w.CALLBACK(None, c_size_t)(lambda _data: None), w.GetCurrentThread(), 0)
    w.SleepEx(0, True)


@law("S9", "of subject returned WAIT_IO_COMPLETION; the program deals with "
     "WAIT_OBJECT_0, WAIT_ABANDONED, WAIT_TIMEOUT, WAIT_FAILED")  # fmt: skip
def an_apc_ends_the_wait(w: Any, form: int) -> None:
    w.QueueUserAPC(w.CALLBACK(None, c_size_t)(lambda _data: None), w.GetCurrentThread(), 0)
    mark("expects", (0, 0x80, 258, 2**32 - 1, *(() if form > 0 else (0xC0,))))
    w.WaitForSingleObjectEx(manual(w), 1, True)


@law("S9", "returned WAIT_OBJECT_0; the program deals with WAIT_TIMEOUT")
def what_was_expected_before(w: Any, form: int) -> None:
    """It was said of one wait."""
    event = manual(w)
    for _ in range(2):
        if not _ or form > 0:
            mark("expects", (258,))
        w.WaitForSingleObject(event, 0)
        w.SetEvent(event)


@law("S9", "relies on mutex#2, but its WaitForSingleObject returned WAIT_TIMEOUT")
def an_abandoned_mutex_is_owned(w: Any, form: int) -> None:
    done, mutex = manual(w), w.CreateMutexW(None, False, None)

    def holder() -> None:
        w.WaitForSingleObject(mutex, 0)
        if form > 0:
            w.WaitForSingleObject(done, 100)

    running = thread(w, holder)
    w.Sleep(1)
    w.WaitForSingleObject(mutex, 0)
    mark("owns", mutex)
    w.SetEvent(done)
    join(w, running)
