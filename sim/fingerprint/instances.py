"""Where instances of a class keep their attributes, found without asking the class: it may answer with code of its own."""

from __future__ import annotations

import ctypes
from types import GetSetDescriptorType, MemberDescriptorType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

DEALLOCATOR: Final = 48  # offset of tp_dealloc in a type object, the same since Python 3.0
IMMUTABLE: Final = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE
HEAP: Final = 1 << 9  # Py_TPFLAGS_HEAPTYPE


class _Sample:
    pass


def _deallocator(kind: type) -> int:
    return ctypes.c_size_t.from_address(id(kind) + DEALLOCATOR).value


_OF_PYTHON: Final = _deallocator(_Sample)
_FLAGS: Final[Any] = type.__dict__["__flags__"]
_KNOWN: Final[dict[type, bool]] = {}


def is_of_python(kind: type) -> bool:
    """Was the class made by a class statement?  Then all that its instances hold is in their dictionary, slots, and bases."""
    known = _KNOWN.get(kind)
    if known is None:
        flags = _FLAGS.__get__(kind)
        known = _KNOWN[kind] = bool(flags & HEAP) and not flags & IMMUTABLE and _deallocator(kind) == _OF_PYTHON
    return known


def fields_of(kind: type) -> tuple[Callable[[Any], dict[str, Any]] | None, list[Callable[[Any], Any]]]:
    """What reads the dictionary of an instance, if it has one, and what reads each slot."""
    dictionary: Callable[[Any], dict[str, Any]] | None = None
    slots: list[Callable[[Any], Any]] = []
    for each in type.mro(kind) if type(kind) is type else kind.__mro__:
        if not is_of_python(each):
            continue
        for name, found in type.__dict__["__dict__"].__get__(each).items():
            if name == "__dict__" and type(found) is GetSetDescriptorType:
                dictionary = dictionary or found.__get__
            elif type(found) is MemberDescriptorType and found.__objclass__ is each:
                slots.append(found.__get__)
    if dictionary is None and kind.__dictoffset__:
        inherited = next((each for each in kind.__mro__ if "__dict__" in each.__dict__), None)
        descriptor = inherited.__dict__["__dict__"] if inherited is not None else None
        if type(descriptor) is GetSetDescriptorType:
            dictionary = descriptor.__get__
    return dictionary, slots
