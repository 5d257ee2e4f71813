"""S13: who cancels, cancels what is its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread


class CancelContract(Property):
    """CancelIo cancels the calling thread's operations only.  What is freed too early after a cancellation is S1 and S2."""

    id = "S13"
    title = "CancelIo from the wrong thread"
    law = "CancelIo is called by a thread that has something in flight on the file, if anybody has."
    source = "learn.microsoft.com CancelIo; libuv 6e8eb3324"
    instead = "Use CancelIoEx, or cancel on the thread that issued the operation; then wait for the completion"

    def called(self, t: KThread, function: str, arguments: tuple[Any, ...]) -> None:
        if function != "CancelIo":
            return
        file = self.named(t, arguments[0])
        irps = [irp for irp in getattr(file, "irps", ()) if irp.iosb is not None]
        if irps and all(irp.thread is not t for irp in irps):
            self.report(f"{t.label} calls CancelIo on {file.label}, where only {irps[0].thread.label} has operations in flight")
