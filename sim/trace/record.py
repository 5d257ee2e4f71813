"""Recording an execution: API calls of threads and events of the kernel, one list.

Names instead of addresses and handle values, so that the same program and choices give the same trace, byte for byte.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.ke.structures import ApcKind, KApc
from alertable.kernel_model.tcpip.segment import SegmentKind
from alertable.sim.runtime.whereabouts import line_of
from alertable.sim.trace.event import KERNEL, Event, EventKind
from alertable.sim.trace.names import LEAST_ADDRESS, Names
from alertable.sim.win32.errormap import wsa_error
from alertable.sim.win32.memory import CArgument, CData
from alertable.winapi.errors import ErrorCode
from alertable.winapi.surface import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alertable.kernel_model.afd.endpoint import AfdEndpoint, Flow
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.kqueue import CompletionPort
    from alertable.kernel_model.ke.structures import CompletionPacket, Dispatcher, KThread, TimerEntry, Wait
    from alertable.kernel_model.ob.object import KObject
    from alertable.kernel_model.tcpip.segment import Segment
    from alertable.kernel_model.win32k.queue import Message, MessageQueue
    from alertable.sim.runtime.running import Running

class Recorder:
    """The listener of a traced execution; `machine` is set once it exists."""

    __slots__ = ("_closed", "events", "machine", "names")

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.machine: Running | None = None
        self.names = Names()
        self._closed: dict[tuple[str, int], str] = {}  # by process and value: what closed handles named

    def add(self, kind: EventKind, subject: str, text: str = "", thread: str | None = None, where: str = "") -> None:
        """Append an event; thread None means whoever runs."""
        m = self.machine
        assert m is not None
        if thread is None:
            current = m.current
            thread = current.label if current is not None else KERNEL
        self.events.append(
            Event(
                sequence=len(self.events),
                step=m.steps,
                time_100ns=m.kernel.now_100ns,
                thread=thread,
                kind=kind,
                subject=subject,
                text=text,
                where=where,
            )
        )

    # ---- calls -------------------------------------------------------------------------------------------------------------

    def call(self, t: KThread, function: str, arguments: str) -> None:
        """The thread enters a system call."""
        self.add(EventKind.CALL, function, arguments, t.label, line_of(t))

    def returned(self, t: KThread, function: str, result: str) -> None:
        """The call is over."""
        self.add(EventKind.RETURN, function, result, t.label, line_of(t))

    def printed(self, line: str) -> None:
        """The program printed."""
        t = self.machine.current if self.machine is not None else None
        self.add(EventKind.PRINT, "print", line, where=line_of(t) if t is not None else "")

    def outcome(self, label: str) -> None:
        """The environment decided something unusual within the step."""
        self.add(EventKind.OUTCOME, label.removeprefix("!"), "", KERNEL)

    def routine(self, t: KThread, apc: KApc) -> None:
        """An APC is about to run."""
        self.add(EventKind.ROUTINE, apc_text(apc), "", t.label)

    # ---- the kernel's events (kernel_model.events.Trace) -------------------------------------------------------------------

    def thread_created(self, creator: KThread | None, t: KThread) -> None:
        self.add(
            EventKind.THREAD_CREATED,
            t.label,
            "suspended" if t.suspend_count else "",
            creator.label if creator is not None else KERNEL,
        )

    def thread_ended(self, t: KThread) -> None:
        self.add(EventKind.THREAD_ENDED, t.label, f"exit code {t.exit_code}", t.label)

    def blocked(self, t: KThread, wait: Wait, timeout_100ns: int | None) -> None:
        what = ", ".join(obj.label for obj in wait.objects) or (wait.lock.label if wait.lock is not None else "")
        text = " ".join(part for part in (what, "alertable" if wait.alertable else "", _milliseconds(timeout_100ns)) if part)
        self.add(EventKind.BLOCKED, wait.reason, text, t.label)

    def unblocked(self, t: KThread, wait: Wait, status: int) -> None:
        self.add(EventKind.UNBLOCKED, t.label, f"{wait.reason} ends with {status:#x}", KERNEL)

    def signaled(self, obj: Dispatcher) -> None:
        self.add(EventKind.SIGNALED, obj.label, "", KERNEL)

    def apc_queued(self, t: KThread, apc: KApc) -> None:
        self.add(EventKind.APC_QUEUED, t.label, apc_text(apc), KERNEL)

    def thread_ending(self, t: KThread) -> None:
        """Its end is what counts."""

    def apc_delivered(self, t: KThread, apc: KApc) -> None:
        """The routine's own line says so."""

    def packet_removed(self, port: CompletionPort, packet: CompletionPacket) -> None:
        """What the call returns says so."""

    def message_posted(self, queue: MessageQueue, message: Message) -> None:
        self.add(EventKind.MESSAGE_POSTED, queue.label, f"message {message.number:#x}", KERNEL)

    def handle_closed(self, t: KThread, handle: int, obj: KObject) -> None:
        """Whoever uses the value later means the object that it named."""
        self._closed[t.process.label, handle] = obj.label

    def timer(self, entry: TimerEntry) -> None:
        self.add(EventKind.TIMER, entry.label, f"at {entry.due_100ns / 10_000:g} ms", KERNEL)

    def irp_pended(self, irp: Irp) -> None:
        self.add(EventKind.IRP_PENDED, irp.file.label, f"{irp.major.value} pending")

    def irp_completed(self, irp: Irp) -> None:
        result = error_text(wsa_error(irp.status), winsock=True) if irp.status else f"{irp.information} bytes"
        self.add(EventKind.IRP_COMPLETED, irp.file.label, f"{irp.major.value} done, {result}", KERNEL)

    def segment_sent(self, flow: Flow, segment: Segment) -> None:
        self.add(EventKind.SEGMENT_SENT, flow.label, segment_text(segment), KERNEL)

    def port_unreachable(self, e: AfdEndpoint) -> None:
        self.add(EventKind.SEGMENT_DELIVERED, e.label, "ICMP port unreachable", KERNEL)

    def segment_delivered(self, flow: Flow, segment: Segment) -> None:
        self.add(EventKind.SEGMENT_DELIVERED, flow.label, segment_text(segment), KERNEL)

    # ---- names -------------------------------------------------------------------------------------------------------------

    def argument(self, t: KThread, name: str, value: Any) -> str:  # noqa: ANN401 - whatever a program passes
        """An argument as a person wants it: labels for handles, names for memory, numbers for the rest."""
        if value is None:
            return "NULL"
        if isinstance(value, str | bytes):
            return repr(value) if len(value) <= TEXT else f"{value[:TEXT]!r}..."
        if getattr(value, "python", None) is not None:
            return str(getattr(value.python, "__name__", "routine"))
        if isinstance(value, ctypes.c_wchar_p) or (isinstance(value, ctypes.c_char_p) and name not in POINTERS):
            return "text"  # never followed: it may point anywhere
        if type(value) is CArgument or isinstance(value, ctypes.Array | ctypes._Pointer | ctypes.Structure | ctypes.Union):
            return self.names.of(value, name)
        if name in POINTERS and (isinstance(value, CData) or (isinstance(value, int) and value >= LEAST_ADDRESS)):
            return self.names.of(value, name)
        if isinstance(value, ctypes._SimpleCData):
            value = value.value or 0
        return self._number(t, name, value) if isinstance(value, int) else type(value).__name__

    def _number(self, t: KThread, name: str, value: int) -> str:
        if name in HANDLES or (name.startswith(("h", "s")) and len(name) == 1):
            entry = t.process.handles.get(value & 2**64 - 4)
            if entry is not None:
                return entry[0].label
            closed = self._closed.get((t.process.label, value & 2**64 - 4))
            if closed is not None:
                return f"{closed} (closed)"
            if value & 2**64 - 1 == 2**64 - 1:
                return "INVALID_SOCKET" if name in SOCKETS else "INVALID_HANDLE_VALUE"
        if value & 0xFFFFFFFF == 0xFFFFFFFF and name in TIMEOUTS:
            return "INFINITE"
        if name in CONTEXTS and value >= LEAST_ADDRESS and (known := self.names.known(value)) is not None:
            return known
        return str(value) if -65_536 < value < 65_536 else f"{value & 2**64 - 1:#x}"


