"""Where a thread is: its frames from its routine up to the system call, each with its instruction, variables and value stack.

Frames of the machine and of whoever searches are no part of the state: a thread that is about to make a call is at the same
place, whoever decides meanwhile who goes next.  What they know of the thread the kernel knows too; only special APCs, which run
within them, go on above.
"""

from __future__ import annotations

import sys
from ctypes import string_at
from enum import Enum
from types import MethodType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from greenlet import getcurrent

from alertable.sim.fingerprint.between import Hidden, held
from alertable.sim.fingerprint.code import add_globals
from alertable.sim.fingerprint.depth import Place, Places
from alertable.sim.fingerprint.digest import digest_of
from alertable.sim.fingerprint.layouts import (
    ABSENT,
    KEPT,
    LAYOUT,
    WORD,
    depth_stored,
    interpreter_frame,
    row,
    slots_of,
    values_in,
    word,
    works,
)
from alertable.sim.runtime.carrier import Carrier
from alertable.sim.runtime.own import is_program, within_package

if TYPE_CHECKING:
    from types import CodeType, FrameType

    from alertable.kernel_model.ke.structures import KThread
    from alertable.sim.fingerprint.walker import Walker

BROKEN: Final = works()  # why frames of this Python cannot be read
MACHINE: Final = "alertable.sim.runtime.machine"
CARRIER: Final = "alertable.sim.runtime.carrier"
OUTSIDE: Final = ("alertable.sim.explore.", "alertable.sim.fingerprint.")
BOTTOM: Final = frozenset({(MACHINE, "_thread_main"), (MACHINE, "_run_body"), ("alertable.sim.runtime.execution", "body")})
GOES_ON: Final = "_deliver_special"
SHAPES_MAX: Final = 10_000
POINTER: Final = LAYOUT.pointer
NULL_LAST: Final = sys.version_info >= (3, 13)  # of the two slots of what is called
from_bytes: Final = int.from_bytes


class Spot(NamedTuple):
    """A place in a code object where a frame can stand."""

    place: Place
    head: bytes  # what is written of it
    values: int  # how many in the row are the frame's: variables, cells, and the stack below what a call takes
    size: int  # in bytes, with what comes before the row
    line: str


class Shape:
    """What is known of a code object.  kind: whose frames its frames are."""

    __slots__ = ("digest", "file", "is_program", "kind", "places", "result", "slots", "spots")

    def __init__(self, code: CodeType, module: str) -> None:
        self.slots = slots_of(code)
        self.places = Places(code)
        self.file = within_package(code.co_filename)
        self.is_program = is_program(code.co_filename)
        self.digest = digest_of(code)
        self.spots: dict[int, Spot | None] = {}
        self.result = code.co_varnames.index("code") if code.co_name == "_thread_main" else -1
        if module.startswith(OUTSIDE):
            self.kind = Kind.OUTSIDE
        elif (module, code.co_name) in BOTTOM:
            self.kind = Kind.BOTTOM
        elif module == MACHINE:
            self.kind = Kind.MACHINE
        elif module == CARRIER:
            self.kind = Kind.CARRIER
        else:
            self.kind = Kind.SPECIAL if code.co_name == GOES_ON else Kind.OWN

    def spot(self, frame: FrameType, lasti: int) -> Spot | None:
        """Where the frame stands; None if its stack cannot be read there."""
        place = self.places.at(lasti)
        found = None
        if place is not None:
            count = self.slots + place.below
            head = b"[%b%d,%d;" % (self.digest, place.offset, count)
            found = Spot(place, head, count, LAYOUT.row + count * WORD, f"{self.file}:{frame.f_lineno}")
        self.spots[lasti] = found
        return found


class Kind(Enum):
    """Whose a frame is."""

    OWN = "the thread's"
    SPECIAL = "the thread's, and goes on above frames of the machine"
    BOTTOM = "what calls the thread's routine: only the exit code is a part of the state"
    MACHINE = "the machine's, which is no part of the state"
    CARRIER = "what carries the thread"
    OUTSIDE = "whoever searches"


_SHAPES: Final[dict[int, tuple[CodeType, Shape]]] = {}


def shape_of(code: CodeType, space: dict[str, Any]) -> Shape:
    """What is known of the code."""
    known = _SHAPES.get(id(code))
    if known is None:
        if len(_SHAPES) >= SHAPES_MAX:
            _SHAPES.clear()
        known = _SHAPES[id(code)] = code, Shape(code, str(space.get("__name__")))
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
    frame = carrier.gr_frame if suspended else sys._getframe()
    chain: list[tuple[FrameType, Shape]] = []
    while frame is not None:
        code = frame.f_code
        known = _SHAPES.get(id(code))
        chain.append((frame, known[1] if known is not None else shape_of(code, frame.f_globals)))
        frame = frame.f_back
    chain.reverse()
    own = _own(chain)
    chain.clear()  # this frame is one of them: a ring, which would keep all that the pass has met until the next collection
    _add_chain(walker, own, suspended=suspended)
    walker.raw(b"]")


