"""S4: between submission and completion the buffers belong to the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.kernel_model.iomgr.irp import Major
from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.iomgr.irp import Irp


class BufferTouched(Property):
    """Contents are compared with what they were; a receive may differ only where it put its data."""

    id = "S4"
    title = "buffer touched while in flight"
    law = "The program neither writes the buffer of a pending send nor that of a pending receive."
    source = 'learn.microsoft.com WSASend, WSARecv ("the application must not ..."); hidapi f7c7f97, Cygwin 344860a10'
    instead = "Give the operation a private copy, or wait for its completion first"
    default = True

    def __init__(self) -> None:
        self._before: dict[Irp, bytes] = {}

    def irp_pended(self, irp: Irp) -> None:
        if irp.iosb is not None:
            self._before[irp] = irp.gather(0, irp.length)

    def irp_completed(self, irp: Irp) -> None:
        before = self._before.pop(irp, None)
        if before is None:
            return
        buffers: list[Any] = list(irp.buffers)  # the program's, for only its operations have an OVERLAPPED
        if not all(buffer.block.here() for buffer in buffers):
            return
        own = 0 if irp.major is Major.WRITE else max(irp.done, irp.information)
        if irp.gather(own, irp.length - own) != before[own:]:
            verb = "sent from" if irp.major is Major.WRITE else "received into"
            self.report(f"memory of {irp.thread.label} was changed while it was being {verb} on {irp.file.label}")
