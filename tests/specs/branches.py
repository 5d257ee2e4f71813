"""One small program for every branch of every sanitizer: what it reports, and the twin that differs in just that and is right."""

from __future__ import annotations

import ctypes
from ctypes import addressof, byref, c_char, c_char_p, c_int32, c_size_t, c_uint32, c_uint64, c_void_p, cast, create_string_buffer
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sim.runtime.execution import run
from specs.litmus.sockets import (
    FD_ACCEPT,
    FD_CLOSE,
    FD_READ,
    INFINITE,
    OVERLAPPED,
    PENDING,
    SO_LINGER,
    SO_SNDBUF,
    SO_UPDATE_ACCEPT_CONTEXT,
    SOL_SOCKET,
    WSABUF,
    bound,
    bufs,
    completion,
    enum_events,
    join,
    listener,
    loopback,
    nonblocking,
    overlapped_result,
    packet,
    pair,
    post,
    reset,
    tcp,
    thread,
    udp,
    wsasend,
)
from specs.properties import mark
from winapi import CRITICAL_SECTION, LINGER, SOCKADDR_IN, SRWLOCK

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Law:
    """id: the sanitizer; program(w, wrong); message: part of what it says about the wrong form; options: of a run.

    twins: how many right forms there are: program(w, 0), program(w, -1), ...
    """

    id: str
    program: Callable[[Any, Any], object]
    message: str
    twins: int
    options: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.id}-{self.program.__name__}"

    def found(self, form: int) -> tuple[str, str]:
        """What a run of the form ends in."""

        def program(w: Any) -> object:
            return self.program(w, form)

        violation = run([program], specs=(self.id,), **self.options).violation
        return (violation.id, violation.message) if violation is not None else ("", "")

    def holds(self) -> bool:
        """Is the wrong form reported for the right reason, and no twin at all?"""
        try:
            identity, message = self.found(1)
            return identity == self.id and self.message in message and all(self.found(-n) == ("", "") for n in range(self.twins))
        except Exception:  # a planted fault may do anything
            return False


LAWS: list[Law] = []


def law(identity: str, message: str, twins: int = 1, **options: Any) -> Callable[[Any], Any]:
    """Registers program(w, form): form 1 is wrong, 0, -1, ... are right."""

    def register(program: Any) -> Any:
        LAWS.append(Law(identity, program, message, twins, options))
        return program

    return register


def slow_send(w: Any, size: int = 100) -> tuple[Any, Any]:
    """A connection whose overlapped sends pend until the peer reads: (it, the peer)."""
    s, peer = pair(w)
    w.setsockopt(s, SOL_SOCKET, SO_SNDBUF, byref(c_int32(0)), 4)
    return s, peer


def with_port(w: Any, s: Any) -> Any:
    port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 1)
    w.CreateIoCompletionPort(s, port, 7, 0)
    return port


def manual(w: Any) -> Any:
    return w.CreateEventW(None, True, False, None)


# ---- S1 --------------------------------------------------------------------------------------------------------------------


@law("S1", "c_char_Array_8 was released while a recv on c1.server still needs it")
def the_buffer_of_a_receive(w: Any, form: int) -> None:
    _, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(8)
    post(w, s, buffer, ov)
    if form > 0:
        del buffer
    w.Sleep(1)


@law("S1", "c_int was released while a recv on udp#1 still needs it")
def an_out_parameter(w: Any, form: int) -> None:
    s = udp(w)
    bound(w, s)
    ov, buffer, sender, size = OVERLAPPED(), create_string_buffer(8), SOCKADDR_IN(), c_int32(16)
    w.WSARecvFrom(s, bufs(buffer), 1, None, byref(c_uint32()), byref(sender), byref(size), byref(ov), None)
    if form > 0:
        del size
    w.Sleep(1)


