"""select: one call tells which of up to 64 non-blocking sockets can go on.

64 is what an fd_set has room for as the headers declare it (S-87), and FD_SET leaves out whatever is too much without a word: the
65th socket is never looked at. Hence several threads, each with sets of its own.
"""

from __future__ import annotations

from ctypes import byref
from typing import TYPE_CHECKING, Final

from specs.programs.echo.sockets import CLIENTS, Relay, Session, listen, serving_by, startup
from winapi import FD_SETSIZE, INVALID_SOCKET, SOCKET_ERROR, WinApi, fd_set

if TYPE_CHECKING:
    from specs.programs.echo.sockets import Program

PORT: Final = 7802


def FD_SET(s: int, fds: fd_set) -> None:
    """The macro of winsock2.h."""
    if fds.fd_count < FD_SETSIZE:
        fds.fd_array[fds.fd_count] = s
        fds.fd_count += 1


class Loop:
    """One thread: its sessions and, while it is its turn, the listening socket."""

    def __init__(self, relay: Relay) -> None:
        self.w = relay.w
        self.relay = relay
        self.sessions: dict[int, Session] = {}  # by socket
        self.listening = True

    def run(self) -> None:
        """Serve until the last session is over."""
        w = self.w
        while self.listening or self.sessions:
            readable, writable = fd_set(), fd_set()
            if self.listening:
                FD_SET(self.relay.listener, readable)
            for session in self.sessions.values():
                FD_SET(session.socket, writable if session.echo.unsent else readable)
            if w.select(0, byref(readable), byref(writable), None, None) == SOCKET_ERROR:
                self.relay.error = w.WSAGetLastError()
                break
            for s in readable.fd_array[: readable.fd_count] + writable.fd_array[: writable.fd_count]:
                if s == self.relay.listener:
                    self.accept()
                elif not self.sessions[s].advance():
                    self.end(self.sessions[s])
        for session in tuple(self.sessions.values()):
            self.end(session)

    def accept(self) -> None:
        """A new session, if the connection is still there."""
        s = self.w.accept(self.relay.listener, None, None)
        if s != INVALID_SOCKET:
            self.sessions[s] = Session(self.w, s)
            self.listening = self.relay.accepted(len(self.sessions))
            if not self.listening:
                self.relay.pass_on()

    def end(self, session: Session) -> None:
        """The client has left."""
        self.w.closesocket(session.socket)
        self.relay.echoed.append(session.echo.echoed)
        del self.sessions[session.socket]


def loop(relay: Relay) -> None:
    """What each thread does."""
    Loop(relay).run()


def serve(w: WinApi, clients: int, port: int = PORT) -> tuple[int, ...]:
    """Bytes echoed to each client, sorted."""
    startup(w)
    return Relay(w, listen(w, port, blocking=False), clients, loop, limit=FD_SETSIZE).serve()


def serve_in_one_thread(w: WinApi, clients: int, port: int = PORT) -> tuple[tuple[int, ...], int]:
    """The same without further threads, good for 63 clients at a time beside the listening socket; and the error: always 0.

    The 64th gets no answer, and nothing tells the server, until another client has left and made room in the sets.
    """
    startup(w)
    relay = Relay(w, listen(w, port, blocking=False), clients, loop, limit=None)
    return relay.serve(), relay.error


def program(w: WinApi) -> tuple[int, ...]:
    """A few clients."""
    return serve(w, CLIENTS)


def serving(clients: int, port: int = PORT) -> Program:
    """A program that serves so many clients."""
    return serving_by(serve, clients, port)
