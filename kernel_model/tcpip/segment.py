"""Segments and datagrams: what is in flight."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alertable.kernel_model.tcpip.flow import SendChunk

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


@dataclass(slots=True)
class Segment:
    """One unit of delivery; chunk is the send that a DATA segment is a part of.  fault: an RST that the other side sees too."""

    kind: SegmentKind
    data: bytes = b""
    chunk: SendChunk | None = None
    source: Address | None = None
    target: Address | None = None
    fault: bool = False