@law("S1", "OVERLAPPED was released while a queued completion routine (recv on c1.server) still needs it")
def the_overlapped_of_a_queued_routine(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(8)
    routine = completion(w, [])
    post(w, s, buffer, ov, routine)
    w.send(c, b"abc", 3, 0)
    w.Sleep(1)
    del buffer  # the data is there: nobody touches the buffer any more
    if form > 0:
        del ov
    w.SleepEx(0, True)


@law("S1", "OVERLAPPED was released while a recv", twins=2)
def freed_although_it_is_referred_to(w: Any, form: int) -> None:
    from alertable import free

    c, s = pair(w)
    ov, other, buffer = OVERLAPPED(), OVERLAPPED(), create_string_buffer(8)
    w.QueueUserAPC(w.CALLBACK(None, c_size_t)(lambda _data: None), w.GetCurrentThread(), 0)
    post(w, s, buffer, ov)
    if form == 0:
        w.send(c, b"abc", 3, 0)
        overlapped_result(w, s, ov, 1)
    free(ov if form >= 0 else other)


@law("S1", "bytes was let go of before the send on tcp#2 that needed it had completed")
def bytes_of_a_send(w: Any, form: int) -> None:
    s, peer = slow_send(w)
    ov, kept = OVERLAPPED(), []

    def start() -> None:
        data = b"x" * 100 + str(s).encode()
        if form < 1:
            kept.append(data)
        wsasend(w, s, (WSABUF * 1)(WSABUF(len(data), cast(c_char_p(data), c_void_p))), ov)

    start()
    w.Sleep(1)
    w.recv(peer, create_string_buffer(200), 200, 0)
    w.Sleep(1)


@law("S1", "c_char_Array_8 was let go of before the recv", twins=2)
def a_view_of_a_bytearray(w: Any, form: int) -> None:
    c, s = pair(w)
    memory = bytearray(8)
    view, ov = (c_char * 8).from_buffer(memory), OVERLAPPED()
    post(w, s, view, ov)
    if form == 0:
        view = (c_char * 8).from_buffer(memory)  # another one
    elif form < 0:
        del view
    else:
        del memory, view
    w.send(c, b"abc", 3, 0)
    w.Sleep(1)


@law("S1", "c_char_Array_4 was released right after a send on tcp#2 whose result nobody looked at", twins=5)
def after_a_result_that_was_thrown_away(w: Any, form: int) -> None:
    s, peer = pair(w)
    ov, data, other = OVERLAPPED(), create_string_buffer(b"data", 4), create_string_buffer(b"more", 4)
    if form == -3:
        w.send(s, data, 4, 0)  # it does not pend
    elif form == -2:
        wsasend(w, s, bufs(data), ov)  # somebody looks
    else:
        w.WSASend(s, bufs(data), 1, None, 0, byref(ov), None)
    if form == -4:
        w.send(peer, other, 4, 0)
        del other  # of which the operation knows nothing
        w.recv(s, create_string_buffer(4), 4, 0)
    if form == -1:
        w.Sleep(1)  # may have looked
    if form:
        del data
    w.Sleep(1)


# ---- S2, S22 ---------------------------------------------------------------------------------------------------------------


@law("S2", "hands out the packet of a recv on c1.server whose OVERLAPPED the program has let go of", twins=2)
def the_overlapped_of_a_queued_packet(w: Any, form: int) -> None:
    c, s = pair(w)
    port = with_port(w, s)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    post(w, s, buffer, ov)
    w.send(c, b"data", 4, 0)
    w.Sleep(1)
    kept = addressof(ov)
    if form:
        del ov
    if form < 0:  # something else lies there now, which is S22
        ov = OVERLAPPED()
        assert addressof(ov) == kept
        post(w, s, buffer, ov)
    if form < 0:
        w.PostQueuedCompletionStatus(port, 0, 0, None)
    packet(w, port)


@law("S22", "hands out the packet of an earlier recv on c1.server, at whose address a recv on c1.server is in flight now", twins=2)
def a_packet_of_what_lay_there_before(w: Any, form: int) -> None:
    c, s = pair(w)
    port = with_port(w, s)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    post(w, s, buffer, ov)
    w.send(c, b"data", 4, 0)
    w.Sleep(1)
    kept = addressof(ov)
    if form:
        del ov
    if form > 0:
        ov = OVERLAPPED()
        assert addressof(ov) == kept
        post(w, s, buffer, ov)
    packet(w, port)


@law("S22", "hands out a posted packet that names a recv on c1.server, which has not completed", twins=3)
def a_posted_packet(w: Any, form: int) -> None:
    c, s = pair(w)
    other, _ = pair(w)
    port = with_port(w, s if form != -1 else other)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    post(w, s, buffer, ov)
    if form == 0:
        w.send(c, b"data", 4, 0)
        packet(w, port)
    w.PostQueuedCompletionStatus(port, 0, 1, addressof(ov) if form != -2 else None)
    packet(w, port)


# ---- S3, S3b ---------------------------------------------------------------------------------------------------------------


@law("S3", "with the OVERLAPPED of a recv on c1.server, which is in flight")
def an_overlapped_of_a_pending_receive(w: Any, form: int) -> None:
    _, s = pair(w)
    ov, second, buffer = OVERLAPPED(), OVERLAPPED(), create_string_buffer(4)
    post(w, s, buffer, ov)
    post(w, s, buffer, ov if form > 0 else second)


@law("S3", "starts a send on c1.server with the OVERLAPPED of a recv on c1.server, which is in flight")
def an_overlapped_for_what_is_over_at_once(w: Any, form: int) -> None:
    _, s = pair(w)
    ov, second, buffer = OVERLAPPED(), OVERLAPPED(), create_string_buffer(4)
    post(w, s, buffer, ov)
    wsasend(w, s, bufs(buffer), ov if form > 0 else second)


@law("S3", "whose packet is still queued", twins=4)
def an_overlapped_whose_packet_is_queued(w: Any, form: int) -> None:
    c, s = pair(w)
    if form != -1:
        port = with_port(w, s)
    if form == -2:
        w.SetFileCompletionNotificationModes(s, 1)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    if form == -3:
        ov.hEvent = manual(w) | 1  # no packet
    w.send(c, b"data", 4, 0)
    w.Sleep(1)
    post(w, s, buffer, ov)
    if form == 0:
        packet(w, port)
    post(w, s, buffer, ov)


@law("S3", "whose completion routine is still queued", twins=2)
def an_overlapped_whose_routine_is_queued(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, buffer, log = OVERLAPPED(), create_string_buffer(4), []
    routine = completion(w, log)
    w.send(c, b"data", 4, 0)
    w.Sleep(1)
    if form == -1:
        w.QueueUserAPC(w.CALLBACK(None, c_size_t)(lambda _data: None), w.GetCurrentThread(), 0)
    post(w, s, buffer, ov, routine)
    if form < 1:
        w.SleepEx(INFINITE, True)
    post(w, s, buffer, ov, routine)


@law("S3", "which is in flight", twins=2)
def an_overlapped_of_another_port(w: Any, form: int) -> None:
    """A packet of one port says nothing about an operation that reports to another."""
    c, s = pair(w)
    port, other = with_port(w, s), w.CreateIoCompletionPort(2**64 - 1, None, 0, 1)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    post(w, s, buffer, ov)
    if form < 1:
        w.send(c, b"data", 4, 0)
        packet(w, port)
    if form < 0:
        w.CloseHandle(port)
        w.send(c, b"data", 4, 0)
        w.Sleep(1)
        post(w, s, buffer, ov)
    w.PostQueuedCompletionStatus(other, 0, 0, addressof(ov))
    packet(w, other)
    post(w, s, buffer, ov)


@law("S3b", "waits for c1.server to be signalled while 2 operations are in flight on it", twins=6)
def a_wait_for_the_file(w: Any, form: int) -> None:
    c, s = pair(w)
    first, second, buffer = OVERLAPPED(), OVERLAPPED(), create_string_buffer(1)
    if form == 0:
        first.hEvent, second.hEvent = manual(w), manual(w)
    post(w, s, buffer, first)
    if form != -1:
        post(w, s, create_string_buffer(1) if form == -2 else buffer, second)
    w.send(c, b"12", 2, 0)
    if form == -2:
        w.CancelIo(s)
    if form == -3:
        return w.WSAGetOverlappedResult(s, byref(second), byref(c_uint32()), False, byref(c_uint32()))
    if form == -4:
        return w.GetOverlappedResult(s, byref(first), byref(c_uint32()), False)
    if form == -5:
        return w.GetOverlappedResult(w.CreateEventW(None, True, True, None), byref(first), byref(c_uint32()), True)
    return w.GetOverlappedResult(s, byref(first), byref(c_uint32()), True)


@law("S3b", "while 2 operations", twins=1)
def a_wait_for_the_file_beside_a_call_that_blocks(w: Any, form: int) -> None:
    c, s = pair(w)
    first, second, buffer = OVERLAPPED(), OVERLAPPED(), create_string_buffer(1)
    post(w, s, buffer, first)
    blocked = thread(w, lambda: post(w, s, buffer, second) and w.Sleep(5) if form > 0 else w.recv(s, create_string_buffer(1), 1, 0) - 1)
    w.Sleep(1)
    sender = thread(w, lambda: w.Sleep(1) or w.send(c, b"12", 2, 0) - 2)
    w.GetOverlappedResult(s, byref(first), byref(c_uint32()), True)
    join(w, sender)
    if form < 1:
        join(w, blocked)


# ---- S4 --------------------------------------------------------------------------------------------------------------------


@law("S4", "was changed while it was being sent from", twins=2)
def a_send_buffer_is_written(w: Any, form: int) -> None:
    s, peer = slow_send(w)
    ov, data = OVERLAPPED(), create_string_buffer(b"data", 4)
    wsasend(w, s, bufs(data), ov)
    if form:
        data[0] = b"D"
    if form < 0:
        from alertable import free

        free(data)  # which is S1
    w.recv(peer, create_string_buffer(4), 4, 0)
    w.Sleep(1)


@law("S4", "was changed while it was being received into", twins=2)
def a_receive_buffer_is_written(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, data = OVERLAPPED(), create_string_buffer(8)
    post(w, s, data, ov)
    if form:
        data[6 if form > 0 else 1] = b"D"  # behind what arrives, or where it arrives
    w.send(c, b"data", 4, 0)
    w.Sleep(1)


@law("S4", "was changed", twins=1)
def a_buffer_of_a_call_that_blocks(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, data = OVERLAPPED(), create_string_buffer(8)
    blocked = thread(w, lambda: w.recv(s, data, 8, 0) - 4) if form < 1 else None
    if form > 0:
        post(w, s, data, ov)
    w.Sleep(1)
    data[6] = b"D"
    w.send(c, b"data", 4, 0)
    w.Sleep(1)
    if blocked is not None:
        join(w, blocked)


# ---- S5 --------------------------------------------------------------------------------------------------------------------


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


# ---- S6 --------------------------------------------------------------------------------------------------------------------


@law("S6", "calls Sleep without having asked why its WSARecv returned failure", twins=3)
def a_pending_receive_is_not_asked_about(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    if form == -1:
        w.send(c, b"data", 4, 0)
        w.Sleep(1)
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
    _, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    w.ReadFile(s, buffer, 4, None, byref(ov))
    if form < 1:
        w.GetLastError()
    if form == -1:
        w.WaitForSingleObject(manual(w), 0)
    if form == -2:
        w.ResetEvent(0)
        w.SetLastError(997)
        w.ResetEvent(manual(w))
    w.Sleep(0)


# ---- S7 --------------------------------------------------------------------------------------------------------------------


def received(w: Any, s: Any, c: Any, ov: Any, buffer: Any, routine: Any = None) -> None:
    """An overlapped receive that completed with four bytes."""
    post(w, s, buffer, ov, routine)
    w.send(c, b"data", 4, 0)
    w.Sleep(1)


@law("S7", "4 bytes that arrived on c1.server were never looked at: their OVERLAPPED is used for another operation", twins=2)
def data_is_dropped_for_another_receive(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    received(w, s, c, ov, buffer)
    if form == 0:
        overlapped_result(w, s, ov)
    if form == -1:
        w.GetOverlappedResult(s, byref(ov), byref(c_uint32()), False)
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
    if form == -5:  # a send is no receive, and a call that blocks returns its bytes
        w.send(c, b"data", 4, 0)
        w.recv(s, buffer, 4, 0)
        wsasend(w, s, bufs(buffer), ov)
        return
    received(w, s, c, ov, buffer, completion(w, []) if form == -1 else None)
    if form == 0:
        overlapped_result(w, s, ov)
    if form == -1:
        w.SleepEx(0, True)
    if port is not None:
        packet(w, port)


@law("S7", "were never looked at", twins=1)
def a_result_that_failed_shows_nothing(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, pending, buffer = OVERLAPPED(), OVERLAPPED(), create_string_buffer(4)
    received(w, s, c, ov, buffer)
    post(w, s, buffer, pending)
    overlapped_result(w, s, pending if form > 0 else ov)


# ---- S9 --------------------------------------------------------------------------------------------------------------------


@law("S9", "WaitForSingleObject of branches returned WAIT_TIMEOUT; the program deals with WAIT_OBJECT_0, WAIT_IO_COMPLETION", twins=3)
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


# ---- S10 -------------------------------------------------------------------------------------------------------------------


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
def a_routine_under_a_mutex(w: Any, form: int) -> None:
    mutex = w.CreateMutexW(None, form > 0, None)
    run_apc(w)
    assert mutex


@law("S10", "inside another routine, 2 deep")
def a_routine_inside_another(w: Any, form: int) -> None:
    run_apc(w, (lambda: run_apc(w)) if form > 0 else lambda: None)
    run_apc(w)


# ---- S11 -------------------------------------------------------------------------------------------------------------------


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


# ---- S12 -------------------------------------------------------------------------------------------------------------------


@law("S12", "rounds without progress, and nobody else can move: branches: SetEvent -> branches: ResetEvent -> again", twins=3, max_steps=400)
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


@law("S12", "was signalled in 40 waits of branches, which all answered a lower index", twins=6)
def a_signalled_object_is_passed_over(w: Any, form: int) -> None:
    first, second, third = (w.CreateEventW(None, True, True, None) for _ in range(3))
    handles = (c_void_p * 3)(first, second, third)
    if form != -1:
        w.ResetEvent(third)
    if form == 0:
        w.ResetEvent(second)
    if form == -5:
        w.ResetEvent(second)
        w.ResetEvent(first)
        w.SetEvent(third)
        handles = (c_void_p * 3)(first, second, third)
    for n in range(40 if form != -2 else 20):
        if form == -3:
            w.WaitForMultipleObjects(3 if n % 20 else 2, (c_void_p * 3)(second, first, third), n % 20 == 0, 0)
        elif form == -4:
            w.WaitForSingleObject(first, 0)
        else:
            w.WaitForMultipleObjects(3, handles, False, INFINITE)
        if form == -1:
            mark("served", third)
        if form == -3 and n % 20 == 0:
            w.WaitForMultipleObjects(1, (c_void_p * 1)(first), False, 0)
            mark("served", first)


# ---- S13 to S16 ------------------------------------------------------------------------------------------------------------


@law("S13", "calls CancelIo on c1.server, where only ", twins=5)
def cancel_io_elsewhere(w: Any, form: int) -> None:
    c, s = pair(w)
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


@law("S15", "closed before")
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


# ---- S17 to S23 ------------------------------------------------------------------------------------------------------------


@law("S17", "waits for event#3 for ever, but c1.server has unread data that was announced before", twins=6)
def waiting_for_data_that_was_announced(w: Any, form: int) -> None:
    c, s = pair(w)
    event, other = w.WSACreateEvent(), w.WSACreateEvent()
    w.WSAEventSelect(s, event, FD_READ if form != -4 else FD_CLOSE)
    if form != -3:
        w.send(c, b"1", 1, 0)
        w.Sleep(1)
    enum_events(w, s, event if form != -5 else other)
    if form == 0:
        w.recv(s, create_string_buffer(1), 1, 0)
    if form == -5:
        w.WSAResetEvent(event)
        w.WSAEventSelect(s, event, FD_READ)
        w.WSAResetEvent(event)
    if form != -2:
        helper = thread(w, lambda: w.Sleep(1) or w.WSASetEvent(other if form == -1 else event) - 1)
    w.WaitForSingleObject(other if form == -1 else event, 5 if form == -2 else INFINITE)
    if form != -2:
        join(w, helper)


@law("S17", "has a waiting connection that was announced before", twins=2)
def waiting_for_a_connection_that_was_announced(w: Any, form: int) -> None:
    s, address = listener(w)
    event = w.WSACreateEvent()
    w.WSAEventSelect(s, event, FD_ACCEPT if form >= 0 else FD_CLOSE)
    w.connect(tcp(w), byref(address), 16)
    enum_events(w, s, event)
    if form == 0:
        w.accept(s, None, None)
    helper = thread(w, lambda: w.Sleep(1) or w.WSASetEvent(event) - 1)
    w.WaitForSingleObject(event, INFINITE)
    join(w, helper)


@law("S17", "has an end of stream that was announced before", twins=3)
def waiting_for_an_end_that_was_announced(w: Any, form: int) -> None:
    c, s = pair(w)
    event = w.WSACreateEvent()
    w.WSAEventSelect(s, event, FD_CLOSE if form >= 0 else FD_READ)
    if form:
        w.shutdown(c, 1)
        w.Sleep(1)
    if form != -2:
        enum_events(w, s, event)
    helper = thread(w, lambda: w.Sleep(1) or w.WSASetEvent(event) - 1)
    w.WaitForSingleObject(event, INFINITE)
    join(w, helper)


def failed_accept(w: Any) -> tuple[Any, Any]:
    """A listener whose AcceptEx failed because the client reset: (it, its port)."""
    s, address = listener(w)
    port = with_port(w, s)
    ov, out, accepted = OVERLAPPED(), create_string_buffer(72), tcp(w)
    client = tcp(w)
    w.connect(client, byref(address), 16)
    reset(w, client)
    w.Sleep(1)
    w.AcceptEx(s, accepted, out, 8, 32, 32, byref(c_uint32()), byref(ov))
    packet(w, port)
    w.closesocket(accepted)
    return s, port


@law("S18", "closes the listener tcp#1 because one connection failed", twins=4)
def a_failed_accept_closes_the_listener(w: Any, form: int) -> None:
    if form == -3:
        s, _ = listener(w)
        ov, out = OVERLAPPED(), create_string_buffer(72)
        w.AcceptEx(s, tcp(w), out, 8, 32, 32, byref(c_uint32()), byref(ov))
        w.closesocket(s)  # which ends the accept
        w.closesocket(listener(w)[0])
        return
    s, _port = failed_accept(w)
    if form == 0:
        ov, out = OVERLAPPED(), create_string_buffer(72)
        w.AcceptEx(s, tcp(w), out, 8, 32, 32, byref(c_uint32()), byref(ov))  # the next one
        w.closesocket(s)
    elif form == -1:
        w.CloseHandle(manual(w))
    elif form == -2:
        w.closesocket(udp(w))
    else:
        w.closesocket(s)


@law("S18", "closes the listener tcp#1 because one connection failed", twins=4)
def a_reset_closes_the_listener(w: Any, form: int) -> None:
    s, address = listener(w)
    client = tcp(w)
    w.connect(client, byref(address), 16)
    server = w.accept(s, None, None)
    if form == 0:
        w.send(client, b"1", 1, 0)
    else:
        reset(w, client)
    w.Sleep(1)
    if form == -1:
        w.send(server, b"1", 1, 0)  # of a send nobody concludes that
    elif form == -2:
        nonblocking(w, server)
        w.SetLastError(10054)
        w.closesocket(server)
    elif form == -3:
        w.recv(server, create_string_buffer(1), 1, 0)
        w.closesocket(server)
        return
    else:
        w.recv(server, create_string_buffer(1), 1, 0)
    w.closesocket(s)


@law("S18", "because one connection failed", twins=1)
def an_accept_that_succeeds_closes_nothing(w: Any, form: int) -> None:
    if form > 0:
        s, _ = failed_accept(w)
    else:
        s, address = listener(w)
        ov, out, accepted = OVERLAPPED(), create_string_buffer(72), tcp(w)
        w.AcceptEx(s, accepted, out, 0, 32, 32, byref(c_uint32()), byref(ov))
        w.connect(tcp(w), byref(address), 16)
        w.Sleep(1)
        _, other = pair(w)
        post(w, other, create_string_buffer(1), OVERLAPPED())
        w.CancelIo(other)
    w.closesocket(s)


@law("S19", "c1.server is open, but nobody is waiting on it", twins=4)
def a_channel_goes_deaf(w: Any, form: int) -> None:
    _, s = pair(w)
    with_port(w, s)
    ov, buffer = OVERLAPPED(), create_string_buffer(1)
    mark("perpetual" if form != -1 else "other", s if form != -2 else 4444)
    if form == 0:
        post(w, s, buffer, ov)
    if form == -3:
        w.closesocket(s)


@law("S19", "c1.server is open, but nobody is waiting on it")
def a_channel_goes_deaf_and_somebody_waits(w: Any, form: int) -> None:
    _, s = pair(w)
    mark("perpetual", s)
    if form > 0:
        w.WaitForSingleObject(manual(w), INFINITE)
    w.closesocket(s)


@law("S20", "WaitForMultipleObjects of branches failed with error 87 for 65 handles", twins=3)
def a_wait_that_fails(w: Any, form: int) -> None:
    event = w.CreateEventW(None, True, True, None)
    if form < 0:
        w.SuspendThread(event) if form == -1 else w.WaitForSingleObject(w.CreateMutexW(None, False, None), 0)
    else:
        w.WaitForMultipleObjects(65 if form > 0 else 1, (c_void_p * 65)(*[event] * 65), False, 0)


@law("S20", "select of branches has three empty sets", twins=4)
def a_select_of_nothing(w: Any, form: int) -> None:
    from specs.litmus.sockets import TIMEVAL, sockets

    _, s = pair(w)
    if form == -1:
        w.select(0, byref(sockets(s)), None, None, byref(TIMEVAL(0, 0)))
    elif form == -2:
        w.SetLastError(10022)
        w.select(0, byref(sockets(s)), None, None, byref(TIMEVAL(0, 0)))
    elif form == -3:
        w.select(0, byref(sockets(4444)), None, None, byref(TIMEVAL(0, 0)))
    elif form == 0:
        w.listen(tcp(w), 1)  # WSAEINVAL too, of another function
    else:
        w.select(0, None, None, None, None)


@law("S20b", "shutdown of branches fails with WSAENOTCONN on tcp#2, which is connected", twins=5)
def a_context_is_missing(w: Any, form: int) -> None:
    s, address = listener(w)
    accepted, ov, out = tcp(w), OVERLAPPED(), create_string_buffer(64)
    w.AcceptEx(s, accepted, out, 0, 32, 32, byref(c_uint32()), byref(ov))
    if form == -1:
        w.shutdown(tcp(w), 1)  # really not connected
        return
    w.connect(tcp(w), byref(address), 16)
    overlapped_result(w, s, ov, 1)
    if form == 0:
        w.setsockopt(accepted, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, byref(c_uint64(s)), 8)
    if form == -2:
        w.SetLastError(10057)
        w.getsockopt(accepted, SOL_SOCKET, 0x1008, byref(c_int32()), byref(c_int32(4)))
        return
    if form == -3:
        w.shutdown(4444, 1)
        return
    if form == -4:
        w.connect(accepted, byref(loopback()), 16)
        return
    w.shutdown(accepted, 1)


@law("S21", "calls PulseEvent")
def an_event_is_pulsed(w: Any, form: int) -> None:
    (w.PulseEvent if form > 0 else w.SetEvent)(manual(w))


@law("S21", "gives the auto-reset event event#3 to WSAEventSelect", twins=4)
def an_auto_reset_event_for_a_socket(w: Any, form: int) -> None:
    _, s = pair(w)
    event = w.CreateEventW(None, form == 0, False, None)
    if form == -1:
        w.WaitForSingleObject(event, 0)
    elif form == -2:
        w.WSAEventSelect(s, None, 0)
    elif form == -3:
        w.WSAEventSelect(s, event, 0)
    else:
        w.WSAEventSelect(s, c_void_p(event), FD_READ)


@law("S23", "calls LeaveCriticalSection on critical section 1, which nobody holds so")
def a_section_is_left_twice(w: Any, form: int) -> None:
    section = CRITICAL_SECTION()
    w.InitializeCriticalSection(byref(section))
    w.EnterCriticalSection(byref(section))
    for _ in range(1 + (form > 0)):
        w.LeaveCriticalSection(byref(section))


@law("S23", "calls LeaveCriticalSection on critical section 1, which branches holds")
def a_section_of_somebody_else(w: Any, form: int) -> None:
    section = CRITICAL_SECTION()
    w.InitializeCriticalSection(byref(section))
    w.EnterCriticalSection(byref(section))
    join(w, thread(w, lambda: w.LeaveCriticalSection(byref(section)) if form > 0 else 0))
    w.LeaveCriticalSection(byref(section))


@law("S23", "calls ReleaseSRWLockShared on SRW lock 1, which branches holds")
def a_lock_in_the_other_mode(w: Any, form: int) -> None:
    lock = SRWLOCK()
    w.InitializeSRWLock(byref(lock))
    w.AcquireSRWLockExclusive(byref(lock))
    (w.ReleaseSRWLockShared if form > 0 else w.ReleaseSRWLockExclusive)(byref(lock))


IDS: Final = tuple(dict.fromkeys(law.id for law in LAWS))
assert PENDING
