"""A proactor: the handler asks for an operation and is called when it is done, with what it did.

Beside reactor.py: there the handler is called when it may send or receive, and does it then. What a proactor hands out is a
result, which comes once; the buffer belongs to the operation all the while it waits.
"""

from __future__ import annotations

from ctypes import addressof, byref, c_uint32, c_uint64, c_void_p, create_string_buffer, sizeof, string_at
from typing import TYPE_CHECKING, Final

from specs.programs.echo.framing import BUFSIZE, Echo
from specs.programs.echo.sockets import CLIENTS, listen, serving_by, startup
from winapi import (
    AF_INET,
    INFINITE,
    INVALID_HANDLE_VALUE,
    SO_UPDATE_ACCEPT_CONTEXT,
    SOCK_STREAM,
    SOL_SOCKET,
    WSA_IO_PENDING,
    WSABUF,
    WSAOVERLAPPED,
    WinApi,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from specs.programs.echo.sockets import Program

    Then = Callable[["Operation", int], None]

PORT: Final = 7809
ADDRESS_ROOM: Final = 32  # for each address that AcceptEx stores
FAILED: Final = -1


class Operation:
    """One that is under way: its OVERLAPPED, its buffer, and who is called with it and the number of bytes, or FAILED."""

    def __init__(self, then: Then, data: bytes | int) -> None:
        self.overlapped = WSAOVERLAPPED()
        self.buffer = create_string_buffer(data) if isinstance(data, int) else create_string_buffer(data, len(data))
        self.data = WSABUF(len(self.buffer), addressof(self.buffer))
        self.then = then


class Proactor:
    """The loop around a completion port."""

    def __init__(self, w: WinApi) -> None:
        self.w = w
        self.port = w.CreateIoCompletionPort(INVALID_HANDLE_VALUE, None, 0, 0)
        self.operations: dict[int, Operation] = {}  # by the address of the OVERLAPPED; it keeps them while they are under way

    def run(self) -> None:
        """Until nothing is under way."""
        w = self.w
        count, key, overlapped = c_uint32(), c_uint64(), c_void_p()
        while self.operations:
            good = w.GetQueuedCompletionStatus(self.port, byref(count), byref(key), byref(overlapped), INFINITE)
            operation = self.operations.pop(overlapped.value or 0)
            operation.then(operation, count.value if good else FAILED)
        w.CloseHandle(self.port)

    def attach(self, s: int) -> None:
        """Operations on this socket report here."""
        self.w.CreateIoCompletionPort(s, self.port, 0, 0)

    def receive(self, s: int, then: Then) -> None:
        """Up to BUFSIZE bytes."""
        operation, flags = self.begin(then, BUFSIZE), c_uint32()
        result = self.w.WSARecv(s, byref(operation.data), 1, None, byref(flags), byref(operation.overlapped), None)
        self.begun(operation, result == 0)

    def send(self, s: int, message: bytes, then: Then) -> None:
        """These bytes, or fewer."""
        operation = self.begin(then, message)
        result = self.w.WSASend(s, byref(operation.data), 1, None, 0, byref(operation.overlapped), None)
        self.begun(operation, result == 0)

    def accept(self, listener: int, s: int, then: Then) -> None:
        """The next connection, on the new socket s."""
        operation, received, room = self.begin(then, 2 * ADDRESS_ROOM), c_uint32(), ADDRESS_ROOM
        started = self.w.AcceptEx(listener, s, operation.buffer, 0, room, room, byref(received), byref(operation.overlapped))
        self.begun(operation, bool(started))

    def begin(self, then: Then, data: bytes | int) -> Operation:
        operation = Operation(then, data)
        self.operations[addressof(operation.overlapped)] = operation
        return operation

    def begun(self, operation: Operation, at_once: bool) -> None:
        """Its packet comes now or later (S-62); never, if it could not start (S-17)."""
        if not at_once and self.w.WSAGetLastError() != WSA_IO_PENDING:
            del self.operations[addressof(operation.overlapped)]
            operation.then(operation, FAILED)


class AcceptHandler:
    """The listening socket."""

    def __init__(self, w: WinApi, proactor: Proactor, clients: int, port: int) -> None:
        self.w = w
        self.proactor = proactor
        self.to_accept = clients
        self.echoed: list[int] = []
        self.listener = listen(w, port)
        proactor.attach(self.listener)
        self.accept()

    def accept(self) -> None:
        """Ask for the next connection."""
        self.socket = self.w.socket(AF_INET, SOCK_STREAM, 0)
        self.proactor.accept(self.listener, self.socket, self.accepted)

    def accepted(self, _: Operation, count: int) -> None:
        """The connection is made."""
        w, s, listener = self.w, self.socket, c_uint64(self.listener)
        if count == FAILED:
            w.closesocket(s)
        else:
            w.setsockopt(s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, byref(listener), sizeof(listener))
            self.proactor.attach(s)
            EchoHandler(self, s)
            self.to_accept -= 1
        if self.to_accept:
            self.accept()
        else:
            w.closesocket(self.listener)


class EchoHandler:
    """A client. Its operation under way keeps it in memory."""

    def __init__(self, server: AcceptHandler, s: int) -> None:
        self.server = server
        self.socket = s
        self.echo = Echo()
        self.go_on()

    def go_on(self) -> None:
        """Ask for the next operation."""
        if self.echo.unsent:
            self.server.proactor.send(self.socket, self.echo.unsent, self.sent)
        else:
            self.server.proactor.receive(self.socket, self.received)

    def received(self, operation: Operation, count: int) -> None:
        """So many bytes are in the buffer; 0 is the end."""
        if count > 0:
            self.echo.received(string_at(operation.buffer, count))
        if count <= 0 or self.echo.broken:
            self.end()
        else:
            self.go_on()

    def sent(self, _: Operation, count: int) -> None:
        """So many bytes are sent."""
        if count == FAILED:
            self.end()
        else:
            self.echo.sent(count)
            self.go_on()

    def end(self) -> None:
        """The client has left."""
        self.server.w.closesocket(self.socket)
        self.server.echoed.append(self.echo.echoed)


def serve(w: WinApi, clients: int, port: int = PORT) -> tuple[int, ...]:
    """Bytes echoed to each client, sorted."""
    startup(w)
    proactor = Proactor(w)
    server = AcceptHandler(w, proactor, clients, port)
    proactor.run()
    return tuple(sorted(server.echoed))


def program(w: WinApi) -> tuple[int, ...]:
    """A few clients."""
    return serve(w, CLIENTS)


def serving(clients: int, port: int = PORT) -> Program:
    """A program that serves so many clients."""
    return serving_by(serve, clients, port)
