"""Only the thread that issued an operation runs its completion routine (S-11), however long another thread waits alertably.

Self-contained: both ends of the connection belong to this program.
"""

from __future__ import annotations

from ctypes import addressof, byref, c_uint32, create_string_buffer, sizeof
from typing import Final

from winapi import (
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
BUFSIZE: Final = 16


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
    """(what the other thread's wait returned, routines run by then, what the own wait returned, on the own thread?)."""
    threads: list[int] = []

    @w.CALLBACK(*LPWSAOVERLAPPED_COMPLETION_ROUTINE)
    def recv_callback(error: int, recv_len: int, overlapped: int, flags: int) -> None:
        print(f"Data Recv Len Callback = {recv_len}")
        threads.append(w.GetCurrentThreadId())

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def helper(parameter: int | None) -> int:
        return w.SleepEx(200, TRUE)  # alertable, but its own APC queue is empty

    w.WSAStartup(0x0202, byref(WSADATA()))
    client, server = pair(w)
    buffer, overlapped = create_string_buffer(BUFSIZE), WSAOVERLAPPED()
    wsabuf, flags = WSABUF(BUFSIZE, addressof(buffer)), c_uint32()
    w.WSARecv(server, byref(wsabuf), 1, None, byref(flags), byref(overlapped), recv_callback)
    w.send(client, b"hello", 5, 0)

    thread, code = w.CreateThread(None, 0, helper, None, 0, None), c_uint32()
    w.WaitForSingleObject(thread, INFINITE)  # not alertable: this thread runs nothing either
    w.GetExitCodeThread(thread, byref(code))
    w.CloseHandle(thread)
    before = len(threads)
    print(f"The other thread's SleepEx returned {code.value}: {before} routines have run")
    waited = w.SleepEx(INFINITE, TRUE)
    own = threads == [w.GetCurrentThreadId()]
    print(f"This thread's SleepEx returned {waited}: the routine ran here: {own}")
    w.closesocket(client)
    w.closesocket(server)
    return code.value, before, waited, own
