"""Devices that take their time: an operation that could be over in the call completes by a step of its own.

Only with the fault `slow-device`, or where the documentation leaves it open whether an operation pends.
Sources: learn.microsoft.com WSASend, WSARecv ("completed immediately" or WSA_IO_PENDING), CancelIoEx (S-02, S-12).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.kernel_model.ke.timerq import queue_timer

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.kernel_model.core import Core
    from alertable.kernel_model.iomgr.irp import Irp


def dawdles(k: Core, irp: Irp) -> bool:
    """Does this operation, which could complete now, pend instead?  Nobody can tell for a call that blocks anyway."""
    outcomes = k.outcomes
    if outcomes is None or irp.iosb is None:
        return False
    return bool(outcomes.left_open("pend") or outcomes.fault(k, "slow-device"))


def finish_later(k: Core, irp: Irp, finish: Callable[[Any, Irp], None]) -> None:
    """The device will come back to the operation: an actor of its own, named by the operation, whoever cancels it (F-001)."""
    irp.late += 1
    again = f".{irp.late}" if irp.late > 1 else ""
    queue_timer(k, k.now_100ns, _finish, (irp, finish), f"device:{irp.thread.label}.{irp.number}{again}")


def _finish(k: Core, context: tuple[Irp, Callable[[Any, Irp], None]]) -> None:
    irp, finish = context
    irp.file.read()  # also where the operation is over and nothing is left to do
    finish(k, irp)
