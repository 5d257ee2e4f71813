"""Kernel objects: identity by counter, life by handle count.

Models:  handle counts, names that go with the last handle.
Sources: learn.microsoft.com "Handles and Objects", CloseHandle (K-72).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.footprint import Cell

if TYPE_CHECKING:
    from alertable.kernel_model.kernel import Kernel

SYNCHRONIZE = 0x00100000
ALL_ACCESS = 0x001FFFFF


class KObject(Cell):
    """Anything a handle can name."""

    __slots__ = ("handle_count", "label", "name")

    def __init__(self, k: Kernel, label: str) -> None:
        super().__init__(k.footprint, label)
        self.label = label  # "ev#3": what a person reads in traces, never an address
        self.handle_count = 0
        self.name: str | None = None  # key in Kernel.names, or None

    def on_last_handle_closed(self, k: Kernel) -> None:
        """Called once when the last handle is closed; the name goes with it (K-41)."""
        if self.name is not None:
            k.name_cells[self.name].written()
            del k.names[self.name]
            self.name = None
