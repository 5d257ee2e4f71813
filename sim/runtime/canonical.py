"""What a program returns, in a form that can be compared: the value itself where that is enough, else text by content.

Two executions never share an object: an address, the order of a set or a NaN that is not equal to itself say nothing about what
happened.  So sets are written sorted, NaN is one value, instances are written with their fields, ctypes objects with what they
hold, and what raises when it is looked at says so.  A dict and a list keep their order: it is a part of them.
"""

from __future__ import annotations

import ctypes
import dataclasses
import functools
import re
import sys
import weakref
from collections import deque
from enum import Enum
from types import (
    BuiltinFunctionType,
    EllipsisType,
    FunctionType,
    MappingProxyType,
    MethodType,
    ModuleType,
    NotImplementedType,
)
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.win32.memory import CData, CFuncPtr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PLAIN: Final[tuple[Any, ...]] = (int, str, bytes)
ANYTHING: Final[Any] = object
NAN: Final = float("nan")  # the one that stands for all: a dict finds it by identity
ATOMS: Final = frozenset({type(None), bool, int, str, bytes, EllipsisType, NotImplementedType})
DEPTH: Final = 40  # what lies deeper is written as dots
WIDTH: Final = 10_000  # elements of one container that are written
BUDGET: Final = 100_000  # values in one text
ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{6,}")
_SEQUENCES: Final = {list: "[]", tuple: "()", set: "{}", frozenset: "{}", deque: "[]"}
_FUNCTIONS: Final = (FunctionType, BuiltinFunctionType, MethodType)


class _Other(Exception):
    """The value cannot stand for itself."""


def canonical(outcome: Any) -> Any:  # noqa: ANN401 - what a program returned
    """A key for a table of outcomes: the outcome itself where equal content makes it equal, else text."""
    if type(outcome) in ATOMS:
        return outcome
    try:
        return _itself(outcome)
    except (_Other, RecursionError):
        return text(outcome)


def text(value: Any, own: Callable[[type], bool] | None = None) -> str:  # noqa: ANN401 - anything
    """What is in a value; the same for equal content in every process.

    own: classes whose instances are written with their fields, whatever their repr says, while all others are left to theirs.
    """
    return _Writer(own).write(value)


def masked(line: str) -> str:
    """Without addresses."""
    return ADDRESS.sub("0x...", line)


def _itself(value: Any) -> Any:  # noqa: ANN401 - anything
    """The value, with one NaN for all."""
    kind: Any = type(value)
    if kind in ATOMS:
        return value
    if kind is float:
        return value if value == value else NAN
    if kind is tuple or kind is frozenset:
        return kind([_itself(each) for each in value])
    if isinstance(value, tuple) and hasattr(kind, "_fields") and kind.__eq__ is tuple.__eq__:
        return kind.__new__(kind, *[_itself(each) for each in value])
    for base in PLAIN:
        if isinstance(value, base) and kind.__eq__ is base.__eq__ and kind.__hash__ is base.__hash__:
            return value
    if isinstance(value, type | FunctionType | BuiltinFunctionType) and _is_lasting(value):
        return value
    if isinstance(value, memoryview | weakref.ref) or not _is_lasting(kind):
        raise _Other
    if kind.__eq__ is ANYTHING.__eq__ or kind.__hash__ in (None, ANYTHING.__hash__):
        if isinstance(value, Enum):
            return value
        raise _Other
    for each in _dataclass_fields(value) or ():
        if _itself(each[1]) is not each[1]:
            raise _Other
    try:
        hash(value)
        equal = value == value
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        raise _Other from None
    if equal is not True:
        raise _Other
    return value


def _is_lasting(kind: Any) -> bool:  # noqa: ANN401 - a class or a function
    """Is it the same in every execution?  Not where it is made within the program, or in a file that is loaded anew."""
    found: Any = sys.modules.get(kind.__module__ or "")
    for part in kind.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is kind


def _dataclass_fields(value: Any) -> list[tuple[str, Any]] | None:  # noqa: ANN401 - anything
    if not dataclasses.is_dataclass(value):
        return None
    return [(field.name, getattr(value, field.name, None)) for field in dataclasses.fields(value) if field.compare]


