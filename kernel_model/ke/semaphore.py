"""Semaphores (NT: KSEMAPHORE).

Sources: learn.microsoft.com "Semaphore Objects", ReleaseSemaphore; ReactOS ex/sem.c (K-40).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.ke.structures import Dispatcher
from alertable.kernel_model.ke.wait import release_waiters
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.ke.structures import KThread


class KSemaphore(Dispatcher):
    """signal_state is the count."""

    __slots__ = ("limit",)

    def __init__(self, k: Core, label: str, count: int, limit: int) -> None:
        super().__init__(k, label, count)
        self.limit = limit

    def satisfy(self, thread: KThread) -> NtStatus:
        self.signal_state -= 1
        return NtStatus.SUCCESS


def release_semaphore(k: Core, semaphore: KSemaphore, adjustment: int) -> int | None:
    """KeReleaseSemaphore: the previous count, or None past the limit, which changes nothing."""
    semaphore.written()
    previous = semaphore.signal_state
    if previous + adjustment > semaphore.limit:
        return None
    semaphore.signal_state = previous + adjustment
    k.handoff.release(semaphore)
    if semaphore.waiters:
        release_waiters(k, semaphore)
    return previous
