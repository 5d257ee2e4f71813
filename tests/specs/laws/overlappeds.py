"""S3, S3b, S4: OVERLAPPED and buffers belong to one operation."""

from __future__ import annotations

from ctypes import addressof, byref, c_size_t, c_uint32, create_string_buffer
from typing import Any

from alertable.specs.litmus.sockets import (
    INFINITE,
    MSG_WAITALL,
    OVERLAPPED,
    bound,
    bufs,
    completion,
    join,
    packet,
    pair,
    post,
    thread,
    udp,
    wsasend,
)
from tests.specs.laws.law import law, manual, slow_send, with_port


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


@law("S3", "whose packet is still queued")
def a_port_that_was_closed_has_no_packets(w: Any, form: int) -> None:
    c, s = pair(w)
    port = with_port(w, s)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    post(w, s, buffer, ov)
    if form < 1:
        w.CloseHandle(port)
    w.send(c, b"data", 4, 0)
    w.Sleep(1)
    post(w, s, buffer, ov)


@law("S3", "whose packet is still queued", twins=4)
def an_overlapped_whose_packet_is_queued(w: Any, form: int) -> None:
    c, s = pair(w)
    port = with_port(w, s) if form != -1 else None
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


@law("S3", "whose packet is still queued")
def an_overlapped_that_pended_in_spite_of_skip(w: Any, form: int) -> None:
    c, s = pair(w)
    port = with_port(w, s)
    w.SetFileCompletionNotificationModes(s, 1)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    post(w, s, buffer, ov)
    w.send(c, b"data", 4, 0)
    w.Sleep(1)
    if form < 1:
        packet(w, port)
    post(w, s, buffer, ov)


@law("S3", "whose packet is still queued")
def a_datagram_cut_short_is_no_success(w: Any, form: int) -> None:
    s, c = udp(w), udp(w)
    address = bound(w, s)
    with_port(w, s)
    w.SetFileCompletionNotificationModes(s, 1)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    w.sendto(c, b"datagram", 8 if form > 0 else 4, 0, byref(address), 16)
    w.Sleep(1)
    post(w, s, buffer, ov)
    post(w, s, buffer, ov)


@law("S3", "whose packet is still queued")
def a_packet_of_another_port(w: Any, form: int) -> None:
    """It says nothing about an operation that reports elsewhere."""
    c, s = pair(w)
    port, other = with_port(w, s), w.CreateIoCompletionPort(2**64 - 1, None, 0, 1)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    post(w, s, buffer, ov)
    w.send(c, b"data", 4, 0)
    w.Sleep(1)
    w.PostQueuedCompletionStatus(other, 0, 0, addressof(ov))
    packet(w, other)
    if form < 1:
        packet(w, port)
    post(w, s, buffer, ov)


@law("S3", "whose completion routine is still queued", twins=2)
def an_overlapped_whose_routine_is_queued(w: Any, form: int) -> None:
    c, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    routine = completion(w, [])
    w.send(c, b"data", 4, 0)
    w.Sleep(1)
    if form == -1:
        w.QueueUserAPC(w.CALLBACK(None, c_size_t)(lambda _data: None), w.GetCurrentThread(), 0)
    post(w, s, buffer, ov, routine)
    if form < 1:
        w.SleepEx(INFINITE, True)
    post(w, s, buffer, ov, routine)


@law("S3b", "waits for c1.server to be signalled while 2 operations are in flight on it", twins=6)
def a_wait_for_the_file(w: Any, form: int) -> object:
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


@law("S3b", "while 2 operations")
def a_wait_for_the_file_beside_an_operation_with_an_event(w: Any, form: int) -> None:
    c, s = pair(w)
    first, second, buffer = OVERLAPPED(), OVERLAPPED(), create_string_buffer(1)
    second.hEvent = manual(w)
    if form < 1:
        first.hEvent = manual(w)
    post(w, s, buffer, first)
    post(w, s, buffer, second)
    w.send(c, b"12", 2, 0)
    w.GetOverlappedResult(s, byref(first), byref(c_uint32()), True)


@law("S3b", "while 2 operations", twins=1)
def a_wait_for_the_file_beside_a_call_that_blocks(w: Any, form: int) -> None:
    c, s = pair(w)
    first, second, buffer = OVERLAPPED(), OVERLAPPED(), create_string_buffer(1)
    post(w, s, buffer, first)

    def other() -> int:
        if form < 1:
            return int(w.recv(s, create_string_buffer(1), 1, 0) - 1)
        post(w, s, buffer, second)
        w.Sleep(5)
        return 0

    blocked = thread(w, other)
    w.Sleep(1)
    sender = thread(w, lambda: w.Sleep(1) or w.send(c, b"12", 2, 0) - 2)
    w.GetOverlappedResult(s, byref(first), byref(c_uint32()), True)
    join(w, sender)
    if form < 1:
        join(w, blocked)


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


@law("S4", "was changed while it was being sent from")
def one_of_two_buffers_is_gone(w: Any, form: int) -> None:
    """Then nobody can tell what the operation has changed, and S1 has spoken."""
    s, peer = slow_send(w)
    ov, first, second = OVERLAPPED(), create_string_buffer(b"first", 5), create_string_buffer(b"second", 6)
    wsasend(w, s, bufs(first, second), ov)
    first[0] = b"F"
    if form < 1:
        from alertable import free

        free(second)
    w.recv(peer, create_string_buffer(11), 11, 0)
    w.Sleep(1)


@law("S4", "was changed", twins=1)
def a_receive_that_failed_with_bytes(w: Any, form: int) -> None:
    """MSG_WAITALL has put what came into memory when a cancellation ends it, and counts nothing."""
    c, s = pair(w)
    ov, data = OVERLAPPED(), create_string_buffer(8)
    w.WSARecv(s, bufs(data), 1, None, byref(c_uint32(MSG_WAITALL)), byref(ov), None)
    w.send(c, b"data", 4, 0)
    w.Sleep(1)
    if form > 0:
        data[6] = b"D"
    w.CancelIoEx(s, byref(ov))
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


@law("S3", "whose packet is still queued")
def another_overlapped_at_the_same_address(w: Any, form: int) -> None:
    """What lay there is gone, which is S22; the new one has no operation yet."""
    c, s = pair(w)
    with_port(w, s)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    post(w, s, buffer, ov)
    w.send(c, b"data", 4, 0)
    w.Sleep(1)
    kept = addressof(ov)
    if form < 1:
        del ov
        ov = OVERLAPPED()
        assert addressof(ov) == kept
    post(w, s, buffer, ov)
