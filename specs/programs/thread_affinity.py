"""A routine belongs to the thread that called WSARecv: alertable waits of another thread never run it (S-11).

The second thread waits alertably while the receive completes, and its wait times out; the first then waits alertably, and
the routine runs. This is why work that arrives as completion routines cannot be shared among threads, as a port's can.
Self-contained: both ends of the connection belong to this process.
"""

from __future__ import annotations

from ctypes import addressof, byref, c_uint32, create_string_buffer, sizeof
from typing import Final

from alertable.winapi import (
    AF_INET,
    INADDR_LOOPBACK,
    INFINITE,
    LPTHREAD_START_ROUTINE,
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

PORT: Final = 7784


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
    """(wait of the other thread, bytes that had arrived by then, routines run by then, own wait, on the own thread?)."""
    me = w.GetCurrentThreadId()
    waits: list[int] = []
    ran_on: list[int] = []

    @w.CALLBACK(*LPWSAOVERLAPPED_COMPLETION_ROUTINE)
    def recv_callback(error: int, recv_len: int, overlapped: int, flags: int) -> None:
        ran_on.append(w.GetCurrentThreadId())
        print(f"Data Recv Len Callback = {recv_len}")

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def other(parameter: int | None) -> int:
        waits.append(w.SleepEx(100, TRUE))
        return 0

    w.WSAStartup(0x0202, byref(WSADATA()))
    client, server = pair(w)
    buffer, overlapped, flags = create_string_buffer(16), WSAOVERLAPPED(), c_uint32()
    wsabuf = WSABUF(sizeof(buffer), addressof(buffer))
    w.WSARecv(server, byref(wsabuf), 1, None, byref(flags), byref(overlapped), recv_callback)

    thread = w.CreateThread(None, 0, other, None, 0, None)
    w.send(client, b"Hello Server !", 14, 0)
    w.WaitForSingleObject(thread, INFINITE)  # not alertable
    w.CloseHandle(thread)
    arrived, before = overlapped.InternalHigh, len(ran_on)
    print(f"Other thread: SleepEx returned {waits[0]}; {arrived} bytes have arrived, {before} routines have run")

    mine = w.SleepEx(INFINITE, TRUE)
    own = ran_on == [me]
    print(f"This thread: SleepEx returned {mine}; the routine ran on {'this' if own else 'another'} thread")
    w.closesocket(client)
    w.closesocket(server)
    return waits[0], arrived, before, mine, own
