"""A completion that arrives while the thread holds a critical section.

The transfer itself completes and fills the buffer at once, but its routine runs only in an alertable wait (S-06): `program`
waits after leaving, and the routine finds everything in order.  `alertable_wait_inside` waits while it holds the section.
The routine runs on the same thread, a critical section lets its owner in again (K-49), and so the lock does not keep the
routine from an update that is only half done.

Self-contained: both ends of the connection belong to this thread.
"""

from __future__ import annotations

from ctypes import addressof, byref, c_uint32, create_string_buffer, sizeof
from typing import Final

from winapi import (
    AF_INET,
    CRITICAL_SECTION,
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

PORT: Final = 7783
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
    """(what the buffer held inside the lock, routines run inside it, the total that the routine saw)."""
    return transfer(w, wait_inside=False)


def alertable_wait_inside(w: WinApi) -> tuple[object, ...]:
    """The same with the alertable wait inside the lock: the total is wrong."""
    return transfer(w, wait_inside=True)


def transfer(w: WinApi, *, wait_inside: bool) -> tuple[object, ...]:
    """Moves 30 from one account to the other; whoever holds the lock shall see a total of 100."""
    lock, accounts, totals = CRITICAL_SECTION(), [100, 0], list[int]()

    @w.CALLBACK(*LPWSAOVERLAPPED_COMPLETION_ROUTINE)
    def recv_callback(error: int, recv_len: int, overlapped: int, flags: int) -> None:
        w.EnterCriticalSection(byref(lock))
        totals.append(sum(accounts))
        print(f"Data Recv Len Callback = {recv_len}: the total is {totals[-1]}")
        w.LeaveCriticalSection(byref(lock))

    w.WSAStartup(0x0202, byref(WSADATA()))
    w.InitializeCriticalSection(byref(lock))
    client, server = pair(w)
    buffer, overlapped = create_string_buffer(BUFSIZE), WSAOVERLAPPED()
    wsabuf, flags = WSABUF(BUFSIZE, addressof(buffer)), c_uint32()
    w.WSARecv(server, byref(wsabuf), 1, None, byref(flags), byref(overlapped), recv_callback)

    w.EnterCriticalSection(byref(lock))
    accounts[0] -= 30
    w.send(client, b"hello", 5, 0)
    w.Sleep(100)  # the receive completes meanwhile; no routine runs, for this wait is not alertable
    print(f"Inside the lock: received {buffer.value.decode()}, {len(totals)} routines have run")
    if wait_inside:
        w.SleepEx(INFINITE, TRUE)
    inside = len(totals)
    accounts[1] += 30
    w.LeaveCriticalSection(byref(lock))
    print(f"Left the lock: {inside} routines have run")
    if not wait_inside:
        w.SleepEx(INFINITE, TRUE)

    w.closesocket(client)
    w.closesocket(server)
    w.DeleteCriticalSection(byref(lock))
    return buffer.value, inside, tuple(totals)
