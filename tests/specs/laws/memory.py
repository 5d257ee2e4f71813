"""S1, S2, S22: memory that operations and their notifications need."""

from __future__ import annotations

from ctypes import addressof, byref, c_char, c_char_p, c_int32, c_size_t, c_uint32, c_void_p, cast, create_string_buffer
from typing import Any

from alertable.specs.litmus.sockets import (
    OVERLAPPED,
    WSABUF,
    bound,
    bufs,
    completion,
    overlapped_result,
    packet,
    pair,
    post,
    udp,
    wsasend,
)
from alertable.winapi import SOCKADDR_IN
from tests.specs.laws.law import law, slow_send, with_port


@law("S1", "c_char_Array_8 was released while a recv on c1.server still needs it")
def the_buffer_of_a_receive(w: Any, form: int) -> None:
    _, s = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(8)
    post(w, s, buffer, ov)
    if form > 0:
        del buffer
    w.Sleep(1)


@law("S1", " was released while a recv on udp#1 still needs it")  # a c_int32, which Windows calls c_long
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


@law("S1", "bytearray was let go of before the recv", twins=2)
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
    w.send(peer, other, 4, 0)
    if form == -3:
        w.send(s, data, 4, 0)  # it does not pend
    elif form == -2:
        wsasend(w, s, bufs(data), ov)  # somebody looks
    else:
        w.WSASend(s, bufs(data), 1, None, 0, byref(ov), None)
    if form == -4:
        del other  # of which the operation knows nothing
        w.Sleep(1)
        return
    if form == -1:
        w.Sleep(1)  # may have looked
    if form:
        del data
    w.Sleep(1)


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
    packet(w, port)
    w.PostQueuedCompletionStatus(port, 0, 0, None)
    packet(w, port)


@law("S22", "the packet of an earlier recv on c1.server, at whose address a recv on c1.server is in flight now", twins=3)
def a_packet_of_what_lay_there_before(w: Any, form: int) -> None:
    c, s = pair(w)
    port = with_port(w, s)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    post(w, s, buffer, ov)
    w.send(c, b"data", 4, 0)
    w.Sleep(1)
    kept = addressof(ov)
    if form in (1, -2):
        del ov
    if form > 0:
        ov = OVERLAPPED()
        assert addressof(ov) == kept
    if form in (1, -1):
        post(w, s, buffer, ov)  # without the release this is S3
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
