"""Which client was that?  The OVERLAPPED is the first member of Session, so the routine casts its pointer back.

Of the routine's four arguments only the pointer tells operations apart. It is the pointer that WSARecv was given (S-04), and
the address of a structure is that of its first member. session_cast_trap.py shows what happens if the member is not first.
Self-contained: both ends of two connections belong to this thread.
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

PORT: Final = 7780
BUFSIZE: Final = 1000


class Session(Structure):
    """A connected client."""

    _fields_ = (
        ("overlapped", WSAOVERLAPPED),
        ("socket", c_uint64),
        ("recvBuffer", c_char * BUFSIZE),
        ("recvBytes", c_int32),
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


def program(w: WinApi) -> tuple[tuple[str, bytes], ...]:
    """Whose routine ran, as the cast told it, and what that session had received."""
    names: dict[int, str] = {}  # by socket
    seen: list[tuple[str, bytes]] = []

    @w.CALLBACK(*LPWSAOVERLAPPED_COMPLETION_ROUTINE)
    def recv_callback(error: int, recv_len: int, overlapped: int, flags: int) -> None:
        session = cast(overlapped, POINTER(Session)).contents
        session.recvBytes = recv_len
        print(f"Data Recv Len Callback = {session.recvBytes} from {names[session.socket]}: {session.recvBuffer.decode()}")
        seen.append((names[session.socket], session.recvBuffer))

    w.WSAStartup(0x0202, byref(WSADATA()))
    clients, sessions = [], []
    for name in ("Kim", "Lee"):
        client, server = pair(w)
        session = Session(socket=server)
        clients.append(client)
        sessions.append(session)
        names[server] = name
        wsabuf, flags = WSABUF(BUFSIZE, addressof(session) + Session.recvBuffer.offset), c_uint32()
        w.WSARecv(server, byref(wsabuf), 1, None, byref(flags), byref(session.overlapped), recv_callback)
    for client, message in ((clients[1], b"second here"), (clients[0], b"and the first")):
        w.send(client, message, len(message), 0)
        w.SleepEx(INFINITE, TRUE)
    for s in (*clients, *(session.socket for session in sessions)):
        w.closesocket(s)
    return tuple(seen)
