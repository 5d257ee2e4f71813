"""A completion that arrives while its thread holds a lock: the question that the lecture asks, and why alertable waits exist.

`program`: the data comes in the middle of a change that the lock protects. The receive completes there and then (S-06), but
its routine waits for the alertable wait after the lock was left, and finds the balances in order.
`alertable_wait_inside`: the same with the alertable wait in the middle. The routine runs on the thread that owns the critical
section, so entering it does not keep the routine out - it is recursive (K-49) - and it finds the change half made.
"""

from __future__ import annotations

from ctypes import addressof, byref, c_uint32, create_string_buffer, sizeof
from typing import Final

from alertable.winapi import (
    AF_INET,
    CRITICAL_SECTION,
    FALSE,
    INADDR_LOOPBACK,
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


def transfer(w: WinApi, alertable: int) -> tuple[int, int, int, int]:
    """Move 30 of 100 from one account to the other, with a wait between the halves.

    (result of the wait in the lock, bytes that had arrived by then, result of the wait after it, sum that the routine found)
    """
    accounts = {"left": 100, "right": 0}  # invariant, whenever nobody is in the lock: they sum to 100
    found: list[int] = []
    lock = CRITICAL_SECTION()

    @w.CALLBACK(*LPWSAOVERLAPPED_COMPLETION_ROUTINE)
    def recv_callback(error: int, recv_len: int, overlapped: int, flags: int) -> None:
        w.EnterCriticalSection(byref(lock))
        found.append(sum(accounts.values()))
        print(f"Data Recv Len Callback = {recv_len}, the accounts sum to {found[-1]}")
        w.LeaveCriticalSection(byref(lock))

    w.WSAStartup(0x0202, byref(WSADATA()))
    client, server = pair(w)
    buffer, overlapped, flags = create_string_buffer(16), WSAOVERLAPPED(), c_uint32()
    wsabuf = WSABUF(sizeof(buffer), addressof(buffer))
    w.InitializeCriticalSection(byref(lock))
    w.WSARecv(server, byref(wsabuf), 1, None, byref(flags), byref(overlapped), recv_callback)

    w.EnterCriticalSection(byref(lock))
    print("Lock taken")
    accounts["left"] -= 30
    w.send(client, b"now!", 4, 0)
    inside = w.SleepEx(100, alertable)
    arrived = overlapped.InternalHigh
    print(f"SleepEx in the lock returned {inside}, {arrived} bytes have arrived")
    accounts["right"] += 30
    w.LeaveCriticalSection(byref(lock))
    print("Lock left")

    after = w.SleepEx(100, TRUE)
    print(f"SleepEx after it returned {after}")
    w.DeleteCriticalSection(byref(lock))
    w.closesocket(client)
    w.closesocket(server)
    return inside, arrived, after, found[0]


def program(w: WinApi) -> object:
    """The alertable wait comes after the lock."""
    return transfer(w, FALSE)


def alertable_wait_inside(w: WinApi) -> object:
    """The alertable wait comes inside the lock."""
    return transfer(w, TRUE)
