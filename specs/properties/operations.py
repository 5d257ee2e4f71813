"""Overlapped operations as sanitizers see them: submitted, completed (K), notified (N).

In flight: submitted and not K.  Open: submitted and not N, where N is the routine's begin, the packet's removal, or K itself
for operations that only signal.  Source: learn.microsoft.com "Synchronization and Overlapped Input and Output".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alertable.kernel_model.iomgr.irp import IrpState
from alertable.kernel_model.ke.structures import ApcKind

if TYPE_CHECKING:
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.kqueue import CompletionPort
    from alertable.kernel_model.ke.structures import CompletionPacket, KApc


@dataclass(slots=True, eq=False)
class Operation:
    """One of them; freed: the program let go of its OVERLAPPED while it was open."""

    irp: Irp
    freed: bool = False

    @property
    def address(self) -> int:
        """Where its OVERLAPPED is; only operations that have one are kept."""
        assert self.irp.iosb is not None
        return self.irp.iosb.address

    @property
    def in_flight(self) -> bool:
        """The kernel may still write."""
        return self.irp.state is IrpState.PENDING

    def __str__(self) -> str:
        return f"{self.irp.major.value} on {self.irp.file.label}"


class Operations:
    """The open operations of one execution, oldest first, by the address of their OVERLAPPED; it listens before all others.

    reused: of the event that is being told, the operation whose OVERLAPPED was submitted again while it was open.
    """

    def __init__(self) -> None:
        self.open: dict[int, list[Operation]] = {}
        self.reused: Operation | None = None
        self.told: Operation | None = None  # the operation that the packet or routine of the current event is about

    def irp_pended(self, irp: Irp) -> None:
        self.reused = None
        if irp.iosb is not None:
            self._submitted(irp)

    def irp_completed(self, irp: Irp) -> None:
        self.reused = None
        if irp.iosb is None:
            return
        at = self.open.get(irp.iosb.address, [])
        operation = next((o for o in at if o.irp is irp), None)
        pended = operation is not None
        operation = operation or self._submitted(irp)
        if irp.apc_routine is None and not self._reports(irp, pended):
            self._notified(operation)

    def _submitted(self, irp: Irp) -> Operation:
        assert irp.iosb is not None
        at = self.open.setdefault(irp.iosb.address, [])
        self.reused = next((o for o in reversed(at) if not o.freed), None)
        operation = Operation(irp)
        at.append(operation)
        return operation

    def _reports(self, irp: Irp, pended: bool) -> bool:
        """Will there be a packet?  The rule of _report_to_port, before it is applied."""
        file = irp.file
        if file.port is None or irp.quiet or file.port.closed:
            return False
        return pended or not file.skip_packet or bool(irp.status)

    def _notified(self, operation: Operation) -> None:
        at = self.open[operation.address]
        at.remove(operation)
        if not at:
            del self.open[operation.address]

    def apc_delivered(self, _t: object, apc: KApc) -> None:
        self.told = None
        if apc.kind is ApcKind.IO:
            operations = self.open.get(apc.context.iosb.address, ())
            self.told = next((o for o in operations if o.irp is apc.context), None)
            if self.told is not None:
                self._notified(self.told)

    def packet_removed(self, port: CompletionPort, packet: CompletionPacket) -> None:
        self.told = next((o for o in self.open.get(packet.overlapped, ()) if o.irp.file.port is port and not o.in_flight), None)
        if self.told is not None:
            self._notified(self.told)

    def released(self, block: Any) -> None:  # noqa: ANN401 - a Block of the program's memory
        for at in self.open.values():
            for operation in at:
                if getattr(operation.irp.iosb, "block", None) is block:
                    operation.freed = True
