"""Guarded locks: the common part of critical sections and SRW locks.

State is kept by address, beside the program's memory, which only shows it (OwningThread, Ptr).
Models:  exclusive and shared modes, recursion for critical sections, try, waiting in any order.
Rejects: spin counts (accepted, without effect), keyed events of the real implementation (not observable).
Differs: F-012 of the structures only zero and nonzero, OwningThread and RecursionCount are Windows'.
Sources: learn.microsoft.com "Critical Section Objects", "Slim Reader/Writer (SRW) Locks" (K-49, K-50).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.footprint import Cell
from alertable.kernel_model.ke.structures import Wait
from alertable.kernel_model.ke.wait import block, end_wait

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.ke.structures import KThread


class RtlLock(Cell):
    """owner: exclusive holder; depth: its recursion; shared: how many shared holders, by thread."""

    __slots__ = ("depth", "key", "label", "owner", "recursive", "shared", "waiting")

    def __init__(self, k: Core, label: str, recursive: bool, key: str) -> None:
        super().__init__(k.footprint, key)
        self.label = label
        self.key = key  # in footprints
        self.recursive = recursive
        self.owner: KThread | None = None
        self.depth = 0
        self.shared: dict[KThread, int] = {}
        self.waiting: dict[KThread, tuple[bool, str]] = {}  # thread -> (wants it shared, function); oldest first

    def admits(self, t: KThread, shared: bool) -> bool:
        """Could the thread take the lock now?"""
        if self.owner is not None:
            return self.recursive and self.owner is t
        return shared or not self.shared

    def take(self, t: KThread, shared: bool) -> None:
        """Take it; admits() holds."""
        if shared:
            self.shared[t] = self.shared.get(t, 0) + 1
        else:
            self.owner = t
            self.depth += 1

    def noted(self, operation: str) -> None:
        """A footprint tells operations on locks apart, rather than reads and writes."""
        self.footprint.locked(self.bit, operation)

    @property
    def held(self) -> bool:
        """Is it held in any mode?"""
        return self.owner is not None or bool(self.shared)


def try_acquire(k: Core, t: KThread, lock: RtlLock, shared: bool) -> bool:
    """Take the lock if it admits the thread."""
    admitted = lock.admits(t, shared)
    lock.noted(("t" if shared else "T") if admitted else "?")
    if not admitted:
        return False
    lock.take(t, shared)
    _acquired(k, t, lock, shared)
    if lock.waiting:
        refresh(k, lock)
    return True


def want_lock(k: Core, t: KThread, lock: RtlLock, shared: bool, reason: str) -> None:
    """The thread's next step is to take the lock: it is ready exactly while the lock admits it."""
    lock.waiting[t] = (shared, reason)
    if lock.admits(t, shared):
        k.make_ready(t)
    else:
        _lock_out(k, t, lock, reason)


def take_lock(k: Core, t: KThread, lock: RtlLock) -> bool:
    """The thread was let run: take the lock; False (and wanting it still) if it was suspended meanwhile and is too late."""
    shared, _ = lock.waiting.pop(t)
    if not lock.admits(t, shared):
        return False
    lock.take(t, shared)
    _acquired(k, t, lock, shared)
    lock.noted("S" if shared else "X")
    refresh(k, lock)
    return True


def _acquired(k: Core, t: KThread, lock: RtlLock, shared: bool) -> None:
    """Whoever reads comes after those who wrote; whoever writes also after those who read."""
    k.handoff.acquire(lock, t)
    if not shared:
        k.handoff.acquire(lock.shared, t)


def _lock_out(k: Core, t: KThread, lock: RtlLock, reason: str) -> None:
    wait = Wait(t, (), False, False, reason)
    wait.lock = lock
    block(k, wait, None)


def release(k: Core, t: KThread, lock: RtlLock, shared: bool) -> bool:
    """Give it back once; False if the thread does not hold it so."""
    if shared:
        count = lock.shared.get(t, 0)
        if not count:
            # SRW locks have no owners: any thread may release a shared hold
            holder = next(iter(lock.shared), None)
            if holder is None:
                return False
            t, count = holder, lock.shared[holder]
        if count == 1:
            del lock.shared[t]
        else:
            lock.shared[t] = count - 1
    else:
        if lock.owner is None or (lock.recursive and lock.owner is not t):
            return False
        lock.depth -= 1
        if not lock.depth:
            lock.owner = None
    k.handoff.release(lock.shared if shared else lock)
    lock.noted("s" if shared else "x")
    if lock.waiting:
        refresh(k, lock)
    return True


def refresh(k: Core, lock: RtlLock) -> None:
    """After every change of state: a wanting thread is ready exactly while the lock admits it.

    Letting a thread in or locking it out again is no event of its own: whoever explores sees the acquire alone.
    """
    mark = k.footprint.mark()
    for t, (shared, reason) in lock.waiting.items():
        if lock.admits(t, shared):
            if t.wait is not None:
                end_wait(k, t.wait, 0)
        elif t.wait is None and not t.terminated:
            k.unready(t)
            _lock_out(k, t, lock, reason)
    k.footprint.rewind(mark)
