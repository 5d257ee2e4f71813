"""S17 to S21: events, listeners, channels, arrays."""

from __future__ import annotations

from ctypes import byref, c_int32, c_uint32, c_uint64, c_void_p, create_string_buffer
from typing import Any

from alertable.specs.litmus.sockets import (
    FD_ACCEPT,
    FD_CLOSE,
    FD_READ,
    INFINITE,
    OVERLAPPED,
    SO_SNDBUF,
    SO_UPDATE_ACCEPT_CONTEXT,
    SOL_SOCKET,
    TIMEVAL,
    bound,
    bufs,
    enum_events,
    join,
    listener,
    nonblocking,
    overlapped_result,
    packet,
    pair,
    post,
    reset,
    sockets,
    tcp,
    thread,
    udp,
)
from alertable.specs.properties import mark
from tests.specs.laws.law import law, manual, with_port


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


@law("S18", "closes the listener tcp#1 because one connection failed", twins=5)
def a_reset_closes_the_listener(w: Any, form: int) -> None:
    s, address = listener(w)
    client = tcp(w)
    w.connect(client, byref(address), 16)
    server = w.accept(s, None, None)
    if form in (0, -4):
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
    else:
        if form == -4:
            w.SetLastError(10054)  # an old one: this receive succeeds
        w.recv(server, create_string_buffer(1), 1, 0)
    if form == -3:
        w.closesocket(server)
        return
    w.closesocket(s)


@law("S18", "closes the listener tcp#1 because one connection failed")
def a_reset_that_wsarecv_tells_of(w: Any, form: int) -> None:
    s, address = listener(w)
    client = tcp(w)
    w.connect(client, byref(address), 16)
    server = w.accept(s, None, None)
    if form > 0:
        reset(w, client)
    else:
        w.shutdown(client, 1)
    w.Sleep(1)
    w.WSARecv(server, bufs(create_string_buffer(1)), 1, byref(c_uint32()), byref(c_uint32()), None, None)
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


@law("S19", "c1.server is open, but nobody is waiting on it")
def a_channel_that_select_looks_at(w: Any, form: int) -> None:
    _, s = pair(w)
    other, _ = pair(w)
    mark("perpetual", s)
    w.select(0, byref(sockets(other if form > 0 else s)), None, None, None)


@law("S20", "WaitForMultipleObjects of subject failed with error 87 for 65 handles", twins=3)
def a_wait_that_fails(w: Any, form: int) -> None:
    event = w.CreateEventW(None, True, True, None)
    if form < 0:
        w.SuspendThread(event) if form == -1 else w.WaitForSingleObject(w.CreateMutexW(None, False, None), 0)
    else:
        w.WaitForMultipleObjects(65 if form > 0 else 1, (c_void_p * 65)(*[event] * 65), False, 0)


@law("S20", "WaitForMultipleObjectsEx of subject failed with error 87 for 65 handles")
def an_alertable_wait_that_fails(w: Any, form: int) -> None:
    event = w.CreateEventW(None, True, True, None)
    w.WaitForMultipleObjectsEx(65 if form > 0 else 1, (c_void_p * 65)(*[event] * 65), False, 0, False)


@law("S20", "WSAWaitForMultipleEvents of subject failed with error 87 for 65 handles")
def a_wait_for_events_that_fails(w: Any, form: int) -> None:
    event = w.CreateEventW(None, True, True, None)
    w.WSAWaitForMultipleEvents(65 if form > 0 else 1, (c_void_p * 65)(*[event] * 65), False, 0, False)


@law("S20", "MsgWaitForMultipleObjectsEx of subject failed with error 87 for 64 handles")
def a_wait_for_messages_that_fails(w: Any, form: int) -> None:
    event = w.CreateEventW(None, True, True, None)
    w.MsgWaitForMultipleObjectsEx(64 if form > 0 else 1, (c_void_p * 64)(*[event] * 64), 0, 0xFF, 0)


@law("S20", "select of subject has three empty sets", twins=4)
def a_select_of_nothing(w: Any, form: int) -> None:
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


@law("S20b", "shutdown of subject fails with WSAENOTCONN on tcp#2, which is connected", twins=6)
def a_context_is_missing(w: Any, form: int) -> None:
    s, address = listener(w)
    accepted, ov, out = tcp(w), OVERLAPPED(), create_string_buffer(64)
    w.AcceptEx(s, accepted, out, 0, 32, 32, byref(c_uint32()), byref(ov))
    if form == -1:
        w.shutdown(tcp(w), 1)  # really not connected
        return
    if form == -2:
        bound(w, client := tcp(w))
        _listening, address = listener(w)
        w.ConnectEx(client, byref(address), 16, None, 0, None, byref(OVERLAPPED()))
        w.shutdown(client, 1)  # not yet connected
        return
    w.connect(tcp(w), byref(address), 16)
    overlapped_result(w, s, ov, 1)
    if form == 0:
        w.setsockopt(accepted, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, byref(c_uint64(s)), 8)
    if form == -3:
        w.SetLastError(10057)
        w.setsockopt(accepted, SOL_SOCKET, SO_SNDBUF, byref(c_int32(4)), 4)  # succeeds
    elif form == -4:
        w.shutdown(4444, 1)
    elif form == -5:
        w.setsockopt(accepted, SOL_SOCKET, SO_SNDBUF, byref(c_int32(4)), 1)  # fails for another reason
    else:
        w.shutdown(accepted, 1)


@law("S21", "calls PulseEvent")
def an_event_is_pulsed(w: Any, form: int) -> None:
    (w.PulseEvent if form > 0 else w.SetEvent)(manual(w))


@law("S21", "gives the auto-reset event event#3 to WSAEventSelect", twins=5)
def an_auto_reset_event_for_a_socket(w: Any, form: int) -> None:
    _, s = pair(w)
    event = w.CreateEventW(None, form == 0, False, None)
    if form == -1:
        w.WaitForSingleObject(event, 0)
    elif form == -2:
        w.WSAEventSelect(s, None, 0)
    elif form == -3:
        w.WSAEventSelect(s, event, 0)
    elif form == -4:
        w.WSAEventSelect(s, w.CreateMutexW(None, False, None), FD_READ)
    else:
        w.WSAEventSelect(s, c_void_p(event), FD_READ)
