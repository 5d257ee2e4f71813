"""Overlapped operations that report through an event each: the wait says whose is complete.  One wait takes 64 events.

Run it with its clients: overlapped_events.py overlapped_events.py:three_clients
"""

from __future__ import annotations

from ctypes import addressof, byref, c_uint32, create_string_buffer
from typing import Final

from alertable.specs.programs.servers.client import crowd
from alertable.specs.programs.servers.framing import RECEIVE_SIZE, Assembler, EchoError
from alertable.specs.programs.servers.hand_over import serve_by
from alertable.winapi import FALSE, SOCKET_ERROR, WSA_IO_PENDING, WSABUF, WSAOVERLAPPED, WinApi

PORT: Final = 7795
CLIENTS: Final = 3


class Session:
    """A client with one operation in flight: a receive, or the send of what it makes whole."""

    def __init__(self, w: WinApi, s: int) -> None:
        self.w = w
        self.s = s
        self.event = w.WSACreateEvent() or 0
        self.overlapped = WSAOVERLAPPED(hEvent=self.event)
        self.assembler = Assembler()
        self.inbox = create_string_buffer(RECEIVE_SIZE)
        self.outbox = b""  # what the send in flight was given
        self.kept: object = None  # its buffer, which must live until the send is complete
        self.count = 0

    def echoed(self) -> int:
        """Bytes so far."""
        return self.count

    def begin(self) -> bool:
        """The first receive."""
        self.receive()
        return True

    def receive(self) -> None:
        buffer = WSABUF(RECEIVE_SIZE, addressof(self.inbox))
        w = self.w
        self.started("WSARecv", w.WSARecv(self.s, byref(buffer), 1, None, byref(c_uint32()), byref(self.overlapped), None))

    def send(self) -> None:
        data = create_string_buffer(self.outbox, len(self.outbox))
        self.kept = data
        buffer = WSABUF(len(self.outbox), addressof(data))
        self.started("WSASend", self.w.WSASend(self.s, byref(buffer), 1, None, 0, byref(self.overlapped), None))

    def started(self, function: str, result: int) -> None:
        """At once or pending: the event tells of both (S-19)."""
        if result == SOCKET_ERROR and self.w.WSAGetLastError() != WSA_IO_PENDING:
            raise EchoError(function, self.w.WSAGetLastError())

    def happened(self) -> bool:
        """The operation is complete; start the next.  False at the end of the stream."""
        w, count, flags = self.w, c_uint32(), c_uint32()
        if not w.WSAGetOverlappedResult(self.s, byref(self.overlapped), byref(count), FALSE, byref(flags)):
            raise EchoError("WSAGetOverlappedResult", w.WSAGetLastError())
        if self.outbox:
            self.outbox = self.outbox[count.value :]
        elif not count.value:
            w.closesocket(self.s)
            w.WSACloseEvent(self.event)
            return False
        else:
            self.outbox = self.assembler.feed(self.inbox.raw[: count.value])
            self.count += len(self.outbox)
        if self.outbox:
            self.send()
        else:
            self.receive()
        return True


def serve_in_one_thread(w: WinApi, port: int, clients: int) -> tuple[int, int]:
    """(bytes echoed, error of the wait): the 64th client makes 65 events, which no wait takes."""
    return serve_by(w, Session, port, clients, limit=clients)


def serve(w: WinApi, port: int, clients: int) -> int:
    """Bytes echoed."""
    return serve_by(w, Session, port, clients)[0]


def program(w: WinApi) -> int:
    """Serves `three_clients`."""
    return serve(w, PORT, CLIENTS)


three_clients = crowd(PORT, CLIENTS, 3)
