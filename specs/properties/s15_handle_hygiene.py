"""S15: nobody uses a handle after it was closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from specs.properties.base import Property

if TYPE_CHECKING:
    from kernel_model.ps.thread import KThread

CLOSING: Final = ("CloseHandle", "closesocket", "WSACloseEvent")
INVALID: Final = (6, 10038)  # ERROR_INVALID_HANDLE, WSAENOTSOCK


class HandleHygiene(Property):
    """Opt-in: a program may probe.  A value that was given out again is not seen (the model reuses the latest first)."""

    id = "S15"
    title = "a closed handle is used"
    law = "No call names a handle that was closed before; nothing is closed twice."
    source = "learn.microsoft.com CloseHandle; nginx 9d5f5a0c7; node-serialport bindings-cpp #197"
    instead = "Forget the value when it is closed, and close in one place"

    def __init__(self) -> None:
        self._closed: dict[int, str] = {}

    def called(self, t: KThread, function: str, arguments: tuple[Any, ...]) -> None:
        if function in CLOSING and isinstance(arguments[0], int) and arguments[0] in t.process.handles:
            self._closed[arguments[0]] = t.process.handles[arguments[0]][0].label

    def returned(self, t: KThread, function: str, arguments: tuple[Any, ...], result: Any) -> None:  # noqa: ANN401
        if t.last_error not in INVALID or result not in (0, -1, None, 2**32 - 1, 2**64 - 1):
            return
        for value in arguments:
            if isinstance(value, int) and value in self._closed and value not in t.process.handles:
                self.report(f"{t.label} calls {function} with the handle of {self._closed[value]}, which was closed before")
                return
