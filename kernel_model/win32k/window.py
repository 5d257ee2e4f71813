"""Windows and window classes: who owns a window, and which procedure its messages go to.

Models:  classes of a process, the predefined STATIC, windows that nobody sees, destruction by their own thread.
         Handles depend on the creating thread only (F-001).
Rejects: everything that is drawn.
Sources: learn.microsoft.com RegisterClassExW, CreateWindowExW, DestroyWindow; Wine user32/tests/class.c.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.win32k.structures import Window
from alertable.kernel_model.win32k.window_class import WindowClass

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import EProcess, KThread
    from alertable.kernel_model.kernel import Kernel

FIRST_ATOM: Final = 0xC000
PREDEFINED: Final = ("static",)  # their procedure is the system's own
WINDOW_BITS: Final = 20


def register_class(process: EProcess, name: str, procedure: Any) -> int | None:  # noqa: ANN401 - a user-mode routine
    """The new class's atom; None if the process has one of this name (names do not depend on case)."""
    key = name.lower()
    process.classes.written()  # whose number decides the next atom
    if key in process.window_classes:
        return None
    atom = FIRST_ATOM + len(process.window_classes)
    process.window_classes[key] = WindowClass(name, atom, procedure)
    return atom


def find_class(process: EProcess, name: str | int) -> WindowClass | None:
    """By name or atom."""
    process.classes.read()
    if isinstance(name, int):
        return next((found for found in process.window_classes.values() if found.atom == name), None)
    key = name.lower()
    return process.window_classes.get(key) or (WindowClass(name, 0, None) if key in PREDEFINED else None)


def window_handle(t: KThread, number: int) -> int:
    """The handle of the thread's window of this number (F-001)."""
    return ((t.arena + 1) << WINDOW_BITS) + 2 * number


def create_window(k: Kernel, t: KThread, window_class: WindowClass) -> Window:
    """A window of the thread; its procedure has seen nothing yet."""
    t.windows_made += 1
    window = Window(window_handle(t, t.windows_made), t, window_class)
    k.windows[window.handle] = window
    k.window_cells[window.handle].written()
    return window


def find_window(k: Kernel, handle: int) -> Window | None:
    """The window of this handle."""
    k.window_cells[handle].read()
    return k.windows.get(handle)


def destroy_window(k: Kernel, window: Window) -> None:
    """Gone, and with it the messages that wait for it."""
    k.windows.pop(window.handle, None)
    k.window_cells[window.handle].written()
    queue = window.thread.queue
    if queue is not None:
        queue.written()
        kept = [message for message in queue.messages if message.window != window.handle]
        queue.messages.clear()
        queue.messages.extend(kept)


def rundown_windows(k: Kernel, t: KThread) -> None:
    """The thread has ended: its windows and its queue go with it."""
    if t.windows_made:
        for number in range(1, t.windows_made + 1):
            window = k.windows.get(window_handle(t, number))
            if window is not None:
                destroy_window(k, window)
    if t.queue is not None:
        t.queue.written()
        t.messages.written()
        t.queue = None
