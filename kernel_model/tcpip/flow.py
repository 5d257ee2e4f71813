"""Flows: each direction of each connection is an actor of its own, with the segments that it has in flight.

Models:  in-order delivery, a receive window of SO_RCVBUF, a bounded send buffer, sends without a buffer (SO_SNDBUF 0).
Differs: F-004 acknowledgements and window updates are instantaneous.
Differs: F-005 nothing is lost or sent again, and an idle connection lives for ever.
Sources: RFC 9293; learn.microsoft.com "High-performance Windows Sockets Applications" (S-44 to S-47).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.afd.endpoint import TCP_WINDOW, Flow
from alertable.kernel_model.iomgr.completion import complete_irp
from alertable.kernel_model.iomgr.irp import IrpState
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.tcpip.segment import Segment, SegmentKind, SendChunk

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.kernel import Kernel

SEGMENT_MAX: Final = 65_495  # MSS of a 65,535-byte loopback MTU


def flow_name(t: KThread, kind: str) -> str:
    """c1, or client.c1 for those that another thread than the first one made: by its own history only (F-001)."""
    t.connections_made += 1
    return f"{kind}{t.connections_made}" if not t.ordinal else f"{t.label}.{kind}{t.connections_made}"


def transmit(k: Kernel, flow: Flow, segment: Segment) -> None:
    """Put a segment on the wire."""
    k.footprint.wakes(flow)
    flow.segments.append(segment)
    k.handoff.release(segment, anew=True)
    k.wire[flow] = None
    if k.trace is not None:
        k.trace.segment_sent(flow, segment)


def window(flow: Flow) -> int:
    """Bytes that the receiver would take now."""
    target = flow.target
    if target is None:
        return 0
    if target.closed:
        if flow.narrow():
            target.read()  # before, there might have been no room
        return SEGMENT_MAX
    capacity = target.receive_buffer or TCP_WINDOW
    return capacity - len(target.received) - flow.in_flight


def pump(k: Kernel, flow: Flow) -> None:
    """Send as much as the window allows, then take over what fits the send buffer, then the FIN."""
    chunks = flow.chunks
    while chunks:
        chunk = chunks[0]
        room = window(flow)
        if room <= 0:
            break
        count = min(room, chunk.length - chunk.sent, SEGMENT_MAX)
        flow.in_flight += count
        transmit(k, flow, Segment(SegmentKind.URGENT if chunk.urgent else SegmentKind.DATA, chunk.take(count), chunk))
        if chunk.sent == chunk.length:
            chunks.popleft()
    if chunks:
        flow.looked_for_room()
    for chunk in chunks:
        if not absorb(k, flow, chunk):
            break
    if flow.fin_queued:
        flow.look_for_room()
    if flow.fin_queued and not chunks:
        flow.fin_queued = False
        transmit(k, flow, Segment(SegmentKind.FIN))


def absorb(k: Kernel, flow: Flow, chunk: SendChunk) -> bool:
    """Copy the rest of a pending send once it fits the send buffer; the send is complete then."""
    irp = chunk.irp
    if irp is None:
        return True
    rest = chunk.length - chunk.acked
    source = flow.source
    if source is None or flow.buffered + rest > source.send_buffer:
        return False
    chunk.data = irp.gather(0, chunk.length)
    chunk.irp = None
    flow.buffered += rest
    complete_irp(k, irp, NtStatus.SUCCESS, chunk.length)
    return True


def acknowledge(k: Kernel, flow: Flow, segment: Segment) -> None:
    """The receiver's side has taken a DATA segment: completes sends without a buffer, frees the send buffer."""
    chunk, count = segment.chunk, len(segment.data)
    flow.in_flight -= count
    if chunk is None:
        return
    chunk.acked += count
    irp = chunk.irp
    if irp is None:
        flow.buffered -= count
        return
    irp.file.read()  # the send may be over: cancelled
    if chunk.acked == chunk.length and irp.state is IrpState.PENDING:
        complete_irp(k, irp, NtStatus.SUCCESS, chunk.length)
