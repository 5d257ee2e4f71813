"""S13 to S16: cancelling, ending, closing."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_size_t, c_uint32, c_void_p, create_string_buffer
from typing import Any

from alertable.specs.litmus.sockets import (
    OVERLAPPED,
    SO_LINGER,
    SOL_SOCKET,
    completion,
    join,
    pair,
    post,
    reset,
    thread,
    udp,
)
from alertable.winapi import LINGER
from tests.specs.laws.law import law, manual, with_port


@law("S13", "calls CancelIo on c1.server, where only ", twins=5)
def cancel_io_elsewhere(w: Any, form: int) -> None:
    _, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(1)
    if form != -1:
        post(w, s, buffer, ov)

    def cancel() -> None:
        if form == -2:
            post(w, s, buffer, mine)
        if form == -3:
            w.CancelIoEx(s, None)
        elif form == -4:
            w.CancelIo(manual(w))
        elif form:
            w.CancelIo(s)

    mine = OVERLAPPED()
    join(w, thread(w, cancel))
    if form == 0:
        w.CancelIo(s)


@law("S13", "calls CancelIo", twins=1)
def cancel_io_beside_a_call_that_blocks(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(1)
    blocked = thread(w, lambda: post(w, s, buffer, ov) and w.Sleep(5) if form > 0 else w.recv(s, buffer, 1, 0) - 1)
    w.Sleep(1)
    w.CancelIo(c_void_p(s))
    w.send(c, b"1", 1, 0)
    join(w, blocked)


@law("S14", "ends with a recv on c1.server in flight, which is cancelled", twins=4)
def a_thread_ends_with_a_receive(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(1)
    if form == -1:
        with_port(w, s)  # what reports to a port goes on

    def body() -> None:
        if form == -2:
            w.recv(s, buffer, 1, 0)
        else:
            post(w, s, buffer, ov)
            if form == -3:
                w.CancelIo(s)

    if form == -2:
        w.send(c, b"1", 1, 0)
    if form:
        join(w, thread(w, body))
    else:
        body()
        w.send(c, b"1", 1, 0)
        w.Sleep(1)


@law("S14", "ends with a recv")
def a_thread_is_terminated_in_a_call(w: Any, form: int) -> None:
    _, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(1)
    blocked = thread(w, lambda: post(w, s, buffer, ov) and w.Sleep(100) if form > 0 else w.recv(s, buffer, 1, 0))
    w.Sleep(1)
    w.TerminateThread(blocked[0], 0)


@law("S14", "ends with a recv", max_steps=200)
def a_routine_ends_with_its_thread_although_there_is_a_port(w: Any, form: int) -> None:
    _, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(1)

    def body() -> None:
        post(w, s, buffer, ov, completion(w, []) if form > 0 else None)
        with_port(w, s)

    join(w, thread(w, body))


@law("S14", "ends with 1 APC(s) in its queue, which never run")
def a_thread_ends_with_an_apc(w: Any, form: int) -> None:
    w.QueueUserAPC(w.CALLBACK(None, c_size_t)(lambda _data: None), w.GetCurrentThread(), 0)
    if form < 1:
        w.SleepEx(0, True)


@law("S14", "ends with a timer set whose routine was to run on it")
def a_thread_ends_with_a_timer(w: Any, form: int) -> None:
    timer = w.CreateWaitableTimerW(None, True, None)
    routine = w.CALLBACK(None, c_void_p, c_uint32, c_uint32)(lambda *_arguments: None)
    due = ctypes.c_int64(-10_000_000)
    w.SetWaitableTimer(timer, byref(due), 0, routine if form > 0 else None, None, False)


@law("S15", "uses the handle of event#1, which it closed before", twins=3)
def a_closed_handle_is_used(w: Any, form: int) -> None:
    event = manual(w)
    w.CloseHandle(event)
    if form == 0:
        event = manual(w)
    if form == -1:
        event = 4444
    if form != -2:
        w.SetEvent(c_size_t(event) if form > 0 else event)


@law("S15", "uses the handle of event#1, which subject.1 closed before")
def another_thread_closed_it(w: Any, form: int) -> None:
    event = manual(w)
    join(w, thread(w, lambda: w.CloseHandle(event) - 1))
    if form > 0:
        w.WaitForMultipleObjects(1, (c_void_p * 1)(event), False, 0)


@law("S15", "uses the handle of tcp#2, which it closed before", twins=2)
def a_socket_is_closed_twice(w: Any, form: int) -> None:
    c, s = pair(w)
    blocked = thread(w, lambda: w.recv(c, create_string_buffer(1), 1, 0) and 0)
    w.Sleep(1)
    w.closesocket(c)  # ends the call that blocks
    if form > 0:
        w.closesocket(c)
    if form < 0:
        w.CancelIo(s)
    join(w, blocked)


@law("S16", "closes c1.server while a receive is in flight, so the 4 bytes on their way to the peer may be lost", twins=7)
def closed_with_a_receive_in_flight(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    if form:
        post(w, s, buffer, ov)
    if form != -1:
        w.send(s, b"data", 4, 0)
    if form == -2:
        w.Sleep(1)  # they have arrived
        w.recv(c, buffer, 4, 0)
        w.Sleep(1)
    if form == -3:
        w.setsockopt(s, SOL_SOCKET, SO_LINGER, byref(LINGER(1, 0)), 4)
    if form == -4:
        copy, process = c_void_p(), w.GetCurrentProcess()
        w.DuplicateHandle(process, s, process, byref(copy), 0, False, 2)
    if form == -5:
        reset(w, c)
        w.Sleep(1)
    if form == -6:
        w.CloseHandle(manual(w))
        w.shutdown(s, 1)
        return
    w.closesocket(s)


@law("S16", "closes c1.server while 2 bytes are unread", twins=2)
def closed_with_unread_data(w: Any, form: int) -> None:
    c, s = pair(w)
    w.send(c, b"12", 2, 0)
    w.Sleep(1)
    if form == 0:
        w.recv(s, create_string_buffer(2), 2, 0)
    w.send(s, b"data", 4, 0)
    if form < 0:
        w.closesocket(udp(w))
        w.recv(s, create_string_buffer(2), 2, 0)
    w.closesocket(s)
