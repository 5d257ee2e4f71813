"""Dispatcher objects: whatever a thread can wait for (NT: DISPATCHER_HEADER).

Sources: learn.microsoft.com "Synchronization Objects", "Wait Functions"; ReactOS ke/wait.c (K-01 to K-03).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.ob.object import KObject
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from alertable.kernel_model.ke.wait import Wait
    from alertable.kernel_model.kernel import Kernel
    from alertable.kernel_model.ps.thread import KThread


class Dispatcher(KObject):
    """An object with a signal state and a list of wait blocks, oldest first."""

    __slots__ = ("signal_state", "waiters")

    def __init__(self, k: Kernel, label: str, signal_state: int = 0) -> None:
        super().__init__(k, label)
        self.signal_state = signal_state
        self.waiters: list[Wait] = []  # FIFO: NT releases in this order, the documentation promises none (K-35)

    def signaled_for(self, thread: KThread) -> bool:
        """Would this object satisfy a wait of the thread now?"""
        return self.signal_state > 0

    def satisfy(self, thread: KThread) -> NtStatus:
        """Take what a satisfied wait takes: SUCCESS, or ABANDONED_WAIT_0.  Most objects give nothing away."""
        return NtStatus.SUCCESS

    def takes(self) -> bool:
        """Does a satisfied wait change the object, or its order of waiters matter?  Not where all waiters go on together."""
        return True

    def lasts(self) -> bool:
        """Does it stay signalled for ever once it is?"""
        return False

    def waited(self, *, patient: bool = False) -> None:
        """The footprint of a wait that looks at the object and takes what a satisfied wait takes.

        patient: it needs the object, nothing else ends it, and it waits for ever.
        """
        if self.takes():
            self.written()
        else:
            self.read()

    def held_by(self) -> KThread | None:
        """Whose doing would signal the object (a mutex's owner, a thread itself); None where anybody might."""
        return None
