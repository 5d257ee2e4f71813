"""S23: only who holds a lock gives it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.rtl.lock import RtlLock


class LockNotHeld(Property):
    """Critical sections and SRW locks; a mutex says ERROR_NOT_OWNER, and a program may ask."""

    id = "S23"
    title = "a lock is released that is not held"
    law = "A critical section is left, and an SRW lock released in the mode in which it was taken, only while it is held."
    source = "learn.microsoft.com LeaveCriticalSection, ReleaseSRWLockExclusive; nng#2092"
    instead = "Release once for every acquire, in the same mode and on the same path"
    default = True
    asks_operations = False

    def lock_not_held(self, t: KThread, lock: RtlLock, function: str) -> None:
        holder = f"{lock.owner.label} holds" if lock.owner is not None else "nobody holds so"
        self.report(f"{t.label} calls {function} on {lock.label}, which {holder}")
