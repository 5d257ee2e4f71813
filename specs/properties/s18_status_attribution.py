"""S18: what happened to one connection is no reason to stop listening."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel_model.iomgr.irp import Major
from specs.properties.base import Property

if TYPE_CHECKING:
    from kernel_model.iomgr.irp import Irp
    from kernel_model.ps.thread import KThread


class StatusAttribution(Property):
    """A listener that is closed right after an accept failed on it, before another one was posted."""

    id = "S18"
    title = "one bad client closes the listener"
    law = "A failed accept or a connection's reset does not change the listener."
    source = "CPython gh-93821; learn.microsoft.com AcceptEx (remarks)"
    instead = "Close the accept socket only, and post the next accept"

    def __init__(self) -> None:
        self._failed: dict[Any, str] = {}
        self._reset_seen = False

    def irp_pended(self, irp: Irp) -> None:
        if irp.major is Major.ACCEPT:
            self._failed.pop(irp.file, None)

    def irp_completed(self, irp: Irp) -> None:
        if irp.major is Major.ACCEPT and irp.status and not irp.file.closed:
            self._failed[irp.file] = f"{irp.status:#x}"

    def returned(self, t: KThread, function: str, arguments: tuple[Any, ...], result: Any) -> None:  # noqa: ANN401
        if result in (-1, 0) and t.last_error == 10054 and function in ("recv", "WSARecv", "accept", "AcceptEx", "setsockopt"):
            self._reset_seen = True

    def called(self, t: KThread, function: str, arguments: tuple[Any, ...]) -> None:
        if function != "closesocket":
            return
        e = self.named(t, arguments[0])
        if e is not None and getattr(e, "backlog", False) and (e in self._failed or self._reset_seen):
            self.report(f"{t.label} closes the listener {e.label} because one connection failed")