def _own(chain: list[tuple[FrameType, Shape]]) -> list[tuple[FrameType, Shape]]:
    """The frames that are the thread's, from its beginning."""
    count, index = len(chain), 0
    while index < count and chain[index][1].kind in (Kind.CARRIER, Kind.MACHINE):
        index += 1
    own = []
    while index < count:
        kind = chain[index][1].kind
        if kind is Kind.OUTSIDE:
            break
        own.append(chain[index])
        index += 1
        if kind is Kind.MACHINE:
            while index < count and chain[index][1].kind is not Kind.SPECIAL:
                index += 1
            if index == count:
                own.pop()
    return own


def _add_chain(walker: Walker, chain: list[tuple[FrameType, Shape]], *, suspended: bool) -> None:
    raw, add = walker.raw, walker.add
    below = 0  # the address of the frame below
    spot = None
    known: tuple[FrameType, Spot, int] | None = None
    for frame, shape in chain:
        if shape.kind is Kind.MACHINE:
            raw(b"h" + shape.digest)
            known = None
            continue
        lasti = frame.f_lasti
        spot = shape.spots.get(lasti) or shape.spot(frame, lasti)
        if spot is None:
            walker.unreadable(f"the value stack of {frame.f_code.co_qualname}")
            return
        address = from_bytes(string_at(id(frame) + POINTER, WORD), "little")
        data = string_at(address, spot.size)
        if shape.is_program or not walker.holder:
            walker.holder = spot.line
        if shape.kind is Kind.SPECIAL:
            known = None  # called by the machine, whatever it is made of
        if known is not None and not _direct(below, address, data, frame, suspended=suspended):
            _add_held(walker, *known, frame)
        raw(spot.head)
        if shape.kind is Kind.BOTTOM:
            if shape.result >= 0:
                value = values_in(data)[shape.result]
                raw(b"~") if value is ABSENT else walker.plain(value)
            known = None
            continue
        for value in _unbound_methods(values_in(data), shape.slots):
            if value is ABSENT:
                raw(b"~")
            else:
                add(value)
        if shape.is_program:
            add_globals(walker, frame.f_code, frame.f_globals)
        below, known = address, (frame, spot, address)
    walker.holder = ""


def _unbound_methods(values: list[Any], begin: int) -> list[Any]:
    """A bound method that waits for its call is its function and its object: Python puts either there."""
    for index in range(begin, len(values) - 1):
        one, other = values[index], values[index + 1]
        bound, empty = (one, other) if NULL_LAST else (other, one)
        if empty is ABSENT and type(bound) is MethodType:
            values[index : index + 2] = bound.__func__, bound.__self__
    return values


def _direct(below: int, address: int, data: bytes, frame: FrameType, *, suspended: bool) -> bool:
    """Did the frame below lead to this one without C code between them?"""
    if LAYOUT.entered:
        return not data[LAYOUT.entered]
    previous = word(id(frame) + KEPT) if suspended else from_bytes(data[LAYOUT.previous : LAYOUT.previous + WORD], "little")
    # A trampoline for __init__ lies between the two on the interpreter's own stack; C code's frame lies on C's stack.
    return previous == below or below < previous < address < below + (1 << 16)


def _add_held(walker: Walker, frame: FrameType, spot: Spot, address: int, above: FrameType) -> None:
    """What C code holds between two frames."""
    place, variables = spot.place, spot.values - spot.place.below
    inputs: list[Any] = []
    if place.name in ("CALL", "CALL_KW"):
        inputs = row(address, variables + place.depth)[spot.values :]
    elif place.name == "CALL_FUNCTION_EX":
        inputs = row(address, spot.values + 2)[spot.values :]
    iterator = row(address, spot.values)[-1] if place.below else None
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
        shape = shape_of(code, frame.f_globals)
        address = interpreter_frame(frame)
        values = row(address, shape.slots + depth_stored(address, shape.slots))
        walker.raw(b"%d,%d;" % (frame.f_lasti, len(values)))
        for value in values:
            if value is ABSENT:
                walker.raw(b"~")
            else:
                walker.add(value)
        if shape.is_program:
            add_globals(walker, code, frame.f_globals)
