"""Processes: a handle table and the threads that share it (NT: EPROCESS).

Sources: learn.microsoft.com "Processes and Threads".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel_model.ke.dispatcher import Dispatcher

if TYPE_CHECKING:
    from kernel_model.ob.object import KObject


class EProcess(Dispatcher):
    """One process; its handles are its own."""

    __slots__ = ("handles", "pid")

    def __init__(self, label: str, pid: int) -> None:
        super().__init__(label)
        self.pid = pid
        self.handles: dict[int, tuple[KObject, int]] = {}
