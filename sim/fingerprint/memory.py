"""The program's memory: ctypes objects, and whatever else has bytes at an address, by content.

A word in memory that is the address of something in another known object says so instead of the number; so the encoding does not
depend on where the allocator put things.  What only the kernel knows by address (HeapAlloc) is found by `owner_at`.
"""

from __future__ import annotations

import ctypes
import gc
from array import array
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.fingerprint.code import place_class
from alertable.sim.fingerprint.instances import fields_of
from alertable.sim.fingerprint.walker import ABOVE_MASKS, HIGHEST, LOWEST, MASKS, WORD
from alertable.sim.win32.memory import CArgument, CData, CFuncPtr, address_of

if TYPE_CHECKING:
    from alertable.sim.fingerprint.walker import Found, Handler, Walker
    from alertable.sim.win32.memory import UserMemory

Memory = Any  # a ctypes object, or another exporter of a buffer
OF_BYTES: Final = bytes.__basicsize__ - 1  # where a bytes object keeps its content
SCANS: Final[dict[bytes, tuple[int, ...]]] = {}  # content of memory -> where words may be addresses
SCANS_MAX: Final = 4_096
THUNK: Final = "CThunkObject"


def words_in(content: bytes) -> tuple[int, ...]:
    """Offsets of the words that may be addresses."""
    if len(content) < WORD:
        return ()
    found = SCANS.get(content)
    if found is None:
        used = len(content.rstrip(b"\0")) + WORD - 1
        words = array("Q", content[: min(used, len(content)) // WORD * WORD])
        found = tuple(
            [WORD * index for index, word in enumerate(words) if LOWEST <= word < HIGHEST and not MASKS <= word < ABOVE_MASKS]
        )
        if len(SCANS) >= SCANS_MAX:
            SCANS.clear()
        SCANS[content] = found
    return found


def add_data(walker: Walker, value: Memory) -> None:
    """A ctypes object: its type; what it is a part of, or its content; and what it keeps alive."""
    place_class(walker, type(value))
    begin, size = ctypes.addressof(value), ctypes.sizeof(value)
    base = value._b_base_
    if base is None and value._b_needsfree_:
        walker.block(value, begin, size)
        if isinstance(value, BY_VALUE):
            _add_value(walker, value)
        else:
            content = ctypes.string_at(begin, size)
            walker.memory(content, words_in(content))
    else:
        walker.raw(b"/" if base is not None else b"v")  # a part of another, or a view of memory that belongs to another
        if base is not None:
            walker.add(base)
        walker.address(begin)
    if value._objects is not None and base is None and not isinstance(value, BY_VALUE):
        _add_kept(walker, value._objects)
    _add_fields(walker, value)


def _add_value(walker: Walker, value: Memory) -> None:
    """A pointer to text, to an object: what it is to; where that lies nobody else knows."""
    try:
        walker.add(value.value)
    except ValueError:
        walker.raw(b"~")  # NULL


BY_VALUE: Final = (ctypes.c_wchar_p, ctypes.py_object)


def _add_fields(walker: Walker, value: Memory) -> None:
    """Attributes that a class of the program, or the program, gave it."""
    kind = type(value)
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = fields_of(kind)
    dictionary, slots = fields
    if dictionary is not None and (found := dictionary(value)):
        walker.named(list(found.items()))
    for read in slots:
        try:
            each = read(value)
        except AttributeError:
            walker.raw(b"~")
            continue
        walker.add(each)
    walker.raw(b".")


_FIELDS: Final[dict[type, Any]] = {}


def _add_kept(walker: Walker, kept: Any) -> None:  # noqa: ANN401 - what ctypes has in _objects
    """What memory refers to.  Keys that are places are written, those that are addresses are not; rings end."""
    pending = [kept]
    seen: set[int] = set()
    while pending:
        item = pending.pop()
        if id(item) in seen:
            walker.raw(b"=")
            continue
        seen.add(id(item))
        if type(item) is dict:
            walker.raw(b"{%d;" % len(item))
            for key in item:
                if type(key) is str:
                    walker.plain(key)
            pending.extend(reversed(item.values()))
        elif type(item) is bytes:
            walker.raw(b"b%d;" % walker.number(item))
            walker.block(item, id(item) + OF_BYTES, len(item) + 1)
        elif type(item) is memoryview:
            _add_exporter(walker, item)
        elif type(item) is str or type(item).__name__ == "PyCapsule":
            walker.raw(b"c")  # text behind a c_wchar_p: its content is reached by its address only
        else:
            walker.add(item)


def _add_exporter(walker: Walker, view: memoryview) -> None:
    """What a `from_buffer` object is a view of."""
    try:
        owner = view.obj
    except ValueError:
        walker.raw(b"-")
        return
    walker.add(owner)
    if isinstance(owner, bytearray | array) and not walker.lies(owner):
        _lay(walker, owner)


def _lay(walker: Walker, owner: bytearray | array[Any]) -> None:
    """Say where the buffer of what is no ctypes object lies."""
    if isinstance(owner, array):
        begin, count = owner.buffer_info()
        walker.block(owner, begin, count * owner.itemsize)
    elif owner:
        walker.block(owner, ctypes.addressof(ctypes.c_char.from_buffer(owner)), len(owner))


def add_callback(walker: Walker, value: Memory) -> None:
    """A callback: the Python function behind it; where its thunk lies says nothing."""
    place_class(walker, type(value))
    walker.block(value, ctypes.addressof(value), WORD)
    thunk = next((each for each in (value._objects or {}).values() if type(each).__name__ == THUNK), None)
    code = int.from_bytes(ctypes.string_at(value, WORD), "little") if not thunk else address_of(value)
    if thunk is not None:
        walker.raw(b"k")
        walker.block(thunk, code, 1)
    else:
        walker.raw(b"K")
        walker.address(code)
        if value._objects:
            _add_kept(walker, value._objects)
    if type(value).__dictoffset__:
        _add_fields(walker, value)


def add_thunk(walker: Walker, value: Memory) -> None:
    for each in gc.get_referents(value):
        if callable(each) and not isinstance(each, type):
            walker.add(each)
    walker.raw(b"k")


def add_argument(walker: Walker, value: Memory) -> None:
    """What byref() gives: an object and a place in it."""
    walker.raw(b"&")
    walker.add(value._obj)
    walker.address(address_of(value))


def add_bytearray(walker: Walker, value: Memory) -> None:
    walker.raw(b"a")
    content = bytes(memoryview(value))
    walker.memory(content, words_in(content))


def add_array(walker: Walker, value: Memory) -> None:
    walker.plain(value.typecode)
    content = array.tobytes(value)
    walker.memory(content, words_in(content))


def add_memoryview(walker: Walker, value: Memory) -> None:
    """What it is a view of, which part, and how it is seen."""
    walker.raw(b"v")
    try:
        owner = value.obj
    except ValueError:
        walker.raw(b"-")
        return
    walker.add(owner)
    for each in (value.format, value.readonly, value.nbytes):
        walker.plain(each)
    walker.many(value.shape)
    walker.many(value.strides)
    if value.readonly or not value.contiguous or not value.nbytes:
        walker.plain(value.tobytes())
        return
    if isinstance(owner, bytearray | array) and not walker.lies(owner):
        _lay(walker, owner)
    walker.address(ctypes.addressof(ctypes.c_char.from_buffer(value.cast("B") if value.format != "B" else value)))


def place_field(walker: Walker, value: Memory) -> None:
    """A field of a structure: where it is."""
    walker.raw(b"D%d,%d;" % (value.offset, value.size))
    walker.plain(repr(value))


def owner_at(memory: UserMemory, address: int) -> Found:
    """What the kernel knows to lie at an address: what HeapAlloc gave, a ctypes object that it has met; or to have lain there."""
    for block, kept in memory._heap.values():
        if block.covers(address, 0):
            return kept, block.base, block.size
    for block in memory._blocks.values():
        if block.alive and block.covers(address, 0):
            owner = block.held if block.held is not None else block.owner() if block.owner is not None else None
            if owner is not None and type(owner) is not bytes:
                return owner, block.base - block.offset, block.size + block.offset
    for block, kept in memory._dead:
        if block.covers(address, 0):
            return kept, block.base, block.size
    for block in reversed(memory._released):
        if block.covers(address, 0):
            return block, block.base, block.size
    return None


class _Sample(ctypes.Structure):
    _fields_ = (("field", ctypes.c_int),)


_FIELD: Final[Any] = type(_Sample.field)
_THUNK: Final[Any] = type(next(iter((ctypes.CFUNCTYPE(None)(lambda: None)._objects or {}).values())))
CONTENT: Final[dict[Any, Handler]] = {
    **dict.fromkeys((CData, ctypes.Structure, ctypes.Union, ctypes.Array, ctypes._Pointer, ctypes.c_int.__mro__[1]), add_data),
    CFuncPtr: add_callback, _THUNK: add_thunk, CArgument: add_argument, bytearray: add_bytearray, array: add_array,
    memoryview: add_memoryview,
}  # fmt: skip
IN_PLACE: Final[dict[Any, Handler]] = {_FIELD: place_field}
