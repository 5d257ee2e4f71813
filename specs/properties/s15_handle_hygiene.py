"""S15: nobody uses a handle after it was closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import EProcess, KThread
    from alertable.kernel_model.ob.object import KObject


class HandleHygiene(Property):
    """Any call that names a closed value, a second close above all: by then the value may name a stranger's object.

    A value that was given out again names something, and is not seen; what becomes of it then is what the fault "handle-reuse"
    shows.  A call that was blocked when its handle was closed (closesocket to cancel it) names nothing any more.
    """

    id = "S15"
    title = "a closed handle is used"
    law = "No call names a handle that was closed before; nothing is closed twice."
    source = "learn.microsoft.com CloseHandle, closesocket; nginx 9d5f5a0c7; node-serialport bindings-cpp #197; httpd a9297bf0b8"
    instead = "Forget the value when it is closed, close in one place: any thread may be given it for a new object"
    default = True
    asks_operations = False

    def __init__(self) -> None:
        self._closed: dict[tuple[EProcess, int], tuple[str, KThread]] = {}

    def essence(self) -> dict[str, Any]:
        """Which values were closed."""
        return {f"{process.label}, {handle}": True for process, handle in self._closed}

    def handle_closed(self, t: KThread, handle: int, obj: KObject) -> None:
        self._closed[t.process, handle] = obj.label, t

    def handle_missing(self, t: KThread, handle: int) -> None:
        closed = self._closed.get((t.process, handle))
        if closed is not None:
            label, closer = closed
            whom = "it" if closer is t else closer.label
            self.report(f"{t.label} uses the handle of {label}, which {whom} closed before")
