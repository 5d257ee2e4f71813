"""The client of all echo servers, alone and as a crowd.

It sends one message, awaits it back whole, compares, and sends the next; in the end it closes, which ends its session.
"""

from __future__ import annotations

from ctypes import byref, c_uint32, create_string_buffer, string_at
from typing import TYPE_CHECKING, Final

from specs.programs.echo.framing import MAX_MESSAGE, frame
from specs.programs.echo.sockets import address, startup
from winapi import (
    AF_INET,
    INFINITE,
    INVALID_SOCKET,
    LPTHREAD_START_ROUTINE,
    SO_RCVTIMEO,
    SOCK_STREAM,
    SOCKET_ERROR,
    SOL_SOCKET,
    WSAECONNREFUSED,
    WinApi,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

RETRY_MS: Final = 10
HELD_MS: Final = 500
PATTERN: Final = bytes(range(251)) * (2 + MAX_MESSAGE // 251)  # of prime length: no piece of a message looks like another


def sizes(seed: int, number: int, messages: int) -> list[int]:
    """The lengths of one client's messages, 1 to MAX_MESSAGE, by a linear congruential generator; the first has both ends."""
    state, lengths = seed * 1_000 + number, []
    for _ in range(messages + 1):  # the first state is little more than the seed
        state = (state * 1_103_515_245 + 12_345) & 0x7FFF_FFFF
        lengths.append(1 + (state >> 8) % MAX_MESSAGE)
    return [1, MAX_MESSAGE, *lengths[3:]][:messages] if number == 0 else lengths[1:]


def contents(seed: int, number: int, messages: int) -> list[bytes]:
    """One client's messages."""
    return [PATTERN[(number + at) % 251 :][:size] for at, size in enumerate(sizes(seed, number, messages))]


def wire_bytes(seed: int, clients: int, messages: int) -> list[int]:
    """What each client of a crowd sends, lengths included."""
    return [sum(len(frame(message)) for message in contents(seed, number, messages)) for number in range(clients)]


def connect(w: WinApi, port: int, *, patient: bool = True) -> int:
    """A connected socket; a patient client tries until the server listens."""
    while True:
        s = w.socket(AF_INET, SOCK_STREAM, 0)
        if w.connect(s, byref(address(w, port)), 16) != SOCKET_ERROR:
            return s
        error = w.WSAGetLastError()
        w.closesocket(s)
        if error != WSAECONNREFUSED or not patient:
            return INVALID_SOCKET
        w.Sleep(RETRY_MS)


def send_all(w: WinApi, s: int, data: bytes) -> bool:
    """Send it whole, in however many pieces send takes it."""
    while data:
        n = w.send(s, data, len(data), 0)
        if n == SOCKET_ERROR:
            return False
        data = data[n:]
    return True


def receive(w: WinApi, s: int, length: int) -> bytes:
    """So many bytes, which may come in pieces (S-41); fewer if the connection ends first."""
    got, buffer = b"", create_string_buffer(length)
    while len(got) < length:
        n = w.recv(s, buffer, length - len(got), 0)
        if n <= 0:
            break
        got += string_at(buffer, n)
    return got


def echoed(w: WinApi, s: int, message: bytes) -> int:
    """Send a message and receive it back: its bytes, with the length, or 0 if it came back wrong or not at all."""
    data = frame(message)
    return len(data) if send_all(w, s, data) and receive(w, s, len(data)) == data else 0


def talk(w: WinApi, port: int, messages: Sequence[bytes]) -> int:
    """One session: the bytes that came back right; it gives up at the first message that did not."""
    s = connect(w, port)
    if s == INVALID_SOCKET:
        return 0
    total = 0
    for message in messages:
        n = echoed(w, s, message)
        if not n:
            break
        total += n
    w.closesocket(s)
    return total


def client(port: int, messages: Sequence[bytes]) -> Callable[[WinApi], int]:
    """A program: one client that sends these messages."""

    def program(w: WinApi) -> int:
        startup(w)
        return talk(w, port, messages)

    return program


def crowd(port: int, clients: int = 100, messages: int = 10, seed: int = 1) -> Callable[[WinApi], tuple[int, ...]]:
    """A program: many clients at a time, each in a thread of its own; the bytes that came back right to each."""

    def program(w: WinApi) -> tuple[int, ...]:
        startup(w)
        right = [0] * clients

        @w.CALLBACK(*LPTHREAD_START_ROUTINE)
        def one(number: int | None) -> int:
            right[number or 0] = talk(w, port, contents(seed, number or 0, messages))
            return 0

        threads = [w.CreateThread(None, 0, one, number, 0, None) for number in range(clients)]
        for thread in threads:  # more than WaitForMultipleObjects takes
            w.WaitForSingleObject(thread, INFINITE)
            w.CloseHandle(thread)
        return tuple(right)

    return program


def held(port: int, clients: int) -> Callable[[WinApi], tuple[int, ...]]:
    """A program: so many connections of one thread, all open at a time; the bytes that came back right on each within HELD_MS."""

    def program(w: WinApi) -> tuple[int, ...]:
        startup(w)
        connected, right = [], []
        for number in range(clients):
            s = connect(w, port, patient=number == 0)
            if s != INVALID_SOCKET:
                w.setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, byref(c_uint32(HELD_MS)), 4)
                connected.append(s)
            right.append(echoed(w, s, b"%d" % number) if s != INVALID_SOCKET else 0)
        for s in connected:
            w.closesocket(s)
        return tuple(right)

    return program
