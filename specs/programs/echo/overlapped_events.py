"""Overlapped operations that tell of their completion through an event, one for each session.

The wait takes 64 events (S-30), hence several threads. Operations with an event die with the thread that started them (S-25), so
each session stays with its thread; the thread that has the listening socket accepts by AcceptEx, with an event like the rest.
"""

from __future__ import annotations

from ctypes import byref, c_uint32, c_void_p
from typing import TYPE_CHECKING, Final

from specs.programs.echo.overlapped import Acceptor, OverlappedSession
from specs.programs.echo.sockets import CLIENTS, Relay, listen, serving_by, startup
from winapi import (
    FALSE,
    TRUE,
    WSA_INFINITE,
    WSA_MAXIMUM_WAIT_EVENTS,
    WSA_WAIT_EVENT_0,
    WSA_WAIT_FAILED,
    WSAOVERLAPPED,
    WinApi,
)

if TYPE_CHECKING:
    from specs.programs.echo.sockets import Program

PORT: Final = 7805


class Loop:
    """One thread: its sessions and, while it is its turn, the accept."""

    def __init__(self, relay: Relay) -> None:
        self.w = relay.w
        self.relay = relay
        self.acceptor = Acceptor(self.w, relay.listener, self.w.WSACreateEvent())
        self.sessions: list[OverlappedSession] = []  # the one that was served last is the last
        self.listening = True
        self.length, self.flags = c_uint32(), c_uint32()

    def run(self) -> None:
        """Serve until the last session is over."""
        w, acceptor = self.w, self.acceptor
        acceptor.start()
        while self.listening or self.sessions:
            events = [acceptor.overlapped.hEvent] * self.listening + [session.overlapped.hEvent for session in self.sessions]
            handles = (c_void_p * len(events))(*events)
            waited = w.WSAWaitForMultipleEvents(len(events), handles, FALSE, WSA_INFINITE, FALSE)
            if waited == WSA_WAIT_FAILED:
                self.relay.error = w.WSAGetLastError()
                break
            index = waited - WSA_WAIT_EVENT_0  # the lowest of those that are set (S-31); the next operation resets it (S-18)
            if self.listening and index == 0:
                self.accept()
            else:
                self.advance(self.sessions.pop(index - self.listening))
        self.abandon()
        w.WSACloseEvent(acceptor.overlapped.hEvent)

    def accept(self) -> None:
        """A new session, if the connection is still there, and the next accept."""
        w, acceptor = self.w, self.acceptor
        good = self.succeeded(acceptor.listener, acceptor.overlapped)
        s = acceptor.accepted()
        if good:
            session = OverlappedSession(w, s, w.WSACreateEvent())
            if session.start():
                self.sessions.append(session)
            else:
                self.end(session)
            self.listening = self.relay.accepted(len(self.sessions))
        else:
            w.closesocket(s)
        if self.listening:
            acceptor.start()
        else:
            self.relay.pass_on()

    def succeeded(self, s: int, overlapped: WSAOVERLAPPED) -> bool:
        """How the operation ended; self.length is what it transferred."""
        length, flags = byref(self.length), byref(self.flags)
        return bool(self.w.WSAGetOverlappedResult(s, byref(overlapped), length, FALSE, flags))

    def advance(self, session: OverlappedSession) -> None:
        """The session's operation is over: start its next one."""
        good = self.succeeded(session.socket, session.overlapped)
        if good and session.completed(self.length.value) and session.start():
            self.sessions.append(session)  # behind all others, so that each has its turn
        else:
            self.end(session)

    def end(self, session: OverlappedSession) -> None:
        """The client has left, and nothing of the session is under way."""
        self.w.closesocket(session.socket)
        self.w.WSACloseEvent(session.overlapped.hEvent)
        self.relay.echoed.append(session.echo.echoed)

    def abandon(self) -> None:
        """Throw out who is left when the wait has failed. What is under way ends with an error, which must be awaited (S-28)."""
        w, acceptor = self.w, self.acceptor
        if self.listening:
            w.CancelIoEx(acceptor.listener, byref(acceptor.overlapped))
            self.await_end(acceptor.overlapped.hEvent)
            w.closesocket(acceptor.socket)
        for session in self.sessions:
            w.closesocket(session.socket)
            self.await_end(session.overlapped.hEvent)
            w.WSACloseEvent(session.overlapped.hEvent)
            self.relay.echoed.append(session.echo.echoed)

    def await_end(self, event: int | None) -> None:
        self.w.WSAWaitForMultipleEvents(1, (c_void_p * 1)(event), TRUE, WSA_INFINITE, FALSE)


def loop(relay: Relay) -> None:
    """What each thread does."""
    Loop(relay).run()


def serve(w: WinApi, clients: int, port: int = PORT) -> tuple[int, ...]:
    """Bytes echoed to each client, sorted."""
    startup(w)
    return Relay(w, listen(w, port), clients, loop, limit=WSA_MAXIMUM_WAIT_EVENTS).serve()


def serve_in_one_thread(w: WinApi, clients: int, port: int = PORT) -> tuple[tuple[int, ...], int]:
    """The same without further threads, good for 63 clients at a time beside the accept; and the error of the wait.

    With the 64th client there are 65 events: the wait fails with WSA_INVALID_PARAMETER, and all clients are thrown out.
    """
    startup(w)
    relay = Relay(w, listen(w, port), clients, loop, limit=None)
    return relay.serve(), relay.error


def program(w: WinApi) -> tuple[int, ...]:
    """A few clients."""
    return serve(w, CLIENTS)


def serving(clients: int, port: int = PORT) -> Program:
    """A program that serves so many clients."""
    return serving_by(serve, clients, port)
