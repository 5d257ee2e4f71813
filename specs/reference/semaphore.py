"""Semaphores (CreateSemaphoreW).

Law: a wait takes one of the count, and fails to while the count is 0.  K-40 a release adds to the count and tells the count
     before; one that would pass the maximum fails with ERROR_TOO_MANY_POSTS, one of less than 1 with
     ERROR_INVALID_PARAMETER, and neither changes anything or stores a previous count.
Source: learn.microsoft.com "Semaphore Objects", ReleaseSemaphore.
"""

from __future__ import annotations

from alertable.winapi import ERROR_INVALID_PARAMETER, ERROR_TOO_MANY_POSTS, WAIT_OBJECT_0, WAIT_TIMEOUT

Answer = tuple[int, int | None]
Released = tuple[tuple[int, int | None], int | None]  # ((result, previous count or None where none was stored), last error)


class Semaphore:
    """One semaphore: 0 <= count <= maximum."""

    def __init__(self, initial: int, maximum: int) -> None:
        self.count = initial
        self.maximum = maximum

    def release(self, n: int) -> Released:
        """ReleaseSemaphore(semaphore, n, &previous)."""
        if n < 1:
            return (0, None), ERROR_INVALID_PARAMETER
        if self.count + n > self.maximum:
            return (0, None), ERROR_TOO_MANY_POSTS
        previous = self.count
        self.count += n
        return (1, previous), None

    def wait(self) -> Answer:
        """WaitForSingleObject(semaphore, 0)."""
        if self.count == 0:
            return WAIT_TIMEOUT, None
        self.count -= 1
        return WAIT_OBJECT_0, None
