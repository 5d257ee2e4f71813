"""The server of the lecture before: overlapped receives that tell of their completion through an event.

One client at a time, as there: WSARecv with an event in its OVERLAPPED, WSAWaitForMultipleEvents while it is pending, then
WSAGetOverlappedResult. Different from the lecture: the end of the connection is noticed, and the server then returns.
Run it with its client: event_overlapped_server.py event_overlapped_server.py:client
"""

from __future__ import annotations

from ctypes import Structure, addressof, byref, c_char, c_int32, c_uint32, c_uint64, c_void_p
from typing import Final

from alertable.winapi import (
    AF_INET,
    FALSE,
    FIONBIO,
    INADDR_LOOPBACK,
    INVALID_SOCKET,
    SOCK_STREAM,
    SOCKET_ERROR,
    SOMAXCONN,
    TRUE,
    WSA_INFINITE,
    WSA_IO_PENDING,
    WSABUF,
    WSADATA,
    WSAECONNREFUSED,
    WSAEWOULDBLOCK,
    WSAOVERLAPPED,
    WinApi,
    in_addr,
    sockaddr_in,
)

PORT: Final = 7782
BUFSIZE: Final = 1000
MESSAGE: Final = b"Hello Server !"


class Session(Structure):
    """A connected client."""

    _fields_ = (
        ("socket", c_uint64),
        ("recvBuffer", c_char * BUFSIZE),
        ("recvBytes", c_int32),
        ("overlapped", WSAOVERLAPPED),
    )


def server_address(w: WinApi) -> sockaddr_in:
    return sockaddr_in(AF_INET, w.htons(PORT), in_addr(w.htonl(INADDR_LOOPBACK)))


def receive(w: WinApi, session: Session) -> int:
    """The number of bytes of the next receive, however it completes; 0 at the end, -1 on an error."""
    wsabuf, recv_len, flags = WSABUF(BUFSIZE, addressof(session) + Session.recvBuffer.offset), c_uint32(), c_uint32()
    overlapped = byref(session, Session.overlapped.offset)
    if w.WSARecv(session.socket, byref(wsabuf), 1, byref(recv_len), byref(flags), overlapped, None) == SOCKET_ERROR:
        if w.WSAGetLastError() != WSA_IO_PENDING:
            return -1
        print("Pending")
        events = (c_void_p * 1)(session.overlapped.hEvent)  # WSARecv has reset it (S-18)
        w.WSAWaitForMultipleEvents(1, events, TRUE, WSA_INFINITE, FALSE)
        if not w.WSAGetOverlappedResult(session.socket, overlapped, byref(recv_len), FALSE, byref(flags)):
            return -1
    return recv_len.value


def program(w: WinApi) -> tuple[int, ...]:
    """What each receive gave."""
    if w.WSAStartup(0x0202, byref(WSADATA())) != 0:
        return ()
    listen_socket = w.socket(AF_INET, SOCK_STREAM, 0)
    for result in (
        w.ioctlsocket(listen_socket, FIONBIO, byref(c_uint32(1))),
        w.bind(listen_socket, byref(server_address(w)), 16),
        w.listen(listen_socket, SOMAXCONN),
    ):
        if result == SOCKET_ERROR:
            return ()
    while (client_socket := w.accept(listen_socket, None, None)) == INVALID_SOCKET:
        if w.WSAGetLastError() != WSAEWOULDBLOCK:
            return ()

    session = Session(socket=client_socket)
    session.overlapped.hEvent = w.WSACreateEvent()
    lengths = []
    while True:
        recv_len = receive(w, session)
        print(f"Data Recv Len = {recv_len}")
        lengths.append(recv_len)
        if recv_len <= 0:
            break
    w.closesocket(session.socket)
    w.WSACloseEvent(session.overlapped.hEvent)
    w.closesocket(listen_socket)
    return tuple(lengths)


def client(w: WinApi) -> tuple[int, ...]:
    """Three messages with a pause after each, then a graceful close: what send returned for each."""
    if w.WSAStartup(0x0202, byref(WSADATA())) != 0:
        return ()
    while True:
        s = w.socket(AF_INET, SOCK_STREAM, 0)
        if w.connect(s, byref(server_address(w)), 16) != SOCKET_ERROR:
            break
        error = w.WSAGetLastError()
        w.closesocket(s)
        if error != WSAECONNREFUSED:
            return ()
        w.Sleep(10)  # the server does not listen yet
    w.Sleep(100)  # the server waits for its event
    sent = []
    for _ in range(3):
        print(f"Send Data ! Len = {len(MESSAGE)}")
        sent.append(w.send(s, MESSAGE, len(MESSAGE), 0))
        w.Sleep(100)  # the server prints what it got and waits again
    w.closesocket(s)
    return tuple(sent)
