"""The program's memory: real memory, read and written at its addresses, but only inside objects that are alive.

For every address that the kernel will touch the ctypes object that owns it is found (byref, arrays, pointers and what they
keep; failing these a search of live ctypes objects).  The kernel holds it weakly: when the program lets go of memory that an
operation in flight still needs, that is reported at the release, and the later write does not happen.
A wild write into the interpreter is impossible.
What cannot be held weakly (bytes, the bytearray behind `from_buffer`) is held, and asked when an operation completes whether
the program still has it.  `free` and HeapFree say themselves that memory dies; what was freed stays aside until the end.
Differs: F-013 memory is what ctypes objects own: any other address is WSAEFAULT to Winsock, an access violation to kernel32.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from alertable.kernel_model.footprint import Cell
    from alertable.kernel_model.iomgr.irp import FileObject
    from alertable.kernel_model.ke.structures import KThread

    Touched = Callable[[int, int, bool], None]  # offset, length, written?

Pointer = Any  # whatever ctypes takes for a pointer: None, int, byref(x), arrays, pointers, bytes, callbacks
CData: Final[Any] = ctypes.Array.__mro__[1]  # _ctypes._CData, the base of everything that owns memory
CFuncPtr: Final[Any] = ctypes.CFUNCTYPE(None).__mro__[1]  # _ctypes.CFuncPtr
Pointers: Final[Any] = (ctypes._Pointer, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_wchar_p, CFuncPtr)
CArgument: Final[Any] = type(ctypes.byref(ctypes.c_int()))
U32: Final = ctypes.c_uint32
FRAMES_SEARCHED: Final = 8
_QUIET: Final = tuple(f"alertable.sim.{name}" for name in ("win32", "runtime", "trace", "memory"))  # whose frames hold no owner
OWN_REFERENCES: Final = 2  # the block's, and that of the question itself
UNINITIALIZED: Final = b"\x0d\xf0\xad\xba"  # what a debug heap fills new memory with
DEAD: Final = b"\xee\xfe"  # and what was freed
CO_OPTIMIZED: Final = 1  # of a code object: its local variables are not a dictionary

# memset(p, 0, 0) returns p: exactly what ctypes accepts for a pointer, by ctypes' own rules, turned into a number.
_address: Final[Any] = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t)(
    ctypes.cast(ctypes.memset, ctypes.c_void_p).value or 0
)


def address_of(pointer: Pointer) -> int:
    """The address that a pointer argument stands for; 0 for NULL.  ctypes.ArgumentError for what is no pointer."""
    if pointer is None:
        return 0
    if type(pointer) is int:
        return pointer & 2**64 - 1
    return _address(pointer, 0, 0) or 0


class AccessViolation(OSError):
    """The program passed an address where no object of its own lies; Windows would crash it."""

    def __init__(self, function: str, what: str) -> None:
        super().__init__(f"exception: access violation in {function}: {what}")


class Block:
    """One live object's memory.  `owner` and `held` are None for memory that cannot go away by itself.

    held: what owns it and cannot be held weakly; bytes objects are constants, which the kernel must not write.
    freed: the program said that it dies.
    """

    __slots__ = (
        "__weakref__", "alive", "base", "freed", "held", "keys", "label", "offset", "owner", "size", "told", "writable",
    )  # fmt: skip

    def __init__(self, base: int, size: int, label: str, writable: bool = True) -> None:
        self.base = base
        self.size = size
        self.label = label
        self.alive = True  # until the program lets go of it
        self.writable = writable
        self.owner: Callable[[], Any] | None = None
        self.held: Any = None
        self.offset = 0  # of the block within what is held
        self.freed = False
        self.keys: list[int] = []
        self.told: Touched | None = None  # somebody wants to know what the kernel touches

    def here(self) -> bool:
        """Is the memory still the program's, and still at this address (ctypes.resize moves it)?"""
        if not self.alive:
            return False
        if self.owner is None:
            return self.held is None or not self.writable or _address_of_buffer(self.held) == self.base - self.offset
        owner = self.owner()
        return owner is not None and ctypes.addressof(owner) == self.base

    def dropped(self) -> bool:
        """Has the program let go of what is held for it?"""
        if self.held is None:
            return False
        if sys.getrefcount(self.held) > OWN_REFERENCES:
            gc.collect(0)  # pointers that ctypes.cast() made are rings
        return sys.getrefcount(self.held) <= OWN_REFERENCES

    def covers(self, address: int, length: int) -> bool:
        """Does the range lie inside?"""
        return self.base <= address and address + length <= self.base + self.size


