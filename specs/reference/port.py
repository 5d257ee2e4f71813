"""Completion ports (CreateIoCompletionPort) with posted packets.

Law: K-52 packets are first in, first out, and carry bytes, key and pointer unchanged.  K-53 nothing there is 0, WAIT_TIMEOUT
     and a NULL pointer.  K-58 the thread that blocked last gets the next packet.  K-60 the handle is signalled while packets
     are queued.  K-57 closing ends the calls of all blocked threads with ERROR_ABANDONED_WAIT_0; K-72 a closed handle is
     ERROR_INVALID_HANDLE.
Source: learn.microsoft.com "I/O Completion Ports", GetQueuedCompletionStatus, PostQueuedCompletionStatus; Wine
     ntdll/tests/sync.c test_completion_port_scheduling.

Left out: the concurrency limit (K-59) and handles whose operations report to the port.
"""

from __future__ import annotations

from collections import deque

from alertable.winapi import ERROR_ABANDONED_WAIT_0, ERROR_INVALID_HANDLE, WAIT_FAILED, WAIT_OBJECT_0, WAIT_TIMEOUT

Answer = tuple[int, int | None]
Packet = tuple[int, int, int | None]  # bytes, key, pointer
Got = tuple[tuple[int, Packet | None], int | None]  # ((result, packet), last error)
Thread = int  # any name for a thread


class Port:
    """One port with a concurrency value that is never reached; at any time it has packets, or blocked threads, or neither."""

    def __init__(self) -> None:
        self.packets: deque[Packet] = deque()
        self.blocked: list[Thread] = []
        self.answered: dict[Thread, Got] = {}  # what calls that blocked have returned
        self.closed = False

    def post(self, packet: Packet) -> Answer:
        """PostQueuedCompletionStatus."""
        if self.closed:
            return 0, ERROR_INVALID_HANDLE
        if self.blocked:
            self.answered[self.blocked.pop()] = (1, packet), None
        else:
            self.packets.append(packet)
        return 1, None

    def get(self) -> Got:
        """GetQueuedCompletionStatus with time-out 0."""
        if self.closed:
            return (0, None), ERROR_INVALID_HANDLE
        if not self.packets:
            return (0, None), WAIT_TIMEOUT
        return (1, self.packets.popleft()), None

    def get_blocking(self, thread: Thread) -> None:
        """GetQueuedCompletionStatus with time-out INFINITE, on a thread of its own; the answer comes in `answered`."""
        if self.closed or self.packets:
            self.answered[thread] = self.get()
        else:
            self.blocked.append(thread)

    def wait(self) -> Answer:
        """WaitForSingleObject(port, 0)."""
        if self.closed:
            return WAIT_FAILED, ERROR_INVALID_HANDLE
        return (WAIT_OBJECT_0 if self.packets else WAIT_TIMEOUT), None

    def close(self) -> Answer:
        """CloseHandle of the only handle."""
        if self.closed:
            return 0, ERROR_INVALID_HANDLE
        self.closed = True
        self.answered |= dict.fromkeys(self.blocked, ((0, None), ERROR_ABANDONED_WAIT_0))
        self.blocked.clear()
        return 1, None
