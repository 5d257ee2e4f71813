"""File objects: what a socket handle names (NT: FILE_OBJECT).

A file object is a dispatcher object too: without an event of its own an operation signals the file (K-63, S-76 litmus).
Sources: learn.microsoft.com "Synchronization and Overlapped Input and Output"; ReactOS io/iomgr/irp.c.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.ke.dispatcher import Dispatcher

if TYPE_CHECKING:
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.kqueue import CompletionPort
    from alertable.kernel_model.kernel import Kernel


class FileObject(Dispatcher):
    """An open file; pending operations oldest first."""

    __slots__ = ("closed", "completion_key", "irps", "overlapped", "port", "skip_event", "skip_packet")

    def __init__(self, k: Kernel, label: str, overlapped: bool) -> None:
        super().__init__(k, label)
        self.overlapped = overlapped
        self.irps: dict[Irp, None] = {}
        self.closed = False
        self.port: CompletionPort | None = None  # where completions are reported
        self.completion_key = 0
        self.skip_packet = False  # FILE_SKIP_COMPLETION_PORT_ON_SUCCESS
        self.skip_event = False  # FILE_SKIP_SET_EVENT_ON_HANDLE

    def data_under_way(self, _k: Kernel, _irp: Irp) -> bool:
        """Is what would complete this operation in flight already?"""
        return False
