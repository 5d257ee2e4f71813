"""Is a function being called as a decorator?

`@check` above a function and `check(function)` are the same call with different meanings: the one makes a test, the other wants a
report.  Python's code tells them apart: a decorator is called right after the function was made, in a way of its own.
"""

from __future__ import annotations

import dis
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import FrameType

MADE: Final = ("MAKE_FUNCTION", "SET_FUNCTION_ATTRIBUTE")
BETWEEN: Final = ("PRECALL", "CACHE", "EXTENDED_ARG")


def decorating(frame: FrameType) -> bool:
    """Is the call that this frame is in the application of a decorator?

    Decorators are applied by CALL with no argument in the ordinary sense, one after the other, to what was just made; an ordinary
    call of something with one argument is a CALL with one.
    """
    before = [each for each in dis.get_instructions(frame.f_code) if each.offset <= frame.f_lasti and each.opname not in BETWEEN]
    for others, each in enumerate(reversed(before)):
        if each.opname in MADE:
            return others > 0
        if each.opname != "CALL" or each.arg:
            break
    return False
