"""Five receives, one alertable wait: SleepEx is called once and all five routines run in it (S-07).

The routines name no order, for none is promised (S-09); the buffers have one, that of the calls (S-08).
Self-contained: both ends of the connection belong to this thread.
"""

from __future__ import annotations

from ctypes import addressof, byref, c_uint32, create_string_buffer, sizeof
from typing import Final

from alertable.winapi import (
    AF_INET,
    INADDR_LOOPBACK,
    INFINITE,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE,
    SOCK_STREAM,
    SOCKET_ERROR,
    TRUE,
    WSA_IO_PENDING,
    WSABUF,
    WSADATA,
    WSAOVERLAPPED,
    WinApi,
    in_addr,
    sockaddr_in,
)

PORT: Final = 7779
RECEIVES: Final = 5
LENGTH: Final = 4


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
    """(routines before the wait, result of the wait, routines in it, result of the next wait, the buffers)."""
    lengths: list[int] = []

    @w.CALLBACK(*LPWSAOVERLAPPED_COMPLETION_ROUTINE)
    def recv_callback(error: int, recv_len: int, overlapped: int, flags: int) -> None:
        print(f"Data Recv Len Callback = {recv_len}")
        lengths.append(recv_len)

    w.WSAStartup(0x0202, byref(WSADATA()))
    client, server = pair(w)
    buffers = [create_string_buffer(LENGTH) for _ in range(RECEIVES)]
    overlappeds = (WSAOVERLAPPED * RECEIVES)()
    for buffer, overlapped in zip(buffers, overlappeds, strict=True):
        wsabuf, flags = WSABUF(LENGTH, addressof(buffer)), c_uint32()
        result = w.WSARecv(server, byref(wsabuf), 1, None, byref(flags), byref(overlapped), recv_callback)
        if result == SOCKET_ERROR and w.WSAGetLastError() == WSA_IO_PENDING:
            print("Pending")

    w.send(client, b"one two tri fourfive", RECEIVES * LENGTH, 0)
    w.Sleep(100)  # all five complete; no routine runs, for this wait is not alertable
    before = len(lengths)
    print(f"After Sleep: {before} routines have run")
    first = w.SleepEx(INFINITE, TRUE)
    ran = len(lengths) - before
    print(f"SleepEx returned {first}: {ran} routines have run")
    second = w.SleepEx(0, TRUE)
    print(f"SleepEx returned {second}: nothing was left")
    received = tuple(buffer.raw for buffer in buffers)
    print(f"The buffers, in the order of the calls: {b' '.join(received).decode()}")
    w.closesocket(client)
    w.closesocket(server)
    return before, first, ran, second, received
