"""User-mode locks: critical sections, SRW locks in both modes, condition variables."""

from __future__ import annotations

from ctypes import byref, c_void_p
from typing import TYPE_CHECKING

from alertable.winapi import CRITICAL_SECTION
from tests.audit.shared import SHORT

if TYPE_CHECKING:
    from tests.audit.shared import Shared


def _locks(s: Shared) -> None:
    s.lock = c_void_p()
    s.w.InitializeSRWLock(byref(s.lock))


def _sections(s: Shared) -> None:
    s.section, s.condition = CRITICAL_SECTION(), c_void_p()
    s.w.InitializeCriticalSection(byref(s.section))
    s.w.InitializeConditionVariable(byref(s.condition))
    s.slim, s.changed = c_void_p(), c_void_p()
    s.w.InitializeSRWLock(byref(s.slim))
    s.w.InitializeConditionVariable(byref(s.changed))


def _guarded(s: Shared) -> object:
    s.w.AcquireSRWLockExclusive(byref(s.lock))
    seen = s.cell.fetch_add(10)
    s.w.ReleaseSRWLockExclusive(byref(s.lock))
    return seen


def _tried(s: Shared) -> object:
    got = s.w.TryAcquireSRWLockExclusive(byref(s.lock))
    if got:
        s.w.ReleaseSRWLockExclusive(byref(s.lock))
    return got


def _shared(s: Shared) -> object:
    s.w.AcquireSRWLockShared(byref(s.lock))
    seen = s.cell.load()
    s.w.ReleaseSRWLockShared(byref(s.lock))
    return seen


def _tried_shared(s: Shared) -> object:
    got = s.w.TryAcquireSRWLockShared(byref(s.lock))
    if got:
        seen = s.cell.fetch_add(1)
        s.w.ReleaseSRWLockShared(byref(s.lock))
        return seen
    return "no"


def _entered(s: Shared) -> object:
    s.w.EnterCriticalSection(byref(s.section))
    s.w.EnterCriticalSection(byref(s.section))
    seen = s.cell.fetch_add(10)
    s.w.LeaveCriticalSection(byref(s.section))
    s.w.LeaveCriticalSection(byref(s.section))
    return seen


def _tried_section(s: Shared) -> object:
    got = s.w.TryEnterCriticalSection(byref(s.section))
    if got:
        s.cell.fetch_add(1)
        s.w.LeaveCriticalSection(byref(s.section))
    return got


def _sleeping(s: Shared) -> object:
    s.w.EnterCriticalSection(byref(s.section))
    woken = s.said(s.w.SleepConditionVariableCS(byref(s.condition), byref(s.section), SHORT))
    seen = s.cell.load()
    s.w.LeaveCriticalSection(byref(s.section))
    return woken, seen


def _sleeping_slim(s: Shared) -> object:
    s.w.AcquireSRWLockExclusive(byref(s.slim))
    woken = s.said(s.w.SleepConditionVariableSRW(byref(s.changed), byref(s.slim), SHORT, 0))
    s.w.ReleaseSRWLockExclusive(byref(s.slim))
    return woken


def _held_over(s: Shared) -> object:
    """Holds the lock over another call."""
    s.w.AcquireSRWLockExclusive(byref(s.slim))
    s.cell.fetch_add(1)
    s.w.WakeAllConditionVariable(byref(s.changed))
    s.w.ReleaseSRWLockExclusive(byref(s.slim))
    return None


NEEDS = {"locks": _locks, "sections": _sections}
FAMILIES = {
    "locks": {"guarded": _guarded, "tried": _tried, "shared": _shared, "tried shared": _tried_shared},
    "sections": {
        "entered": _entered,
        "tried": _tried_section,
        "sleeping": _sleeping,
        "wake": lambda s: s.w.WakeConditionVariable(byref(s.condition)),
        "wake all": lambda s: s.w.WakeAllConditionVariable(byref(s.condition)),
        "sleeping slim": _sleeping_slim,
        "held over": _held_over,
    },
}
