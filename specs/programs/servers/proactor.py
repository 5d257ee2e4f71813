"""The proactor: start it, and hear when it *has been* done.  Beside reactor.py it shows the difference.

The framework makes the calls and keeps the buffers until they are complete; the handler is given the result.

Run it with its clients: proactor.py proactor.py:three_clients
"""

from __future__ import annotations

from ctypes import addressof, byref, c_size_t, c_uint32, c_void_p, create_string_buffer
from typing import TYPE_CHECKING, Any, Final

from alertable.specs.programs.servers.client import crowd
from alertable.specs.programs.servers.framing import RECEIVE_SIZE, Assembler, EchoError, checked, listen
from alertable.winapi import INFINITE, INVALID_HANDLE_VALUE, SOCKET_ERROR, WSA_IO_PENDING, WSABUF, WSAOVERLAPPED, WinApi

if TYPE_CHECKING:
    from collections.abc import Callable

PORT: Final = 7799
CLIENTS: Final = 3


class Proactor:
    """Operations in flight, by the address of their OVERLAPPED; a completion port tells which is done."""

    def __init__(self, w: WinApi) -> None:
        self.w = w
        self.port = w.CreateIoCompletionPort(INVALID_HANDLE_VALUE, None, 0, 1)
        self.in_flight: dict[int, tuple[WSAOVERLAPPED, Any, Callable[[bytes], None] | Callable[[int], None]]] = {}

    def attach(self, s: int) -> None:
        """Completions of this socket come here."""
        self.w.CreateIoCompletionPort(c_void_p(s), self.port, 1, 0)

    def receive(self, s: int, then: Callable[[bytes], None]) -> None:
        """Receive something, then call with the data; empty at the end."""
        inbox, overlapped = create_string_buffer(RECEIVE_SIZE), WSAOVERLAPPED()
        self.in_flight[addressof(overlapped)] = overlapped, inbox, lambda count: then(inbox.raw[:count])
        buffer = WSABUF(RECEIVE_SIZE, addressof(inbox))
        self.started("WSARecv", self.w.WSARecv(s, byref(buffer), 1, None, byref(c_uint32()), byref(overlapped), None))

    def send(self, s: int, data: bytes, then: Callable[[int], None]) -> None:
        """Send, then call with the number of bytes."""
        outbox, overlapped = create_string_buffer(data, len(data)), WSAOVERLAPPED()
        self.in_flight[addressof(overlapped)] = overlapped, outbox, then
        buffer = WSABUF(len(data), addressof(outbox))
        self.started("WSASend", self.w.WSASend(s, byref(buffer), 1, None, 0, byref(overlapped), None))

    def started(self, function: str, result: int) -> None:
        """At once or pending: a packet comes for both (S-62)."""
        if result == SOCKET_ERROR and self.w.WSAGetLastError() != WSA_IO_PENDING:
            raise EchoError(function, self.w.WSAGetLastError())

    def run(self) -> None:
        """Until nothing is in flight."""
        w, count, key, overlapped = self.w, c_uint32(), c_size_t(), c_void_p()
        while self.in_flight:
            if not w.GetQueuedCompletionStatus(self.port, byref(count), byref(key), byref(overlapped), INFINITE):
                raise EchoError("an operation", w.GetLastError())
            _, _, then = self.in_flight.pop(overlapped.value or 0)
            then(count.value)  # type: ignore[arg-type]  # what is registered takes the count
        w.CloseHandle(self.port)


class Echo:
    """A client's handler."""

    def __init__(self, proactor: Proactor, s: int, count: Callable[[int], None]) -> None:
        self.proactor = proactor
        self.s = s
        self.count = count
        self.assembler = Assembler()
        self.outbox = b""
        proactor.attach(s)
        proactor.receive(s, self.received)

    def received(self, data: bytes) -> None:
        """Data has been received."""
        if not data:
            self.proactor.w.closesocket(self.s)
            return
        self.outbox = self.assembler.feed(data)
        self.count(len(self.outbox))
        self.sent(0)

    def sent(self, count: int) -> None:
        """So much has been sent."""
        self.outbox = self.outbox[count:]
        if self.outbox:
            self.proactor.send(self.s, self.outbox, self.sent)
        else:
            self.proactor.receive(self.s, self.received)


def serve(w: WinApi, port: int, clients: int) -> int:
    """Bytes echoed.  Clients are accepted first; what they send meanwhile waits in their sockets."""
    listener, proactor, counts = listen(w, port), Proactor(w), list[int]()
    for _ in range(clients):
        Echo(proactor, checked(w, "accept", w.accept(listener, None, None)), counts.append)
    proactor.run()
    w.closesocket(listener)
    return sum(counts)


def program(w: WinApi) -> int:
    """Serves `three_clients`."""
    return serve(w, PORT, CLIENTS)


three_clients = crowd(PORT, CLIENTS, 3)
