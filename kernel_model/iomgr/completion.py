"""Completion: one path for event, file object, APC and port (NT: IoCompleteRequest).

Models:  status block, event or file object, then the APC of the issuing thread or the packet of the port.
Sources: learn.microsoft.com WSARecv, "Alertable I/O"; ReactOS io/iomgr/irp.c (K-62 to K-65, S-02, S-03, S-13, S-18 to S-20).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.errors import BugCheck
from alertable.kernel_model.iomgr.irp import Irp, IrpState
from alertable.kernel_model.ke.apc import insert_queue_apc
from alertable.kernel_model.ke.event import reset_event, set_event
from alertable.kernel_model.ke.kqueue import post_packet
from alertable.kernel_model.ke.structures import ApcKind, CompletionPacket, KApc
from alertable.kernel_model.ke.wait import release_waiters
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core


def start_irp(k: Core, irp: Irp) -> None:
    """The operation is accepted: the event, or else the file object, is reset (S-18; with a routine hEvent is ignored)."""
    if irp.event is not None:
        reset_event(irp.event)
    elif irp.apc_routine is None:
        irp.file.written()
        irp.file.signal_state = 0


def pend_irp(k: Core, irp: Irp) -> NtStatus:
    """The operation cannot finish at once; it belongs to its thread and its file until it completes."""
    irp.state = IrpState.PENDING
    k.handoff.release(irp, anew=True)
    irp.thread.irps[irp] = None
    irp.file.irps[irp] = None
    if irp.iosb is not None:
        irp.iosb.pend()
        irp.thread.process.memory_written(irp.iosb)
    if k.trace is not None:
        k.trace.irp_pended(irp)
    return NtStatus.PENDING


def complete_irp(k: Core, irp: Irp, status: int, information: int) -> NtStatus:
    """Complete once, notify once; returns SUCCESS for a convenient tail call of operations that finish at once."""
    if irp.state is IrpState.COMPLETED:
        raise BugCheck(f"{irp.major.value} on {irp.file.label} completed twice")
    pended = irp.state is IrpState.PENDING
    irp.file.written()
    if pended:
        irp.thread.read()  # whose end would have cancelled it; its wait and its APCs are touched where they are reached
        k.handoff.acquire(irp)
        del irp.thread.irps[irp]
        del irp.file.irps[irp]
    irp.state = IrpState.COMPLETED
    irp.status = status
    irp.information = information
    if irp.on_complete is not None:
        irp.on_complete(k, irp)
    if irp.iosb is not None:
        irp.iosb.complete(status, irp.information)  # on_complete may have counted more
        k.handoff.release(irp.iosb, anew=True)
    irp.thread.process.memory_written(irp)
    if k.trace is not None:
        k.trace.irp_completed(irp)
    if irp.event is not None:
        set_event(k, irp.event)
    elif not irp.file.signal_state:
        irp.file.signal_state = 1
        k.handoff.release(irp.file)
        if irp.file.waiters:
            release_waiters(k, irp.file)
    if irp.apc_routine is not None:
        cell = k.footprint.cell(f"routine {irp.number} of {irp.thread.label}")
        insert_queue_apc(k, irp.thread, KApc(ApcKind.IO, irp.apc_routine, irp, cell))
    elif irp.file.port is not None:
        _report_to_port(k, irp, pended)
    return NtStatus.SUCCESS


def _report_to_port(k: Core, irp: Irp, pended: bool) -> None:
    """One packet with the file's key, unless the program asked for none (K-62, S-27, S-62, S-63)."""
    file = irp.file
    if irp.iosb is None or irp.quiet or file.port is None:
        return
    if file.skip_packet and not pended and irp.status == NtStatus.SUCCESS:
        return
    post_packet(k, file.port, CompletionPacket(file.completion_key, irp.iosb.address, irp.status, irp.information))
