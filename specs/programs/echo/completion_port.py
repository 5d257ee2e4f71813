"""A completion port: a few threads, any of which goes on with any session.

A session has one operation under way, hence at most one packet, so the threads need no lock: whoever takes the packet owns the
session until the next operation has started. Connections come by AcceptEx, as packets like the rest.
"""

from __future__ import annotations

from ctypes import byref, c_uint32, c_uint64, c_void_p
from typing import TYPE_CHECKING, Final

from specs.programs.echo.overlapped import Acceptor, OverlappedSession
from specs.programs.echo.sockets import CLIENTS, listen, serving_by, startup
from winapi import INFINITE, INVALID_HANDLE_VALUE, LPTHREAD_START_ROUTINE, WinApi

if TYPE_CHECKING:
    from specs.programs.echo.sockets import Program

PORT: Final = 7807
WORKERS: Final = 4
LISTENER, CLIENT, STOP = range(3)  # completion keys


class PortServer:
    """The port, the accept and the sessions."""

    def __init__(self, w: WinApi, clients: int, port: int) -> None:
        self.w = w
        self.port = w.CreateIoCompletionPort(INVALID_HANDLE_VALUE, None, 0, 0)
        self.acceptor = Acceptor(w, listen(w, port))
        self.sessions: dict[int, OverlappedSession] = {}  # by the address of the OVERLAPPED that is in the packet
        self.echoed: list[int] = []
        self.to_accept = clients  # touched by whoever has the one packet of the acceptor
        self.to_serve = w.Interlocked(clients)

    def serve(self) -> tuple[int, ...]:
        """Work in so many threads until all clients have left."""
        w = self.w
        body = w.CALLBACK(*LPTHREAD_START_ROUTINE)(self.work)
        w.CreateIoCompletionPort(self.acceptor.listener, self.port, LISTENER, 0)
        self.acceptor.start()  # it survives this thread, for it reports to the port (S-26)
        threads = [w.CreateThread(None, 0, body, None, 0, None) for _ in range(WORKERS)]
        for thread in threads:
            w.WaitForSingleObject(thread, INFINITE)
            w.CloseHandle(thread)
        w.closesocket(self.acceptor.listener)
        w.CloseHandle(self.port)
        return tuple(sorted(self.echoed))

    def work(self, _: int | None) -> int:
        """A thread: one packet after the other."""
        w = self.w
        count, key, overlapped = c_uint32(), c_uint64(), c_void_p()
        while True:
            good = w.GetQueuedCompletionStatus(self.port, byref(count), byref(key), byref(overlapped), INFINITE)
            if key.value == STOP or overlapped.value is None:
                return 0
            if key.value == LISTENER:
                self.accepted(bool(good))
            else:
                session = self.sessions[overlapped.value]
                if not (good and session.completed(count.value) and session.start()):
                    self.end(session)

    def accepted(self, good: bool) -> None:
        """A connection, or one that was gone before it was accepted. The next may be accepted by another thread already."""
        w = self.w
        s = self.acceptor.accepted()
        if good:
            self.to_accept -= 1
        else:
            w.closesocket(s)
        if self.to_accept:
            self.acceptor.start()
        if good:
            session = OverlappedSession(w, s)
            self.sessions[session.address] = session
            w.CreateIoCompletionPort(s, self.port, CLIENT, 0)
            if not session.start():
                self.end(session)

    def end(self, session: OverlappedSession) -> None:
        """Nothing of the session is under way any more. The last one sends the threads home."""
        w = self.w
        w.closesocket(session.socket)
        self.echoed.append(session.echo.echoed)
        del self.sessions[session.address]
        if self.to_serve.fetch_add(-1) == 1:
            for _ in range(WORKERS):
                w.PostQueuedCompletionStatus(self.port, 0, STOP, None)


def serve(w: WinApi, clients: int, port: int = PORT) -> tuple[int, ...]:
    """Bytes echoed to each client, sorted."""
    startup(w)
    return PortServer(w, clients, port).serve()


def program(w: WinApi) -> tuple[int, ...]:
    """A few clients."""
    return serve(w, CLIENTS)


def serving(clients: int, port: int = PORT) -> Program:
    """A program that serves so many clients."""
    return serving_by(serve, clients, port)
