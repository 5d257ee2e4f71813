"""Waitable timers (CreateWaitableTimerW) without a completion routine.

Law: K-42 a timer begins inactive and unsignalled; from its due time on it is signalled, a manual-reset timer until it is set
     again, a synchronization timer until one wait takes it.  K-43 setting it stops it, makes it unsignalled and starts it
     anew; cancelling stops it and leaves the signal.  K-46 a periodic timer signals every period, and signals do not count.
     K-48 due times are in 100 ns, negative ones from now on, others since 1601; one that has passed signals at once.  A
     negative period fails with ERROR_INVALID_PARAMETER.
Source: learn.microsoft.com "Waitable Timer Objects", SetWaitableTimer, CancelWaitableTimer; ReactOS ex/timer.c.

Time is what the caller says it is: each method takes the system time of its call, which never goes back.
"""

from __future__ import annotations

from typing import Final

from alertable.winapi import ERROR_INVALID_PARAMETER, WAIT_OBJECT_0, WAIT_TIMEOUT

Answer = tuple[int, int | None]
MILLISECOND: Final = 10_000  # in units of 100 ns


class Timer:
    """One timer: signalled or not, and due at some time or inactive."""

    def __init__(self, *, manual: bool) -> None:
        self.manual = manual
        self.signalled = False
        self.due_100ns: int | None = None
        self.period_ms = 0

    def set(self, now_100ns: int, due_100ns: int, period_ms: int = 0) -> Answer:
        """SetWaitableTimer(timer, &due, period, NULL, NULL, 0)."""
        if period_ms < 0:
            return 0, ERROR_INVALID_PARAMETER
        self.signalled = False
        self.due_100ns = now_100ns - due_100ns if due_100ns < 0 else max(now_100ns, due_100ns)
        self.period_ms = period_ms
        return 1, None

    def cancel(self, now_100ns: int) -> Answer:
        """CancelWaitableTimer."""
        self._pass_time(now_100ns)
        self.due_100ns = None
        return 1, None

    def wait(self, now_100ns: int) -> Answer:
        """WaitForSingleObject(timer, 0)."""
        self._pass_time(now_100ns)
        if not self.signalled:
            return WAIT_TIMEOUT, None
        self.signalled = self.manual
        return WAIT_OBJECT_0, None

    def _pass_time(self, now_100ns: int) -> None:
        while self.due_100ns is not None and self.due_100ns <= now_100ns:
            self.signalled = True
            self.due_100ns = self.due_100ns + self.period_ms * MILLISECOND if self.period_ms else None
