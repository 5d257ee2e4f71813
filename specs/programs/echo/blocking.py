"""Blocking sockets: a thread for each client, which does one thing after the other.

The session is where the thread stands in its program; the price is a thread for every client, however little it does.
"""

from __future__ import annotations

from ctypes import create_string_buffer, string_at
from typing import TYPE_CHECKING, Final

from specs.programs.echo.framing import BUFSIZE, Echo
from specs.programs.echo.sockets import CLIENTS, listen, serving_by, startup
from winapi import INFINITE, INVALID_SOCKET, LPTHREAD_START_ROUTINE, WinApi

if TYPE_CHECKING:
    from specs.programs.echo.sockets import Program

PORT: Final = 7801


def session(w: WinApi, s: int) -> int:
    """Serve one client until it leaves: the bytes echoed."""
    echo, buffer = Echo(), create_string_buffer(BUFSIZE)
    while not echo.broken:
        n = w.recv(s, buffer, BUFSIZE, 0)
        if n <= 0:
            break
        echo.received(string_at(buffer, n))
        while echo.unsent and n > 0:
            n = w.send(s, echo.unsent, len(echo.unsent), 0)
            echo.sent(max(n, 0))
        if n <= 0:
            break
    w.closesocket(s)
    return echo.echoed


def serve(w: WinApi, clients: int, port: int = PORT) -> tuple[int, ...]:
    """Bytes echoed to each client, sorted."""
    startup(w)
    listener, echoed, threads = listen(w, port), [], []

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def body(s: int | None) -> int:
        echoed.append(session(w, s or 0))
        return 0

    for _ in range(clients):
        s = w.accept(listener, None, None)
        if s == INVALID_SOCKET:
            break
        threads.append(w.CreateThread(None, 0, body, s, 0, None))
    w.closesocket(listener)
    for thread in threads:
        w.WaitForSingleObject(thread, INFINITE)
        w.CloseHandle(thread)
    return tuple(sorted(echoed))


def program(w: WinApi) -> tuple[int, ...]:
    """A few clients."""
    return serve(w, CLIENTS)


def serving(clients: int, port: int = PORT) -> Program:
    """A program that serves so many clients."""
    return serving_by(serve, clients, port)
