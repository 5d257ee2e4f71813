"""The programs that the benchmarks run; each returns how many operations it made."""

from __future__ import annotations

from ctypes import addressof, byref, c_int32, c_size_t, c_uint32, c_void_p, create_string_buffer, sizeof
from typing import TYPE_CHECKING, Any

from alertable.winapi import COMPLETION_ROUTINE, INFINITE, OVERLAPPED, WSABUF, sockaddr_in

if TYPE_CHECKING:
    from alertable.winapi.surface import WinApi

CALLS = 100_000
TRIPS = 20_000
CLIENTS = 1_000
MESSAGES = 3


def alternate_events(w: WinApi) -> int:
    """SetEvent, WaitForSingleObject, and again."""
    event = w.CreateEventW(None, 0, 0, None)
    for _ in range(CALLS):
        w.SetEvent(event)
        w.WaitForSingleObject(event, 0)
    return 2 * CALLS


def alternate_apcs(w: WinApi) -> int:
    """QueueUserAPC to itself, SleepEx, and again."""
    ran: list[int] = []
    routine = w.CALLBACK(None, c_size_t)(ran.append)
    me = w.GetCurrentThread()
    for _ in range(CALLS):
        w.QueueUserAPC(routine, me, 1)
        w.SleepEx(0, 1)
    assert len(ran) == CALLS
    return 2 * CALLS


def ping_pong(w: WinApi) -> int:
    """Two threads hand an auto-reset event to each other: every call switches."""
    ping, pong = w.CreateEventW(None, 0, 0, None), w.CreateEventW(None, 0, 0, None)

    def other(_parameter: int | None) -> int:
        for _ in range(CALLS // 4):
            w.WaitForSingleObject(ping, INFINITE)
            w.SetEvent(pong)
        return 0

    routine = w.CALLBACK(c_uint32, c_void_p)(other)
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    for _ in range(CALLS // 4):
        w.SetEvent(ping)
        w.WaitForSingleObject(pong, INFINITE)
    w.WaitForSingleObject(thread, INFINITE)
    return CALLS


def pair(w: WinApi) -> tuple[int, int]:
    """A connected pair of sockets."""
    listener, address = listening(w)
    client = w.WSASocketW(2, 1, 6, None, 0, 1)
    w.connect(client, byref(address), sizeof(address))
    server = w.accept(listener, None, None)
    w.closesocket(listener)
    return client, server


def listening(w: WinApi) -> tuple[int, sockaddr_in]:
    """A listener on a free port of the loopback."""
    listener = w.WSASocketW(2, 1, 6, None, 0, 1)
    address = sockaddr_in(2, 0)
    length = c_int32(sizeof(address))
    w.bind(listener, byref(address), sizeof(address))
    w.getsockname(listener, byref(address), byref(length))
    address.sin_addr.S_addr = w.htonl(0x7F000001)
    w.listen(listener, CLIENTS)
    return listener, address


def round_trips(w: WinApi) -> int:
    """WSARecv with a routine, WSASend from the other side, SleepEx that runs the routine."""
    client, server = pair(w)
    into, data = create_string_buffer(64), create_string_buffer(b"x" * 64, 64)
    receive, send = WSABUF(64, addressof(into)), WSABUF(64, addressof(data))
    receiving, sending = OVERLAPPED(), OVERLAPPED()
    got, flags, sent = c_uint32(), c_uint32(), c_uint32()
    done: list[int] = []

    def received(_error: int, count: int, _overlapped: int | None, _flags: int) -> None:
        done.append(count)

    routine = w.CALLBACK(*COMPLETION_ROUTINE)(received)
    for _ in range(TRIPS):
        w.WSARecv(server, byref(receive), 1, byref(got), byref(flags), byref(receiving), routine)
        w.WSASend(client, byref(send), 1, byref(sent), 0, byref(sending), None)
        w.SleepEx(INFINITE, 1)
    assert len(done) == TRIPS
    return TRIPS


class Session:
    """One client of the thousand."""

    def __init__(self, w: WinApi, s: int, routine: Any) -> None:
        self.w, self.s, self.routine = w, s, routine
        self.data = create_string_buffer(64)
        self.buffer = WSABUF(64, addressof(self.data))
        self.overlapped = OVERLAPPED()
        self.flags = c_uint32()

    def receive(self) -> None:
        """Post the next receive."""
        self.buffer.len = 64
        self.w.WSARecv(self.s, byref(self.buffer), 1, None, byref(self.flags), byref(self.overlapped), self.routine)


def thousand_clients(w: WinApi) -> int:
    """An echo server driven by completion routines and a thousand clients, all on one thread of one process."""
    listener, address = listening(w)
    sessions: dict[int, Session] = {}
    echoed: list[int] = []

    def received(_error: int, count: int, overlapped: int | None, _flags: int) -> None:
        if count:
            session = sessions[overlapped or 0]
            echoed.append(w.send(session.s, session.data, count, 0))
            session.receive()

    routine = w.CALLBACK(*COMPLETION_ROUTINE)(received)
    clients = []
    for _ in range(CLIENTS):
        client = w.WSASocketW(2, 1, 6, None, 0, 1)
        w.connect(client, byref(address), sizeof(address))
        clients.append(client)
        session = Session(w, w.accept(listener, None, None), routine)
        sessions[addressof(session.overlapped)] = session
        session.receive()
    answer = create_string_buffer(64)
    for _ in range(MESSAGES):
        for client in clients:
            w.send(client, b"hello", 5, 0)
        while w.SleepEx(0, 1) == 192:
            pass
        for client in clients:
            assert w.recv(client, answer, 64, 0) == 5
    for client in clients:
        w.closesocket(client)
    while w.SleepEx(10, 1) == 192:
        pass
    for session in sessions.values():
        w.closesocket(session.s)
    return len(echoed)
