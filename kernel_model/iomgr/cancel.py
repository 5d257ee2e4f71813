"""Cancellation: CancelIo, CancelIoEx, thread exit, close.

A cancelled operation completes like any other, with CANCELLED and 0 bytes.
Sources: learn.microsoft.com CancelIo, CancelIoEx, ExitThread, closesocket (K-66, K-67, S-12, S-25, S-53, S-56 to S-59).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.iomgr.completion import complete_irp
from alertable.kernel_model.iomgr.device import finish_later
from alertable.kernel_model.iomgr.irp import IrpState
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.iomgr.irp import FileObject, Irp, UserIosb
    from alertable.kernel_model.ke.structures import KThread


def cancel_irp(k: Core, irp: Irp, status: NtStatus = NtStatus.CANCELLED) -> None:
    """Take a pending IRP off its driver's queues and complete it."""
    if irp.cancel is not None:
        irp.cancel(k, irp)
    complete_irp(k, irp, status, 0)


def request_cancel(k: Core, irp: Irp) -> None:
    """Somebody asks for the cancellation of an IRP: at once, unless a fault lets the abort come late or lose the race."""
    outcomes = k.outcomes
    if outcomes is not None:
        if irp.file.data_under_way(irp) and outcomes.fault(k, "late-cancel"):
            return  # its completion is on the way, and is what the program will see
        if _comes_late(k, irp, NtStatus.CANCELLED):
            return
    cancel_irp(k, irp)


def close_irp(k: Core, irp: Irp, status: NtStatus) -> None:
    """The file is closed under the operation, which ends with this status; the device may take its time (fault "slow-device").

    A call that blocks ends at once: nobody could tell.
    """
    if k.outcomes is None or irp.iosb is None or not _comes_late(k, irp, status):
        cancel_irp(k, irp, status)


def _comes_late(k: Core, irp: Irp, status: NtStatus) -> bool:
    """Does the device give the operation back by a step of its own?  Its driver has forgotten it already."""
    assert k.outcomes is not None
    if not k.outcomes.fault(k, "slow-device"):
        return False
    if irp.cancel is not None:
        irp.cancel(k, irp)
    irp.cancel = None

    def abort(k: Core, irp: Irp) -> None:
        if irp.state is IrpState.PENDING:
            complete_irp(k, irp, status, 0)

    finish_later(k, irp, abort)
    return True


def cancel_io(k: Core, t: KThread, file: FileObject) -> None:
    """NtCancelIoFile: the calling thread's own operations on the file."""
    for irp in tuple(file.irps):
        if irp.thread is t:
            request_cancel(k, irp)


def cancel_io_ex(k: Core, file: FileObject, iosb: UserIosb | None) -> NtStatus:
    """NtCancelIoFileEx: any thread's operations, all or the one with this status block.  SUCCESS | NOT_FOUND."""
    found = [irp for irp in file.irps if irp.iosb is not None and (iosb is None or irp.iosb == iosb)]
    for irp in found:
        request_cancel(k, irp)
    return NtStatus.SUCCESS if found else NtStatus.NOT_FOUND


def rundown_irps(k: Core, t: KThread) -> None:
    """The thread has ended: what it had pending is cancelled; completion routines are dropped with its queue (K-67)."""
    for irp in tuple(t.irps):
        if irp.file.port is None or irp.event is not None or irp.apc_routine is not None:
            cancel_irp(k, irp)  # what reports to a port only goes on
