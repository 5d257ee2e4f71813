"""Mutexes (CreateMutexW).

Law: K-37 the owner may take a mutex again, and it is free after as many releases; who does not own it cannot release it
     (ERROR_NOT_OWNER).  K-38 when the owner ends, the mutex is free and abandoned: the next wait gets it with
     WAIT_ABANDONED, once, and its recursion starts again at one.
Source: learn.microsoft.com "Mutex Objects", ReleaseMutex.
"""

from __future__ import annotations

from alertable.winapi import ERROR_NOT_OWNER, WAIT_ABANDONED, WAIT_OBJECT_0, WAIT_TIMEOUT

Answer = tuple[int, int | None]
Thread = int  # any name for a thread


class Mutex:
    """One mutex: owned depth times by one thread, or free."""

    def __init__(self, initial_owner: Thread | None = None) -> None:
        self.owner = initial_owner
        self.depth = 0 if initial_owner is None else 1
        self.abandoned = False

    def wait(self, thread: Thread) -> Answer:
        """WaitForSingleObject(mutex, 0) of a thread."""
        if self.owner not in (None, thread):
            return WAIT_TIMEOUT, None
        result = WAIT_ABANDONED if self.abandoned else WAIT_OBJECT_0
        self.abandoned = False
        self.owner = thread
        self.depth += 1
        return result, None

    def release(self, thread: Thread) -> Answer:
        """ReleaseMutex of a thread."""
        if self.owner != thread:
            return 0, ERROR_NOT_OWNER
        self.depth -= 1
        if self.depth == 0:
            self.owner = None
        return 1, None

    def thread_ends(self, thread: Thread) -> None:
        """A thread ends, whatever it owns."""
        if self.owner == thread:
            self.owner = None
            self.depth = 0
            self.abandoned = True
