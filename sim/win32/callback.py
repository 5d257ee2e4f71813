"""Callbacks: `w.CALLBACK(restype, *argtypes)` makes real ctypes prototypes, but the simulator calls the Python function.

So exceptions and thread switches pass; arguments and results are converted as the C thunk would.
"""

from __future__ import annotations

import ctypes
import gc
from dis import get_instructions
from functools import cache
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

from alertable.sim.runtime.refuse import NEVER_RAN, never_ran, runs
from alertable.sim.win32.memory import CData, CFuncPtr, Pointers, address_of

if TYPE_CHECKING:
    from collections.abc import Callable

_PROTOTYPES: Final[dict[tuple[Any, ...], Any]] = {}
ANY_VARIABLE: Final = frozenset({"locals", "vars", "eval", "exec", "_getframe", "currentframe"})
_LIVE: Final[WeakValueDictionary[int, Any]] = WeakValueDictionary()  # callbacks by the address that C code would call
_INTEGERS: Final = {
    getattr(ctypes, name)
    for name in ("c_int8", "c_int16", "c_int32", "c_int64", "c_uint8", "c_uint16", "c_uint32", "c_uint64", "c_size_t",
                 "c_ssize_t", "c_int", "c_uint", "c_long", "c_ulong", "c_short", "c_ushort", "c_longlong", "c_ulonglong",
                 "c_byte", "c_ubyte")
}  # fmt: skip


def prototype(restype: Any, *argtypes: Any) -> Any:  # noqa: ANN401 - a ctypes type in, a ctypes type out
    """A callback type; instances remember the Python function that they were made of."""
    key = (restype, *argtypes)
    made = _PROTOTYPES.get(key)
    if made is None:
        base = ctypes.CFUNCTYPE(restype, *argtypes)

        class Callback(base):  # type: ignore[valid-type, misc]  # ctypes makes the base class at run time
            _flags_ = base._flags_
            _restype_ = base._restype_
            _argtypes_ = base._argtypes_

            def __init__(self, function: object = None) -> None:
                super().__init__()
                if getattr(function, "__code__", None) is not None:
                    runs(function)
                self.python = function if callable(function) and not isinstance(function, CData) else None
                self.routine: Routine | None = None
                _LIVE[ctypes.c_void_p.from_buffer(self).value or 0] = self

        made = _PROTOTYPES[key] = Callback
    return made


class Routine:
    """A routine that a program passed: call it with plain numbers."""

    __slots__ = ("_convert", "_mask", "address", "function")

    def __init__(self, address: int, function: Callable[..., Any], argtypes: tuple[Any, ...], restype: Any) -> None:  # noqa: ANN401 - of ctypes
        self.address = address
        self.function = function
        self._convert = [_converter(kind) for kind in argtypes]
        self._mask = restype

    @property
    def name(self) -> str:
        """The Python function's name, for traces."""
        return str(getattr(self.function, "__name__", "routine"))

    def __call__(self, *values: int) -> int:
        if len(values) != len(self._convert):
            raise TypeError(f"a callback with {len(self._convert)} parameters is called with {len(values)} arguments")
        result = self.function(*[convert(value) for convert, value in zip(self._convert, values, strict=True)])
        if result is None:
            return 0
        if type(result) in NEVER_RAN:
            raise TypeError(never_ran(self.name, result))
        if self._mask is None:
            return 0
        return int(self._mask(result).value or 0)


def _converter(kind: Any) -> Callable[[int], Any]:  # noqa: ANN401 - a ctypes type
    """What a C thunk does with an argument of this type."""
    if kind is ctypes.c_void_p:
        return lambda value: value or None
    if kind in _INTEGERS:
        if kind(-1).value < 0:
            return lambda value: int(kind(value).value)
        mask: int = 2 ** (8 * ctypes.sizeof(kind)) - 1
        return mask.__and__
    if not issubclass(kind, Pointers):
        return lambda value: ctypes.cast(ctypes.c_void_p(value), kind)
    make: Callable[[bytes], Any] = kind.from_buffer_copy  # as cast() does, which would leave a ring of references
    return lambda value: make((value & 2**64 - 1).to_bytes(8, "little"))


def routine_of(callback: Any, known: dict[int, Routine]) -> Routine | None:  # noqa: ANN401 - anything ctypes takes
    """The routine behind a callback argument; None for NULL.  TypeError for what is no callback."""
    if callback is None:
        return None
    routine: Routine | None = getattr(callback, "routine", None)
    if routine is not None:
        return routine
    function = getattr(callback, "python", None)
    if function is None:
        address = address_of(callback)
        if not address:
            return None
        return known.get(address) or _search(address)
    address = address_of(callback)  # cast() would leave a ring of references
    routine = callback.routine = known[address] = Routine(address, function, callback._argtypes_, callback._restype_)
    return routine


def looks_at(routine: Any, places: tuple[int, ...]) -> bool:  # noqa: ANN401 - a Routine, or what stands for one
    """May the routine look at its arguments at these places?  Only plain functions and methods show that they do not."""
    function = getattr(routine, "function", routine)
    skipped = 0
    if isinstance(function, MethodType):
        function, skipped = function.__func__, 1
    return not isinstance(function, FunctionType) or _loads(function.__code__, tuple([place + skipped for place in places]))


@cache
def _loads(code: CodeType, places: tuple[int, ...]) -> bool:
    """Does the code use these parameters by name, or all of its variables at once?"""
    if max(places) >= code.co_argcount:
        return True
    names = {code.co_varnames[place] for place in places}
    if names & {*code.co_cellvars} or ANY_VARIABLE & {*code.co_names}:
        return True
    used = (one.argval for one in get_instructions(code) if one.opname.startswith("LOAD_FAST"))
    return any(not names.isdisjoint((each,) if isinstance(each, str) else each) for each in used)


def _search(address: int) -> Routine:
    """A callback passed as a bare address, or made by plain CFUNCTYPE: find the live function object."""
    made = _LIVE.get(address)
    if made is not None and made.python is not None:
        return Routine(address, made.python, tuple(made._argtypes_), made._restype_)
    for obj in gc.get_objects():
        if not isinstance(obj, CFuncPtr) or ctypes.cast(obj, ctypes.c_void_p).value != address:
            continue
        function = getattr(obj, "python", None) or _behind_thunk(obj)
        if function is not None:
            return Routine(address, function, tuple(obj._argtypes_), obj._restype_)
    raise TypeError(f"{address:#x} is not the address of a live callback; make it with w.CALLBACK and keep it")


def _behind_thunk(obj: Any) -> Any:  # noqa: ANN401 - any callable
    """The Python function of a callback that ctypes made: its thunk refers to it."""
    for thunk in (obj._objects or {}).values():
        for referent in gc.get_referents(thunk):
            if callable(referent) and not isinstance(referent, type):
                return referent
    return None
