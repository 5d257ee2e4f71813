"""S11: locks, and the ends of threads that are waited for, are taken in one order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.ke.structures import KThread
from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import Wait

TAKES: Final = ("EnterCriticalSection", "AcquireSRWLockExclusive", "AcquireSRWLockShared")
LEAVES: Final = ("LeaveCriticalSection", "ReleaseSRWLockExclusive", "ReleaseSRWLockShared")


class LockOrder(Property):
    """Edges "held while wanting"; a cycle is a deadlock on some other interleaving.  Opt-in: a gate lock may exclude it."""

    id = "S11"
    title = "locks in a circle"
    law = 'The relation "holds one while it waits for the other", over locks and the ends of threads, has no circle.'
    source = "libevent 12cedc8a; pjsip 9fe1ad2de; microsoft/wil#326"
    instead = "Drop the lock before waiting for a thread or a callback that needs it, and take locks in one order"

    def __init__(self) -> None:
        self._held: dict[KThread, list[str]] = {}
        self._names: dict[int, str] = {}
        self._after: dict[str, dict[str, None]] = {}

    def called(self, t: KThread, function: str, arguments: tuple[Any, ...]) -> None:
        if function in TAKES:
            lock = self._names.setdefault(arguments[0], f"lock {len(self._names) + 1}")
            held = self._held.setdefault(t, [])
            if lock not in held:
                self._edge(t, f"the end of {t.label}", lock)
                for other in held:
                    self._edge(t, other, lock)
            held.append(lock)
        elif function in LEAVES:
            lock = self._names.get(arguments[0], "")
            if lock in self._held.get(t, ()):
                self._held[t].remove(lock)

    def blocked(self, t: KThread, wait: Wait, timeout_100ns: int | None) -> None:
        for obj in wait.objects if timeout_100ns is None else ():
            if isinstance(obj, KThread):
                for lock in self._held.get(t, ()):
                    self._edge(t, lock, f"the end of {obj.label}")

    def _edge(self, t: KThread, before: str, after: str) -> None:
        self._after.setdefault(before, {})[after] = None
        path = self._path(after, before)
        if path is not None:
            self.report(f"{t.label} closes a circle: {' -> '.join([before, *path])}")

    def _path(self, start: str, goal: str) -> list[str] | None:
        seen, stack = {start}, [[start]]
        while stack:
            path = stack.pop()
            if path[-1] == goal:
                return path
            for following in self._after.get(path[-1], ()):
                if following not in seen:
                    seen.add(following)
                    stack.append([*path, following])
        return None
