"""The kernel's part of a state: every object of the kernel model by its slots, less what nobody can observe.

Objects that threads, handles, names, bindings, timers and the wire lead to are a part of it, and others are not.  Collections
without an order are sorted by labels.  Labels are a part, and with them the counters that the next labels and handle values
come from: footprints tell objects apart by labels.  Times are relative to now, unless a program was given a clock.
Whoever adds a slot to a class adds it to the state; what is left out is listed here, each with the reason.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from importlib import import_module
from operator import attrgetter, itemgetter
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any, Final

from alertable import kernel_model
from alertable.kernel_model.afd.endpoint import TCP_WINDOW
from alertable.kernel_model.core import Core
from alertable.kernel_model.footprint import Cell
from alertable.kernel_model.handoff import HandOffs
from alertable.kernel_model.ke.structures import KThread, TimerEntry
from alertable.kernel_model.outcomes import Outcomes
from alertable.kernel_model.tcpip.network import Network
from alertable.sim.fingerprint.walker import Walker
from alertable.sim.runtime.carrier import Carrier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from alertable.kernel_model.afd.endpoint import AfdEndpoint, Flow
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.structures import Dispatcher, EProcess, KApc
    from alertable.kernel_model.ke.timerq import Deadline
    from alertable.kernel_model.kernel import Kernel
    from alertable.kernel_model.rtl.lock import RtlLock
    from alertable.kernel_model.tcpip.segment import SendChunk
    from alertable.sim.fingerprint.walker import Found, Handler, Handlers
    from alertable.sim.runtime.machine import Machine

    Put = Callable[["Pass", Any], None]  # writes one slot of the object

EXPLORER: Final = "for whoever explores: what keys and footprints are made of"
RUNTIME: Final = "the runtime's"
COMPILED: Final = "__mypyc_attrs__"  # of a class that mypyc has compiled, which has no slots
CREATION: Final = "the order of creation, for sorting only"

CELLS: Final = (
    "KApc.cell", "KThread.inbox", "KThread.turn", "KThread.ending", "KThread.messages", "EProcess.closed", "EProcess.memory",
    "EProcess.classes", "EProcess.handle_cells", "Flow.space", "Flow.limits", "Network.ports", "Kernel.footprint",
    "Kernel.clock", "Kernel.arena_cell", "Kernel.marks", "Kernel.name_cells", "Kernel.tids", "Kernel.budgets",
    "Kernel.window_cells",
)  # fmt: skip
UNOBSERVED: Final[Mapping[str, str]] = {
    "Kernel.trace": "the observer",
    "Kernel.handoff": "written with what the memory monitor knows",
    "Kernel.outcomes": "dumped as its budgets",
    "Kernel.clock_read": "of the search, and of all its states",
    "Kernel.free_clock": "the same in all states of a search",
    "Kernel.processors": "the same in all states of a search",
    "Kernel.now_100ns": "times are relative to it",
    "Kernel.timer_sequence": "orders what is due at one time, any of which may come first",
    "Kernel.live_timers": "counts what is listed",
    "Kernel.ready": "who waits for nothing and is not suspended",
    "Kernel.alive": "counts threads",
    "Kernel.flows": "all that ever were, for the end",
    "TimerEntry.sequence": "the same as Kernel.timer_sequence; what was queued before the end of the program is told apart",
    "KThread.ordinal": CREATION,
    "KThread.listed": "who waits for nothing and is not suspended",
    "KThread.attended_step": RUNTIME,
    "KThread.polled_since": RUNTIME,
    "KThread.vain_polls": RUNTIME,
    "KThread.yielding": RUNTIME,
    "KThread.looping": RUNTIME,
    "KThread.daemon": "follows from the label",
    "EProcess.trace": "the observer",
    **dict.fromkeys(CELLS, EXPLORER),
    "RtlLock.label": "for messages; its key says which it is",
    "SendChunk.length": "what is left of it counts",
}


class Pass(Walker):
    """A pass over the state of one machine.

    absolute: times are written as they are; numbered: an operation's number can become the name of its device.
    """

    __slots__ = ("absolute", "kernel", "machine", "numbered")

    def __init__(
        self, handlers: Handlers, in_place: Handlers, machine: Machine, owners: Callable[[int], Found] | None = None, *,
        absolute: bool, within: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(handlers, in_place, owners, within=within)
        self.machine = machine
        self.kernel = machine.kernel
        self.absolute = absolute
        outcomes = self.kernel.outcomes
        self.numbered = outcomes is not None and (outcomes.documented or "slow-device" in outcomes.faults)

    def another(self) -> Pass:
        return Pass(self._handlers, self._in_place, self.machine, absolute=self.absolute, within=True)


# ---- writers ----------------------------------------------------------------------------------------------------------------


def put(walker: Walker, value: Any) -> None:  # noqa: ANN401 - what is in a slot
    """A value of the kernel's own: integers are counts, handle values and flags, and no addresses."""
    kind = type(value)
    if kind is int:
        walker.plain(value)
    elif kind is tuple or kind is list or kind is deque:
        walker.raw(b"(%d;" % len(value))
        for each in value:
            put(walker, each)
    else:
        walker.add(value)