HANDLES: Final = frozenset({
    "s", "hObject", "hEvent", "hHandle", "hThread", "hMutex", "hSemaphore", "hTimer", "hFile", "hSourceHandle",
    "hObjectToSignal", "hObjectToWaitOn", "ThreadHandle", "Thread", "CompletionPort", "ExistingCompletionPort", "FileHandle",
    "sAcceptSocket", "sListenSocket", "hEventObject", "fd",
})  # fmt: skip
ROUTINES: Final = frozenset({
    "lpStartAddress", "lpCompletionRoutine", "pfnAPC", "ApcRoutine", "pfnCompletionRoutine", "lpfnCondition",
})  # fmt: skip
WINDOWS: Final = frozenset({"hWnd", "hWndParent", "hInstance", "hMenu"})
POINTERS: Final = frozenset({
    name
    for function in FUNCTIONS.values()
    for name, kind in zip(function.parameters, function.argtypes, strict=True)
    if kind is ctypes.c_void_p and name not in HANDLES | ROUTINES | WINDOWS and not name.startswith("h")
})  # fmt: skip
CONTEXTS: Final = frozenset({"CompletionKey", "dwCompletionKey", "dwData", "Data", "wParam", "lParam", "dwCallbackData"})
TEXT: Final = 24  # letters of a text that are shown
SHOWN: Final = 16  # bytes of what a segment carries
SOCKETS: Final = frozenset({"s", "sAcceptSocket", "sListenSocket", "fd"})
TIMEOUTS: Final = frozenset({"dwMilliseconds", "dwTimeout"})


def _milliseconds(timeout_100ns: int | None) -> str:
    return "for ever" if timeout_100ns is None else f"{timeout_100ns / 10_000:g} ms"


def segment_text(segment: Segment) -> str:
    kind, data = segment.kind, segment.data
    if kind in (SegmentKind.DATA, SegmentKind.DATAGRAM):
        shown = repr(data) if len(data) <= SHOWN else f"{data[:SHOWN]!r}..."
        return f"{len(data)} {'byte' if len(data) == 1 else 'bytes'} {shown}"
    return f"{kind.value} (fault)" if segment.fault else kind.value


def error_text(code: int, *, winsock: bool) -> str:
    """The number of an error and its name; Winsock has names of its own for some."""
    name = (WINSOCK_NAMES if winsock else NAMES).get(code, "")
    return f"error {code} {name}".rstrip()


NAMES: Final[Mapping[int, str]] = {int(code): code.name for code in ErrorCode}
WINSOCK_NAMES: Final[Mapping[int, str]] = {
    **NAMES,
    **{int(code): name for name, code in ErrorCode.__members__.items() if name.startswith("WSA")},
}


def apc_text(apc: KApc) -> str:
    """What is queued: a completion routine with its operation, or the routine's name."""
    if apc.kind is ApcKind.IO:
        irp = apc.context
        return f"{apc.routine.name}({irp.major.value} on {irp.file.label})"
    if apc.kind is ApcKind.TIMER:
        return f"{apc.routine.name}(timer)"
    return f"{apc.routine.name}()"
