"""S9: every result of a wait is dealt with.  Needs marks: mark("expects", results) before a wait, mark("owns", handle) after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alertable.kernel_model.ke.structures import KThread

NAMES: Final[Mapping[int, str]] = {
    0: "WAIT_OBJECT_0",
    0x80: "WAIT_ABANDONED",
    0xC0: "WAIT_IO_COMPLETION",
    258: "WAIT_TIMEOUT",
    2**32 - 1: "WAIT_FAILED",
}
SINGLE: Final = ("WaitForSingleObject", "WaitForSingleObjectEx")


class WaitResults(Property):
    """What the program says that it can deal with, and what it says that it relies on, against what its waits returned."""

    id = "S9"
    title = "a wait's result is not dealt with"
    law = "A wait returns only what the program expects, and an object counts as given only if a wait said so."
    source = "learn.microsoft.com WaitForSingleObjectEx; mono#3970; dotnet/runtime#115178; PostgreSQL pgwin32_select"
    instead = "Treat WAIT_IO_COMPLETION like an interruption: wait again for the rest of the time"

    def __init__(self) -> None:
        self._expected: dict[KThread, tuple[int, ...]] = {}
        self._last: dict[KThread, tuple[str, dict[int, bool], int]] = {}

    def marked(self, t: KThread, name: str, value: Any) -> None:
        if name == "expects":
            self._expected[t] = tuple(value)
        elif name == "owns":
            function, given, result = self._last.get(t, ("no wait", {}, 0))
            if not given.get(int(value)):
                obj = self.named(t, int(value))
                what = obj.label if obj is not None else "an object"
                self.report(f"{t.label} relies on {what}, but its {function} returned {NAMES.get(result, result)}")

    def returned(self, t: KThread, function: str, arguments: tuple[Any, ...], result: Any) -> None:
        if function not in SINGLE:
            return
        given = dict(self._last[t][1]) if t in self._last else {}
        given[arguments[0]] = result in (0, 0x80)
        self._last[t] = (function, given, result)
        expected = self._expected.pop(t, None)
        if expected is not None and result not in expected:
            names = ", ".join(NAMES.get(value, str(value)) for value in expected)
            self.report(f"{function} of {t.label} returned {NAMES.get(result, result)}; the program deals with {names}")