class Region:
    """A range of a block: the kernel's UserBuffer."""

    __slots__ = ("address", "block", "length")

    def __init__(self, block: Block, address: int, length: int) -> None:
        self.block = block
        self.address = address
        self.length = length

    def read(self, offset: int, count: int, /) -> bytes:
        """Copy out; memory that is gone reads as zeros (the release was reported)."""
        if self.block.told is not None:
            self.block.told(self.address - self.block.base + offset, count, False)
        return ctypes.string_at(self.address + offset, count) if self.block.here() else bytes(count)

    def write(self, offset: int, data: bytes, /) -> None:
        """Copy in, unless the memory is gone."""
        if not self.block.writable:
            raise AccessViolation("a write", f"{len(data)} bytes into a bytes object, which is read-only")
        if self.block.told is not None:
            self.block.told(self.address - self.block.base + offset, len(data), True)
        if self.block.here():
            ctypes.memmove(self.address + offset, data, len(data))


EMPTY: Final = Region(Block(0, 0, "NULL"), 0, 0)


class Overlapped:
    """The program's OVERLAPPED: the kernel's UserIosb."""

    __slots__ = ("_view", "address", "asked", "block", "file")

    def __init__(self, block: Block, address: int) -> None:
        self.block = block
        self.address = address
        self.asked = False  # somebody wanted the result, perhaps before there was an operation
        self.file: FileObject | None = None  # of the operation that used it last
        self._view = (ctypes.c_uint64 * 4).from_address(address)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Overlapped) and other.address == self.address

    def __hash__(self) -> int:
        return self.address

    def used(self, t: KThread, file: FileObject) -> None:
        """An operation on the file begins with it."""
        before = self.file is not None or self.asked
        if before and file is not self.file:
            _asked(t).written()
        else:
            _asked(t).read()  # whoever asks before there is an operation writes it: another operation would do as well
        self.file = file

    def pend(self) -> None:
        self._touched(True)
        self._view[0] = 0x103

    def complete(self, status: int, information: int, /) -> None:
        self._touched(True)
        if self.block.here():
            view = self._view
            view[0] = status
            view[1] = information

    def _touched(self, write: bool) -> None:
        if self.block.told is not None:
            self.block.told(self.address - self.block.base, 16, write)

    def status(self, t: KThread) -> int:
        """Internal as the program sees it; whoever asks depends on the operation, and on which one it is."""
        self._touched(False)
        self.asked = True
        if self.file is not None:
            _asked(t).read()
            self.file.read()
        else:
            _asked(t).written()
        return int(self._view[0]) & 0xFFFFFFFF

    @property
    def internal_high(self) -> int:
        """The byte count that the program sees."""
        return int(self._view[1])

    @property
    def event(self) -> int:
        """hEvent."""
        return int(self._view[3])


def _asked(t: KThread) -> Cell:
    """Which operations the OVERLAPPEDs belong to that somebody has asked about: one for all, for they have no names."""
    return t.footprint.cell(f"OVERLAPPEDs asked about in {t.process.label}")


