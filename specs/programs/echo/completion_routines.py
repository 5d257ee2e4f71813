"""Completion routines: one thread, which does all its work inside an alertable wait.

The routine of each operation starts the next one (S-16); no handle is waited for, so there is no limit of 64. An event tells
of connections, and an alertable wait for that event serves both (S-81).
"""

from __future__ import annotations

from ctypes import byref, c_void_p
from typing import TYPE_CHECKING, Final

from specs.programs.echo.overlapped import OverlappedSession
from specs.programs.echo.sockets import CLIENTS, listen, serving_by, startup
from winapi import (
    FALSE,
    FD_ACCEPT,
    INFINITE,
    INVALID_SOCKET,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE,
    TRUE,
    WSA_INFINITE,
    WSA_WAIT_EVENT_0,
    WSANETWORKEVENTS,
    WinApi,
)

if TYPE_CHECKING:
    from specs.programs.echo.sockets import Program

PORT: Final = 7806


class RoutineServer:
    """The sessions, and the one routine of all their operations."""

    def __init__(self, w: WinApi) -> None:
        self.w = w
        self.sessions: dict[int, OverlappedSession] = {}  # by the address of the OVERLAPPED that the routine is given
        self.echoed: list[int] = []
        self.routine = w.CALLBACK(*LPWSAOVERLAPPED_COMPLETION_ROUTINE)(self.completed)

    def serve(self, clients: int, port: int) -> tuple[int, ...]:
        """Accept so many clients, then wait for the last to leave. Routines run in either wait, and nowhere else."""
        w = self.w
        listener, event = listen(w, port), w.WSACreateEvent()
        events, record = (c_void_p * 1)(event), WSANETWORKEVENTS()
        w.WSAEventSelect(listener, event, FD_ACCEPT)
        while clients:
            if w.WSAWaitForMultipleEvents(1, events, FALSE, WSA_INFINITE, TRUE) == WSA_WAIT_EVENT_0:
                w.WSAEnumNetworkEvents(listener, event, byref(record))
                s = w.accept(listener, None, None)  # if there is another one, the event is set again (S-96)
                if s != INVALID_SOCKET:
                    clients -= 1
                    w.WSAEventSelect(s, None, 0)  # it has the listener's selection (S-99)
                    self.begin(OverlappedSession(w, s, routine=self.routine))
        w.closesocket(listener)
        w.WSACloseEvent(event)
        while self.sessions:
            w.SleepEx(INFINITE, TRUE)
        return tuple(sorted(self.echoed))

    def begin(self, session: OverlappedSession) -> None:
        """Post the first receive."""
        self.sessions[session.address] = session
        if not session.start():
            self.end(session)

    def completed(self, error: int, count: int, overlapped: int, flags: int) -> None:
        """The routine: go on with the session whose OVERLAPPED this is."""
        session = self.sessions[overlapped]
        if error or not session.completed(count) or not session.start():
            self.end(session)

    def end(self, session: OverlappedSession) -> None:
        """Nothing of the session is under way any more."""
        self.w.closesocket(session.socket)
        self.echoed.append(session.echo.echoed)
        del self.sessions[session.address]


def serve(w: WinApi, clients: int, port: int = PORT) -> tuple[int, ...]:
    """Bytes echoed to each client, sorted."""
    startup(w)
    return RoutineServer(w).serve(clients, port)


def program(w: WinApi) -> tuple[int, ...]:
    """A few clients."""
    return serve(w, CLIENTS)


def serving(clients: int, port: int = PORT) -> Program:
    """A program that serves so many clients."""
    return serving_by(serve, clients, port)
