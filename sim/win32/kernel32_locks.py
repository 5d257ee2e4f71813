"""kernel32: critical sections, SRW locks, condition variables.

The locks live in user mode; the kernel model keeps their state by address and the program's structure shows it.
Differs: F-015 giving back a lock that is not held raises; Windows does so for SRW locks, and corrupts critical sections.
Sources: learn.microsoft.com "Critical Section Objects", "Slim Reader/Writer (SRW) Locks", "Condition Variables" (K-49 to K-51);
         Wine kernel32/tests/sync.c test_srwlock_base, test_condvars_base.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NoReturn

from alertable.kernel_model.rtl.condition import RtlCondition, sleep_on, wake
from alertable.kernel_model.rtl.lock import RtlLock, release, take_lock, try_acquire, want_lock
from alertable.kernel_model.status import NtStatus
from alertable.sim.win32.door import Door, dword, timeout_100ns
from alertable.sim.win32.memory import variable_of

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import EProcess, KThread
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.win32.memory import Block, Pointer, Region

ERROR_TIMEOUT: Final = 1460
LOCKMODE_SHARED: Final = 1
SRW_EXCLUSIVE: Final = 1
SRW_SHARED_UNIT: Final = 0x10
UNNAMED: Final = "lock?"


class LockNotHeld(OSError):
    """A lock is given back that the thread does not hold."""

    def __init__(self, function: str, lock: RtlLock) -> None:
        holder = f"{lock.owner.label} holds it" if lock.owner is not None else "nobody holds it so"
        super().__init__(f"exception: STATUS_RESOURCE_NOT_OWNED in {function}: {lock.label}, {holder}")


class LockTable:
    """The locks of one process, by address; numbers and names of locks are a process's own, as its memory is."""

    __slots__ = ("entries", "made")

    def __init__(self) -> None:
        self.entries: dict[int, tuple[RtlLock, Block]] = {}
        self.made = 0


