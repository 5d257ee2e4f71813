"""The traced API: the same doors, each call and return told to a recorder and to properties.

Wrapped once, as a class, so that an execution that nobody reads pays nothing.
"""

from __future__ import annotations

import ctypes
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.trace.arguments import converted
from alertable.sim.trace.record import error_text
from alertable.sim.win32.api import SimWinApi
from alertable.sim.win32.interlocked import InterlockedDoor, SimInterlocked
from alertable.winapi.errors import Status, WaitResult
from alertable.winapi.surface import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alertable.kernel_model.ke.structures import KApc, KThread
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.runtime.watch import Watch
    from alertable.sim.trace.record import Recorder
    from alertable.sim.win32.interlocked import Memory, Number
    from alertable.sim.win32.memory import Region

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
    """SimWinApi that tells whoever watches the execution: a recorder, properties."""

    __slots__ = ("_begins", "_called", "_calling", "_depth", "_ends", "_hears", "_recorder", "_returned", "_waiting")

    def __init__(self, machine: Machine, watch: Watch) -> None:
        super().__init__(machine)
        self._recorder: Recorder | None = watch.recorder
        if watch.recorder is not None:
            watch.recorder.names.memory = self._memory
            self._memory.label = watch.recorder.names.owner
        self._calling = watch.calls["calling"]
        self._called = watch.calls["called"]
        self._returned = watch.calls["returned"]
        self._hears = bool(self._calling or self._called or self._returned)  # does anybody look at arguments?
        for one in watch.properties:
            one.peek = self._peek
        self._begins = watch.calls["routine_begins"]
        self._ends = watch.calls["routine_ends"]
        self._waiting: dict[KThread, tuple[str, tuple[Any, ...], str]] = {}  # calls that are before their decision
        self._depth: dict[KThread, int] = {}

    def _peek(self, pointer: int, length: int) -> bytes:
        """The program's memory at a pointer that it passed; nothing if it is not the program's."""
        return self._memory.load(getattr(pointer, "given", pointer), length) or b""

    def _lock_label(self, region: Region, otherwise: str) -> str:
        return self._recorder.names.of(region.address) if self._recorder is not None else otherwise

    def _enter(self) -> KThread:
        t = super()._enter()
        self._begin(t)
        return t

    def _begin(self, t: KThread) -> None:
        call = self._waiting.pop(t, None)
        if call is None:
            return
        name, arguments, text = call
        if self._recorder is not None:
            self._recorder.call(t, name, text)
        for hook in self._called:
            hook(t, name, arguments)

    def about_to_call(self, t: KThread) -> str:
        """The call before whose decision the thread stands; empty for none."""
        call = self._waiting.get(t)
        return f"{call[0]}({call[2]})" if call is not None else ""

    def _run_apc(self, t: KThread, apc: KApc) -> None:
        if self._recorder is not None:
            self._recorder.routine(t, apc)
        for hook in self._begins:
            hook(t, apc)
        try:
            super()._run_apc(t, apc)
        finally:
            for hook in self._ends:
                hook(t, apc)

    @property
    def Interlocked(self) -> InterlockedDoor:
        """Cells whose accesses are calls like all others."""
        return InterlockedDoor(self, TracedCell)


class TracedCell(SimInterlocked):
    """A shared cell that tells what it does."""

    __slots__ = ("_recorder",)

    def __init__(self, door: TracedWinApi, number: Number | Memory, name: str | None = None) -> None:
        super().__init__(door, number, name)
        self._recorder = door._recorder

    def tell(self, operation: str, arguments: tuple[int, ...], result: int | None) -> None:
        """A line for the recorder: the step is over when the value is known."""
        recorder = self._recorder
        if recorder is not None:
            t, name = self._door._m.current, f"cell#{self.name}.{operation}"
            recorder.call(t, name, ", ".join(map(str, arguments)))
            recorder.returned(t, name, "" if result is None else str(result))


def _told(operation: str) -> Callable[..., Any]:
    function = getattr(SimInterlocked, operation)

    @wraps(function)
    def call(self: TracedCell, *arguments: int) -> Any:  # noqa: ANN401 - a number, or nothing
        result = function(self, *arguments)
        self.tell(operation, arguments, result)
        return result

    return call


for _operation in ("load", "store", "exchange", "compare_exchange", "fetch_add"):
    setattr(TracedCell, _operation, _told(_operation))


