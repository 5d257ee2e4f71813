"""Lists, deques, byte arrays and dictionaries that tell of each use; a traced kernel has them in its slots."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any, Final

from tests.audit.tracer import MISSING, TRACER

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

_SEQUENCE_READS: Final = (
    "__iter__", "__len__", "__getitem__", "__contains__", "__reversed__", "__bytes__", "__eq__", "count", "index", "copy", "find",
)  # fmt: skip
_SEQUENCE_WRITES: Final = (
    "append", "appendleft", "pop", "popleft", "remove", "clear", "extend", "extendleft", "insert", "rotate", "sort", "reverse",
    "__setitem__", "__delitem__", "__iadd__",
)  # fmt: skip


def _reading(base: type[Any], name: str) -> Callable[..., Any]:
    method = getattr(base, name)

    def looked(self: Any, *arguments: Any) -> Any:
        TRACER.read(self.owner, self.slot, self.part)
        return method(self, *arguments)

    return looked


def _writing(base: type[Any], name: str) -> Callable[..., Any]:
    method = getattr(base, name)

    def changed(self: Any, *arguments: Any, **keywords: Any) -> Any:
        TRACER.write(self.owner, self.slot, lambda: [*base.__iter__(self)], self.part)
        return method(self, *arguments, **keywords)

    return changed


def _sequence(base: type[Any]) -> type[Any]:
    """A subclass of a list, deque or bytearray that tells of its uses, all of it as one."""
    body: dict[str, Any] = {"owner": None, "slot": "", "part": "contents"}
    body |= {name: _reading(base, name) for name in _SEQUENCE_READS if hasattr(base, name)}
    body |= {name: _writing(base, name) for name in _SEQUENCE_WRITES if hasattr(base, name)}
    if base is bytearray:
        body["__bytes__"] = lambda self: bytes(self[:])
    body["__hash__"] = None
    return type(f"Watched{base.__name__}", (base,), body)


_Base: Any = dict if TYPE_CHECKING else object


class WatchedKeys(_Base):  # type: ignore[misc]  # any dictionary
    """What makes a dictionary tell of its uses: each key on its own, and which keys there are."""

    owner: Any = None
    slot: str = ""
    part: Hashable = None

    def _of(self, key: Any) -> tuple[Hashable, ...]:
        return (self.part, "key", key)

    def _look(self, key: Any) -> None:
        if TRACER.open is not None:
            TRACER.read(self.owner, self.slot, self._of(key))

    def _touch(self, key: Any) -> None:
        if TRACER.open is not None:
            TRACER.write(self.owner, self.slot, lambda: dict.get(self, key, MISSING), self._of(key))
            if not dict.__contains__(self, key):
                self._resize()

    def _resize(self) -> None:
        TRACER.write(self.owner, self.slot, self._bare, (self.part, "keys"))

    def _bare(self) -> list[Any]:
        """The keys, told to nobody."""
        return [*super().__iter__()]

    def _everything(self) -> None:
        if TRACER.open is not None:
            TRACER.read(self.owner, self.slot, (self.part, "keys"))
            for key in self._bare():
                self._look(key)

    def __getitem__(self, key: Any) -> Any:
        self._look(key)
        return super().__getitem__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        self._look(key)
        return super().get(key, default)

    def __contains__(self, key: Any) -> bool:
        self._look(key)
        return bool(super().__contains__(key))

    def __setitem__(self, key: Any, value: Any) -> None:
        self._touch(key)
        super().__setitem__(key, watched(value, self.owner, self.slot, (self.part, key)))

    def setdefault(self, key: Any, default: Any = None) -> Any:
        self._look(key)
        if not super().__contains__(key):
            self[key] = default
        return super().__getitem__(key)

    def __delitem__(self, key: Any) -> None:
        self._touch(key)
        self._resize()
        super().__delitem__(key)

    def pop(self, key: Any, *default: Any) -> Any:
        self._look(key)
        if super().__contains__(key):
            self._touch(key)
            self._resize()
        return super().pop(key, *default)

    def popitem(self, *last: Any) -> Any:
        self._everything()
        self._resize()
        return super().popitem(*last)

    def clear(self) -> None:
        for key in self._bare():
            self._touch(key)
        self._resize()
        super().clear()

    def update(self, *others: Any) -> None:
        for key, value in dict(*others).items():
            self[key] = value

    def __iter__(self) -> Iterator[Any]:
        self._everything()
        return iter(self._bare())

    def __len__(self) -> int:
        if TRACER.open is not None:
            TRACER.read(self.owner, self.slot, (self.part, "keys"))
        return int(super().__len__())

    def keys(self) -> Any:
        self._everything()
        return super().keys()

    def values(self) -> Any:
        self._everything()
        return [*super().values()]

    def items(self) -> Any:
        self._everything()
        return [*super().items()]


class WatchedDict(WatchedKeys, dict):  # type: ignore[misc, type-arg]  # of whatever the kernel keeps in it
    """A plain one."""


class WatchedOrderedDict(WatchedKeys, OrderedDict):  # type: ignore[misc, type-arg]  # the same
    """One that remembers an order."""


WATCHED: Final[dict[type[Any], type[Any]]] = {
    list: _sequence(list), deque: _sequence(deque), bytearray: _sequence(bytearray),
    dict: WatchedDict, OrderedDict: WatchedOrderedDict,
}  # fmt: skip


def watched(value: Any, owner: Any, slot: str, part: Hashable = None) -> Any:
    """The value; a container as one that tells of its uses."""
    kind = WATCHED.get(type(value))
    if kind is None:
        return value
    made = kind()
    made.owner, made.slot = owner, slot
    if part is not None or issubclass(kind, dict):
        made.part = part if issubclass(kind, dict) else (part, "contents")
    open_, TRACER.open = TRACER.open, None
    if isinstance(value, dict):
        for key, item in value.items():
            made[key] = item
    else:
        made.extend(value)
    TRACER.open = open_
    return made
