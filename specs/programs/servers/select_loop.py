"""select: one thread asks which of its sockets are ready, and looks at each of them after every call.

An fd_set of the usual size holds 64 sockets, and FD_SET silently drops the 65th (S-87); so more clients take more threads,
each with a set of its own.  All threads watch the one listener: who comes too late finds nothing to accept.

Run it with its clients: select_loop.py select_loop.py:three_clients
"""

from __future__ import annotations

from ctypes import byref, c_uint32, c_void_p, create_string_buffer
from typing import Final

from alertable.specs.programs.servers.client import crowd
from alertable.specs.programs.servers.framing import RECEIVE_SIZE, Assembler, checked, listen, shares
from alertable.winapi import (
    FIONBIO,
    INFINITE,
    INVALID_SOCKET,
    LPTHREAD_START_ROUTINE,
    SOCKET_ERROR,
    WSAEWOULDBLOCK,
    WinApi,
    fd_set,
)

PORT: Final = 7792
CLIENTS: Final = 3
FD_SETSIZE: Final = 64


class Session:
    """A client: what came of a message, and what is still to be sent."""

    def __init__(self) -> None:
        self.assembler = Assembler()
        self.outbox = b""


def add(handles: fd_set, s: int) -> None:
    """FD_SET, the macro: a full set stays as it is."""
    if handles.fd_count < FD_SETSIZE:
        handles.fd_array[handles.fd_count] = s
        handles.fd_count += 1


def chosen(handles: fd_set) -> list[int]:
    """The sockets that select left in the set."""
    return list(handles.fd_array[: handles.fd_count])


class Loop:
    """One thread's clients."""

    def __init__(self, w: WinApi, listener: int, quota: int) -> None:
        self.w = w
        self.listener = listener
        self.quota = quota  # clients that are still to be accepted
        self.sessions: dict[int, Session] = {}
        self.echoed = 0
        self.buffer = create_string_buffer(RECEIVE_SIZE)

    def run(self) -> None:
        """Until all clients of the quota have gone."""
        w = self.w
        while self.quota or self.sessions:
            reads, writes = fd_set(), fd_set()
            for s, session in self.sessions.items():
                add(writes if session.outbox else reads, s)  # who does not read its echo is not read from
            if self.quota:
                add(reads, self.listener)
            checked(w, "select", w.select(0, byref(reads), byref(writes), None, None))
            for s in chosen(writes):
                self.send(s)
            for s in chosen(reads):
                if s == self.listener:
                    self.accept()
                else:
                    self.receive(s)

    def accept(self) -> None:
        s = self.w.accept(self.listener, None, None)
        if s != INVALID_SOCKET:  # another thread was faster otherwise
            self.quota -= 1
            self.sessions[s] = Session()

    def receive(self, s: int) -> None:
        w, session = self.w, self.sessions[s]
        got = checked(w, "recv", w.recv(s, self.buffer, RECEIVE_SIZE, 0))
        if not got:
            w.closesocket(s)
            del self.sessions[s]
            return
        whole = session.assembler.feed(self.buffer.raw[:got])
        self.echoed += len(whole)
        session.outbox += whole
        if session.outbox:
            self.send(s)

    def send(self, s: int) -> None:
        w, session = self.w, self.sessions[s]
        sent = w.send(s, session.outbox, len(session.outbox), 0)
        if sent != SOCKET_ERROR:
            session.outbox = session.outbox[sent:]
        elif w.WSAGetLastError() != WSAEWOULDBLOCK:
            checked(w, "send", sent)


def listen_without_blocking(w: WinApi, port: int) -> int:
    """Accepted sockets are non-blocking like their listener (S-71)."""
    listener = listen(w, port)
    w.ioctlsocket(listener, FIONBIO, byref(c_uint32(1)))
    return listener


def serve_in_one_thread(w: WinApi, port: int, clients: int) -> int:
    """Bytes echoed; beyond 64 sockets somebody is never looked at."""
    loop = Loop(w, listen_without_blocking(w, port), clients)
    loop.run()
    w.closesocket(loop.listener)
    return loop.echoed


def serve(w: WinApi, port: int, clients: int) -> int:
    """Bytes echoed, by as many threads as the sets need."""
    listener = listen_without_blocking(w, port)
    loops = [Loop(w, listener, share) for share in shares(clients, FD_SETSIZE - 1)]

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def body(number: int | None) -> int:
        loops[number or 0].run()
        return 0

    threads = [c_void_p(w.CreateThread(None, 0, body, number, 0, None)) for number in range(len(loops))]
    for thread in threads:
        w.WaitForSingleObject(thread, INFINITE)
        w.CloseHandle(thread)
    w.closesocket(listener)
    return sum(loop.echoed for loop in loops)


def program(w: WinApi) -> int:
    """Serves `three_clients`."""
    return serve(w, PORT, CLIENTS)


three_clients = crowd(PORT, CLIENTS, 3)