def _listed(walker: Walker, values: Iterable[Any]) -> None:
    """Objects in this order."""
    add = walker.add
    for each in values:
        add(each)
    walker.raw(b".")


LABEL: Final = attrgetter("label")
FIRST: Final = itemgetter(0)


def _by_label(items: Iterable[Any]) -> list[Any]:
    return sorted(items, key=LABEL)


def _items_by_key(walker: Walker, items: Mapping[Any, Any]) -> None:
    for key in sorted(items):
        put(walker, key)
        put(walker, items[key])
    walker.raw(b".")


def _items_by_label(walker: Walker, items: Mapping[Any, Any]) -> None:
    for key in _by_label(items):
        walker.add(key)
        put(walker, items[key])
    walker.raw(b".")


def _wait_label(wait: Any) -> str:  # noqa: ANN401 - a Wait, a Poll
    return str(wait.thread.label)


def _waiters(walker: Pass, obj: Dispatcher) -> None:
    """In their order, where it matters."""
    waiters = obj.waiters
    if len(waiters) > 1 and not obj.takes():
        waiters = sorted(waiters, key=_wait_label)
    _listed(walker, waiters)


def _polls(walker: Pass, e: AfdEndpoint) -> None:
    """All of them are told in one step."""
    _listed(walker, sorted(e.polls, key=_wait_label) if len(e.polls) > 1 else e.polls)


def _handles(walker: Pass, process: EProcess) -> None:
    raw, add = walker.raw, walker.add
    for handle, (obj, access) in sorted(process.handles.items(), key=FIRST):
        raw(b"h%d,%d;" % (handle, access))
        add(obj)
    raw(b".")


def _shared(walker: Pass, lock: RtlLock) -> None:
    """Who holds it so; the collection itself keeps a clock, of those who gave it back."""
    _items_by_label(walker, lock.shared)
    if walker.machine.memory is not None:
        walker.number(lock.shared)


def _due(walker: Pass, entry: TimerEntry) -> None:
    kernel, last = walker.kernel, walker.machine.last_timer
    walker.plain(entry.due_100ns - (0 if walker.absolute else kernel.now_100ns))
    walker.raw(b"<" if last is not None and entry.sequence <= last else b">")


def _left(walker: Pass, deadline: Deadline) -> None:
    walker.plain(deadline.due_100ns - (0 if walker.absolute else walker.kernel.now_100ns))


def _connected_at(walker: Pass, e: AfdEndpoint) -> None:
    """Only SO_CONNECT_TIME tells of it, which is a clock."""
    if walker.absolute:
        walker.plain(e.connected_at_100ns)


def _posted_at(walker: Pass, message: Any) -> None:  # noqa: ANN401 - a Message
    if walker.absolute:
        walker.plain(message.time_ms)


def _apc_context(walker: Pass, apc: KApc) -> None:
    """What the program gave, or what the kernel keeps for the call."""
    context = apc.context
    if apc.kind.value == "timer":
        if context is None:
            walker.raw(b"-")
            return
        argument, when = context
        walker.add(argument)
        if walker.absolute:
            walker.plain(when)
    else:
        walker.add(context)


