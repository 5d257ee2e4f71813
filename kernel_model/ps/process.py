"""Processes: a handle table, window classes, and the threads that share them (NT: EPROCESS).

Sources: learn.microsoft.com "Processes and Threads".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.footprint import NOTHING
from alertable.kernel_model.ke.dispatcher import Dispatcher

if TYPE_CHECKING:
    from alertable.kernel_model.events import Trace
    from alertable.kernel_model.iomgr.irp import Irp, UserIosb
    from alertable.kernel_model.kernel import Kernel
    from alertable.kernel_model.ob.object import KObject
    from alertable.kernel_model.win32k.window import WindowClass


CELLS: Final = ("closed handles of {}", "memory of {}", "window classes of {}")


class EProcess(Dispatcher):
    """One process; its handles are its own.

    memory: what its threads may touch between two calls, and the kernel at any time; nothing where footprints leave it out.
    """

    __slots__ = ("classes", "closed", "closed_handles", "handle_cells", "handles", "memory", "pid", "trace", "window_classes")

    def __init__(self, k: Kernel, label: str, pid: int) -> None:
        super().__init__(k, label)
        self.pid = pid
        self.trace: Trace | None = None  # the kernel's, for those who only know a thread
        self.closed_handles: list[int] = []  # oldest first; kept only with the fault "handle-reuse"
        self.closed, self.memory, self.classes = k.footprint.cells(label, CELLS)
        if not k.footprint.memory:
            self.memory = NOTHING
        self.handles: dict[int, tuple[KObject, int]] = {}
        self.handle_cells = k.footprint.kind(f"handle of {label}")  # by value, whether it names something or not
        self.window_classes: dict[str, WindowClass] = {}  # by name in lower case

    def memory_read(self, what: Irp | UserIosb) -> None:
        """The kernel reads memory of the program, that of an operation."""
        self.memory.read()

    def memory_written(self, what: Irp | UserIosb) -> None:
        """The kernel writes it."""
        self.memory.written()
