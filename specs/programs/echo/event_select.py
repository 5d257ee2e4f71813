"""WSAEventSelect: an event object for each socket, set when something can be done on it.

A wait takes 64 events and not one more (S-30), and here that is a real limit, of the wait itself. Hence several threads.
"""

from __future__ import annotations

from ctypes import byref, c_void_p
from typing import TYPE_CHECKING, Final

from specs.programs.echo.sockets import CLIENTS, Relay, Session, listen, serving_by, startup
from winapi import (
    FALSE,
    FD_ACCEPT,
    FD_CLOSE,
    FD_READ,
    FD_WRITE,
    INVALID_SOCKET,
    WSA_INFINITE,
    WSA_MAXIMUM_WAIT_EVENTS,
    WSA_WAIT_EVENT_0,
    WSA_WAIT_FAILED,
    WSANETWORKEVENTS,
    WinApi,
)

if TYPE_CHECKING:
    from specs.programs.echo.sockets import Program

PORT: Final = 7803


class Loop:
    """One thread: its sessions and, while it is its turn, the listening socket."""

    def __init__(self, relay: Relay) -> None:
        self.w = relay.w
        self.relay = relay
        self.event = self.w.WSACreateEvent()  # of the listening socket
        self.sessions: list[tuple[int | None, Session]] = []  # each with its event; the one that was served last is the last
        self.listening = True

    def run(self) -> None:
        """Serve until the last session is over."""
        w, record = self.w, WSANETWORKEVENTS()
        w.WSAEventSelect(self.relay.listener, self.event, FD_ACCEPT)  # a connection that waits already counts (S-103)
        while self.listening or self.sessions:
            events = [self.event] * self.listening + [event for event, _ in self.sessions]
            handles = (c_void_p * len(events))(*events)
            waited = w.WSAWaitForMultipleEvents(len(events), handles, FALSE, WSA_INFINITE, FALSE)
            if waited == WSA_WAIT_FAILED:
                self.relay.error = w.WSAGetLastError()
                break
            index = waited - WSA_WAIT_EVENT_0  # the lowest of those that are set (S-31)
            if self.listening and index == 0:
                w.WSAEnumNetworkEvents(self.relay.listener, self.event, byref(record))
                self.accept()
            else:
                event, session = self.sessions.pop(index - self.listening)
                w.WSAEnumNetworkEvents(session.socket, event, byref(record))  # resets the event, before we look (S-95)
                if session.advance():
                    self.sessions.append((event, session))  # behind all others, so that each has its turn
                else:
                    self.end(event, session)
        for event, session in self.sessions:
            self.end(event, session)
        w.WSACloseEvent(self.event)

    def accept(self) -> None:
        """A new session, if the connection is still there; if there is another, the event is set again (S-96)."""
        w, relay = self.w, self.relay
        s = w.accept(relay.listener, None, None)
        if s != INVALID_SOCKET:
            event = w.WSACreateEvent()
            w.WSAEventSelect(s, event, FD_READ | FD_WRITE | FD_CLOSE)  # instead of the listener's, which it inherited (S-99)
            self.sessions.append((event, Session(w, s)))
            self.listening = relay.accepted(len(self.sessions))
            if not self.listening:
                w.WSAEventSelect(relay.listener, None, 0)
                relay.pass_on()

    def end(self, event: int | None, session: Session) -> None:
        """The client has left."""
        self.w.closesocket(session.socket)
        self.w.WSACloseEvent(event)
        self.relay.echoed.append(session.echo.echoed)


def loop(relay: Relay) -> None:
    """What each thread does."""
    Loop(relay).run()


def serve(w: WinApi, clients: int, port: int = PORT) -> tuple[int, ...]:
    """Bytes echoed to each client, sorted."""
    startup(w)
    return Relay(w, listen(w, port), clients, loop, limit=WSA_MAXIMUM_WAIT_EVENTS).serve()


def serve_in_one_thread(w: WinApi, clients: int, port: int = PORT) -> tuple[tuple[int, ...], int]:
    """The same without further threads, good for 63 clients at a time beside the listening socket; and the error of the wait.

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
