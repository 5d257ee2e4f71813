"""File objects: what a socket handle names (NT: FILE_OBJECT).

A file object is a dispatcher object too: without an event of its own an operation signals the file (K-63, S-76 litmus).
Sources: learn.microsoft.com "Synchronization and Overlapped Input and Output"; ReactOS io/iomgr/irp.c.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel_model.ke.dispatcher import Dispatcher

if TYPE_CHECKING:
    from kernel_model.iomgr.irp import Irp


class FileObject(Dispatcher):
    """An open file; pending operations oldest first."""

    __slots__ = ("closed", "irps", "overlapped")

    def __init__(self, label: str, overlapped: bool) -> None:
        super().__init__(label)
        self.overlapped = overlapped
        self.irps: dict[Irp, None] = {}
        self.closed = False
