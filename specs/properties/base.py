"""What a property is: a law, and the events that it listens to.

One object watches one execution.  It hears what the kernel does (`Trace` of kernel_model.events), what threads call, what
they let go of, what programs mark; it breaks at most once, by `report`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.kernel_model.afd.endpoint import AfdEndpoint, Flow
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.kqueue import CompletionPort
    from alertable.kernel_model.ke.structures import CompletionPacket, Dispatcher, KApc, KThread, TimerEntry, Wait
    from alertable.kernel_model.kernel import Kernel
    from alertable.kernel_model.ob.object import KObject
    from alertable.kernel_model.rtl.lock import RtlLock
    from alertable.kernel_model.tcpip.segment import Segment
    from alertable.kernel_model.win32k.queue import Message, MessageQueue
    from alertable.specs.properties.operations import Operations

    class Watching(Protocol):
        """Who has the properties of an execution, and knows where it is."""

        def report(self, one: Property, message: str, where: tuple[str, ...]) -> None:
            """A law is broken."""

        def step_now(self) -> int:
            """The number of the step that is being made."""

        def place(self) -> tuple[str, ...]:
            """Where the program is."""

        def thrown_away(self) -> bool:
            """Is the result of the running thread's call dropped?"""


class Property:
    """A law that executions must keep.

    id: what `specs=` calls it; title and law: a sentence each; source: where it is said; instead: what to do.
    default: a false alarm is impossible, so it is on unless switched off.  asks_operations: it looks at `operations`.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    law: ClassVar[str]
    source: ClassVar[str]
    instead: ClassVar[str]
    default: ClassVar[bool] = False
    asks_operations: ClassVar[bool] = True

    kernel: Kernel
    operations: Operations
    peek: Callable[[int, int], bytes]  # (pointer argument, length): the program's memory there, or nothing; during calls only
    _watching: Watching

    def fresh(self) -> Property:
        """One for a new execution."""
        return type(self)()

    def attach(self, kernel: Kernel, operations: Operations, watching: Watching) -> None:
        """An execution begins."""
        self.kernel = kernel
        self.operations = operations
        self._watching = watching

    def essence(self) -> dict[str, Any]:
        """What of its memory decides what it will say, for a search that compares states.

        Whoever keeps a history says here what of it matters.
        """
        return {name: value for name, value in vars(self).items() if name not in ATTACHED}

    def report(self, message: str, where: tuple[str, ...] = ()) -> None:
        """The law is broken: what happened; what to do instead is added.  where: the place in the program, if it is not here."""
        self._watching.report(self, f"{message}. {self.instead}", where)

    def step_now(self) -> int:
        """The number of the step that is being made."""
        return self._watching.step_now()

    def place(self) -> tuple[str, ...]:
        """Where the program is: for what is reported later."""
        return self._watching.place()

    def thrown_away(self) -> bool:
        """Does the program throw the result of the call that it is in away?"""
        return self._watching.thrown_away()

    def named(self, t: KThread, handle: int) -> Any:  # noqa: ANN401 - any kernel object
        """The object that a handle of the thread's process names (its low two bits are ignored, K-74); None if none."""
        entry = t.process.handles.get(handle & ~3)
        return entry[0] if entry is not None else None

    # ---- what threads do: arguments are numbers and addresses, whatever ctypes objects they came as --------------------------

    def calling(self, t: KThread, function: str, arguments: tuple[Any, ...]) -> None:
        """The call is next: what else happens before its step still comes."""

    def called(self, t: KThread, function: str, arguments: tuple[Any, ...]) -> None:
        """The call has begun: its step is now."""

    def returned(self, t: KThread, function: str, arguments: tuple[Any, ...], result: Any) -> None:  # noqa: ANN401 - whatever it is
        """The call is over."""

    def released(self, block: Any) -> None:  # noqa: ANN401 - the memory of a ctypes object: base, size, label
        """The program has let go of memory that operations used at some time."""

    def marked(self, t: KThread, name: str, value: object) -> None:
        """The program said something: see specs.properties.marks."""

    def routine_begins(self, t: KThread, apc: KApc) -> None:
        """The program's routine is entered."""

    def routine_ends(self, t: KThread, apc: KApc) -> None:
        """It has returned."""

    def quiescent(self) -> None:
        """All that are awaited have ended, and nothing else can happen any more."""

    def stuck(self) -> None:
        """Nothing can happen any more, and somebody waits: a deadlock, unless this says what it is."""

    def circles(self) -> None:
        """The execution has come back to a state that it was in, and may go round for ever."""

    def bounded(self) -> None:
        """The execution is about to be cut at its step bound."""

    # ---- what the kernel does: kernel_model.events.Trace -------------------------------------------------------------------

    def thread_created(self, creator: KThread | None, t: KThread) -> None:
        """A thread object exists."""

    def thread_ending(self, t: KThread) -> None:
        """A thread is about to end; what it has pending has not been cancelled yet."""

    def thread_ended(self, t: KThread) -> None:
        """A thread has ended."""

    def blocked(self, t: KThread, wait: Wait, timeout_100ns: int | None) -> None:
        """The thread waits from here on."""

    def unblocked(self, t: KThread, wait: Wait, status: int) -> None:
        """The wait is over."""

    def signaled(self, obj: Dispatcher) -> None:
        """The object became signalled."""

    def apc_queued(self, t: KThread, apc: KApc) -> None:
        """An APC is at the end of the thread's queue."""

    def apc_delivered(self, t: KThread, apc: KApc) -> None:
        """An APC is about to run."""

    def packet_removed(self, port: CompletionPort, packet: CompletionPacket) -> None:
        """A thread is given a packet."""

    def message_posted(self, queue: MessageQueue, message: Message) -> None:
        """A message is at the end of a thread's queue."""

    def handle_closed(self, t: KThread, handle: int, obj: KObject) -> None:
        """A handle is closed; what it named may live on."""

    def handle_missing(self, t: KThread, handle: int) -> None:
        """The thread named a handle that its process does not have."""

    def lock_not_held(self, t: KThread, lock: RtlLock, function: str) -> None:
        """The thread gives back a user-mode lock that it does not hold."""

    def timer(self, entry: TimerEntry) -> None:
        """A timer or time-out expires."""

    def irp_pended(self, irp: Irp) -> None:
        """The operation could not finish at once."""

    def irp_completed(self, irp: Irp) -> None:
        """The operation has its status and count."""

    def segment_sent(self, flow: Flow, segment: Segment) -> None:
        """A segment is in flight."""

    def port_unreachable(self, e: AfdEndpoint) -> None:
        """A datagram of this socket found nobody, and it is told."""

    def segment_delivered(self, flow: Flow, segment: Segment) -> None:
        """A segment arrives."""


ATTACHED = frozenset({"kernel", "operations", "peek", "_watching"})  # what an execution gives a property
KERNEL_EVENTS = (
    "thread_created", "thread_ending", "thread_ended",
    "blocked", "unblocked", "signaled", "apc_queued", "apc_delivered", "packet_removed",
    "message_posted", "handle_closed", "handle_missing", "lock_not_held", "timer",
    "irp_pended", "irp_completed", "segment_sent", "segment_delivered", "port_unreachable",
)  # fmt: skip
CALL_EVENTS = ("calling", "called", "returned", "routine_begins", "routine_ends")
