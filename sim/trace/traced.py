"""The traced API: the same doors, each call and return told to a recorder.

Wrapped once, as a class, so that an execution that nobody reads pays nothing.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from sim.win32.api import SimWinApi
from winapi.surface import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from kernel_model.ke.apc import KApc
    from kernel_model.ps.thread import KThread
    from sim.runtime.machine import Machine
    from sim.trace.record import Recorder

QUIET = frozenset(
    {
        "GetLastError",
        "WSAGetLastError",
        "SetLastError",
        "WSASetLastError",
        "GetCurrentThreadId",
        "htons",
        "ntohs",
        "htonl",
        "ntohl",
    }
)


class TracedWinApi(SimWinApi):
    """SimWinApi that tells a recorder."""

    __slots__ = ("_depth", "_recorder", "_waiting")

    def __init__(self, machine: Machine, recorder: Recorder) -> None:
        super().__init__(machine)
        self._recorder = recorder
        self._waiting: dict[KThread, tuple[str, str]] = {}  # calls that are before their decision
        self._depth: dict[KThread, int] = {}

    def _enter(self) -> KThread:
        t = super()._enter()
        self._begin(t)
        return t

    def _begin(self, t: KThread) -> None:
        call = self._waiting.pop(t, None)
        if call is not None:
            self._recorder.call(t, *call)

    def _run_apc(self, t: KThread, apc: KApc) -> None:
        self._recorder.routine(t, apc)
        super()._run_apc(t, apc)


def _traced(name: str, parameters: tuple[str, ...]) -> Callable[..., Any]:
    function = getattr(SimWinApi, name)

    @wraps(function)
    def call(self: TracedWinApi, *arguments: object) -> Any:  # noqa: ANN401 - whatever the function returns
        t: KThread = self._m.current
        depth = self._depth.get(t, 0)
        if depth and t in self._waiting:
            return function(self, *arguments)  # one exported function built on another
        recorder = self._recorder
        names = (*parameters, *("?",) * (len(arguments) - len(parameters)))
        text = ", ".join(recorder.argument(t, p, a) for p, a in zip(names, arguments, strict=False))
        self._waiting[t] = (name, text)
        self._depth[t] = depth + 1
        try:
            result = function(self, *arguments)
        finally:
            self._depth[t] = depth
            self._waiting.pop(t, None)
        recorder.returned(t, name, _result(self, t, name, result))
        return result

    return call


def _result(api: TracedWinApi, t: KThread, name: str, result: Any) -> str:  # noqa: ANN401 - whatever the function returns
    """The result, with the last error where it tells why."""
    function = FUNCTIONS[name]
    if result is None:
        return "NULL" if function.restype is not None else ""
    if isinstance(result, int) and (entry := t.process.handles.get(result)) is not None and name.startswith(HANDLE_MAKERS):
        return entry[0].label
    failed = result in (-1, 0xFFFFFFFF, 2**64 - 1) or (result == 0 and name in FALSE_IS_FAILURE)
    return f"{'-1' if failed and result else result}{f' (error {t.last_error})' if failed else ''}"


HANDLE_MAKERS = ("Create", "Open", "socket", "WSASocket", "accept", "WSAAccept", "WSACreate")
FALSE_IS_FAILURE = frozenset(
    name
    for name, function in FUNCTIONS.items()
    if function.dll != "ntdll" and name.startswith(("Set", "Reset", "Pulse", "Release", "Close", "Cancel", "Duplicate", "Queue",
                                                    "GetExit", "GetOver", "Read", "Write", "WSAGet", "WSAClose", "WSASet",
                                                    "WSAReset", "Terminate"))
)  # fmt: skip

for _name, _function in FUNCTIONS.items():
    if _name not in QUIET and hasattr(SimWinApi, _name):
        setattr(TracedWinApi, _name, _traced(_name, _function.parameters))
