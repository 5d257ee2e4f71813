"""S18: what happened to one connection is no reason to stop listening."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.structures import KThread


WSAECONNRESET: Final = 10054
FAILURE: Final[Mapping[str, int]] = {"recv": -1, "WSARecv": -1, "accept": 2**64 - 1, "AcceptEx": 0, "setsockopt": -1}


class StatusAttribution(Property):
    """A listener that is closed right after an accept failed on it, before another one was posted."""

    id = "S18"
    title = "one bad client closes the listener"
    law = "A failed accept or a connection's reset does not change the listener."
    source = "CPython gh-93821; learn.microsoft.com AcceptEx (remarks)"
    instead = "Close the accept socket only, and post the next accept"

    def __init__(self) -> None:
        self._failed: dict[Any, None] = {}
        self._reset_seen = False

    def irp_pended(self, irp: Irp) -> None:
        self._failed.pop(irp.file, None)

    def irp_completed(self, irp: Irp) -> None:
        if irp.status:
            self._failed[irp.file] = None

    def returned(self, t: KThread, function: str, arguments: tuple[Any, ...], result: Any) -> None:
        if t.last_error == WSAECONNRESET and result == FAILURE.get(function):
            self._reset_seen = True

    def called(self, t: KThread, function: str, arguments: tuple[Any, ...]) -> None:
        if function != "closesocket":
            return
        e = self.named(t, arguments[0])
        if getattr(e, "backlog", False) and (e in self._failed or self._reset_seen):
            self.report(f"{t.label} closes the listener {e.label} because one connection failed")