def _irp_number(walker: Pass, irp: Irp) -> None:
    """It names nothing but the device that is slow with the operation."""
    if walker.numbered:
        walker.plain(irp.number)


def _irps_made(walker: Pass, t: KThread) -> None:
    if walker.numbered:
        walker.plain(t.irps_made)


def _carrier(walker: Pass, t: KThread) -> None:
    """A thread that has not run yet: what it will run.  Else its frames say it."""
    carrier = t.carrier
    if carrier is None or type(carrier) is Carrier or t.terminated:
        walker.raw(b"-")
    else:
        walker.add(carrier)


def _chunk_rest(walker: Pass, chunk: SendChunk) -> None:
    """What was sent of bytes that were copied is gone."""
    walker.plain(chunk.length - chunk.sent)
    if chunk.irp is None:
        walker.plain(chunk.data[chunk.sent :] if chunk.sent < chunk.length else b"")


def _chunk_sent(walker: Pass, chunk: SendChunk) -> None:
    if chunk.irp is not None:
        walker.plain(chunk.sent)
        walker.plain(chunk.acked)


def _nothing(_walker: Pass, _obj: Any) -> None:  # noqa: ANN401 - any object
    """Another slot of the object says it."""


def _offered(walker: Pass, flow: Flow) -> None:
    """How much was ever offered is compared with both buffers, and with nothing else."""
    most = max((max(e.send_buffer, e.receive_buffer) for e in (flow.source, flow.target) if e is not None), default=0)
    walker.plain(min(flow.offered, 2 * max(most, TCP_WINDOW) + 1))


def _polled(walker: Pass, t: KThread) -> None:
    """Who polled in vain, and whether anything happened since."""
    if not t.yielding:
        walker.raw(b"-")
    elif t.polled_since != walker.machine.moved:
        walker.raw(b"y")
    else:
        walker.raw(b"Y%d;" % min(t.vain_polls, SPIN))


SPIN: Final = 16  # vain polls in a row that make a busy loop (sim.runtime.machine)


def _address_slot(name: str) -> Put:
    read = attrgetter(name)
    return lambda walker, obj: walker.add(read(obj))


SPECIAL: Final[Mapping[str, Put]] = {
    "Dispatcher.waiters": _waiters,
    "AfdEndpoint.polls": _polls,
    "AfdEndpoint.connected_at_100ns": _connected_at,
    "AfdEndpoint.options": lambda walker, e: _items_by_key(walker, e.options),
    "AfdEndpoint.received": lambda walker, e: walker.add(e.received),
    "TimerEntry.due_100ns": _due,
    "Deadline.due_100ns": _left,
    "Message.time_ms": _posted_at,
    "Message.wparam": _address_slot("wparam"),
    "Message.lparam": _address_slot("lparam"),
    "CompletionPacket.key": _address_slot("key"),
    "CompletionPacket.overlapped": _address_slot("overlapped"),
    "KTimer.argument": _address_slot("argument"),
    "KApc.context": _apc_context,
    "Irp.number": _irp_number,
    "Irp.apc_context": _address_slot("apc_context"),
    "KThread.irps_made": _irps_made,
    "KThread.carrier": _carrier,
    "KThread.irps": lambda walker, t: _listed(walker, t.irps),
    "FileObject.irps": lambda walker, file: _listed(walker, file.irps),
    "EProcess.handles": _handles,
    "EProcess.window_classes": lambda walker, process: _items_by_key(walker, process.window_classes),
    "EventSelection.errors": lambda walker, selection: _items_by_key(walker, selection.errors),
    "RtlLock.shared": _shared,
    "RtlLock.waiting": lambda walker, lock: _items_by_label(walker, lock.waiting),
    "Gate.waits": lambda walker, gate: _listed(walker, sorted(gate.waits, key=_wait_label)),
    "SendChunk.data": _chunk_rest,
    "SendChunk.sent": _chunk_sent,
    "SendChunk.acked": _nothing,
    "Flow.offered": _offered,
}


