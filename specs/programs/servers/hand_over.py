"""One thread accepts, others serve: how servers whose waits stop at 64 events take more clients than that.

Each serving thread waits for the events of its own clients, and for one more that says a client was handed over to it.
"""

from __future__ import annotations

from ctypes import byref, c_void_p
from typing import Final, Protocol

from alertable.specs.programs.servers.framing import checked, listen, shares
from alertable.winapi import CRITICAL_SECTION, FALSE, INFINITE, LPTHREAD_START_ROUTINE, WSA_INFINITE, WSA_WAIT_FAILED, WinApi

WAIT_MAX: Final = 64  # WSA_MAXIMUM_WAIT_EVENTS


class EventSession(Protocol):
    """A client that tells of what happens through an event of its own."""

    event: int

    def begin(self) -> bool:
        """It was handed over; False if it is over already."""

    def happened(self) -> bool:
        """Its event is signalled; False when the client has gone."""

    def echoed(self) -> int:
        """Bytes so far."""


class MakeSession(Protocol):
    """What makes a session of an accepted socket."""

    def __call__(self, w: WinApi, s: int, /) -> EventSession: ...


class Worker:
    """A serving thread: at most 63 clients, and the event for the next."""

    def __init__(self, w: WinApi, make: MakeSession, quota: int) -> None:
        self.w = w
        self.make = make
        self.quota = quota
        self.arrived = w.WSACreateEvent() or 0
        self.lock = CRITICAL_SECTION()
        w.InitializeCriticalSection(byref(self.lock))
        self.handed: list[int] = []
        self.bytes = 0
        self.error = 0  # why waiting failed

    def hand(self, s: int) -> None:
        """Called by the thread that accepts."""
        w = self.w
        w.EnterCriticalSection(byref(self.lock))
        self.handed.append(s)
        w.LeaveCriticalSection(byref(self.lock))
        w.WSASetEvent(self.arrived)

    def run(self) -> None:
        """Until all clients of the quota have gone, or the wait refuses."""
        w, sessions, left = self.w, list[EventSession](), self.quota
        while left:
            events = (c_void_p * (1 + len(sessions)))(self.arrived, *[session.event for session in sessions])
            index = w.WSAWaitForMultipleEvents(len(events), events, FALSE, WSA_INFINITE, FALSE)
            if index == WSA_WAIT_FAILED:
                self.error = w.WSAGetLastError()
                return
            if index:
                session = sessions.pop(index - 1)  # and to the end: the lowest index wins, so the list must turn round
                if session.happened():
                    sessions.append(session)
                    continue
                gone = [session]
            else:
                w.WSAResetEvent(self.arrived)
                new = [self.make(w, s) for s in self.taken()]
                gone = [session for session in new if not session.begin()]
                sessions += [session for session in new if session not in gone]
            left -= len(gone)
            self.bytes += sum(session.echoed() for session in gone)

    def taken(self) -> list[int]:
        """The sockets that were handed over since the last time."""
        w = self.w
        w.EnterCriticalSection(byref(self.lock))
        handed, self.handed = self.handed, []
        w.LeaveCriticalSection(byref(self.lock))
        return handed

    def close(self) -> None:
        """After its thread has ended."""
        self.w.WSACloseEvent(self.arrived)
        self.w.DeleteCriticalSection(byref(self.lock))


def serve_by(w: WinApi, make: MakeSession, port: int, clients: int, limit: int = WAIT_MAX - 1) -> tuple[int, int]:
    """(bytes echoed, error of a wait that failed); a limit above 63 runs into Windows' own."""
    listener = listen(w, port)
    workers = [Worker(w, make, share) for share in shares(clients, limit)]

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def body(number: int | None) -> int:
        workers[number or 0].run()
        return 0

    threads = [c_void_p(w.CreateThread(None, 0, body, number, 0, None)) for number in range(len(workers))]
    for worker in workers:
        for _ in range(worker.quota):
            worker.hand(checked(w, "accept", w.accept(listener, None, None)))
    for thread, worker in zip(threads, workers, strict=True):
        w.WaitForSingleObject(thread, INFINITE)
        w.CloseHandle(thread)
        worker.close()
    w.closesocket(listener)
    return sum(worker.bytes for worker in workers), max(worker.error for worker in workers)
