"""Events (CreateEventW).

Law: K-34 a manual-reset event stays signalled until it is reset, an auto-reset event until one wait takes it; setting a set
     event or resetting a reset one succeeds and changes nothing.  K-36 a pulse that finds nobody waiting just resets.
Source: learn.microsoft.com "Event Objects", SetEvent, PulseEvent.
"""

from __future__ import annotations

from alertable.winapi import WAIT_OBJECT_0, WAIT_TIMEOUT

Answer = tuple[int, int | None]


class Event:
    """One event, used by threads that never block on it."""

    def __init__(self, *, manual: bool, initial: bool) -> None:
        self.manual = manual
        self.signalled = initial

    def set(self) -> Answer:
        """SetEvent."""
        self.signalled = True
        return 1, None

    def reset(self) -> Answer:
        """ResetEvent."""
        self.signalled = False
        return 1, None

    def pulse(self) -> Answer:
        """PulseEvent with nobody waiting."""
        self.signalled = False
        return 1, None

    def wait(self) -> Answer:
        """WaitForSingleObject(event, 0)."""
        if not self.signalled:
            return WAIT_TIMEOUT, None
        self.signalled = self.manual
        return WAIT_OBJECT_0, None