OBJECTS: Final = frozenset({
    "Irp.apc_routine", "Irp.buffers", "Irp.cancel", "Irp.event", "Irp.file", "Irp.iosb", "Irp.on_accept", "Irp.on_complete",
    "Irp.result", "Irp.thread", "Irp.watched", "FileObject.port", "KMutant.owner", "KTimer.apc", "KTimer.apc_thread",
    "KTimer.entry", "KApc.routine", "TimerEntry.context", "TimerEntry.fire", "Wait.condition", "Wait.gate", "Wait.lock",
    "Wait.objects", "Wait.on_abort", "Wait.port", "Wait.thread", "Wait.timeout", "CompletionPort.packets",
    "CompletionPort.takers",
    "KThread.apc_timers", "KThread.free_handles", "KThread.owned_mutants", "KThread.packets", "KThread.port", "KThread.process",
    "KThread.queue", "KThread.special_apcs", "KThread.user_apcs", "KThread.wait", "EProcess.closed_handles",
    "AfdEndpoint.accept_queue", "AfdEndpoint.accepts", "AfdEndpoint.connect_irp", "AfdEndpoint.connect_timer",
    "AfdEndpoint.datagrams", "AfdEndpoint.gate", "AfdEndpoint.inbound", "AfdEndpoint.outbound", "AfdEndpoint.reads",
    "AfdEndpoint.recycling", "AfdEndpoint.selection", "Flow.chunks", "Flow.closing", "Flow.reverse", "Flow.segments",
    "Flow.source", "Flow.target", "Segment.chunk", "Segment.data", "SendChunk.irp", "EventSelection.event",
    "WindowSelection.error_of", "Poll.event", "Poll.exceptions", "Poll.reads", "Poll.thread", "Poll.writes",
    "MessageQueue.messages",
    "Window.thread", "Window.window_class", "WindowClass.procedure", "RtlCondition.sleepers", "RtlLock.owner",
})  # fmt: skip
TEXTS_MAX: Final = 10_000  # kept for one class


# ---- classes ----------------------------------------------------------------------------------------------------------------


def fields(cls: type) -> list[tuple[str, str]]:
    """The slots of a class of the kernel model that are a part of the state: (class that has it, slot)."""
    found = []
    for each in reversed(cls.__mro__):
        if each.__module__ == Cell.__module__:
            continue
        for slot in sorted(_slots(each)):
            if not slot.startswith("__") and f"{each.__name__}.{slot}" not in UNOBSERVED:
                found.append((each.__name__, slot))
    return found


def _slots(cls: type) -> Sequence[str]:
    """What the class itself has; where it is compiled, mypyc has named it, and what it inherits too."""
    slots = cls.__dict__.get("__slots__", ())
    inherited = {name for base in cls.__mro__[1:] for name in base.__dict__.get(COMPILED, ())}
    named = [name for name in cls.__dict__.get(COMPILED, ()) if name not in inherited]
    return named or ((slots,) if isinstance(slots, str) else slots)


def _writer(cls: type) -> Handler:
    """Writes objects of the class: first all slots with plain values, whose text is kept, then the others one by one."""
    plain: list[tuple[str, str]] = []
    plan: list[tuple[Callable[[Any], Any] | None, Put]] = []
    for owner, slot in fields(cls):
        special = SPECIAL.get(f"{owner}.{slot}")
        if special is not None:
            plan.append((None, special))
        elif f"{owner}.{slot}" in OBJECTS:
            plan.append((attrgetter(slot), put))
        else:
            plain.append((owner, slot))
    texts = Texts(cls, plain)
    read_plain = attrgetter(*[slot for _, slot in plain]) if plain else None

    def write(walker: Any, obj: Any) -> None:  # noqa: ANN401 - a Pass, and an object of the class
        raw = walker.raw
        raw(texts[read_plain(obj) if read_plain is not None else ()])
        for read, each in plan:
            if read is None:
                each(walker, obj)
                continue
            value = read(obj)
            if value is None:
                raw(b"N")
            else:
                each(walker, value)

    return write


