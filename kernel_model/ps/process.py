"""Processes: a handle table, window classes, and the threads that share them (NT: EPROCESS).

Sources: learn.microsoft.com "Processes and Threads".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel_model.ke.dispatcher import Dispatcher

if TYPE_CHECKING:
    from kernel_model.events import Trace
    from kernel_model.footprint import Footprint
    from kernel_model.ob.object import KObject
    from kernel_model.win32k.window import WindowClass


class EProcess(Dispatcher):
    """One process; its handles are its own."""

    __slots__ = ("closed_handles", "footprint", "handles", "pid", "trace", "window_classes")

    def __init__(self, label: str, pid: int) -> None:
        super().__init__(label)
        self.pid = pid
        self.footprint: Footprint | None = None  # the kernel's, for those who only know a thread
        self.trace: Trace | None = None  # likewise
        self.closed_handles: list[int] = []  # oldest first; kept only with the fault "handle-reuse"
        self.handles: dict[int, tuple[KObject, int]] = {}
        self.window_classes: dict[str, WindowClass] = {}  # by name in lower case
