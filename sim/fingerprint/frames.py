"""Where a thread is: its frames from its routine up to the system call, each with its instruction, variables and value stack.

Frames of the machine and of whoever searches are no part of the state: a thread that is about to make a call is at the same
place, whoever decides meanwhile who goes next.  What they know of the thread the kernel knows too; only special APCs, which run
within them, go on above.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from greenlet import getcurrent

from alertable.sim.fingerprint.between import Hidden, held
from alertable.sim.fingerprint.code import add_globals
from alertable.sim.fingerprint.depth import Place, Places
from alertable.sim.fingerprint.digest import digest_of
from alertable.sim.fingerprint.layouts import (
    ABSENT,
    KEPT,
    LAYOUT,
    depth_stored,
    interpreter_frame,
    row,
    slots_of,
    word,
    works,
)
from alertable.sim.runtime.carrier import Carrier
from alertable.sim.runtime.own import is_program, within_package

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

    from alertable.kernel_model.ke.structures import KThread
    from alertable.sim.fingerprint.walker import Walker

BROKEN: Final = works()  # why frames of this Python cannot be read
MACHINE: Final = "alertable.sim.runtime.machine"
BELOW: Final = frozenset({"alertable.sim.runtime.carrier", MACHINE})  # whose frames come before a thread's own
OUTSIDE: Final = ("alertable.sim.explore.", "alertable.sim.fingerprint.")
OWN_FRAMES: Final = frozenset({"_thread_main", "_run_body"})  # of the machine, and of the thread all the same
GOES_ON: Final = "_deliver_special"
SHAPES_MAX: Final = 10_000


class Shape:
    """What is known of a code object."""

    __slots__ = ("digest", "file", "is_program", "module", "name", "places", "slots")

    def __init__(self, code: CodeType, module: str) -> None:
        self.slots = slots_of(code)
        self.places = Places(code)
        self.file = within_package(code.co_filename)
        self.is_program = is_program(code.co_filename)
        self.name = code.co_name
        self.module = module
        self.digest = digest_of(code)


_SHAPES: Final[dict[int, tuple[CodeType, Shape]]] = {}


def shape_of(code: CodeType, module: str) -> Shape:
    """What is known of the code."""
    known = _SHAPES.get(id(code))
    if known is None:
        if len(_SHAPES) >= SHAPES_MAX:
            _SHAPES.clear()
        known = _SHAPES[id(code)] = code, Shape(code, module)
    return known[1]


def add_frames(walker: Walker, t: KThread) -> None:
    """Where the thread is; one that has not run yet, or has ended, is nowhere."""
    if type(t.carrier) is not Carrier:
        walker.raw(b"u")
        return
    if BROKEN:
        walker.unreadable(BROKEN)
        return
    carrier = t.carrier.greenlet
    suspended = carrier is not getcurrent()
    top = carrier.gr_frame if suspended else sys._getframe()
    chain: list[FrameType] = []
    while top is not None:
        chain.append(top)
        top = top.f_back
    chain.reverse()
    _add_chain(walker, chain, suspended=suspended)
    walker.raw(b"]")


def _add_chain(walker: Walker, chain: list[FrameType], *, suspended: bool) -> None:
    before: tuple[FrameType, int, Place | None] | None = None
    for frame, module in _own(chain):
        shape = shape_of(frame.f_code, module)
        address = interpreter_frame(frame)
        if shape.is_program or not walker.holder:
            walker.holder = f"{shape.file}:{frame.f_lineno}"
        if before is not None and not _direct(before[1], address, frame, suspended=suspended):
            _add_held(walker, *before, frame)
        place = shape.places.at(frame.f_lasti)
        if module == MACHINE and shape.name not in OWN_FRAMES:
            walker.raw(b"h" + shape.digest)
            before = None
            continue
        if place is None:
            walker.unreadable(f"the value stack of {frame.f_code.co_qualname}")
            return
        add_row(walker, shape, place.offset, row(address, shape.slots + place.below))
        if shape.is_program:
            add_globals(walker, frame.f_code, frame.f_globals)
        before = frame, address, place
    walker.holder = ""


def add_row(walker: Walker, shape: Shape, offset: int, values: list[Any]) -> None:
    """A frame: its code, its instruction, its variables and its stack."""
    walker.raw(b"[%b%d,%d;" % (shape.digest, offset, len(values)))
    add, raw = walker.add, walker.raw
    for value in values:
        if value is ABSENT:
            raw(b"~")
        else:
            add(value)


def _own(chain: list[FrameType]) -> Iterator[tuple[FrameType, str]]:
    """The frames that are the thread's, from its beginning, with their modules."""
    count = len(chain)
    index = 0
    names = [str(frame.f_globals.get("__name__")) for frame in chain]
    while index < count and names[index] in BELOW and chain[index].f_code.co_name not in OWN_FRAMES:
        index += 1
    while index < count:
        frame, module = chain[index], names[index]
        if module.startswith(OUTSIDE):
            return
        if module == MACHINE and frame.f_code.co_name not in OWN_FRAMES:
            above = next((i for i in range(index + 1, count) if chain[i].f_code.co_name == GOES_ON), None)
            if above is None:
                return
            yield frame, module
            index = above
            continue
        yield frame, module
        index += 1


def _direct(below: int, address: int, frame: FrameType, *, suspended: bool) -> bool:
    """Did the frame below lead to this one without C code between them?"""
    if LAYOUT.entered:
        return not word(address + LAYOUT.entered) & 0xFF
    previous = word(id(frame) + KEPT) if suspended else word(address + LAYOUT.previous)
    # A trampoline for __init__ lies between the two on the interpreter's own stack; C code's frame lies on C's stack.
    return previous == below or below < previous < address < below + (1 << 16)


def _add_held(walker: Walker, frame: FrameType, address: int, place: Place | None, above: FrameType) -> None:
    """What C code holds between two frames."""
    if place is None:
        return
    variables = slots_of(frame.f_code)
    inputs: list[Any] = []
    if place.name in ("CALL", "CALL_KW"):
        inputs = row(address, variables + place.depth)[variables + place.below :]
    elif place.name == "CALL_FUNCTION_EX":
        inputs = row(address, variables + place.below + 2)[variables + place.below :]
    iterator = row(address, variables + place.below)[-1] if place.below else None
    try:
        needed = held(place, above.f_code, inputs, iterator)
    except Hidden as hidden:
        walker.unreadable(str(hidden))
        return
    if needed:
        walker.raw(b"!")
        walker.many(needed)


def add_generator(walker: Walker, generator: Any) -> None:  # noqa: ANN401 - a generator or a coroutine
    """Where it is, if it is not running: then its frame is among those of the thread that runs it."""
    prefix = "gi" if hasattr(generator, "gi_frame") else "cr" if hasattr(generator, "cr_frame") else "ag"
    frame: FrameType | None = getattr(generator, f"{prefix}_frame")
    code: CodeType = getattr(generator, f"{prefix}_code")
    walker.raw(b"G" + digest_of(code))
    if frame is None:
        walker.raw(b"e")
    elif getattr(generator, f"{prefix}_running"):
        walker.raw(b"r")
    elif BROKEN:
        walker.unreadable(BROKEN)
    else:
        walker.raw(b"s")
        shape = shape_of(code, str(frame.f_globals.get("__name__")))
        address = interpreter_frame(frame)
        add_row(walker, shape, frame.f_lasti, row(address, shape.slots + depth_stored(address, shape.slots)))
        if shape.is_program:
            add_globals(walker, code, frame.f_globals)