class Texts(dict[Any, bytes]):
    """What is written for the plain slots of a class, by their values; a slot that holds anything else is a mistake here."""

    def __init__(self, cls: type, slots: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._tag = cls.__name__.encode()
        self._slots = slots

    def __missing__(self, values: Any) -> bytes:  # noqa: ANN401 - one value, or all of them
        if len(self) >= TEXTS_MAX:
            self.clear()
        each = (values,) if len(self._slots) == 1 else values
        parts = [_text(value, slot) for value, slot in zip(each, self._slots, strict=True)]
        text = self[values] = b"%b:%b;" % (self._tag, b",".join(parts))
        return text


def _text(value: Any, slot: tuple[str, str]) -> bytes:  # noqa: ANN401 - what is in the slot
    if value is None:
        return b"N"
    if isinstance(value, int):
        return b"%d" % value
    if isinstance(value, str | bytes):
        return repr(value).encode("utf-8", "surrogatepass")
    if isinstance(value, Enum):
        return value.name.encode()
    if type(value) is tuple:
        return b"(%b)" % b",".join([_text(each, slot) for each in value])
    raise TypeError(f"{'.'.join(slot)} holds a {type(value).__name__}: it belongs into OBJECTS of {__name__}")


def classes() -> list[type]:
    """All classes of the kernel model, in a fixed order."""
    found: dict[str, type] = {}
    for name in sorted(module.name for module in walk_packages(kernel_model.__path__, f"{kernel_model.__name__}.")):
        for each in vars(import_module(name)).values():
            if isinstance(each, type) and each.__module__ == name:
                found[f"{name}.{each.__qualname__}"] = each
    return list(found.values())


def _entry(walker: Any, entry: TimerEntry) -> None:  # noqa: ANN401 - a Pass
    """An expiry; one that was cancelled says nothing any more."""
    if entry.live:
        _LIVE_ENTRY(walker, entry)
    else:
        walker.raw(b"x")


def _thread(walker: Any, t: KThread) -> None:  # noqa: ANN401 - a Pass
    _THREAD(walker, t)
    _polled(walker, t)


def _member(kind: type[Enum]) -> Handler:
    """A member of an Enum of the kernel's; those that are numbers are written as numbers."""
    number = issubclass(kind, int)
    texts = {each: b"i%d;" % each.value if number else f"{kind.__name__}.{each.name};".encode() for each in kind}
    return lambda walker, value: walker.raw(texts[value])


def _constant(name: str) -> Handler:
    data = b"<%b>" % name.encode()
    return lambda walker, _value: walker.raw(data)


CONTENT: dict[type, Handler] = {}
IN_PLACE: dict[type, Handler] = {}
for _kind in classes():
    if issubclass(_kind, Enum):
        IN_PLACE[_kind] = _member(_kind)
    elif _kind.__module__ == Cell.__module__ or issubclass(_kind, (Core, Outcomes, Network, HandOffs)):
        IN_PLACE[_kind] = _constant(_kind.__name__)
    elif not issubclass(_kind, BaseException) and ("__slots__" in _kind.__dict__ or COMPILED in _kind.__dict__):
        CONTENT[_kind] = _writer(_kind)
_LIVE_ENTRY: Final = CONTENT[TimerEntry]
_THREAD: Final = CONTENT[KThread]
CONTENT[TimerEntry] = _entry
CONTENT[KThread] = _thread


# ---- the whole --------------------------------------------------------------------------------------------------------------


def _soonest(entry: TimerEntry) -> tuple[int, str]:
    return entry.due_100ns, entry.label


def threads_of(kernel: Kernel) -> list[KThread]:
    """Those that have not ended, and those that somebody can still name by a handle or an identifier, by label."""
    return _by_label(t for t in kernel.threads if not t.terminated or t.handle_count)


def add_kernel(walker: Pass) -> None:
    """What leads to all that there is on the machine; the objects follow on their turn."""
    k = walker.kernel
    if walker.absolute:
        walker.plain(k.now_100ns)
    walker.plain(k.roots)
    walker.plain(k.arenas)
    _listed(walker, threads_of(k))
    _listed(walker, k.processes)
    _listed(walker, _by_label(k.wire))
    _listed(walker, sorted([entry for entry in k.timers if entry.live], key=_soonest))
    _items_by_key(walker, k.names)
    _items_by_key(walker, k.windows)
    _items_by_key(walker, k.network.bindings)
    _items_by_key(walker, {port: gate for port, gate in k.network.gates.items() if gate.is_open or gate.waits})
    if k.outcomes is not None:
        _items_by_key(walker, k.outcomes.budgets)