class Kernel32Locks(Door):
    """User-mode locks."""

    __slots__ = ("_conditions", "_locks", "_named", "unnamed", "wanted")

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self._locks: dict[EProcess, LockTable] = defaultdict(LockTable)
        self._named: dict[KThread, int] = {}  # locks and condition variables that each thread was the first to use
        self.unnamed = 0  # locks without a name that executions agree on
        self.wanted: dict[str, tuple[int, bool]] = {}  # thread -> the lock that is its next step, shared?
        self._conditions: dict[int, RtlCondition] = {}

    def _lock(self, function: str, pointer: Pointer, *, section: bool) -> tuple[RtlLock, Region]:
        region = self._need(function, pointer, 40 if section else 8)
        lock, block = self._table().entries.get(region.address, (None, None))
        if lock is None or lock.recursive is not section or block is not region.block:  # other memory at the same address
            lock = self._new_lock(region, section, initialized=False)
        return lock, region

    def _table(self) -> LockTable:
        return self._locks[self._m.current.process]

    def _new_lock(self, region: Region, section: bool, *, initialized: bool) -> RtlLock:
        table = self._table()
        table.made += 1
        label = self._lock_label(region, f"{'critical section' if section else 'SRW lock'} {table.made}")
        lock = RtlLock(self._k, label, section, self._key(region, initialized) if self._m.explorer is not None else label)
        table.entries[region.address] = lock, region.block
        return lock

    def _key(self, region: Region, initialized: bool) -> str:
        """A name for footprints that every execution agrees on: by who initializes the lock, or by the variable that holds it.

        A lock that is neither is named by who uses it first (`UNNAMED`), which executions differ in.
        """
        t: KThread = self._m.current
        variable = None if initialized else variable_of(region)
        if variable is not None:
            name = f"{variable} of {t.process.label}"
            if all(lock.key != name for lock, _ in self._table().entries.values()):
                return name
        self._named[t] = number = self._named.get(t, 0) + 1
        if not initialized:
            self.unnamed += 1
        return f"{'lock' if initialized else UNNAMED} {t.label}.{number}"

    def _show(self, lock: RtlLock, region: Region) -> None:
        """What a debugger would see in the structure."""
        if lock.recursive:
            owner = lock.owner.tid if lock.owner is not None else 0
            region.write(8, struct.pack("<iiQ", -1 if not lock.depth else -2, lock.depth, owner))
        else:
            value = SRW_EXCLUSIVE if lock.owner is not None else sum(lock.shared.values()) * SRW_SHARED_UNIT + bool(lock.shared)
            region.write(0, value.to_bytes(8, "little"))

    def _acquire(self, function: str, pointer: Pointer, *, section: bool, shared: bool) -> None:
        t: KThread = self._m.current
        lock, region = self._lock(function, pointer, section=section)
        self._take(t, lock, region, shared, function)

    def _take(self, t: KThread, lock: RtlLock, region: Region, shared: bool, function: str) -> None:
        """One event, the acquire: waiting for the lock is none, for nothing promises an order."""
        if not self._m.asked and lock.admits(t, shared):
            self._enter()
            try_acquire(self._k, t, lock, shared)
        else:
            self._m.check()
            while True:
                if not lock.admits(t, shared):
                    self._begin(t)
                want_lock(self._k, t, lock, shared, function)
                self.wanted[t.label] = lock.bit, shared
                self._m.wait_to_be_let_in(t)
                del self.wanted[t.label]
                self._begin(t)
                if take_lock(self._k, t, lock):
                    break
        self._show(lock, region)

    def _try(self, function: str, pointer: Pointer, *, section: bool, shared: bool) -> int:
        lock, region = self._lock(function, pointer, section=section)
        t = self._enter()
        if not try_acquire(self._k, t, lock, shared):
            self._m.polled_in_vain(t)
            return 0
        self._show(lock, region)
        return 1

    def _release(self, function: str, pointer: Pointer, *, section: bool, shared: bool) -> None:
        lock, region = self._lock(function, pointer, section=section)
        t = self._enter()
        if not release(self._k, t, lock, shared):
            self._not_held(t, lock, function)
        self._show(lock, region)

    def _not_held(self, t: KThread, lock: RtlLock, function: str) -> NoReturn:
        """The program gives back what it does not have: a violation (S23), and whoever looks for none gets an exception."""
        if self._k.trace is not None:
            self._k.trace.lock_not_held(t, lock, function)
        raise LockNotHeld(function, lock)

    # ---- critical sections ------------------------------------------------------------------------------------------------

    def InitializeCriticalSection(self, lpCriticalSection: Pointer, /) -> None:
        self._initialize("InitializeCriticalSection", lpCriticalSection)

    def InitializeCriticalSectionAndSpinCount(self, lpCriticalSection: Pointer, dwSpinCount: int, /) -> int:
        self._initialize("InitializeCriticalSectionAndSpinCount", lpCriticalSection)
        return 1

    def InitializeCriticalSectionEx(self, lpCriticalSection: Pointer, dwSpinCount: int, Flags: int, /) -> int:
        self._initialize("InitializeCriticalSectionEx", lpCriticalSection)
        return 1

    def _initialize(self, function: str, pointer: Pointer) -> None:
        self._enter()
        region = self._need(function, pointer, 40)
        region.write(0, bytes(8) + struct.pack("<iiQQQ", -1, 0, 0, 0, 0))
        self._new_lock(region, True, initialized=True)

    def DeleteCriticalSection(self, lpCriticalSection: Pointer, /) -> None:
        self._enter()
        region = self._need("DeleteCriticalSection", lpCriticalSection, 40)
        self._table().entries.pop(region.address, None)

    def EnterCriticalSection(self, lpCriticalSection: Pointer, /) -> None:
        self._acquire("EnterCriticalSection", lpCriticalSection, section=True, shared=False)

    def TryEnterCriticalSection(self, lpCriticalSection: Pointer, /) -> int:
        return self._try("TryEnterCriticalSection", lpCriticalSection, section=True, shared=False)

    def LeaveCriticalSection(self, lpCriticalSection: Pointer, /) -> None:
        self._release("LeaveCriticalSection", lpCriticalSection, section=True, shared=False)

    # ---- SRW locks --------------------------------------------------------------------------------------------------------

    def InitializeSRWLock(self, SRWLock: Pointer, /) -> None:
        self._enter()
        region = self._need("InitializeSRWLock", SRWLock, 8)
        region.write(0, bytes(8))
        self._new_lock(region, False, initialized=True)

    def AcquireSRWLockExclusive(self, SRWLock: Pointer, /) -> None:
        self._acquire("AcquireSRWLockExclusive", SRWLock, section=False, shared=False)

    def AcquireSRWLockShared(self, SRWLock: Pointer, /) -> None:
        self._acquire("AcquireSRWLockShared", SRWLock, section=False, shared=True)

    def TryAcquireSRWLockExclusive(self, SRWLock: Pointer, /) -> int:
        return self._try("TryAcquireSRWLockExclusive", SRWLock, section=False, shared=False)

    def TryAcquireSRWLockShared(self, SRWLock: Pointer, /) -> int:
        return self._try("TryAcquireSRWLockShared", SRWLock, section=False, shared=True)

    def ReleaseSRWLockExclusive(self, SRWLock: Pointer, /) -> None:
        self._release("ReleaseSRWLockExclusive", SRWLock, section=False, shared=False)

    def ReleaseSRWLockShared(self, SRWLock: Pointer, /) -> None:
        self._release("ReleaseSRWLockShared", SRWLock, section=False, shared=True)

    # ---- condition variables -----------------------------------------------------------------------------------------------

    def _condition(self, function: str, pointer: Pointer) -> RtlCondition:
        region = self._need(function, pointer, 8)
        condition = self._conditions.get(region.address)
        if condition is None:
            label = self._lock_label(region, "condition variable")
            condition = self._conditions[region.address] = RtlCondition(self._k, label)
        return condition

    def InitializeConditionVariable(self, ConditionVariable: Pointer, /) -> None:
        self._enter()
        region = self._need("InitializeConditionVariable", ConditionVariable, 8)
        region.write(0, bytes(8))
        self._conditions.pop(region.address, None)

    def SleepConditionVariableCS(self, ConditionVariable: Pointer, CriticalSection: Pointer, dwMilliseconds: int, /) -> int:
        return self._sleep(
            "SleepConditionVariableCS", ConditionVariable, CriticalSection, dwMilliseconds, section=True, shared=False
        )

    def SleepConditionVariableSRW(self, ConditionVariable: Pointer, SRWLock: Pointer, dwMilliseconds: int, Flags: int, /) -> int:
        shared = bool(dword(Flags) & LOCKMODE_SHARED)
        return self._sleep("SleepConditionVariableSRW", ConditionVariable, SRWLock, dwMilliseconds, section=False, shared=shared)

    def _sleep(self, function: str, condition_at: Pointer, lock_at: Pointer, ms: int, *, section: bool, shared: bool) -> int:
        lock, region = self._lock(function, lock_at, section=section)
        t = self._enter()
        condition = self._condition(function, condition_at)
        depth = lock.depth
        if not release(self._k, t, lock, shared):
            self._not_held(t, lock, function)
        if lock.owner is t:
            self._not_modelled(function, f"sleeping with a critical section entered {depth} times")
        self._show(lock, region)
        timeout = timeout_100ns(ms)
        if timeout == 0:
            status: int = NtStatus.TIMEOUT
        else:
            sleep_on(self._k, t, condition, timeout, function)
            status = self._m.block()
        self._take(t, lock, region, shared, function)
        if status == NtStatus.TIMEOUT:
            t.last_error = ERROR_TIMEOUT
            if timeout == 0:
                self._m.polled_in_vain(t)
            return 0
        return 1

    def WakeConditionVariable(self, ConditionVariable: Pointer, /) -> None:
        self._enter()
        wake(self._k, self._condition("WakeConditionVariable", ConditionVariable), False)

    def WakeAllConditionVariable(self, ConditionVariable: Pointer, /) -> None:
        self._enter()
        wake(self._k, self._condition("WakeAllConditionVariable", ConditionVariable), True)
