"""Mutexes (NT: KMUTANT): owned, recursive, abandoned when the owner ends.

Sources: learn.microsoft.com "Mutex Objects", ReleaseMutex; Wine ntdll/tests/sync.c test_mutant (K-37 to K-39).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.ke.structures import Dispatcher
from alertable.kernel_model.ke.wait import release_waiters
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.ke.structures import KThread


class KMutant(Dispatcher):
    """signal_state: 1 free; 0, -1, ... held once, twice, ... by owner."""

    __slots__ = ("abandoned", "owner")

    def __init__(self, k: Core, label: str) -> None:
        super().__init__(k, label, 1)
        self.owner: KThread | None = None
        self.abandoned = False

    def signaled_for(self, thread: KThread) -> bool:
        return self.owner is None or self.owner is thread  # for its owner a mutex always counts as signalled

    def satisfy(self, thread: KThread) -> NtStatus:
        self.signal_state -= 1
        if self.owner is None:
            self.owner = thread
            thread.owned_mutants.append(self)
        if self.abandoned:
            self.abandoned = False
            return NtStatus.ABANDONED_WAIT_0
        return NtStatus.SUCCESS

    def held_by(self) -> KThread | None:
        return self.owner


def release_mutant(k: Core, t: KThread, mutant: KMutant) -> NtStatus:
    """KeReleaseMutant by its owner: SUCCESS | MUTANT_NOT_OWNED."""
    if mutant.owner is not t:
        mutant.read()
        return NtStatus.MUTANT_NOT_OWNED
    mutant.written()
    mutant.signal_state += 1
    if mutant.signal_state == 1:
        _free(k, t, mutant)
    return NtStatus.SUCCESS


def abandon_mutants(k: Core, t: KThread) -> None:
    """The owner has ended: each of its mutexes is free and says so to the next owner, once (K-38)."""
    for mutant in tuple(t.owned_mutants):
        mutant.signal_state = 1
        mutant.abandoned = True
        mutant.written()
        _free(k, t, mutant)


def _free(k: Core, t: KThread, mutant: KMutant) -> None:
    k.handoff.release(mutant, anew=True)
    mutant.owner = None
    t.owned_mutants.remove(mutant)
    if mutant.waiters:
        release_waiters(k, mutant)
