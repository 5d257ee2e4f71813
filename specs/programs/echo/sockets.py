"""What the servers share of Winsock: starting, listening, a non-blocking session, threads that take turns at accepting."""

from __future__ import annotations

from ctypes import byref, c_uint32, create_string_buffer, string_at
from typing import TYPE_CHECKING, Final

from specs.programs.echo.framing import BUFSIZE, Echo
from winapi import (
    AF_INET,
    FIONBIO,
    INADDR_LOOPBACK,
    INFINITE,
    LPTHREAD_START_ROUTINE,
    SOCK_STREAM,
    SOCKET_ERROR,
    SOMAXCONN,
    WSADATA,
    WSAEWOULDBLOCK,
    WinApi,
    in_addr,
    sockaddr_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Program = Callable[[WinApi], tuple[int, ...]]
    Serve = Callable[[WinApi, int, int], tuple[int, ...]]

CLIENTS: Final = 3
"""Clients that the `program` of each server serves."""


def startup(w: WinApi) -> None:
    """Winsock 2.2."""
    failed = w.WSAStartup(0x0202, byref(WSADATA()))
    assert not failed, failed


def address(w: WinApi, port: int) -> sockaddr_in:
    """Where the server is."""
    return sockaddr_in(AF_INET, w.htons(port), in_addr(w.htonl(INADDR_LOOPBACK)))


def listen(w: WinApi, port: int, *, blocking: bool = True) -> int:
    """A listening socket; what it accepts is blocking or not as itself (S-71)."""
    listener = w.socket(AF_INET, SOCK_STREAM, 0)
    results = [w.bind(listener, byref(address(w, port)), 16), w.listen(listener, SOMAXCONN)]
    if not blocking:
        results.append(w.ioctlsocket(listener, FIONBIO, byref(c_uint32(1))))
    assert SOCKET_ERROR not in results, (results, w.WSAGetLastError())
    return listener


def serving_by(serve: Serve, clients: int, port: int) -> Program:
    """A program that serves so many clients."""

    def program(w: WinApi) -> tuple[int, ...]:
        return serve(w, clients, port)

    program.__module__ = serve.__module__  # its thread is named after it
    return program


class Session:
    """A client on a non-blocking socket, for servers that are told when something can be done."""

    def __init__(self, w: WinApi, s: int) -> None:
        self.w = w
        self.socket = s
        self.echo = Echo()
        self.buffer = create_string_buffer(BUFSIZE)

    def advance(self) -> bool:
        """Send and receive until that would block; False when the session is over.

        It does not matter what became possible, and each kind of notice comes again only after a call that would have blocked
        (FD_WRITE, S-98) or never (FD_CLOSE, S-101): going on to WSAEWOULDBLOCK is right for all of them.
        """
        w, echo, buffer = self.w, self.echo, self.buffer
        while not echo.broken:
            if echo.unsent:
                n = w.send(self.socket, echo.unsent, len(echo.unsent), 0)
                if n > 0:
                    echo.sent(n)
            else:
                n = w.recv(self.socket, buffer, BUFSIZE, 0)
                if n > 0:
                    echo.received(string_at(buffer, n))
            if n == 0:
                return False
            if n == SOCKET_ERROR:
                return w.WSAGetLastError() == WSAEWOULDBLOCK
        return False


class Relay:
    """Threads that take turns at the listening socket, for ways to wait that take only so many handles.

    One thread at a time has the listening socket. When with the next client the handles would be too many it passes the socket on
    to a new thread and stays with the clients that it has; so no thread must be woken from its wait to be given a client.

    limit: clients of one thread; None is one thread for all, come what may.
    """

    def __init__(self, w: WinApi, listener: int, clients: int, loop: Callable[[Relay], None], *, limit: int | None) -> None:
        self.w = w
        self.listener = listener
        self.left = clients  # still to be accepted; touched by the thread that has the socket
        self.limit = limit
        self.echoed: list[int] = []  # bytes, of each session that is over
        self.error = 0  # of a wait that failed
        self._loop = loop
        self._threads: list[int | None] = []
        self._body = w.CALLBACK(*LPTHREAD_START_ROUTINE)(self._turn)

    def serve(self) -> tuple[int, ...]:
        """The first turn is the calling thread's. Returns when every session is over: the bytes echoed to each, sorted."""
        w = self.w
        self._loop(self)
        for thread in self._threads:  # which grows meanwhile, but never after the last of its threads is over
            w.WaitForSingleObject(thread, INFINITE)
            w.CloseHandle(thread)
        w.closesocket(self.listener)
        return tuple(sorted(self.echoed))

    def accepted(self, sessions: int) -> bool:
        """The thread that has the socket now has so many sessions. True if it goes on accepting; otherwise it must pass it on."""
        self.left -= 1
        return self.left > 0 and sessions != self.limit

    def pass_on(self) -> None:
        """Give the listening socket to a new thread, if there is anybody left to accept."""
        if self.left:
            self._threads.append(self.w.CreateThread(None, 0, self._body, None, 0, None))

    def _turn(self, _: int | None) -> int:
        self._loop(self)
        return 0
