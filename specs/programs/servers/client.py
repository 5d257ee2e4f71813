"""The client of all echo servers: every message comes back whole before the next is sent."""

from __future__ import annotations

from ctypes import byref, c_void_p
from typing import TYPE_CHECKING, Final

from alertable.specs.programs.servers.framing import HEADER, PAYLOAD_MAX, EchoError, address, frame, receive_some, send_all, start
from alertable.winapi import (
    AF_INET,
    INFINITE,
    LPTHREAD_START_ROUTINE,
    SOCK_STREAM,
    SOCKET_ERROR,
    WSAECONNREFUSED,
    WinApi,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RETRY_MS: Final = 10


def payloads(number: int, messages: int) -> Iterator[bytes]:
    """The messages of client `number`: 1 to 5,000 bytes, different for each, the same in every run."""
    state = number * 2_654_435_761 + 12_345
    for index in range(messages):
        state = (state * 1_103_515_245 + 12_345) % 2**31
        yield bytes([(number + index) % 251]) * (1 + state % PAYLOAD_MAX)


def connect(w: WinApi, port: int) -> int:
    """A connection, as soon as the server listens."""
    start(w)
    while True:
        s = w.socket(AF_INET, SOCK_STREAM, 0)
        if w.connect(s, byref(address(w, port)), 16) != SOCKET_ERROR:
            return s
        error = w.WSAGetLastError()
        w.closesocket(s)
        if error != WSAECONNREFUSED:
            raise EchoError("connect", error)
        w.Sleep(RETRY_MS)


def exchange(w: WinApi, port: int, number: int, messages: int) -> int:
    """How many payload bytes came back as they were sent."""
    s = connect(w, port)
    echoed = 0
    for payload in payloads(number, messages):
        send_all(w, s, frame(payload))
        back = b""
        while len(back) < HEADER + len(payload):
            piece = receive_some(w, s)
            if not piece:
                raise EchoError("recv: the server closed", 0)
            back += piece
        if back != frame(payload):
            raise EchoError("the echo is not what was sent", 0)
        echoed += len(payload)
    w.closesocket(s)
    return echoed


def total(clients: int, messages: int) -> int:
    """The payload bytes of so many clients."""
    return sum(len(payload) for number in range(clients) for payload in payloads(number, messages))


def crowd(port: int, clients: int, messages: int) -> Callable[[WinApi], int]:
    """A program of so many clients, each in a thread of its own; it returns the payload bytes that came back."""

    def crowd_of_clients(w: WinApi) -> int:
        echoed = [0] * clients

        @w.CALLBACK(*LPTHREAD_START_ROUTINE)
        def client(number: int | None) -> int:
            echoed[number or 0] = exchange(w, port, number or 0, messages)
            return 0

        threads = [c_void_p(w.CreateThread(None, 0, client, number, 0, None)) for number in range(clients)]
        for thread in threads:  # one wait takes 64 at most, so each is awaited by itself
            w.WaitForSingleObject(thread, INFINITE)
            w.CloseHandle(thread)
        return sum(echoed)

    return crowd_of_clients
