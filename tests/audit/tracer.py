"""What each step reads and changes, collected while it is open."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Final

Key = tuple[Hashable, ...]  # (object, slot) or (object, slot, part), the object by identity
READ, CHANGED, SAME = "reads", "changes", "writes the same to"
MISSING: Final = object()


class Accesses:
    """What one step has done so far: keys that it read, and keys that it wrote with what was there before."""

    def __init__(self) -> None:
        self.read: dict[Key, None] = {}
        self.before: dict[Key, tuple[Any, Callable[[], Any]]] = {}

    def kinds(self) -> dict[Key, str]:
        """The net effect: a write that leaves what was there is none that anybody can see."""
        found = dict.fromkeys(self.read, READ)
        fresh = {key[0] for key, (old, _) in self.before.items() if old is MISSING and len(key) == 2}
        for key, (old, now) in self.before.items():
            if key[0] in fresh:
                continue  # nobody knows the object yet: how others come to know it is an access of its own
            if not _same(old, now()):
                found[key] = CHANGED
            elif key not in found:
                found[key] = SAME
        return found


class Tracer:
    """Collects while a step is open."""

    def __init__(self) -> None:
        self.open: Accesses | None = None
        self.names: dict[Key, str] = {}
        self._kept: dict[int, Any] = {}  # identities stay in use while somebody compares them

    def begin(self) -> None:
        """A step begins."""
        self.open = Accesses()

    def end(self) -> Accesses:
        """It is over."""
        accesses, self.open = self.open or Accesses(), None
        return accesses

    def owner(self, key: Key) -> Any:
        """Whose slot it is."""
        return self._kept[key[0]]  # type: ignore[index]  # an identity

    def forget(self) -> None:
        """The next program."""
        self.open = None
        self.names.clear()
        self._kept.clear()

    def read(self, owner: Any, slot: str, part: Hashable = None) -> None:
        """Somebody looks at it; what the step wrote itself it knows."""
        step = self.open
        if step is not None:
            key = self._key(owner, slot, part)
            if part is not None or key not in step.before:
                step.read[key] = None

    def write(self, owner: Any, slot: str, now: Callable[[], Any], part: Hashable = None) -> None:
        """Somebody is about to write; `now` tells what is there."""
        step = self.open
        if step is not None:
            key = self._key(owner, slot, part)
            if key not in step.before:
                step.before[key] = (now(), now)

    def _key(self, owner: Any, slot: str, part: Hashable) -> Key:
        key = (id(owner), slot) if part is None else (id(owner), slot, part)
        if key not in self.names:
            self._kept[id(owner)] = owner
            self.names[key] = _name(owner, slot, part)
        return key


def _name(owner: Any, slot: str, part: Hashable) -> str:
    tracer, TRACER.open = TRACER.open, None  # looking for the name is nobody's access
    try:
        label = getattr(owner, "label", "") or getattr(owner, "reason", "")
        if label == "" and getattr(owner, "thread", None) is not None:
            label = f"of {owner.thread.label}"
    finally:
        TRACER.open = tracer
    return f"{slot} of {label or type(owner).__name__}" + ("" if part is None else f" [{part}]")


def _same(old: Any, new: Any) -> bool:
    if old is new:
        return True
    return type(old) is type(new) and isinstance(old, int | str | bytes | tuple | list | dict) and bool(old == new)


TRACER: Final = Tracer()
