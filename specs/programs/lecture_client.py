"""A client for lecture_callback_server.py: three messages, a pause after each, and no good-bye.

It leaves the connection open, because the lecture's server does not notice its end; `closing` shows that.
"""

from __future__ import annotations

from ctypes import byref
from typing import Final

from alertable.winapi import (
    AF_INET,
    INADDR_LOOPBACK,
    INVALID_SOCKET,
    SOCK_STREAM,
    SOCKET_ERROR,
    WSADATA,
    WSAECONNREFUSED,
    WinApi,
    in_addr,
    sockaddr_in,
)

PORT: Final = 7777
MESSAGE: Final = b"Hello Server !"


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


def program(w: WinApi) -> tuple[int, ...]:
    """What send returned for each message."""
    _, sent = speak(w)
    return sent


def closing(w: WinApi) -> tuple[int, ...]:
    """The same with a good-bye: the server prints "Data Recv Len = 0" for as long as one lets it."""
    client_socket, sent = speak(w)
    w.closesocket(client_socket)
    w.Sleep(100)
    return sent


def speak(w: WinApi) -> tuple[int, tuple[int, ...]]:
    """The connected socket and what send returned for each message."""
    if w.WSAStartup(0x0202, byref(WSADATA())) != 0:
        return INVALID_SOCKET, ()
    client_socket = connect(w)
    if client_socket == INVALID_SOCKET:
        return INVALID_SOCKET, ()
    w.Sleep(100)  # the server gets to its first SleepEx
    sent = []
    for _ in range(3):
        print(f"Send Data ! Len = {len(MESSAGE)}")
        sent.append(w.send(client_socket, MESSAGE, len(MESSAGE), 0))
        w.Sleep(100)  # the server prints what it got and waits for more
    return client_socket, tuple(sent)
