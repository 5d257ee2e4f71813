"""Completion routines: every operation reports by an APC on this thread, which runs while the thread waits alertably.

One thread, no limit of 64 clients, no locks - and no second processor: a routine that takes long delays all others.

Run it with its clients: completion_routines.py completion_routines.py:three_clients
"""

from __future__ import annotations

from ctypes import POINTER, Structure, addressof, byref, c_char, c_uint32, c_uint64, c_void_p, cast, create_string_buffer
from typing import Final

from alertable.specs.programs.servers.client import crowd
from alertable.specs.programs.servers.framing import RECEIVE_SIZE, Assembler, EchoError, checked, listen
from alertable.winapi import (
    COMPLETION_ROUTINE,
    FALSE,
    FD_ACCEPT,
    INFINITE,
    SOCKET_ERROR,
    TRUE,
    WSA_INFINITE,
    WSA_IO_PENDING,
    WSA_WAIT_EVENT_0,
    WSABUF,
    WSAOVERLAPPED,
    WinApi,
)

PORT: Final = 7796
CLIENTS: Final = 3


class Operation(Structure):
    """The OVERLAPPED is the first member, so its address is this one's: that is how a routine finds its client."""

    _fields_ = (("overlapped", WSAOVERLAPPED), ("socket", c_uint64), ("inbox", c_char * RECEIVE_SIZE))


class Session:
    """A client with one operation in flight."""

    def __init__(self, s: int) -> None:
        self.operation = Operation(socket=s)
        self.assembler = Assembler()
        self.outbox = b""
        self.kept: object = None  # the buffer of the send in flight


class Server:
    """All clients, by socket; only one thread ever looks at them."""

    def __init__(self, w: WinApi) -> None:
        self.w = w
        self.sessions: dict[int, Session] = {}
        self.gone = 0
        self.echoed = 0
        self.errors: list[EchoError] = []
        self.routine = w.CALLBACK(*COMPLETION_ROUTINE)(self.completed)

    def accept(self, listener: int) -> None:
        """A new client: its first receive."""
        s = checked(self.w, "accept", self.w.accept(listener, None, None))
        session = self.sessions[s] = Session(s)
        self.receive(session)

    def receive(self, session: Session) -> None:
        operation = session.operation
        buffer = WSABUF(RECEIVE_SIZE, addressof(operation) + Operation.inbox.offset)
        w, flags = self.w, c_uint32()
        started = w.WSARecv(operation.socket, byref(buffer), 1, None, byref(flags), byref(operation), self.routine)
        self.check("WSARecv", started)

    def send(self, session: Session) -> None:
        data = create_string_buffer(session.outbox, len(session.outbox))
        session.kept = data
        buffer = WSABUF(len(session.outbox), addressof(data))
        operation = session.operation
        self.check("WSASend", self.w.WSASend(operation.socket, byref(buffer), 1, None, 0, byref(operation), self.routine))

    def check(self, function: str, result: int) -> None:
        """The routine runs whether the operation was complete at once or not (S-03)."""
        if result == SOCKET_ERROR and self.w.WSAGetLastError() != WSA_IO_PENDING:
            raise EchoError(function, self.w.WSAGetLastError())

    def completed(self, error: int, count: int, overlapped: int | None, _flags: int) -> None:
        """The routine of every operation; no exception leaves it on Windows."""
        operation = cast(c_void_p(overlapped), POINTER(Operation)).contents
        try:
            if error:
                raise EchoError("an operation", error)
            self.go_on(self.sessions[operation.socket], count)
        except EchoError as failure:
            self.errors.append(failure)

    def go_on(self, session: Session, count: int) -> None:
        """The next operation of this client."""
        if session.outbox:
            session.outbox = session.outbox[count:]
        elif not count:
            s = session.operation.socket
            self.w.closesocket(s)
            del self.sessions[s]
            self.gone += 1
            return
        else:
            piece = (c_char * count).from_buffer(session.operation, Operation.inbox.offset).raw  # zero bytes included
            session.outbox = session.assembler.feed(piece)
            self.echoed += len(session.outbox)
        if session.outbox:
            self.send(session)
        else:
            self.receive(session)


def serve(w: WinApi, port: int, clients: int) -> int:
    """Bytes echoed."""
    listener = listen(w, port)
    server, knock = Server(w), w.WSACreateEvent() or 0
    checked(w, "WSAEventSelect", w.WSAEventSelect(listener, knock, FD_ACCEPT))
    events = (c_void_p * 1)(knock)
    accepted = 0
    while accepted < clients and not server.errors:
        if w.WSAWaitForMultipleEvents(1, events, FALSE, WSA_INFINITE, TRUE) != WSA_WAIT_EVENT_0:
            continue  # WSA_WAIT_IO_COMPLETION: routines have run
        w.WSAResetEvent(knock)
        server.accept(listener)  # it records FD_ACCEPT again if more are waiting (S-96)
        accepted += 1
    while server.gone < clients and not server.errors:
        w.SleepEx(INFINITE, TRUE)
    w.closesocket(listener)
    w.WSACloseEvent(knock)
    if server.errors:
        raise server.errors[0]
    return server.echoed


def program(w: WinApi) -> int:
    """Serves `three_clients`."""
    return serve(w, PORT, CLIENTS)


three_clients = crowd(PORT, CLIENTS, 3)
