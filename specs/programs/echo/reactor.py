"""A reactor: it waits until a socket is ready and calls the handler, which then sends or receives itself.

Beside proactor.py: there the handler asks for an operation and is called when it is done. What a reactor hands out is a
permission, which comes again and again until it is used; the buffer exists only during the call.
"""

from __future__ import annotations

from ctypes import byref, c_uint64, create_string_buffer, string_at
from typing import TYPE_CHECKING, Final, Protocol

from specs.programs.echo.framing import BUFSIZE, Echo
from specs.programs.echo.sockets import CLIENTS, listen, serving_by, startup
from winapi import FD_SETSIZE, INVALID_SOCKET, SOCKET_ERROR, WSAEWOULDBLOCK, WinApi, fd_set_of

if TYPE_CHECKING:
    from ctypes import Structure

    from specs.programs.echo.sockets import Program

PORT: Final = 7808


class Handler(Protocol):
    """Who is told of one socket."""

    writing: bool  # it waits for room to send, else for something to receive

    def ready(self) -> None:
        """What it waits for is there. It must not block."""


class Reactor:
    """The loop around select, with sets as large as need be (S-87)."""

    def __init__(self, w: WinApi) -> None:
        self.w = w
        self.handlers: dict[int, Handler] = {}  # by socket

    def run(self) -> None:
        """Until no handler is left."""
        while self.handlers:
            readable = self.waiting(writing=False)
            writable = self.waiting(writing=True)
            n = self.w.select(0, byref(readable), byref(writable), None, None)
            assert n != SOCKET_ERROR, self.w.WSAGetLastError()
            for fds in (readable, writable):
                for s in fds.fd_array[: fds.fd_count]:
                    self.handlers[s].ready()

    def waiting(self, *, writing: bool) -> Structure:
        """The set of the sockets whose handlers wait for this."""
        sockets = [s for s, handler in self.handlers.items() if handler.writing == writing]
        room = max(FD_SETSIZE, len(sockets))
        return fd_set_of(room)(len(sockets), (c_uint64 * room)(*sockets))


class AcceptHandler:
    """The listening socket."""

    writing = False

    def __init__(self, w: WinApi, reactor: Reactor, clients: int, port: int) -> None:
        self.w = w
        self.reactor = reactor
        self.to_accept = clients
        self.echoed: list[int] = []
        self.listener = listen(w, port, blocking=False)
        reactor.handlers[self.listener] = self

    def ready(self) -> None:
        """A connection is there: the reactor's next handler."""
        s = self.w.accept(self.listener, None, None)
        if s != INVALID_SOCKET:
            self.reactor.handlers[s] = EchoHandler(self, s)
            self.to_accept -= 1
        if not self.to_accept:
            del self.reactor.handlers[self.listener]
            self.w.closesocket(self.listener)


class EchoHandler:
    """A client."""

    def __init__(self, server: AcceptHandler, s: int) -> None:
        self.server = server
        self.socket = s
        self.writing = False
        self.echo = Echo()

    def ready(self) -> None:
        """Try what was waited for; only now is it seen how much of it can be done."""
        w, echo = self.server.w, self.echo
        if self.writing:
            n = w.send(self.socket, echo.unsent, len(echo.unsent), 0)
            if n > 0:
                echo.sent(n)
        else:
            buffer = create_string_buffer(BUFSIZE)
            n = w.recv(self.socket, buffer, BUFSIZE, 0)
            if n > 0:
                echo.received(string_at(buffer, n))
        self.writing = bool(echo.unsent)
        over = n == 0 or echo.broken
        if over or (n == SOCKET_ERROR and w.WSAGetLastError() != WSAEWOULDBLOCK):
            self.end()

    def end(self) -> None:
        """The client has left."""
        self.server.w.closesocket(self.socket)
        self.server.echoed.append(self.echo.echoed)
        del self.server.reactor.handlers[self.socket]


def serve(w: WinApi, clients: int, port: int = PORT) -> tuple[int, ...]:
    """Bytes echoed to each client, sorted."""
    startup(w)
    reactor = Reactor(w)
    server = AcceptHandler(w, reactor, clients, port)
    reactor.run()
    return tuple(sorted(server.echoed))


def program(w: WinApi) -> tuple[int, ...]:
    """A few clients."""
    return serve(w, CLIENTS)


def serving(clients: int, port: int = PORT) -> Program:
    """A program that serves so many clients."""
    return serving_by(serve, clients, port)
