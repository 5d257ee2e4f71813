"""S1: memory that the kernel may still touch is live.  Raised at the release, where the mistake is, not at the later write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel_model.ke.apc import ApcKind
from specs.properties.base import Property

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kernel_model.ps.thread import KThread


class FreedInFlight(Property):
    """Every release of memory that operations used is looked at; what nobody frees costs nothing."""

    id = "S1"
    title = "freed while in flight"
    law = "OVERLAPPED, buffers and out-parameters live until the operation has completed."
    source = "learn.microsoft.com WSARecv (lpOverlapped), closesocket; S-28"
    instead = "Keep OVERLAPPED and buffers until the completion was delivered; after CancelIo or closesocket wait for it"
    default = True

    def released(self, block: Any) -> None:  # noqa: ANN401 - a Block
        operation = next((op for t in self.kernel.threads for op in _operations_on(t, block)), None)
        if operation is not None:
            self.report(f"{block.label} was released while a {operation} still needs it")


def _operations_on(t: KThread, block: Any) -> Iterator[str]:  # noqa: ANN401 - a Block
    """What the thread has in flight that needs this memory: pending operations, and routines still to be called with it."""
    for irp in t.irps:
        parts = [*irp.buffers, *irp.watched, irp.iosb]
        if any(getattr(part, "block", None) is block for part in parts):
            yield f"{irp.major.value} on {irp.file.label}"
    for apc in t.user_apcs:
        if apc.kind is ApcKind.IO and getattr(apc.context.iosb, "block", None) is block:
            yield f"queued completion routine ({apc.context.major.value} on {apc.context.file.label})"
