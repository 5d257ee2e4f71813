"""What the objects in a program's memory are called: one name for each, however the program refers to it.

`Session#1` is the first Session that appeared.  `byref(x)`, `pointer(x)`, `addressof(x)`, `cast(...)`, `from_address(...)`
and `from_buffer(...)` lead to the same memory, so the name is that of whoever owns the memory, and of the place in it:
`Session#1.buffer+4`, `WSABUF[2]#1[1]`.  A part that begins where its owner begins is not told apart from it.
"""

from __future__ import annotations

import ctypes
import weakref
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.win32.memory import CData, address_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alertable.sim.win32.memory import Pointer, UserMemory

LEAST_ADDRESS: Final = 1 << 32  # numbers below are no addresses of memory that the interpreter gave
ROLES: Final[Mapping[str, str]] = {  # of parameters: what a program may declare as it likes
    "SRWLock": "SRWLOCK", "lpCriticalSection": "CRITICAL_SECTION", "CriticalSection": "CRITICAL_SECTION",
    "ConditionVariable": "CONDITION_VARIABLE",
}  # fmt: skip


class Names:
    """The names of one execution; memory: whose owners are asked for, once there is an execution."""

    __slots__ = ("_known", "_numbers", "_strange", "memory")

    def __init__(self) -> None:
        self.memory: UserMemory | None = None
        self._known: dict[int, tuple[str, weakref.ref[Any] | None]] = {}
        self._numbers: dict[str, int] = {}
        self._strange: dict[int, str] = {}  # addresses that nobody owns

    def of(self, pointer: Pointer, parameter: str = "") -> str:
        """What a pointer of any kind leads to."""
        name = self.known(pointer, parameter)
        if name is not None:
            return name
        address = address_of(pointer)
        if address < LEAST_ADDRESS:
            return f"{address:#x}" if address else "NULL"
        return self._strange.setdefault(address, f"memory#{len(self._strange) + 1}")

    def known(self, pointer: Pointer, parameter: str = "") -> str | None:
        """The same, or None where nobody owns the memory."""
        found = self.memory.owner_of(pointer) if self.memory is not None else None
        if found is None:
            return None
        owner, base = found
        return self.owner(owner, ROLES.get(parameter, "")) + place(type(owner), address_of(pointer) - base)

    def owner(self, owner: Any, role: str = "") -> str:  # noqa: ANN401 - a ctypes object, or what it views
        """What owns memory."""
        if type(owner) is bytes:
            return "bytes"
        known = self._known.get(id(owner))
        if known is not None and (known[1] is None or known[1]() is owner):
            return known[0]
        kind = type_name(type(owner))
        if role and not isinstance(owner, ctypes.Structure | ctypes.Union):
            kind = role
        self._numbers[kind] = number = self._numbers.get(kind, 0) + 1
        # A bytearray is not held, neither weakly nor otherwise: whoever asks whether the program let go of it counts references.
        reference = weakref.ref(owner) if isinstance(owner, CData) else None
        self._known[id(owner)] = f"{kind}#{number}", reference
        return f"{kind}#{number}"


# A c_uint32 is c_uint on Linux and c_ulong on Windows: names go by signs and sizes, so that a trace is the same on any system.
INTEGERS: Final = {"i": "", "l": "", "q": "", "I": "u", "L": "u", "Q": "u"}
INT_NAMES: Final = {4: "int", 8: "int64"}


def type_name(kind: Any) -> str:  # noqa: ANN401 - a type
    """As a program calls it, without the prefix of ctypes."""
    if issubclass(kind, ctypes.Array):
        return f"{type_name(kind._type_)}[{kind._length_}]"
    code = getattr(kind, "_type_", None)
    if code in INTEGERS:
        return f"{INTEGERS[code]}{INT_NAMES[ctypes.sizeof(kind)]}"
    return str(kind.__name__).removeprefix("c_")


def place(kind: Any, offset: int) -> str:  # noqa: ANN401 - a type
    """The part of an object of this type that begins there: `.field`, `[3]`, `+4`; nothing for its beginning."""
    if not offset:
        return ""
    if issubclass(kind, ctypes.Structure | ctypes.Union):
        for name, part, begin in _fields(kind):
            if begin <= offset < begin + ctypes.sizeof(part):
                return f".{name}{place(part, offset - begin)}"
    elif issubclass(kind, ctypes.Array) and ctypes.sizeof(kind._type_) > 1:
        index, rest = divmod(offset, ctypes.sizeof(kind._type_))
        return f"[{index}]{place(kind._type_, rest)}"
    return f"+{offset}"


def _fields(kind: Any) -> Iterator[tuple[str, Any, int]]:  # noqa: ANN401 - a structure
    """Name, type and offset of each field, also of those that are inherited."""
    for base in reversed(kind.__mro__):
        for field in base.__dict__.get("_fields_", ()):
            yield field[0], field[1], getattr(kind, field[0]).offset
