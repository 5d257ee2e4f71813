"""Structures that refer to each other: objects that can be waited for, waits, threads, processes; and what hangs on them.

They know nothing of the kernel, which is built on them.  What is owned by a part above this one is `Any` here.
Models:  the signal state, a list of wait blocks, oldest first; a thread's own counters, from which names of what it makes follow.
Sources: learn.microsoft.com "Synchronization Objects", "Wait Functions", "Processes and Threads";
         ReactOS ke/wait.c (K-01 to K-03).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.footprint import NOTHING
from alertable.kernel_model.ob.object import KObject
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.kernel_model.footprint import Cell
    from alertable.kernel_model.ob.object import Footprints
    from alertable.kernel_model.win32k.window_class import WindowClass

STILL_ACTIVE: Final = 259
THREAD_CELLS: Final = ("{}'s wait and APCs", "{}'s turn", "end of {}", "{}'s queue")
PROCESS_CELLS: Final = ("closed handles of {}", "memory of {}", "window classes of {}")


class Dispatcher(KObject):
    """An object with a signal state and a list of wait blocks, oldest first."""

    __slots__ = ("signal_state", "waiters")

    def __init__(self, k: Footprints, label: str, signal_state: int = 0) -> None:
        super().__init__(k, label)
        self.signal_state = signal_state
        self.waiters: list[Wait] = []  # FIFO: NT releases in this order, the documentation promises none (K-35)

    def signaled_for(self, thread: KThread) -> bool:
        """Would this object satisfy a wait of the thread now?"""
        return self.signal_state > 0

    def satisfy(self, thread: KThread) -> NtStatus:
        """Take what a satisfied wait takes: SUCCESS, or ABANDONED_WAIT_0.  Most objects give nothing away."""
        return NtStatus.SUCCESS

    def takes(self) -> bool:
        """Does a satisfied wait change the object, or its order of waiters matter?  Not where all waiters go on together."""
        return True

    def lasts(self) -> bool:
        """Does it stay signalled for ever once it is?"""
        return False

    def waited(self, *, patient: bool = False) -> None:
        """The footprint of a wait that looks at the object and takes what a satisfied wait takes.

        patient: it needs the object, nothing else ends it, and it waits for ever.
        """
        if self.takes():
            self.written()
        else:
            self.read()

    def held_by(self) -> KThread | None:
        """Whose doing would signal the object (a mutex's owner, a thread itself); None where anybody might."""
        return None


class Wait:
    """A blocked wait: the wait blocks of one thread, and what they are for.

    certain: it is for the end of one thread, or of all of some, and nothing else ends it: it commutes with those ends.
    """

    __slots__ = (
        "alertable", "all", "certain", "condition", "expired", "gate", "limited", "lock", "objects", "on_abort", "port",
        "reason", "thread", "timeout",
    )  # fmt: skip

    def __init__(self, thread: KThread, objects: tuple[Dispatcher, ...], all_: bool, alertable: bool, reason: str) -> None:
        self.thread = thread
        self.objects = objects
        self.all = all_
        self.alertable = alertable
        self.reason = reason  # the API function, for the wait-for chain
        self.certain = False
        self.timeout: TimerEntry | None = None
        self.limited = False  # there was a time-out
        self.expired = False  # the time-out came while the thread was suspended
        self.on_abort: Callable[[Any], None] | None = None  # undo of what waits outside the dispatcher (rtl, poll)
        self.lock: Any = None  # an RtlLock that it is for
        self.port: Any = None  # a CompletionPort that it waits for a packet of
        self.condition: Any = None  # an RtlCondition that it sleeps on
        self.gate: Any = None  # a Gate that its next step needs open

    def suspended(self) -> bool:
        """Does the wait take nothing for now?  It is tested again when its thread is resumed."""
        thread = self.thread
        thread.turn.read()
        return thread.suspend_count > 0

    def ready_status(self) -> int | None:
        """The status with which the objects satisfy this wait now (taking them), or None."""
        thread = self.thread
        if self.all:
            for obj in self.objects:
                if not obj.signaled_for(thread):
                    return None
            status: int = NtStatus.SUCCESS
            for obj in self.objects:
                status = obj.satisfy(thread) or status
            return status  # 0x80 whatever the index of an abandoned mutex (K-39)
        for index, obj in enumerate(self.objects):
            if obj.signaled_for(thread):
                return index + obj.satisfy(thread)
        return None


class TimerEntry:
    """One future expiry: fire(k, context) at due_100ns."""

    __slots__ = ("bounded", "context", "due_100ns", "fire", "label", "live", "sequence")

    def __init__(self, due_100ns: int, sequence: int, fire: Callable[[Any, Any], None], context: object, label: str) -> None:
        self.due_100ns = due_100ns
        self.sequence = sequence
        self.fire = fire
        self.context = context
        self.label = label
        self.live = True
        self.bounded = False  # one of a few, whatever else happens

    def __lt__(self, other: TimerEntry) -> bool:
        if self.due_100ns != other.due_100ns:
            return self.due_100ns < other.due_100ns
        return self.sequence < other.sequence


class ApcKind(Enum):
    """Who queued it, which decides what its routine is called with."""

    USER = "user"  # QueueUserAPC: routine(data)
    NATIVE = "native"  # NtQueueApcThread: routine(a, b, c)
    IO = "io"  # completion routine: context is the Irp
    TIMER = "timer"  # timer completion routine: routine(argument, low, high)


class KApc:
    """One asynchronous procedure call; it is in at most one queue at a time."""

    __slots__ = ("cell", "context", "inserted", "kind", "routine")

    def __init__(self, kind: ApcKind, routine: Any, context: Any, cell: Cell | None = None) -> None:  # noqa: ANN401 - opaque
        self.cell = cell  # of one that is queued once, and that nobody but its thread takes out again
        self.kind = kind
        self.routine = routine
        self.context = context
        self.inserted = False


@dataclass(frozen=True, slots=True)
class CompletionPacket:
    """key and overlapped are the program's own values; status and information those of the operation."""

    key: int
    overlapped: int
    status: int
    information: int


class ThreadState(Enum):
    """What a thread is doing, as the wait-for chain tells it."""

    READY = "ready"
    WAITING = "waiting"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class KThread(Dispatcher):
    """A thread object: unsignalled until the thread ends, then signalled for ever."""

    __slots__ = (
        "alerted",
        "apc_timers",
        "arena",
        "attended_step",
        "carrier",
        "children",
        "connections_made",
        "daemon",
        "ending",
        "exit_code",
        "free_handles",
        "handle_arena",
        "handles_made",
        "inbox",
        "irps",
        "irps_made",
        "last_error",
        "listed",
        "looping",
        "messages",
        "objects_made",
        "ordinal",
        "owned_mutants",
        "packets",
        "polled_since",
        "port",
        "ports_made",
        "process",
        "queue",
        "routine_over",
        "special_apcs",
        "suspend_count",
        "terminated",
        "tid",
        "turn",
        "user_apcs",
        "vain_polls",
        "wait",
        "wait_status",
        "windows_made",
        "yielding",
    )  # fmt: skip

    def __init__(self, k: Footprints, process: EProcess, label: str, ordinal: int, arena: int, daemon: bool) -> None:
        super().__init__(k, label)
        # what others may change about this thread; whether it may run on, which each of its steps reads; its end, which nothing
        # else touches; whether it has a message queue
        self.inbox, self.turn, self.ending, self.messages = k.footprint.cells(label, THREAD_CELLS)
        self.process = process
        self.ordinal = ordinal  # order of creation, for sorting only
        self.arena = arena
        self.tid = 4 * (arena + 1)
        self.daemon = daemon
        self.carrier: Any = None  # what runs the thread's user code; only the runtime looks at it
        self.last_error = 0
        self.exit_code = STILL_ACTIVE
        self.terminated = False
        self.listed = False  # in Kernel.ready
        self.routine_over = False  # the runtime's: no user code is left to run, the thread is about to end
        # the runtime's: a thread that polled in vain gives way at its next call
        self.yielding = False
        self.vain_polls = 0
        self.looping = False  # in a search: it came back to where it had looked in vain
        self.attended_step = -1
        self.polled_since = -1
        # suspension
        self.suspend_count = 0
        # ke.wait owns these
        self.wait: Wait | None = None
        self.wait_status: int = 0  # until the thread goes on
        # ke.apc owns these
        self.user_apcs: deque[KApc] = deque()
        self.special_apcs: deque[KApc] = deque()
        self.alerted = False
        # ke.kqueue owns these
        self.port: Any = None  # the CompletionPort that the thread is associated with
        self.packets: tuple[CompletionPacket, ...] = ()  # what the last removal gave
        # win32k owns these
        self.queue: Any = None  # its MessageQueue
        self.windows_made = 0
        # rundown lists, oldest first
        self.irps: dict[Any, None] = {}  # iomgr owns these: Irp
        self.owned_mutants: list[Any] = []  # KMutant
        self.apc_timers: list[Any] = []  # KTimer
        # arenas: what a thread creates is numbered by its own history, not by that of others
        self.children = 0
        self.handle_arena = arena
        self.objects_made = 0
        self.irps_made = 0
        self.handles_made = 0
        self.ports_made = 0
        self.connections_made = 0
        self.free_handles: list[int] = []

    def takes(self) -> bool:
        return False

    def lasts(self) -> bool:
        return True

    def waited(self, *, patient: bool = False) -> None:
        if patient and self.terminated:
            self.joined()
        else:
            self.read()

    def joined(self) -> None:
        """A wait for the end, which is for ever: there is no other order."""
        self.footprint.joins |= self.ending.bit

    def held_by(self) -> KThread | None:
        return self

    @property
    def state(self) -> ThreadState:
        if self.terminated:
            return ThreadState.TERMINATED
        if self.suspend_count:
            return ThreadState.SUSPENDED
        return ThreadState.WAITING if self.wait is not None else ThreadState.READY


class EProcess(Dispatcher):
    """One process; its handles are its own.

    memory: what its threads may touch between two calls, and the kernel at any time; nothing where footprints leave it out.
    """

    __slots__ = ("classes", "closed", "closed_handles", "handle_cells", "handles", "memory", "pid", "trace", "window_classes")

    def __init__(self, k: Footprints, label: str, pid: int) -> None:
        super().__init__(k, label)
        self.pid = pid
        self.trace: Any = None  # the kernel's, for those who only know a thread
        self.closed_handles: list[int] = []  # oldest first; kept only with the fault "handle-reuse"
        self.closed, self.memory, self.classes = k.footprint.cells(label, PROCESS_CELLS)
        if not k.footprint.memory:
            self.memory = NOTHING
        self.handles: dict[int, tuple[KObject, int]] = {}
        self.handle_cells = k.footprint.kind(f"handle of {label}")  # by value, whether it names something or not
        self.window_classes: dict[str, WindowClass] = {}  # by name in lower case

    def memory_read(self, what: object) -> None:
        """The kernel reads memory of the program, that of an operation."""
        self.memory.read()

    def memory_written(self, what: object) -> None:
        """The kernel writes it."""
        self.memory.written()
