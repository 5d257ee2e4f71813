"""The trap: Session as the lecture declares it at first, with the OVERLAPPED as its last member, and cast back all the same.

The cast succeeds, as casts do; the Session that it gives begins at the OVERLAPPED and has every field shifted. Its socket
is overlapped.Internal, its buffer begins with the byte count in overlapped.InternalHigh, and its end lies beyond the end of
the session. Here that is still inside an array of two, so that reading it is safe; in general it is not.
The way out where the member cannot be first: subtract its offset (CONTAINING_RECORD in C).
"""

from __future__ import annotations

from ctypes import POINTER, Structure, addressof, byref, c_char, c_int32, c_uint32, c_uint64, cast, sizeof
from typing import Final

from alertable.winapi import (
    AF_INET,
    INADDR_LOOPBACK,
    INFINITE,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE,
    SOCK_STREAM,
    SOCKET_ERROR,
    TRUE,
    WSABUF,
    WSADATA,
    WSAOVERLAPPED,
    WinApi,
    in_addr,
    sockaddr_in,
)

PORT: Final = 7781
BUFSIZE: Final = 1000


class Session(Structure):
    """A connected client."""

    _fields_ = (
        ("socket", c_uint64),
        ("recvBuffer", c_char * BUFSIZE),
        ("recvBytes", c_int32),
        ("overlapped", WSAOVERLAPPED),
    )


def pair(w: WinApi) -> tuple[int, int]:
    """Two sockets that are connected with each other."""
    address = sockaddr_in(AF_INET, w.htons(PORT), in_addr(w.htonl(INADDR_LOOPBACK)))
    listener, client = w.socket(AF_INET, SOCK_STREAM, 0), w.socket(AF_INET, SOCK_STREAM, 0)
    for result in (
        w.bind(listener, byref(address), sizeof(address)),
        w.listen(listener, 1),
        w.connect(client, byref(address), sizeof(address)),  # the backlog takes it, so accept need not wait (S-73)
    ):
        assert result != SOCKET_ERROR, w.WSAGetLastError()
    server = w.accept(listener, None, None)
    w.closesocket(listener)
    return client, server


def program(w: WinApi) -> tuple[object, ...]:
    """((socket is right, socket, first byte of the buffer) by the cast, (socket is right, data) by the offset)."""
    sessions = (Session * 2)()  # the second is what the shifted one reaches into
    session = sessions[0]
    outcome: list[object] = []

    @w.CALLBACK(*LPWSAOVERLAPPED_COMPLETION_ROUTINE)
    def recv_callback(error: int, recv_len: int, overlapped: int, flags: int) -> None:
        shifted = cast(overlapped, POINTER(Session)).contents
        first_byte = shifted.recvBuffer[0]
        print(f"Cast as it is: socket {shifted.socket}, buffer begins with byte {first_byte}")
        outcome.append((shifted.socket == session.socket, shifted.socket, first_byte))

        found = cast(overlapped - Session.overlapped.offset, POINTER(Session)).contents
        right = found.socket == session.socket
        print(f"Cast after the offset is subtracted: socket is {'right' if right else 'wrong'}, {found.recvBuffer.decode()}")
        outcome.append((right, found.recvBuffer))

    w.WSAStartup(0x0202, byref(WSADATA()))
    client, session.socket = pair(w)
    wsabuf, flags = WSABUF(BUFSIZE, addressof(session) + Session.recvBuffer.offset), c_uint32()
    w.WSARecv(session.socket, byref(wsabuf), 1, None, byref(flags), byref(session.overlapped), recv_callback)
    message = b"Hello Server !"
    w.send(client, message, len(message), 0)
    w.SleepEx(INFINITE, TRUE)
    w.closesocket(client)
    w.closesocket(session.socket)
    return tuple(outcome)
