"""The protocol that all servers and the client speak: a message is 4 bytes of length, big-endian, then the payload.

A stream has no messages of its own (S-41): receives give pieces, sends may take less than was offered.  What every server
shares stands here, so that each of them shows its model and nothing else.
"""

from __future__ import annotations

from ctypes import byref, c_uint32, create_string_buffer
from typing import Final

from alertable.winapi import (
    AF_INET,
    INADDR_LOOPBACK,
    INVALID_SOCKET,
    SO_REUSEADDR,
    SOCK_STREAM,
    SOCKET_ERROR,
    SOL_SOCKET,
    SOMAXCONN,
    WSADATA,
    WinApi,
    in_addr,
    sockaddr_in,
)

HEADER: Final = 4
PAYLOAD_MAX: Final = 5_000
RECEIVE_SIZE: Final = 4_096


class EchoError(Exception):
    """A Winsock call failed that must not."""

    def __init__(self, function: str, code: int) -> None:
        super().__init__(f"{function} failed with error {code}")
        self.code = code


def frame(payload: bytes) -> bytes:
    """A message as it goes over the wire."""
    return len(payload).to_bytes(HEADER, "big") + payload


class Assembler:
    """Whole messages out of pieces."""

    def __init__(self) -> None:
        self._pieces = bytearray()

    def feed(self, piece: bytes) -> bytes:
        """All messages that are whole now, headers included: exactly what an echo sends back."""
        pieces = self._pieces
        pieces += piece
        end = 0
        while len(pieces) - end >= HEADER:
            length = HEADER + int.from_bytes(pieces[end : end + HEADER], "big")
            if len(pieces) - end < length:
                break
            end += length
        whole = bytes(pieces[:end])
        del pieces[:end]
        return whole


def address(w: WinApi, port: int) -> sockaddr_in:
    """127.0.0.1:port."""
    return sockaddr_in(AF_INET, w.htons(port), in_addr(w.htonl(INADDR_LOOPBACK)))


def start(w: WinApi) -> None:
    """WSAStartup, which every program needs."""
    error = w.WSAStartup(0x0202, byref(WSADATA()))
    if error:
        raise EchoError("WSAStartup", error)


def checked(w: WinApi, function: str, result: int) -> int:
    """The result, unless it is SOCKET_ERROR."""
    if result in (SOCKET_ERROR, INVALID_SOCKET):
        raise EchoError(function, w.WSAGetLastError())
    return result


def listen(w: WinApi, port: int) -> int:
    """A blocking, overlapped socket that listens on the port."""
    start(w)
    s = checked(w, "socket", w.socket(AF_INET, SOCK_STREAM, 0))
    w.setsockopt(s, SOL_SOCKET, SO_REUSEADDR, byref(c_uint32(1)), 4)
    checked(w, "bind", w.bind(s, byref(address(w, port)), 16))
    checked(w, "listen", w.listen(s, SOMAXCONN))
    return s


def send_all(w: WinApi, s: int, data: bytes) -> None:
    """Blocking sends until everything is taken over."""
    while data:
        data = data[checked(w, "send", w.send(s, data, len(data), 0)) :]


def receive_some(w: WinApi, s: int) -> bytes:
    """One blocking receive; empty at the end of the stream."""
    buffer = create_string_buffer(RECEIVE_SIZE)
    got = checked(w, "recv", w.recv(s, buffer, RECEIVE_SIZE, 0))
    return buffer.raw[:got]


def shares(clients: int, limit: int) -> list[int]:
    """How many clients each of several threads serves, none more than the limit."""
    threads = -(-clients // limit)
    return [clients // threads + (number < clients % threads) for number in range(threads)]
