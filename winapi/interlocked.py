"""The cells that threads of the real arm share: what `w.Interlocked(value)` and `w.Interlocked.at(pointer)` make there.

Models:  InterlockedIncrement, Decrement, Exchange, ExchangeAdd, CompareExchange, And, Or, Xor, for LONG and (with 64 at the end)
         for LONG64.  On x64 no DLL exports them: they are instructions that a compiler knows, so both arms make them themselves.
Sources: learn.microsoft.com "Interlocked Variable Access" (InterlockedExchange, InterlockedCompareExchange,
         InterlockedExchangeAdd: each returns the old value; InterlockedIncrement and InterlockedDecrement the new one).
Differs: the value of a cell that is no memory of the program is a Python int and never wraps round.
Differs: on the real arm a cell in memory is atomic among Python threads that use cells, not for the kernel or other modules.
"""

from __future__ import annotations

import ctypes
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MEMORY: Final = Lock()  # of all cells in memory: two of them may be the same integer
_SIMPLE: Final[Any] = ctypes.c_int.__mro__[1]
_ARGUMENT: Final[Any] = type(ctypes.byref(ctypes.c_int()))


class Interlocked:
    """A number that threads share; each call is one atomic step."""

    __slots__ = ("_lock", "_value")

    def __init__(self, value: int, /) -> None:
        self._lock = Lock()
        self._value = value

    @staticmethod
    def at(pointer: Any, /, integer: type[Any] | None = None) -> InterlockedMemory:  # noqa: ANN401 - what ctypes takes for one
        """The cell of an integer in the program's memory; integer: its ctypes type, where the pointer does not say it."""
        return InterlockedMemory(pointer, integer_at(pointer, integer))

    def load(self) -> int:
        """The value."""
        with self._lock:
            return self._value

    def store(self, value: int, /) -> None:
        """Sets the value."""
        self.update(lambda _: value)

    def exchange(self, value: int, /) -> int:
        """Sets the value; returns the old one."""
        return self.update(lambda _: value)

    def compare_exchange(self, expected: int, new: int, /) -> int:
        """Sets the value to `new` if it is `expected`; returns the old one."""
        return self.update(lambda old: new if old == expected else old)

    def fetch_add(self, n: int, /) -> int:
        """Adds n; returns the old value."""
        return self.update(lambda old: old + n)

    def update(self, change: Callable[[int], int], /) -> int:
        """Sets the value to what comes of the old one, which it returns."""
        with self._lock:
            old = self._value
            self._value = change(old)
            return old

    def __repr__(self) -> str:
        return f"Interlocked({self.load()})"


class InterlockedMemory(Interlocked):
    """The same for an integer that the program owns: it wraps round as that integer does."""

    __slots__ = ("_keeps", "_number")

    def __init__(self, pointer: Any, integer: type[Any], /) -> None:  # noqa: ANN401 - what ctypes takes for a pointer
        self._keeps = pointer
        self._number = ctypes.cast(pointer, ctypes.POINTER(integer))
        super().__init__(0)

    def load(self) -> int:
        with _MEMORY:
            return int(self._number[0])

    def update(self, change: Callable[[int], int], /) -> int:
        with _MEMORY:
            old = int(self._number[0])
            self._number[0] = change(old)
            return old


def integer_at(pointer: Any, given: type[Any] | None, otherwise: type[Any] | None = None) -> type[Any]:  # noqa: ANN401 - of ctypes
    """The ctypes integer that a pointer points to: as given, else as byref(x), a pointer or an array says, else `otherwise`.

    ValueError where nothing says it.
    """
    kind = given or _pointed_to(pointer)
    if kind is None or not issubclass(kind, _SIMPLE) or not isinstance(kind().value, int):
        kind = otherwise
    if otherwise is not None and kind is not None and ctypes.sizeof(kind) < ctypes.sizeof(otherwise):
        kind = otherwise
    if kind is None:
        what = type(pointer).__name__
        raise ValueError(f"Interlocked.at({what}): how wide is the integer there? Give its type: at(pointer, c_int32)")
    return kind


def _pointed_to(pointer: Any) -> type[Any] | None:  # noqa: ANN401 - as above
    if not isinstance(pointer, _ARGUMENT):
        return getattr(pointer, "_type_", None)
    owner = pointer._obj
    if isinstance(owner, ctypes.Structure):
        void = ctypes.cast(pointer, ctypes.c_void_p).value or 0
        offset = void - ctypes.addressof(owner)
        return next((kind for name, kind, *_ in owner._fields_ if getattr(type(owner), name).offset == offset), None)
    return owner._type_ if isinstance(owner, ctypes.Array) else type(owner)


def _wrapped(value: int, bits: int) -> int:
    """As a signed integer of so many bits."""
    value &= 2**bits - 1
    return value - 2**bits if value >> bits - 1 else value


def _family(bits: int) -> dict[str, Callable[..., int]]:
    def changed(change: Callable[[int, int], int]) -> Callable[..., int]:
        return lambda cell, value: cell.update(lambda old: change(old, value))

    return {
        "InterlockedIncrement": lambda cell: _wrapped(cell.fetch_add(1) + 1, bits),
        "InterlockedDecrement": lambda cell: _wrapped(cell.fetch_add(-1) - 1, bits),
        "InterlockedExchange": lambda cell, value: cell.exchange(value),
        "InterlockedExchangeAdd": lambda cell, value: cell.fetch_add(value),
        "InterlockedCompareExchange": lambda cell, exchange, comparand: cell.compare_exchange(comparand, exchange),
        "InterlockedAnd": changed(lambda old, value: old & value),
        "InterlockedOr": changed(lambda old, value: old | value),
        "InterlockedXor": changed(lambda old, value: old ^ value),
    }


INTRINSICS: Final[Mapping[str, tuple[Callable[..., int], type[Any]]]] = {
    **{name: (operation, ctypes.c_int32) for name, operation in _family(32).items()},
    **{f"{name}64": (operation, ctypes.c_int64) for name, operation in _family(64).items()},
}
"""By name: what it does with a cell and the other arguments, and the integer that it is about."""


def intrinsic(name: str) -> Callable[..., int]:
    """The function on memory, for the real arm."""
    operation, integer = INTRINSICS[name]
    return lambda pointer, *values: operation(Interlocked.at(pointer, integer_at(pointer, None, integer)), *values)
