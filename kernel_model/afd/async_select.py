"""WSAAsyncSelect: network events as messages to a window.

Models:  one message per event, silence until the re-enabling call, inheritance by accept.
Sources: learn.microsoft.com WSAAsyncSelect; Wine ws2_32/tests/sock.c test_events, test_read_events (S-104 to S-107).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.afd.endpoint import Selection
from alertable.kernel_model.afd.event_select import EVENTS, FD_CLOSE, FD_CONNECT
from alertable.kernel_model.win32k.queue import post
from alertable.kernel_model.win32k.window import find_window

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.kernel_model.kernel import Kernel

ONCE = FD_CONNECT | FD_CLOSE


class WindowSelection(Selection):
    """Each event is one message: wParam the socket's handle, lParam the event and its error (S-104)."""

    __slots__ = ("error_of", "message", "posted", "socket", "window")

    def __init__(self, window: int, message: int, mask: int, socket: int, error_of: Callable[[int], int]) -> None:
        super().__init__(mask)
        self.window = window
        self.message = message
        self.socket = socket
        self.error_of = error_of  # status -> Winsock's code, which is user mode's business
        self.posted = 0  # announced, and no re-enabling function called since

    def announce(self, k: Kernel, events: int, status: int) -> None:
        window = find_window(k, self.window)
        if window is None or window.thread.queue is None:
            return  # nobody is there any more
        for bit in EVENTS:
            if events & bit & ~self.posted:
                self.posted |= bit
                post(k, window.thread.queue, self.window, self.message, self.socket, bit | self.error_of(status) << 16)

    def reenable(self, events: int) -> None:
        self.posted &= ~events

    def inherited(self, handle: int) -> WindowSelection:
        return WindowSelection(self.window, self.message, self.mask, handle, self.error_of)
