"""S2: the OVERLAPPED that a completion packet names is live when the packet is taken from the port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.ke.kqueue import CompletionPort
    from alertable.kernel_model.ke.structures import CompletionPacket


class ContextFreed(Property):
    """Freed between completion and notification, and nothing else lies there now (else it is S22)."""

    id = "S2"
    title = "notification of a freed operation"
    law = "OVERLAPPED and its containing record live until the notification of the operation has been consumed."
    source = "learn.microsoft.com GetQueuedCompletionStatus; CPython gh-116773; nmap nsock #2139"
    instead = "Keep the record until its packet has been dequeued, also after CancelIoEx returned ERROR_NOT_FOUND"
    default = True

    def packet_removed(self, port: CompletionPort, packet: CompletionPacket) -> None:
        told = self.operations.told
        if told is not None and told.freed and not self.operations.open.get(packet.overlapped):
            self.report(f"{port.label} hands out the packet of a {told} whose OVERLAPPED the program has let go of")
