"""A client for callback_echo_server.py: three messages, each awaited back whole before the next.

It prints nothing, for several of them run at a time and none waits for another.  `three` runs three of them in threads.
"""

from __future__ import annotations

from ctypes import byref, c_void_p, create_string_buffer
from typing import Final

from alertable.winapi import (
    AF_INET,
    INADDR_LOOPBACK,
    INFINITE,
    INVALID_SOCKET,
    LPTHREAD_START_ROUTINE,
    SOCK_STREAM,
    SOCKET_ERROR,
    TRUE,
    WSADATA,
    WSAECONNREFUSED,
    WinApi,
    in_addr,
    sockaddr_in,
)

PORT: Final = 7778
MESSAGES: Final = (b"one", b"two", b"three")


def connect(w: WinApi) -> int:
    """A socket connected to the server, as soon as it listens; INVALID_SOCKET if that is not to be."""
    server_addr = sockaddr_in(AF_INET, w.htons(PORT), in_addr(w.htonl(INADDR_LOOPBACK)))
    while True:
        s = w.socket(AF_INET, SOCK_STREAM, 0)
        if w.connect(s, byref(server_addr), 16) != SOCKET_ERROR:
            return s
        error = w.WSAGetLastError()
        w.closesocket(s)
        if error != WSAECONNREFUSED:
            return INVALID_SOCKET
        w.Sleep(10)


def receive(w: WinApi, s: int, length: int) -> bytes:
    """So many bytes, which may come in pieces (S-41); fewer if the connection ends first."""
    got, buffer = b"", create_string_buffer(length)
    while len(got) < length:
        n = w.recv(s, buffer, length - len(got), 0)
        if n <= 0:
            break
        got += buffer.raw[:n]
    return got


def program(w: WinApi) -> tuple[bytes, ...]:
    """What came back for each message; it gives up at the first that came back wrong."""
    if w.WSAStartup(0x0202, byref(WSADATA())) != 0:
        return ()
    s = connect(w)
    if s == INVALID_SOCKET:
        return ()
    echoes = []
    for message in MESSAGES:
        w.send(s, message, len(message), 0)
        echoes.append(receive(w, s, len(message)))
        if echoes[-1] != message:
            break
    w.closesocket(s)
    return tuple(echoes)


def three(w: WinApi) -> tuple[tuple[bytes, ...], ...]:
    """What came back to each of three clients."""
    echoes: list[tuple[bytes, ...]] = [()] * 3

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def client(parameter: int | None) -> int:
        echoes[parameter or 0] = program(w)
        return 0

    threads = (c_void_p * 3)(*[w.CreateThread(None, 0, client, number, 0, None) for number in range(3)])
    w.WaitForMultipleObjects(3, threads, TRUE, INFINITE)
    for thread in threads:
        w.CloseHandle(thread)
    return tuple(echoes)
