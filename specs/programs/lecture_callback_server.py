"""The lecture's server: one client at a time, WSARecv with a completion routine, SleepEx to let the routine run.

It stands as the lecture lists it, with its faults, for they are what there is to see:
- accept is asked over and over, so a thread without a client keeps one core busy;
- the end of the connection goes unnoticed: WSARecv then succeeds at once with 0 bytes, again and again (S-48), and since
  the thread never waits alertably any more, the routines that these calls queue pile up without end (S-03);
- data that was there already is printed as "Data Recv Len", and once more by the routine in the next SleepEx (S-03).

Clients: lecture_client.py.  It never returns: a daemon, which does not keep a run alive.
"""

from __future__ import annotations

from ctypes import Structure, addressof, byref, c_char, c_int32, c_uint32, c_uint64
from typing import Final

from alertable.winapi import (
    AF_INET,
    FIONBIO,
    INADDR_LOOPBACK,
    INFINITE,
    INVALID_SOCKET,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE,
    SOCK_STREAM,
    SOCKET_ERROR,
    SOMAXCONN,
    TRUE,
    WSA_IO_PENDING,
    WSABUF,
    WSADATA,
    WSAEWOULDBLOCK,
    WSAOVERLAPPED,
    WinApi,
    in_addr,
    sockaddr_in,
)

PORT: Final = 7777
BUFSIZE: Final = 1000


class Session(Structure):
    """A connected client."""

    _fields_ = (
        ("socket", c_uint64),
        ("recvBuffer", c_char * BUFSIZE),
        ("recvBytes", c_int32),
        ("overlapped", WSAOVERLAPPED),
    )


def program(w: WinApi) -> None:
    @w.CALLBACK(*LPWSAOVERLAPPED_COMPLETION_ROUTINE)
    def recv_callback(error: int, recv_len: int, overlapped: int, flags: int) -> None:
        print(f"Data Recv Len Callback = {recv_len}")
        # An echo server would call WSASend here: see callback_echo_server.py.

    if w.WSAStartup(0x0202, byref(WSADATA())) != 0:
        return
    listen_socket = w.socket(AF_INET, SOCK_STREAM, 0)
    if listen_socket == INVALID_SOCKET:
        return
    if w.ioctlsocket(listen_socket, FIONBIO, byref(c_uint32(1))) == SOCKET_ERROR:
        return
    server_addr = sockaddr_in(AF_INET, w.htons(PORT), in_addr(w.htonl(INADDR_LOOPBACK)))
    if w.bind(listen_socket, byref(server_addr), 16) == SOCKET_ERROR:
        return
    if w.listen(listen_socket, SOMAXCONN) == SOCKET_ERROR:
        return

    while True:
        client_addr, addr_len = sockaddr_in(), c_int32(16)
        client_socket = w.accept(listen_socket, byref(client_addr), byref(addr_len))
        if client_socket == INVALID_SOCKET:
            if w.WSAGetLastError() == WSAEWOULDBLOCK:
                continue
            return  # something is wrong

        session = Session(socket=client_socket)
        print("Client Connected !")
        while True:
            wsa_buf = WSABUF(BUFSIZE, addressof(session) + Session.recvBuffer.offset)
            recv_len, flags = c_uint32(), c_uint32()
            overlapped = byref(session, Session.overlapped.offset)
            result = w.WSARecv(client_socket, byref(wsa_buf), 1, byref(recv_len), byref(flags), overlapped, recv_callback)
            if result == SOCKET_ERROR:
                if w.WSAGetLastError() == WSA_IO_PENDING:
                    print("Pending")
                    w.SleepEx(INFINITE, TRUE)  # alertable wait: the routine runs in here
                else:
                    break  # something is wrong
            else:
                print(f"Data Recv Len = {recv_len.value}")
        w.closesocket(session.socket)


program.daemon = True  # type: ignore[attr-defined]  # functions take attributes; mypy knows none
