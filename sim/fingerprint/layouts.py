"""Where CPython keeps the values of a frame, by version.

A frame object points to the interpreter's frame, which has the local variables, the cells and, right behind them, the value
stack in one row.  The row begins at a place that differs between versions (Include/internal/pycore_frame.h; since 3.14
pycore_interpframe_structs.h).  `works` makes frames whose values are known and reads them back: what it does not find again is
never trusted.
"""

from __future__ import annotations

import ctypes
import sys
from array import array
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from types import CodeType, GeneratorType


class Layout(NamedTuple):
    """Offsets in bytes: in the interpreter's frame, and (pointer) in the frame object.

    entered: where a byte says that C code entered the frame (3.11); 0 where the chain of frames says it.
    tagged: the two lowest bits of a value in the row are a tag (3.14).
    """

    row: int
    previous: int
    top: int
    entered: int
    tagged: bool
    pointer: int = 24


LAYOUTS: Final = {
    (3, 11): Layout(row=72, previous=48, top=64, entered=68, tagged=False),
    (3, 12): Layout(row=72, previous=8, top=64, entered=0, tagged=False),
    (3, 13): Layout(row=72, previous=8, top=64, entered=0, tagged=False),
    (3, 14): Layout(row=80, previous=8, top=64, entered=0, tagged=True),
}
LAYOUT: Final = LAYOUTS.get(sys.version_info[:2], LAYOUTS[3, 14])
WORD: Final = 8
TAG: Final = 3
NUMBER: Final = 3  # the tag of a small integer that is no object
KEPT: Final = FrameType.__basicsize__ - LAYOUT.row  # in a frame object, where greenlet keeps what a suspended frame's link was


class Absent:
    """What stands for an empty slot: a variable that is not bound, a NULL on the stack."""

    __slots__ = ()


ABSENT: Final = Absent()
_PAIRS: Final[dict[int, Any]] = {}


def slots_of(code: CodeType) -> int:
    """How many variables and cells come before the stack."""
    own = set(code.co_varnames)
    return len(code.co_varnames) + sum(name not in own for name in code.co_cellvars) + len(code.co_freevars)


def interpreter_frame(frame: FrameType) -> int:
    """Its address."""
    return int.from_bytes(ctypes.string_at(id(frame) + LAYOUT.pointer, WORD), "little")


def word(address: int) -> int:
    """The eight bytes there."""
    return int.from_bytes(ctypes.string_at(address, WORD), "little")


def row(address: int, count: int) -> list[Any]:
    """The first values of a frame's row, empty slots as ABSENT."""
    return values_in(ctypes.string_at(address, LAYOUT.row + count * WORD))


def values_in(data: bytes) -> list[Any]:
    """The same, of a frame's memory as far as those values go."""
    words = array("Q", data)[LAYOUT.row // WORD :]
    if LAYOUT.tagged:
        return [_untagged(each) for each in words]
    if 0 not in words:
        return objects(words)
    found = iter(objects(array("Q", [each for each in words if each])))
    return [next(found) if each else ABSENT for each in words]


def objects(addresses: array[int]) -> list[Any]:
    """The objects at these addresses."""
    count = len(addresses)
    if not count:
        return []
    kind = _PAIRS.get(count)
    if kind is None:
        kind = _PAIRS[count] = ctypes.py_object * count
    found: list[Any] = kind.from_buffer(addresses)[:]
    return found


def _untagged(value: int) -> Any:  # noqa: ANN401 - any object
    if value & TAG == NUMBER:
        return value >> 2
    return objects(array("Q", [value & ~TAG]))[0] if value & ~TAG else ABSENT


def depth_stored(address: int, variables: int) -> int:
    """The depth of the stack of a frame that does not run: a generator's, where it is stored."""
    if LAYOUT.tagged:
        return (word(address + LAYOUT.top) - address - LAYOUT.row) // WORD - variables
    return int.from_bytes(ctypes.string_at(address + LAYOUT.top, 4), "little", signed=True) - variables


# ---- the self-test -----------------------------------------------------------------------------------------------------------


def works() -> str:
    """Why this Python's frames cannot be read; "" if they can."""
    if sys.implementation.name != "cpython" or sys.maxsize < 2**32 or sys.byteorder != "little":
        return f"frames of {sys.implementation.name} on this processor have no known layout"
    if not getattr(sys, "_is_gil_enabled", bool)() and hasattr(sys, "_is_gil_enabled"):
        return "frames of a free-threaded Python have no known layout"
    if sys.version_info[:2] not in LAYOUTS:
        return f"frames of Python {sys.version_info[0]}.{sys.version_info[1]} have no known layout"
    try:
        return "" if _generator_reads_back() and _running_reads_back() else "a frame with known values was not read back"
    except (ValueError, TypeError, IndexError) as error:
        return f"a frame with known values was not read back: {error}"


_FIRST: Final = object()
_SECOND: Final = object()
_THIRD: Final = object()


def _words(address: int, count: int) -> list[int]:
    """Addresses in a frame's row; what is there is not looked at, for the row may be elsewhere."""
    mask = ~TAG if LAYOUT.tagged else ~0
    return [each & mask for each in array("Q", ctypes.string_at(address + LAYOUT.row, count * WORD))]


def _sample(iterator: Any, kept: object) -> Any:  # noqa: ANN401 - an iterator; a generator
    unbound = None
    del unbound
    for each in iterator:
        _look = lambda: kept  # noqa: E731 - makes a cell
        yield each


def _generator_reads_back() -> bool:
    """Variables, a cell, an unbound one, and the iterator of a loop on the stack."""
    iterator = iter([_SECOND, _THIRD])
    made: GeneratorType[Any, Any, Any] = _sample(iterator, _FIRST)
    next(made)
    frame = made.gi_frame
    assert frame is not None
    code, address = made.gi_code, interpreter_frame(frame)
    variables = slots_of(code)
    if depth_stored(address, variables) != 1:
        return False
    words = _words(address, variables + 1)
    names = (*code.co_varnames, *(name for name in code.co_cellvars if name not in code.co_varnames), *code.co_freevars)
    by_name = dict(zip(names, words, strict=False))
    if words[variables] != id(iterator) or by_name["iterator"] != id(iterator) or by_name["each"] != id(_SECOND):
        return False
    values = row(address, variables + 1)
    kept = dict(zip(names, values, strict=False))
    return by_name["unbound"] == 0 and kept["unbound"] is ABSENT and bool(kept["kept"].cell_contents is _FIRST)


def _running_reads_back() -> bool:
    """Values that wait on the stack of a running frame while a call goes on."""
    from alertable.sim.fingerprint.depth import Places

    def outer(first: object) -> list[Any]:
        return [first, _SECOND, inner(first, _THIRD)]

    def inner(first: object, third: object) -> list[int]:
        frame = sys._getframe(1)
        address, variables = interpreter_frame(frame), slots_of(frame.f_code)
        place = Places(frame.f_code).at(frame.f_lasti)
        assert third is _THIRD
        assert first is _FIRST
        return [] if place is None else _words(address, variables + place.below)

    words: list[int] = outer(_FIRST)[2]
    return words[:1] == [id(_FIRST)] and words[-2:] == [id(_FIRST), id(_SECOND)]
