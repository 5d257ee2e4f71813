"""An echo server for many clients on one thread, driven by completion routines alone.

What the lecture leaves to its listeners: the receive routine posts the send, the send routine posts the next receive (S-16), and
the OVERLAPPED that a routine is given is its Session, for it is the first member. The thread only looks for new connections
and otherwise waits alertably; no event, no second thread, no limit of 64. It returns when the last of its clients has left.

Clients: as many times echo_client.py as there are to be clients; `program` serves 3, `alone` 1, `thousand` 1000.
"""

from __future__ import annotations

from ctypes import POINTER, Structure, addressof, byref, c_char, c_uint32, c_uint64, cast
from typing import TYPE_CHECKING, Final

from alertable.winapi import (
    AF_INET,
    FIONBIO,
    INADDR_LOOPBACK,
    INFINITE,
    INVALID_SOCKET,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE,
    SOCK_STREAM,
    SOCKET_ERROR,
    SOMAXCONN,
    TRUE,
    WSA_IO_PENDING,
    WSABUF,
    WSADATA,
    WSAEWOULDBLOCK,
    WSAOVERLAPPED,
    WinApi,
    in_addr,
    sockaddr_in,
)

if TYPE_CHECKING:
    from alertable.winapi import CallbackType

PORT: Final = 7778
BUFSIZE: Final = 1000
ACCEPT_PAUSE_MS: Final = 10


class Session(Structure):
    """A connected client; one operation at a time is under way, so one OVERLAPPED and one buffer serve both directions."""

    _fields_ = (
        ("overlapped", WSAOVERLAPPED),  # first: its address is the session's
        ("socket", c_uint64),
        ("buffer", c_char * BUFSIZE),
        ("received", c_uint32),  # bytes in the buffer
        ("sent", c_uint32),  # of them, bytes that are on their way back
        ("echoed", c_uint32),  # bytes in all
    )


class EchoServer:
    """The listening socket and the sessions, which must stay in memory while an operation of theirs is pending (S-28)."""

    def __init__(self, w: WinApi) -> None:
        routine: CallbackType = w.CALLBACK(*LPWSAOVERLAPPED_COMPLETION_ROUTINE)
        self.w = w
        self.sessions: dict[int, Session] = {}  # by socket
        self.echoed: list[int] = []  # bytes, of each session that is over
        self.recv_callback = routine(self.received)
        self.send_callback = routine(self.sent)

    def listen(self) -> int:
        """A listening, non-blocking socket."""
        w = self.w
        s = w.socket(AF_INET, SOCK_STREAM, 0)
        server_addr = sockaddr_in(AF_INET, w.htons(PORT), in_addr(w.htonl(INADDR_LOOPBACK)))
        for result in (
            w.ioctlsocket(s, FIONBIO, byref(c_uint32(1))),
            w.bind(s, byref(server_addr), 16),
            w.listen(s, SOMAXCONN),
        ):
            assert result != SOCKET_ERROR
        return s

    def serve(self, clients: int) -> tuple[int, ...]:
        """Serve so many clients until each has left: the bytes echoed to each, sorted."""
        w, accepted = self.w, 0
        listen_socket = self.listen()
        while accepted < clients:
            client_socket = w.accept(listen_socket, None, None)
            if client_socket != INVALID_SOCKET:
                accepted += 1
                session = self.sessions[client_socket] = Session(socket=client_socket)
                self.receive(session)
            elif w.WSAGetLastError() == WSAEWOULDBLOCK:
                w.SleepEx(ACCEPT_PAUSE_MS, TRUE)  # routines run here ...
            else:
                break
        w.closesocket(listen_socket)
        while self.sessions:
            w.SleepEx(INFINITE, TRUE)  # ... and here, for however many sockets
        return tuple(sorted(self.echoed))

    def receive(self, session: Session) -> None:
        """Post a receive; also one that finds data at once has its routine called (S-03)."""
        data, flags = self.wsabuf(session, 0, BUFSIZE), c_uint32()
        self.started(
            session,
            self.w.WSARecv(session.socket, byref(data), 1, None, byref(flags), byref(session.overlapped), self.recv_callback),
        )

    def received(self, error: int, length: int, overlapped: int, flags: int) -> None:
        """The routine of a receive: send back what came. 0 bytes: the client has left (S-48)."""
        session = cast(overlapped, POINTER(Session)).contents
        if error or length == 0:
            self.end(session)
            return
        session.received, session.sent = length, 0
        self.send(session)

    def send(self, session: Session) -> None:
        """Post a send of what is still to be echoed."""
        data = self.wsabuf(session, session.sent, session.received)
        self.started(
            session,
            self.w.WSASend(session.socket, byref(data), 1, None, 0, byref(session.overlapped), self.send_callback),
        )

    def sent(self, error: int, length: int, overlapped: int, flags: int) -> None:
        """The routine of a send: when all is sent, the buffer is free for the next receive."""
        session = cast(overlapped, POINTER(Session)).contents
        if error:
            self.end(session)
            return
        session.sent += length
        session.echoed += length
        if session.sent < session.received:
            self.send(session)
        else:
            self.receive(session)

    def started(self, session: Session, result: int) -> None:
        """An operation that could not start has no routine (S-17)."""
        if result == SOCKET_ERROR and self.w.WSAGetLastError() != WSA_IO_PENDING:
            self.end(session)

    def end(self, session: Session) -> None:
        """Close the client's socket; nothing of the session is pending any more."""
        self.w.closesocket(session.socket)
        self.echoed.append(session.echoed)
        del self.sessions[session.socket]

    @staticmethod
    def wsabuf(session: Session, start: int, end: int) -> WSABUF:
        return WSABUF(end - start, addressof(session) + Session.buffer.offset + start)


def serve(w: WinApi, clients: int) -> tuple[int, ...]:
    """Bytes echoed to each client, sorted: the order in which clients get through is theirs."""
    if w.WSAStartup(0x0202, byref(WSADATA())) != 0:
        return ()
    echoed = EchoServer(w).serve(clients)
    print(f"{len(echoed)} clients served, {sum(echoed)} bytes echoed")
    return echoed


def program(w: WinApi) -> tuple[int, ...]:
    """Three clients."""
    return serve(w, 3)


def alone(w: WinApi) -> tuple[int, ...]:
    """One client."""
    return serve(w, 1)


def thousand(w: WinApi) -> tuple[int, ...]:
    """A thousand clients."""
    return serve(w, 1000)