def api_of(machine: Machine) -> SimWinApi:
    """The API for the programs of this machine: the plain one, unless somebody hears what they call."""
    watch = machine.watch
    return TracedWinApi(machine, watch) if watch is not None and watch.hears_calls else SimWinApi(machine)


def _traced(name: str, parameters: tuple[str, ...]) -> Callable[..., Any]:
    function = getattr(SimWinApi, name)

    @wraps(function)
    def call(self: TracedWinApi, *arguments: object) -> Any:  # noqa: ANN401 - whatever the function returns
        t: KThread = self._m.current
        depth = self._depth.get(t, 0)
        if depth and t in self._waiting:
            return function(self, *arguments)  # one exported function built on another
        recorder, text = self._recorder, ""
        if recorder is not None:
            names = (*parameters, *("?",) * (len(arguments) - len(parameters)))
            text = ", ".join(recorder.argument(t, p, a) for p, a in zip(names, arguments, strict=False))
        told = converted(name, arguments) if self._hears else ()
        for hook in self._calling:
            hook(t, name, told)
        self._waiting[t] = (name, told, text)
        self._depth[t] = depth + 1
        try:
            result = function(self, *arguments)
        finally:
            self._depth[t] = depth
            self._waiting.pop(t, None)
        if recorder is not None:
            recorder.returned(t, name, _result(self, t, name, result))
        for hook in self._returned:
            hook(t, name, told, result)
        return result

    return call


def _overheard(name: str) -> Callable[..., Any]:
    """A call that is no step: no line of a trace, but properties hear of it."""
    function = getattr(SimWinApi, name)

    @wraps(function)
    def call(self: TracedWinApi, *arguments: object) -> Any:  # noqa: ANN401 - whatever the function returns
        told = converted(name, arguments) if self._hears else ()
        for hook in (*self._calling, *self._called):
            hook(self._m.current, name, told)
        return function(self, *arguments)

    return call


def _result(api: TracedWinApi, t: KThread, name: str, result: Any) -> str:  # noqa: ANN401 - whatever the function returns
    """The result, with the last error where it tells why."""
    function = FUNCTIONS[name]
    error = error_text(t.last_error, winsock=function.dll in ("ws2_32", "mswsock"))
    if result is None:
        return "" if function.restype is None else f"NULL ({error})" if name.startswith(HANDLE_MAKERS) else "NULL"
    if isinstance(result, int) and (entry := t.process.handles.get(result)) is not None and name.startswith(HANDLE_MAKERS):
        return entry[0].label
    if name in ADDRESSES:
        return api._recorder.names.of(result) if api._recorder is not None else ""
    if result in (-1, 0xFFFFFFFF, 2**64 - 1) or (result == 0 and name in FALSE_IS_FAILURE):
        return f"{-1 if result else 0} ({error})"
    return f"{result}{_named(name, result)}"


def _named(name: str, result: object) -> str:
    """The name of a result that is a code."""
    codes = CODES.get("Wait" if "Wait" in name or name == "SleepEx" else FUNCTIONS[name].dll)
    if codes is None or not isinstance(result, int):
        return ""
    known = codes.get(result & 0xFFFFFFFF)
    return f" {known}" if known is not None else ""


CODES: Final[Mapping[str, Mapping[int, str]]] = {
    "Wait": {int(code): code.name for code in WaitResult if code},  # 0 is an index as well
    "ntdll": {int(code): code.name for code in Status},
}
ADDRESSES: Final = ("HeapAlloc",)  # they return what differs from run to run
HANDLE_MAKERS: Final = ("Create", "Open", "socket", "WSASocket", "accept", "WSAAccept", "WSACreate")
FALSE_IS_FAILURE: Final = frozenset(
    name
    for name, function in FUNCTIONS.items()
    if function.dll in ("kernel32", "mswsock") and function.restype is ctypes.c_int
) - {"SwitchToThread", "TryEnterCriticalSection"} | {
    "QueueUserAPC", "WSAGetOverlappedResult", "WSACloseEvent", "WSASetEvent", "WSAResetEvent", "RegisterClassExW",
    "DestroyWindow", "PostMessageW", "PostThreadMessageW",
}  # fmt: skip

for _name in QUIET:
    setattr(TracedWinApi, _name, _overheard(_name))
for _name, _function in FUNCTIONS.items():
    if hasattr(SimWinApi, _name) and _name not in QUIET:
        setattr(TracedWinApi, _name, _traced(_name, _function.parameters))