class UserMemory:
    """What one execution knows about its program's memory.

    on_release is called with a block whose owner has just been released by the program; touched makes what is told of accesses.
    """

    __slots__ = ("_blocks", "_dead", "_heap", "_on_release", "_overlapped", "_released", "_seen", "_touched", "label")

    def __init__(self, on_release: Callable[[Block], None], touched: Callable[[Any, int], Touched] | None = None) -> None:
        self._blocks: dict[int, Block] = {}
        self._overlapped: dict[int, Overlapped] = {}
        self._on_release = on_release
        self._touched = touched
        self.label: Callable[[Any], str] = lambda owner: type(owner).__name__  # what messages call it
        self._heap: dict[int, tuple[Block, object]] = {}  # what HeapAlloc gave, by address; the object owns the memory
        self._released: list[Block] = []  # what the program has let go of: addresses in it lead nowhere
        self._dead: list[tuple[Block, Any]] = []  # what was freed, with the object that is kept so that nothing else lies there
        self._seen: dict[int, weakref.ref[Any]] = {}  # objects that a search passed by, by address

    # ---- finding -------------------------------------------------------------------------------------------------------

    def region(self, pointer: Pointer, length: int, write: bool = False, holder: Pointer = None) -> Region | None:
        """The memory at a pointer, which the kernel may touch later; None if it is not all inside a live object.

        write: it must be memory that may be written.  holder: the structure that a bare address was read from.
        """
        address = pointer if type(pointer) is int else address_of(pointer)
        block = self._blocks.get(address)
        if block is None or not block.covers(address, length) or not block.alive:
            block = self._find(pointer, address, length, holder)
            if block is None or (write and not block.writable):
                return None
        return Region(block, address, length)

    def overlapped(self, pointer: Pointer) -> Overlapped | None:
        """The OVERLAPPED at a non-NULL pointer; None if there is no such object."""
        return self.overlapped_at(address_of(pointer), pointer)

    def overlapped_at(self, address: int, pointer: Pointer) -> Overlapped | None:
        """The same when the address is known already."""
        found = self._overlapped.get(address)
        if found is not None and found.block.alive:
            return found
        region = self.region(pointer, 32, True)
        if region is None:
            return None
        found = self._overlapped[address] = Overlapped(region.block, address)
        return found

    def _find(self, pointer: Pointer, address: int, length: int, holder: Pointer) -> Block | None:
        """Search the argument and what it keeps, then the program's frames, then all live ctypes objects, youngest first."""
        for block, _ in self._dead:
            if block.base < address + max(length, 1) and address < block.base + block.size:
                raise AccessViolation("a call", f"{block.label} was freed before")
        for block, _ in self._heap.values():
            if block.covers(address, length):
                return block
        for candidate in _candidates(pointer, holder):
            if type(candidate) is bytes:
                block = Block(address_of(candidate), len(candidate) + 1, "bytes", writable=False)
                if block.covers(address, length):
                    block.held = candidate
                    return block
                continue
            owner = _owner_within(candidate, address, length)
            if owner is not None:
                return self._remember(owner, address)
        owner = self._search(address, length)
        return None if owner is None else self._remember(owner, address)

    def _search(self, address: int, length: int) -> object | None:
        """The owner among all live ctypes objects, youngest first; what a search passes by is found at once the next time."""
        seen = self._seen.get(address)
        owner = seen() if seen is not None else None
        if owner is not None and (owner := _owner_within(owner, address, length)) is not None:
            return owner
        for generation in (0, 1, 2):
            for obj in gc.get_objects(generation):
                if isinstance(obj, CData) and obj._b_base_ is None:
                    self._seen[ctypes.addressof(obj)] = weakref.ref(obj)
                    if owner is None:
                        owner = _owner_within(obj, address, length)
            if owner is not None:
                return owner
        return None

    def _remember(self, owner: Any, address: int) -> Block:  # noqa: ANN401 - any ctypes object
        base = ctypes.addressof(owner)
        block, size = self._blocks.get(base), ctypes.sizeof(owner)
        if block is None or not block.alive or block.size != size:
            viewed = _viewed_by(owner)
            begins = _address_of_buffer(viewed) if viewed is not None else 0
            block = Block(base, size, self.label(viewed if begins else owner))
            block.held = viewed
            if viewed is not None:
                block.offset = base - begins
            else:
                block.owner = weakref.ref(owner, _Released(self, block))
            block.keys.append(base)
            if self._touched is not None:
                block.told = self._touched(owner, block.offset)
            self._blocks[base] = block
        if address != base:
            block.keys.append(address)
            self._blocks[address] = block
        return block

    def owner_of(self, pointer: Pointer) -> tuple[Any, int] | None:
        """What owns the memory at a pointer, and where its memory begins.  For names: nothing is remembered of the question."""
        address = address_of(pointer)
        if not address:
            return None
        for block, kept in (*self._heap.values(), *self._dead):
            if block.covers(address, 1):
                return kept, block.base
        owner: Any = None
        for candidate in _candidates(pointer, None):
            if type(candidate) is not bytes:
                owner = _owner_within(candidate, address, 1)
            elif address_of(candidate) <= address <= address_of(candidate) + len(candidate):
                return candidate, address_of(candidate)
            if owner is not None:
                break
        owner = owner or self._search(address, 1)
        return self._owning(owner) if owner is not None else None

    @staticmethod
    def _owning(owner: Any) -> tuple[Any, int]:  # noqa: ANN401 - a ctypes object
        """The object itself, or what it is a view of."""
        viewed = _viewed_by(owner)
        base = _address_of_buffer(viewed) if viewed is not None else 0
        return (viewed, base) if base else (owner, ctypes.addressof(owner))

    def forget(self, block: Block) -> None:
        """The program has let go of it."""
        block.alive = False
        block.owner = None
        self._released.append(block)
        for key in block.keys:
            if self._blocks.get(key) is block:
                del self._blocks[key]
            self._overlapped.pop(key, None)
        self._on_release(block)

    def dismantle(self) -> None:
        """Nobody asks any more: what is released from here on is not heard of."""
        for block in self._blocks.values():
            block.owner = None
        self._blocks.clear()
        self._overlapped.clear()
        self._heap.clear()
        self._dead.clear()
        self._released.clear()

    # ---- the program says so ---------------------------------------------------------------------------------------------

    def free(self, obj: Any) -> None:  # noqa: ANN401 - a ctypes object, or a bytearray
        """The object's memory dies here, whoever still refers to it; TypeError for what owns no memory."""
        if not isinstance(obj, CData | bytearray):
            raise TypeError(f"free: a ctypes object or a bytearray, not {type(obj).__name__}")
        root = obj
        while isinstance(root, CData) and root._b_base_ is not None:
            root = root._b_base_
        base = _address_of_buffer(root) if isinstance(root, bytearray) else ctypes.addressof(root)
        block = self._blocks.get(base)
        if block is None or not block.alive:
            size = len(root) if isinstance(root, bytearray) else ctypes.sizeof(root)
            block = Block(base, size, self.label(root))
        self._kill(block, root)

    def allocate(self, size: int, zeroed: bool) -> int:
        """HeapAlloc."""
        memory = (ctypes.c_ubyte * max(size, 1))()
        if not zeroed:
            ctypes.memmove(memory, UNINITIALIZED * (size // 4) + UNINITIALIZED[: size % 4], size)
        block = Block(ctypes.addressof(memory), size, f"memory from HeapAlloc ({size} bytes)")
        self._heap[block.base] = block, memory
        self._blocks[block.base] = block
        block.keys.append(block.base)
        return block.base

    def free_allocated(self, address: int) -> None:
        """HeapFree."""
        if address not in self._heap:
            again = any(dead.base == address for dead, _ in self._dead)
            raise AccessViolation("HeapFree", "heap corruption: " + ("freed before" if again else "not from HeapAlloc"))
        block, memory = self._heap.pop(address)
        self._kill(block, memory)
        ctypes.memmove(address, DEAD * (block.size // 2) + DEAD[: block.size % 2], block.size)

    def _kill(self, block: Block, owner: object) -> None:
        block.freed = True
        self._dead.append((block, owner))
        self.forget(block)

    # ---- plain access at the time of a call ------------------------------------------------------------------------------

    def store(self, pointer: Pointer, data: bytes) -> bool:
        """Write now; False if the memory is not the program's."""
        region = self.region(pointer, len(data), True)
        if region is None:
            return False
        region.write(0, data)
        return True

    def store_u32(self, pointer: Pointer, value: int) -> bool:
        """Write a DWORD now; NULL is skipped."""
        if pointer is None:
            return True
        if self._touched is None and type(pointer) is CArgument and type(pointer._obj) is U32:
            pointer._obj.value = value
            return True
        return not address_of(pointer) or self.store(pointer, value.to_bytes(4, "little"))

    def load(self, pointer: Pointer, length: int) -> bytes | None:
        """Read now; None if the memory is not the program's."""
        obj = pointer if self._touched is None else None
        if obj is not None and type(pointer) is CArgument:
            obj = pointer._obj
            if ctypes.sizeof(obj) == length and _address(pointer, 0, 0) == ctypes.addressof(obj):
                return ctypes.string_at(pointer, length)
        if isinstance(obj, CData) and not isinstance(obj, Pointers):
            address, base = address_of(pointer), ctypes.addressof(obj)
            if base <= address and address + length <= base + ctypes.sizeof(obj):
                return ctypes.string_at(address, length)
        region = self.region(pointer, length)
        return None if region is None else region.read(0, length)

    def load_u32(self, pointer: Pointer) -> int | None:
        """Read a DWORD now."""
        if self._touched is None and type(pointer) is CArgument and type(pointer._obj) is U32:
            return int(pointer._obj.value)
        return self.load_u32_at(pointer)

    def load_u32_at(self, pointer: Pointer) -> int | None:
        """Read the DWORD at the beginning of a larger object."""
        data = self.load(pointer, 4)
        return None if data is None else int.from_bytes(data, "little")


class _Released:
    """Weak reference callback: the owner of a block is gone.  It must not keep the memory table alive."""

    __slots__ = ("_block", "_memory")

    def __init__(self, memory: UserMemory, block: Block) -> None:
        self._memory = memory
        self._block = block

    def __call__(self, _ref: object) -> None:
        self._memory.forget(self._block)


_hearing: list[UserMemory] = []


@contextmanager
def hearing_free(memory: UserMemory) -> Iterator[None]:
    """From here on `free` is about this memory."""
    _hearing.append(memory)
    try:
        yield
    finally:
        _hearing.remove(memory)


def free(obj: object) -> None:
    """This memory dies here, as with HeapFree; outside a simulated execution it does nothing."""
    if _hearing:
        _hearing[-1].free(obj)


def _address_of_buffer(exporter: Any) -> int:  # noqa: ANN401 - an object with a writable buffer
    """Where its buffer is now; 0 if it has none any more."""
    try:
        return ctypes.addressof(ctypes.c_char.from_buffer(exporter))
    except (BufferError, TypeError, ValueError):
        return 0


def _candidates(pointer: Pointer, holder: Pointer) -> Iterator[object]:
    """Objects that may own the memory, the likely ones first."""
    for source in (pointer, holder):
        obj = source._obj if type(source) is CArgument else source
        if isinstance(obj, CData):
            yield obj
            yield from _kept(obj)
        elif type(obj) is bytes:
            yield obj
    frame: FrameType | None = sys._getframe(1)
    for _ in range(FRAMES_SEARCHED + 8):
        if frame is None:
            break
        if frame.f_globals.get("__package__") not in _QUIET:
            yield from _locals_of(frame)
        frame = frame.f_back


def _locals_of(frame: FrameType) -> list[object]:
    """The ctypes objects among a frame's local variables, and among the attributes of objects there."""
    variables = frame.f_locals
    found: list[object] = []
    for value in variables.values():
        kind = type(value)
        if issubclass(kind, CData):
            found.append(value)
        elif kind.__dictoffset__ and kind.__module__ != "builtins":
            found += [part for part in object.__getattribute__(value, "__dict__").values() if isinstance(part, CData)]
    if type(variables) is dict and frame.f_code.co_flags & CO_OPTIMIZED:
        # Before Python 3.13 this is a copy that stays with the frame; it would keep alive what the program lets go of.
        variables.clear()
    return found


def variable_of(region: Region) -> str | None:
    """The shared variable that holds the memory, as "name+offset" or "name[index]+offset"; None if there is none.

    Only variables of an enclosing function and globals count: they have one name wherever they are used.
    """
    owner = region.block.owner() if region.block.owner is not None else None
    offset = region.address - region.block.base
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and owner is not None:
        if frame.f_globals.get("__package__") not in _QUIET:
            shared = (*frame.f_code.co_freevars, *frame.f_code.co_cellvars)
            variables = frame.f_locals
            for name in shared:
                place = _place_in(owner, variables.get(name))
                if place is not None:
                    return f"{name}{place}+{offset}"
            if type(variables) is dict and frame.f_code.co_flags & CO_OPTIMIZED:
                variables.clear()  # see _locals_of
            for name, value in frame.f_globals.items():
                place = _place_in(owner, value)
                if place is not None:
                    return f"{name}{place}+{offset}"
        frame = frame.f_back
    return None


def _place_in(owner: object, value: object) -> str | None:
    """ "" if the value is the owner, "[3]" if it is in a list or tuple."""
    if value is owner:
        return ""
    if isinstance(value, list | tuple):
        return next((f"[{index}]" for index, item in enumerate(value) if item is owner), None)
    return None


def _kept(obj: Any) -> Iterator[object]:  # noqa: ANN401 - a ctypes object
    """What a pointer or structure keeps alive (`_objects`), transitively: ctypes objects, and bytes behind a c_char_p."""
    pending = [obj._objects]
    seen: set[int] = set()  # cast() makes rings: the dictionary holds the object that it belongs to
    while pending:
        item = pending.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, CData):
            yield item
            pending.append(item._objects)
        elif type(item) is bytes:
            yield item


def _owner_within(candidate: Any, address: int, length: int) -> object | None:  # noqa: ANN401 - a ctypes object
    """The root object that owns [address, address + length), if the candidate is it or a part of it."""
    root = candidate
    while (within := root._b_base_) is not None:
        root = within
    base = ctypes.addressof(root)
    if base <= address and address + length <= base + ctypes.sizeof(root):
        if not root._b_needsfree_ and not root._objects:
            return None  # made by from_address: it owns nothing
        viewed = None if root._b_needsfree_ else _viewed_by(root)
        if isinstance(viewed, CData):
            return _owner_within(viewed, address, length)
        return root if root._b_needsfree_ or viewed is not None else None
    return None


def _viewed_by(root: Any) -> Any:  # noqa: ANN401 - an object with a buffer
    """What owns the memory of a `from_buffer` object, which keeps a view of it; None for one that owns its memory."""
    if root._b_needsfree_ or not isinstance(root._objects, dict):
        return None
    return next((kept.obj for kept in root._objects.values() if isinstance(kept, memoryview)), None)
