"""The environment step of the network: the oldest segment of one flow arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kernel_model.afd.close import rst_arrives
from kernel_model.afd.connect import refusal_arrives, syn_ack_arrives, syn_arrives
from kernel_model.afd.datagram import datagram_arrives
from kernel_model.afd.read import data_arrives, fin_arrives, urgent_arrives
from kernel_model.tcpip.segment import SegmentKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kernel_model.kernel import Kernel
    from kernel_model.tcpip.flow import Flow
    from kernel_model.tcpip.segment import Segment

ARRIVALS: Final[Mapping[SegmentKind, Callable[[Kernel, Flow, Segment], None]]] = {
    SegmentKind.SYN: syn_arrives,
    SegmentKind.SYN_ACK: syn_ack_arrives,
    SegmentKind.REFUSED: refusal_arrives,
    SegmentKind.DATA: data_arrives,
    SegmentKind.URGENT: urgent_arrives,
    SegmentKind.FIN: fin_arrives,
    SegmentKind.RST: rst_arrives,
    SegmentKind.DATAGRAM: datagram_arrives,
}


def deliver(k: Kernel, flow: Flow) -> None:
    """Deliver the oldest segment of the flow."""
    segment = flow.segments.popleft()
    if not flow.segments:
        k.wire.pop(flow, None)
    if k.footprint is not None:
        k.footprint.writes += (flow.label, flow.space)
        if flow.target is not None:
            k.footprint.writes.append(flow.target.label)
    if k.trace is not None:
        k.trace.segment_delivered(flow, segment)
    ARRIVALS[segment.kind](k, flow, segment)
