"""Segments and datagrams: what is in flight."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alertable.kernel_model.iomgr.irp import Irp

Address = tuple[bytes, int]  # IPv4 address (4 bytes), port


class SegmentKind(Enum):
    """The kinds that matter to a program.  Acknowledgements and window updates take no time of their own (F-004)."""

    SYN = "SYN"
    SYN_ACK = "SYN-ACK"
    REFUSED = "RST (refused)"
    DATA = "data"
    URGENT = "urgent byte"
    FIN = "FIN"
    RST = "RST"
    DATAGRAM = "datagram"


class SendChunk:
    """One send: its bytes were copied (data) or are still the program's (irp pending)."""

    __slots__ = ("acked", "data", "irp", "length", "sent", "urgent")

    def __init__(self, irp: Irp | None, data: bytes, length: int) -> None:
        self.irp = irp
        self.data = data
        self.length = length
        self.sent = 0
        self.urgent = False  # MSG_OOB: one byte beside the stream
        self.acked = 0

    def take(self, count: int) -> bytes:
        """The next bytes to go on the wire."""
        start = self.sent
        self.sent += count
        if self.irp is not None:
            return self.irp.gather(start, count)
        return self.data[start : start + count] if count < self.length else self.data


@dataclass(slots=True)
class Segment:
    """One unit of delivery; chunk is the send that a DATA segment is a part of.  fault: an RST that the other side sees too."""

    kind: SegmentKind
    data: bytes = b""
    chunk: SendChunk | None = None
    source: Address | None = None
    target: Address | None = None
    fault: bool = False