def _fields(value: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - anything
    """The attributes of an instance, by name."""
    found = _dataclass_fields(value)
    if found is not None:
        return found
    slots = [name for kind in type(value).__mro__ for name in _names(kind.__dict__.get("__slots__", ()))]
    own = [(name, getattr(value, name)) for name in slots if not name.startswith("__") and hasattr(value, name)]
    return own + list(getattr(value, "__dict__", {}).items())


def _names(slots: str | Iterable[str]) -> Iterable[str]:
    return (slots,) if isinstance(slots, str) else slots


class _Writer:
    """Writes values; what is being written is not entered again."""

    def __init__(self, own: Callable[[type], bool] | None) -> None:
        self._own = own
        self._open: list[int] = []
        self._left = BUDGET

    def write(self, value: Any) -> str:  # noqa: ANN401 - anything
        kind = type(value)
        if kind in ATOMS or kind is float or kind is complex:
            return repr(value)
        self._left -= 1
        if id(value) in self._open or len(self._open) >= DEPTH or self._left < 0:
            return "..."
        self._open.append(id(value))
        try:
            return self._of_kind(value, kind)
        except BaseException as error:  # whatever the program's own __repr__, __eq__ or __getattr__ raises
            if isinstance(error, KeyboardInterrupt):
                raise
            return f"<{kind.__name__}: {type(error).__name__} when it is looked at>"
        finally:
            self._open.pop()

    def _of_kind(self, value: Any, kind: type) -> str:  # noqa: ANN401 - anything
        for base, brackets in _SEQUENCES.items():
            if isinstance(value, base) and not hasattr(kind, "_fields"):
                return self._sequence(value, kind, base, brackets)
        if isinstance(value, dict | MappingProxyType):
            inside = "{" + ", ".join(f"{self.write(k)}: {self.write(v)}" for k, v in _some(value.items())) + "}"
            return inside if kind is dict else f"{kind.__name__}({inside})"
        if isinstance(value, CData):
            return self._memory(value, kind)
        if isinstance(value, _FUNCTIONS):
            return f"<function {value.__name__}>"
        if isinstance(value, type | ModuleType):
            return f"<{'class' if isinstance(value, type) else 'module'} {value.__name__}>"
        if isinstance(value, functools.partial):
            return f"partial({', '.join(map(self.write, (value.func, *value.args, value.keywords)))})"
        if isinstance(value, BaseException):
            return f"{kind.__name__}({', '.join(map(self.write, value.args))})"
        if isinstance(value, weakref.ref):
            return f"weakref({self.write(value())})"
        if isinstance(value, bytearray | memoryview):
            return f"{kind.__name__}({bytes(value)!r})"
        return self._instance(value, kind)

    def _sequence(self, value: Any, kind: type, base: type, brackets: str) -> str:  # noqa: ANN401 - of its elements
        if base in (set, frozenset):
            if not value:
                return f"{kind.__name__}()"
            written = sorted(self.write(each) for each in value)
        else:
            written = [self.write(each) for each in _some(value)]
        inside = brackets[0] + ", ".join(written) + ("," if base is tuple and len(written) == 1 else "") + brackets[1]
        return inside if kind in (list, tuple, set) else f"{kind.__name__}({inside})"

    def _instance(self, value: Any, kind: Any) -> str:  # noqa: ANN401 - anything
        if isinstance(value, Enum):
            return repr(value)
        if self._own is not None and not self._own(kind):
            return masked(repr(value))
        own = _fields(value)
        is_generated = dataclasses.is_dataclass(kind) and hasattr(kind.__repr__, "__wrapped__")
        if own and (self._own is not None or is_generated or kind.__repr__ is ANYTHING.__repr__):
            return f"{kind.__name__}({self._named(own)})"
        return f"<{kind.__name__}>" if kind.__repr__ is ANYTHING.__repr__ else masked(repr(value))

    def _named(self, parts: Iterable[tuple[str, Any]]) -> str:
        return ", ".join(f"{name}={self.write(each)}" for name, each in parts)

    def _memory(self, value: Any, kind: Any) -> str:  # noqa: ANN401 - a ctypes object
        """By content; a pointer is only told from NULL: where it points is an address."""
        if isinstance(value, ctypes.Structure):
            declared = [entry for base in reversed(kind.__mro__) for entry in base.__dict__.get("_fields_", ())]
            return f"{kind.__name__}({self._named([(name, _field(value, name, kind)) for name, kind, *_ in declared])})"
        if isinstance(value, ctypes._Pointer | CFuncPtr):
            return f"<{kind.__name__}>" if value else "NULL"
        if isinstance(value, ctypes.c_void_p | ctypes.c_char_p | ctypes.c_wchar_p):
            address = ctypes.cast(value, ctypes.c_void_p).value
            return "NULL" if not address else f"{kind.__name__}({address})" if address < 1 << 32 else "<address>"
        if isinstance(value, ctypes._SimpleCData):
            return f"{kind.__name__}({self.write(value.value)})"
        if isinstance(value, ctypes.Array) and not issubclass(kind._type_, ctypes.c_char):
            return f"{kind.__name__}([{', '.join(self.write(each) for each in _some(value))}])"
        return f"{kind.__name__}({bytes(value)!r})"


def _field(value: Any, name: str, kind: Any) -> Any:  # noqa: ANN401 - of a structure
    """A field; one that holds an address as the pointer that it is."""
    found = getattr(value, name)
    is_pointer = isinstance(kind, type) and issubclass(kind, ctypes.c_void_p | ctypes.c_char_p | ctypes.c_wchar_p)
    return ctypes.c_void_p.from_buffer_copy(value, getattr(type(value), name).offset) if is_pointer else found


def _some(values: Iterable[Any]) -> Iterator[Any]:
    """As many as somebody would ever compare."""
    for number, value in enumerate(values):
        if number == WIDTH:
            yield Ellipsis
            return
        yield value
