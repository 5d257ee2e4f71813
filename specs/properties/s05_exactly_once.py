"""S5: every completion is dealt with exactly once.  Needs marks: mark("handled", overlapped)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.specs.properties.base import Property
from alertable.specs.properties.memory import address

if TYPE_CHECKING:
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.structures import KThread


class ExactlyOnce(Property):
    """Counts submissions and marks per OVERLAPPED; programs that mark nothing are not judged."""

    id = "S5"
    title = "completion handled twice or never"
    law = "An operation is marked as handled once, neither before it was submitted nor a second time."
    source = "libuv f779fd4f0, #5282; dotnet/corefx#27728"
    instead = "Let one place own the completion, and test what the submit call returned"

    def __init__(self) -> None:
        self._started: dict[int, int] = {}
        self._handled: dict[int, int] = {}
        self._pended: set[Irp] = set()

    def irp_pended(self, irp: Irp) -> None:
        self._pended.add(irp)
        self._start(irp)

    def irp_completed(self, irp: Irp) -> None:
        if irp not in self._pended:
            self._start(irp)
        self._pended.discard(irp)

    def _start(self, irp: Irp) -> None:
        if irp.iosb is not None:
            self._started[irp.iosb.address] = self._started.get(irp.iosb.address, 0) + 1

    def marked(self, t: KThread, name: str, value: Any) -> None:
        if name != "handled":
            return
        at = address(value)
        self._handled[at] = self._handled.get(at, 0) + 1
        if self._handled[at] > self._started.get(at, 0):
            self.report(f"{t.label} handles the same completion a second time")

    def quiescent(self) -> None:
        open_ = {irp.iosb.address for irp in self._pended if irp.iosb is not None}
        for at, handled in self._handled.items():
            if handled < self._started.get(at, 0) and at not in open_:
                self.report(f"{self._started[at] - handled} completion(s) of one OVERLAPPED were never handled")
                return
