"""A completion port and a few threads: whichever thread is free takes the next completion, of any client.

Run it with its clients: completion_port.py completion_port.py:three_clients
"""

from __future__ import annotations

from ctypes import addressof, byref, c_size_t, c_uint32, c_void_p, create_string_buffer
from typing import Final

from alertable.specs.programs.servers.client import crowd
from alertable.specs.programs.servers.framing import RECEIVE_SIZE, Assembler, EchoError, checked, listen
from alertable.winapi import (
    INFINITE,
    INVALID_HANDLE_VALUE,
    LPTHREAD_START_ROUTINE,
    SOCKET_ERROR,
    WSA_IO_PENDING,
    WSABUF,
    WSAOVERLAPPED,
    WinApi,
)

PORT: Final = 7797
CLIENTS: Final = 3
THREADS: Final = 2
QUIT: Final = 0  # the key of the packets that end the threads


class Session:
    """A client with one operation in flight: so only one thread at a time has anything to do with it."""

    def __init__(self, w: WinApi, s: int) -> None:
        self.w = w
        self.s = s
        self.overlapped = WSAOVERLAPPED()
        self.assembler = Assembler()
        self.inbox = create_string_buffer(RECEIVE_SIZE)
        self.outbox = b""
        self.kept: object = None  # the buffer of the send in flight
        self.echoed = 0

    def receive(self) -> None:
        buffer = WSABUF(RECEIVE_SIZE, addressof(self.inbox))
        w = self.w
        self.started("WSARecv", w.WSARecv(self.s, byref(buffer), 1, None, byref(c_uint32()), byref(self.overlapped), None))

    def send(self) -> None:
        data = create_string_buffer(self.outbox, len(self.outbox))
        self.kept = data
        buffer = WSABUF(len(self.outbox), addressof(data))
        self.started("WSASend", self.w.WSASend(self.s, byref(buffer), 1, None, 0, byref(self.overlapped), None))

    def started(self, function: str, result: int) -> None:
        """At once or pending: a packet comes for both (S-62)."""
        if result == SOCKET_ERROR and self.w.WSAGetLastError() != WSA_IO_PENDING:
            raise EchoError(function, self.w.WSAGetLastError())

    def completed(self, count: int) -> bool:
        """Start the next operation; False at the end of the stream."""
        if self.outbox:
            self.outbox = self.outbox[count:]
        elif not count:
            self.w.closesocket(self.s)
            return False
        else:
            self.outbox = self.assembler.feed(self.inbox.raw[:count])
            self.echoed += len(self.outbox)
        if self.outbox:
            self.send()
        else:
            self.receive()
        return True


class Server:
    """The port and its clients; the key of client n is n + 1."""

    def __init__(self, w: WinApi, clients: int, threads: int) -> None:
        self.w = w
        self.port = w.CreateIoCompletionPort(INVALID_HANDLE_VALUE, None, 0, 0)
        self.sessions: list[Session] = []
        self.left = w.Interlocked(clients)
        self.threads = threads

    def accept(self, listener: int) -> None:
        """A new client: its socket belongs to the port before its first receive."""
        w = self.w
        session = Session(w, checked(w, "accept", w.accept(listener, None, None)))
        self.sessions.append(session)
        w.CreateIoCompletionPort(c_void_p(session.s), self.port, len(self.sessions), 0)
        session.receive()

    def work(self) -> None:
        """One of the threads."""
        w, count, key, overlapped = self.w, c_uint32(), c_size_t(), c_void_p()
        while True:
            done = w.GetQueuedCompletionStatus(self.port, byref(count), byref(key), byref(overlapped), INFINITE)
            if not done:
                raise EchoError("an operation", w.GetLastError())
            if key.value == QUIT:
                return
            if not self.sessions[key.value - 1].completed(count.value) and self.left.fetch_add(-1) == 1:
                for _ in range(self.threads):
                    w.PostQueuedCompletionStatus(self.port, 0, QUIT, None)


def serve(w: WinApi, port: int, clients: int, threads: int = THREADS) -> int:
    """Bytes echoed."""
    listener = listen(w, port)
    server = Server(w, clients, threads)

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def body(_parameter: int | None) -> int:
        server.work()
        return 0

    workers = [c_void_p(w.CreateThread(None, 0, body, None, 0, None)) for _ in range(threads)]
    for _ in range(clients):
        server.accept(listener)
    for worker in workers:
        w.WaitForSingleObject(worker, INFINITE)
        w.CloseHandle(worker)
    w.closesocket(listener)
    w.CloseHandle(server.port)
    return sum(session.echoed for session in server.sessions)


def program(w: WinApi) -> int:
    """Serves `three_clients`."""
    return serve(w, PORT, CLIENTS)


three_clients = crowd(PORT, CLIENTS, 3)
