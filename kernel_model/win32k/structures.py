"""A window, as the kernel keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.win32k.window_class import WindowClass


class Window:
    """A window; it lives until it is destroyed or its thread ends."""

    __slots__ = ("handle", "thread", "window_class")

    def __init__(self, handle: int, thread: KThread, window_class: WindowClass) -> None:
        self.handle = handle
        self.thread = thread
        self.window_class = window_class
