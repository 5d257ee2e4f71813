"""S10: no routine runs while its thread holds a lock, and none inside another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alertable.kernel_model.ke.structures import KApc, KThread

CHANGES: Final[Mapping[str, int]] = {
    "EnterCriticalSection": 1, "AcquireSRWLockExclusive": 1, "AcquireSRWLockShared": 1,
    "LeaveCriticalSection": -1, "ReleaseSRWLockExclusive": -1, "ReleaseSRWLockShared": -1,
}  # fmt: skip
TRIES: Final = ("TryEnterCriticalSection", "TryAcquireSRWLockExclusive", "TryAcquireSRWLockShared")


class ApcSafety(Property):
    """Opt-in: routines that touch nothing the lock protects are harmless, and nobody can see that."""

    id = "S10"
    title = "a routine runs where it is not safe"
    law = "When an APC starts, its thread holds no lock and is in no other routine."
    source = 'learn.microsoft.com "Alertable I/O"; vibe-d/eventcore#57; dotnet/runtime#97105'
    instead = "Let routines only enqueue, and wait alertably with no lock held"

    def __init__(self) -> None:
        self._held: dict[KThread, int] = {}
        self._inside: dict[KThread, int] = {}

    def returned(self, t: KThread, function: str, arguments: tuple[Any, ...], result: Any) -> None:
        change = CHANGES.get(function, 1 if function in TRIES and result else 0)
        if change:
            self._held[t] = self._held.get(t, 0) + change

    def routine_begins(self, t: KThread, apc: KApc) -> None:
        depth = self._inside[t] = self._inside.get(t, 0) + 1
        name = getattr(apc.routine, "name", "a routine")
        held = self._held.get(t, 0) + len(t.owned_mutants)
        if held:
            self.report(f"{name} runs on {t.label} while that thread holds {held} lock(s)")
        elif depth > 1:
            self.report(f"{name} runs on {t.label} inside another routine, {depth} deep")

    def routine_ends(self, t: KThread, apc: KApc) -> None:
        self._inside[t] -= 1
