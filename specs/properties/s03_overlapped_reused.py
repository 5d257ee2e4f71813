"""S3: an OVERLAPPED belongs to one operation at a time; a handle that is waited on announces one operation at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.structures import KThread


class OverlappedReused(Property):
    """Submitting an OVERLAPPED whose operation is in flight, or whose notification names it and has not been taken yet."""

    id = "S3"
    title = "OVERLAPPED used twice"
    law = "An OVERLAPPED is not given to another operation before its operation has completed and its notification was taken."
    source = 'learn.microsoft.com OVERLAPPED, "Synchronization and Overlapped Input and Output"'
    instead = "Give every outstanding operation an OVERLAPPED of its own"
    default = True

    def irp_pended(self, irp: Irp) -> None:
        self._look(irp)

    def irp_completed(self, irp: Irp) -> None:
        self._look(irp)

    def _look(self, irp: Irp) -> None:
        before = self.operations.reused
        if before is None:
            return
        told_by = "completion routine" if before.irp.apc_routine is not None else "packet"
        why = "which is in flight" if before.in_flight else f"whose {told_by} is still queued"
        self.report(f"{irp.thread.label} starts a {irp.major.value} on {irp.file.label} with the OVERLAPPED of a {before}, {why}")


class SharedSignal(Property):
    """GetOverlappedResult(bWait) without an event while the file has another operation in flight."""

    id = "S3b"
    title = "the handle's signal is ambiguous"
    law = "Waiting on the file handle itself is only meaningful while one operation is outstanding on it."
    source = "learn.microsoft.com GetOverlappedResult (hEvent); rust-lang/rust#81357; ebpf-for-windows#3325"
    instead = "Give each operation an event of its own"

    def called(self, t: KThread, function: str, arguments: tuple[Any, ...]) -> None:
        if function != "GetOverlappedResult" or not arguments[3]:
            return
        file = self.named(t, arguments[0])
        irps = [irp for irp in getattr(file, "irps", ()) if irp.iosb is not None]
        if len(irps) > 1 and any(irp.event is None for irp in irps):
            self.report(f"{t.label} waits for {file.label} to be signalled while {len(irps)} operations are in flight on it")
