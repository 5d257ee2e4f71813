"""The environment step of the network: the oldest segment of one flow arrives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.afd.close import rst_arrives
from alertable.kernel_model.afd.connect import refusal_arrives, syn_ack_arrives, syn_arrives
from alertable.kernel_model.afd.datagram import datagram_arrives
from alertable.kernel_model.afd.read import data_arrives, fin_arrives, urgent_arrives
from alertable.kernel_model.tcpip.flow import transmit
from alertable.kernel_model.tcpip.segment import Segment, SegmentKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alertable.kernel_model.afd.endpoint import Flow
    from alertable.kernel_model.kernel import Kernel

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


RESETTABLE: Final = frozenset({SegmentKind.DATA, SegmentKind.FIN})


def deliver(k: Kernel, flow: Flow) -> None:
    """Deliver the oldest segment of the flow."""
    segment = sent = flow.segments.popleft()
    if k.outcomes is not None:
        segment = _disturbed(k, flow, segment)
    if not flow.segments:
        k.wire.pop(flow, None)
    flow.written()
    flow.space.written()
    if flow.target is not None:
        flow.target.written()
    if k.trace is not None:
        k.trace.segment_delivered(flow, segment)
    k.handoff.begin(sent)
    ARRIVALS[segment.kind](k, flow, segment)
    k.handoff.end()
    if segment.fault:
        transmit(k, flow.reverse, Segment(SegmentKind.RST))


def _disturbed(k: Kernel, flow: Flow, segment: Segment) -> Segment:
    """What arrives instead: a part of the segment, the rest comes later; or a reset, which both sides see."""
    outcomes, e = k.outcomes, flow.target
    assert outcomes is not None
    length = len(segment.data)
    if segment.kind is SegmentKind.DATA and length > 1:
        sizes = (1,) if length == 2 else (1, length - 1)
        picked = outcomes.fault(k, "short-segments", sizes)
        if picked:
            size = sizes[picked - 1]
            flow.segments.appendleft(replace(segment, data=segment.data[size:]))
            k.footprint.rest_follows = True
            segment = replace(segment, data=segment.data[:size])
    alive = e is not None and not e.closed and e.abort_status is None
    if alive and segment.kind in RESETTABLE and outcomes.fault(k, "reset"):
        flow.discard(k)
        return Segment(SegmentKind.RST, fault=True)
    return segment
