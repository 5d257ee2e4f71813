"""Where a simulated thread is in its program: `path:line in function`, of the innermost frame that is the program's own.

The running thread is looked up from the frames of whoever asks, a parked one from its greenlet.  Paths are relative to the
working directory where they lie below it, so that a terminal can follow them.  Nothing is kept: it costs only whoever asks.
"""

from __future__ import annotations

import dis
import os
import sys
from functools import cache
from inspect import unwrap
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent

from alertable.sim.runtime.carrier import Carrier
from alertable.sim.runtime.own import is_ours, is_program, within_package

if TYPE_CHECKING:
    from types import CodeType, FrameType, TracebackType

    from alertable.kernel_model.ke.structures import KThread
    from alertable.sim.runtime.running import Running

def acting(m: Running) -> tuple[str, ...]:
    """Where the thread stands whose step it is; where the environment moves, everybody who has not ended."""
    label = next((word for word in reversed(m.log[::2]) if not word.startswith("!")), None)
    t = next((t for t in m.kernel.threads if t.label == label), None) if label is not None else m.current
    if t is None:
        return standing(m)
    place = where(m, t)
    return (place,) if place else ()


def standing(m: Running) -> tuple[str, ...]:
    """Where everybody stands who has not ended; where all have, the functions that they came to the end of."""
    alive = tuple(place for t in m.kernel.threads if not t.terminated and (place := where(m, t)))
    return alive or tuple(place for t in m.kernel.threads if (place := where(m, t)))


def where(m: Running, t: KThread) -> str:
    """`label: path:line in function`; empty for a thread that runs none of the program's code (yet)."""
    found = whereabouts(t)
    if found is not None:
        frame, line = found
        return f"{t.label}: {place(frame.f_code, line)} in {frame.f_code.co_name}"
    code = _code(m.routines.get(t)) if t.routine_over else None
    return f"{t.label}: {place(code, code.co_firstlineno)} at the end of {code.co_name}" if code is not None else ""


def whereabouts(t: KThread) -> tuple[FrameType, int] | None:
    """The frame of the program that the thread is in, and its line."""
    carrier = t.carrier
    if type(carrier) is not Carrier:
        return None
    running = carrier.greenlet is getcurrent()
    return _innermost(sys._getframe(1) if running else carrier.greenlet.gr_frame)


def line_of(t: KThread) -> str:
    """`file:line`, the file by its name alone: what stands in a trace must not depend on where somebody works."""
    found = whereabouts(t)
    return f"{os.path.basename(found[0].f_code.co_filename)}:{found[1]}" if found is not None else ""


def throws_away(t: KThread) -> bool:
    """Is the result of the call that the running thread is in dropped by its program, as in a statement of its own?"""
    found = whereabouts(t)
    return found is not None and found[0].f_lasti in _dropped_results(found[0].f_code)


@cache
def _dropped_results(code: CodeType) -> frozenset[int]:
    """Where the code calls something and then drops what it returned; a frame may stand in the caches behind a call."""
    dropped: set[int] = set()
    for call, after in pairwise(dis.get_instructions(code)):
        if call.opname.startswith("CALL") and after.opname == "POP_TOP":
            dropped.update(range(call.offset, after.offset))
    return frozenset(dropped)


def raised_at(t: KThread, traceback: TracebackType | None) -> tuple[str, ...]:
    """Where the program's own code raised what it did not catch."""
    found: list[tuple[CodeType, int]] = []
    while traceback is not None:
        found.append((traceback.tb_frame.f_code, traceback.tb_lineno))
        traceback = traceback.tb_next
    own = [(code, line) for code, line in found if _rank(code.co_filename) == 0] or [
        (code, line) for code, line in found if _rank(code.co_filename) == 1
    ]
    return (f"{t.label}: {place(*own[-1])} in {own[-1][0].co_name}",) if own else ()


def place(code: CodeType, line: int) -> str:
    """`path:line`."""
    return f"{_shown(code.co_filename, os.getcwd())}:{line}"


def _innermost(frame: FrameType | None) -> tuple[FrameType, int] | None:
    library = None
    while frame is not None:
        rank = _rank(frame.f_code.co_filename)
        if rank == 0:
            return frame, frame.f_lineno
        if rank == 1 and library is None:
            library = frame
        frame = frame.f_back
    return (library, library.f_lineno) if library is not None else None


@cache
def _rank(filename: str) -> int:
    """0: the program's; 1: a library's, shown only where nothing nearer to the program is; 2: ours, or nobody's."""
    if is_ours(filename) or filename.startswith("<frozen") or os.path.basename(filename) == "_alertable_pytest.py":
        return 2
    return 0 if is_program(filename) else 1


@cache
def _shown(filename: str, folder: str) -> str:
    below = os.path.join(folder, "")
    return (filename[len(below) :] if filename.startswith(below) else within_package(filename)).replace(os.sep, "/")


def _code(routine: Any) -> CodeType | None:  # noqa: ANN401 - whatever can be called
    function = unwrap(routine) if callable(routine) else None
    code: CodeType | None = getattr(function, "__code__", None)
    return code
