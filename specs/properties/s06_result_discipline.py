"""S6: a submit call that failed is asked why before anything else is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread

IO_PENDING: Final = 997
ASKING: Final = ("GetLastError", "WSAGetLastError")
SUBMITTING: Final = ("Read", "Write", "AcceptEx", "ConnectEx", "DisconnectEx", "TransmitFile")


class ResultDiscipline(Property):
    """A call that pended looks like an error until somebody asks; whoever does not ask takes it for one, or for success."""

    id = "S6"
    title = "pending not told from failed"
    law = "After a submit call that returned failure the thread asks for the last error before its next call."
    source = "learn.microsoft.com WSARecv (WSA_IO_PENDING); rust-lang/rust#81357; node-serialport bindings-cpp f8bfc1e"
    instead = "Test the result, then the last error against WSA_IO_PENDING, before anything is freed, retried or waited for"

    def __init__(self) -> None:
        self._unasked: dict[KThread, str] = {}

    def called(self, t: KThread, function: str, arguments: tuple[Any, ...]) -> None:
        submit = self._unasked.pop(t, None)
        if submit is not None and function not in ASKING:
            self.report(f"{t.label} calls {function} without having asked why its {submit} returned failure (it is pending)")

    def returned(self, t: KThread, function: str, arguments: tuple[Any, ...], result: Any) -> None:
        if t.last_error != IO_PENDING:
            return
        if result == -1 if function.startswith("WSA") else result == 0 and function.startswith(SUBMITTING):
            self._unasked[t] = function
