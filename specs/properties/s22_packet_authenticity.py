"""S22: a packet is taken for the operation that it belongs to, not for a later one at the same address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.ke.kqueue import CompletionPort
    from alertable.kernel_model.ke.structures import CompletionPacket


class PacketAuthenticity(Property):
    """An OVERLAPPED was freed while it was open, and its address has been given to a new operation."""

    id = "S22"
    title = "a packet of an earlier operation at the same address"
    law = "The OVERLAPPED in a packet is the same object as when the operation was submitted."
    source = "CPython gh-116773, issue 23095 (d0a28dee)"
    instead = "Keep the OVERLAPPED until its packet has been dequeued"
    default = True

    def packet_removed(self, port: CompletionPort, packet: CompletionPacket) -> None:
        told = self.operations.told
        current = self.operations.open.get(packet.overlapped, [])
        if told is None and any(o.irp.file.port is port for o in current):
            self.report(f"{port.label} hands out a posted packet that names a {current[0]}, which has not completed")
        if told is not None and told.freed and self.operations.open.get(packet.overlapped):
            now = self.operations.open[packet.overlapped][0]
            self.report(f"{port.label} hands out the packet of an earlier {told}, at whose address a {now} is in flight now")
