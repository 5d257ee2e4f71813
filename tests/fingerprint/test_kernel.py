"""The kernel's part of a state: one difference at a time gives another fingerprint, what nobody can observe does not."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest

from alertable.kernel_model.afd.endpoint import AfdEndpoint, Flow
from alertable.kernel_model.core import Core
from alertable.kernel_model.iomgr.irp import Irp, Major
from alertable.kernel_model.ke.apc import insert_queue_apc
from alertable.kernel_model.ke.event import KEvent, set_event
from alertable.kernel_model.ke.kqueue import CompletionPort, post_packet, remove_packets
from alertable.kernel_model.ke.mutant import KMutant
from alertable.kernel_model.ke.structures import ApcKind, CompletionPacket, KApc
from alertable.kernel_model.ke.timer import KTimer, set_timer
from alertable.kernel_model.ke.timerq import Deadline, queue_timer
from alertable.kernel_model.ke.wait import delay_execution, wait_for_single_object
from alertable.kernel_model.kernel import Kernel
from alertable.kernel_model.ob.handle_table import close_handle, open_handle
from alertable.kernel_model.outcomes import Outcomes
from alertable.kernel_model.ps.thread import end_thread
from alertable.kernel_model.tcpip.flow import transmit
from alertable.kernel_model.tcpip.segment import Segment, SegmentKind
from alertable.kernel_model.win32k.queue import post, queue_of
from alertable.sim.fingerprint import kernel as kernel_part
from alertable.sim.fingerprint.state import Fingerprints
from alertable.sim.memory.monitor import Monitor
from alertable.sim.runtime.machine import Machine
from alertable.sim.runtime.outcome import Violation
from alertable.sim.runtime.watch import Watch
from alertable.sim.win32.api import SimWinApi
from alertable.specs.properties.s15_handle_hygiene import HandleHygiene
from alertable.specs.properties.temporal import always
from tests.audit import states
from tests.audit.generator import random_program
from tests.audit.kernel_dump import SKIPPED, UNORDERED
from tests.audit.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLE: Final = 20  # random programs
SECOND: Final = 10_000_000


class Setting:
    """A machine with two threads and something of everything, as it is between two steps."""

    def __init__(self, order: tuple[str, ...] = ("first", "second")) -> None:
        self.machine = Machine()
        self.k = k = self.machine.kernel
        self.machine.watch = Watch(self.machine, (HandleHygiene(), always("nothing", lambda _: True)), None)
        self.api = SimWinApi(self.machine)
        self.process = k.create_process()
        threads = {name: k.create_thread(self.process, None, name, daemon=False, suspended=False) for name in order}
        for name, arena in (("first", 0), ("second", 1)):
            threads[name].arena = threads[name].handle_arena = arena
            threads[name].tid = 4 * (arena + 1)
        self.first, self.second = threads["first"], threads["second"]
        self.event = KEvent(k, "event#1", True, False)
        self.auto = KEvent(k, "event#2", False, False)
        self.port = CompletionPort(k, "port#1", 2)
        self.timer = KTimer(k, "timer#1", False)
        self.mutex = KMutant(k, "mutex#1")
        self.socket = AfdEndpoint(k, "socket#1", stream=True, overlapped=True)
        self.flow, self.socket.inbound = Flow(k, "c1>", None, self.socket), None
        self.socket.inbound = self.flow
        self.irp = Irp(self.first, self.socket, Major.READ, [SILENCE])
        self.socket.irps[self.irp] = self.first.irps[self.irp] = None
        self.objects = [self.event, self.auto, self.port, self.timer, self.mutex, self.socket]
        self.handles = [open_handle(k, self.first, each) for each in self.objects]
        self.entry = queue_timer(k, k.now_100ns + SECOND, lambda _k, _context: None, None, "an expiry")
        post_packet(k, self.port, CompletionPacket(1, 2, 0, 3))
        transmit(k, self.flow, Segment(SegmentKind.DATA, b"abc"))
        queue_of(k, self.first)
        k.outcomes = Outcomes(lambda _options: 0, {"reset": 2}, documented=False)

    def digest(self, *, absolute: bool = False) -> bytes:
        """The fingerprint now."""
        fingerprints = Fingerprints(exact=True, absolute=absolute)
        digest = fingerprints.take(self.machine, self.api)
        assert not fingerprints.unreadable
        return digest


class Silence:
    """Memory of nobody."""

    length = 0

    def read(self, _offset: int, count: int, /) -> bytes:
        return bytes(count)

    def write(self, _offset: int, data: bytes, /) -> None:
        """Nowhere."""


SILENCE: Final = Silence()


def routine(_value: int) -> None:
    """Of an APC."""


def _give(obj: Any, **values: Any) -> Any:
    for name, value in values.items():
        setattr(obj, name, value)
    return obj


def _waits(s: Setting, *threads: Any) -> None:
    for t in threads:
        s.k.unready(t)
        assert wait_for_single_object(s.k, t, s.auto, None, False, "wait") is None


def _takes(s: Setting, *threads: Any) -> None:
    s.port.packets.clear()
    for t in threads:
        s.k.unready(t)
        assert remove_packets(s.k, t, s.port, 1, None, False, "take") is None


def _vain(s: Setting, times: int, *, since: bool = True) -> None:
    s.first.yielding, s.first.vain_polls = True, times
    s.first.polled_since = s.machine.moved if since else -5


DIFFERENT: Final[dict[str, Callable[[Any], Any]]] = {
    "nothing": lambda _: None,
    "the last error": lambda s: _give(s.first, last_error=5),
    "an APC": lambda s: insert_queue_apc(s.k, s.first, KApc(ApcKind.USER, routine, 1)),
    "an APC with another argument": lambda s: insert_queue_apc(s.k, s.first, KApc(ApcKind.USER, routine, 2)),
    "an APC of the other thread": lambda s: insert_queue_apc(s.k, s.second, KApc(ApcKind.USER, routine, 1)),
    "a signal": lambda s: set_event(s.k, s.event),
    "another signal": lambda s: set_event(s.k, s.auto),
    "a byte in flight": lambda s: s.flow.segments.__setitem__(0, Segment(SegmentKind.DATA, b"abd")),
    "a segment more": lambda s: transmit(s.k, s.flow, Segment(SegmentKind.FIN)),
    "a byte that has arrived": lambda s: s.socket.received.extend(b"x"),
    "bytes offered": lambda s: _give(s.flow, offered=1),
    "an expiry that is sooner": lambda s: _give(s.entry, due_100ns=s.entry.due_100ns - 1),
    "an expiry more": lambda s: queue_timer(s.k, 2 * SECOND, lambda _k, _c: None, None, "another"),
    "a timer": lambda s: set_timer(s.k, s.first, s.timer, 3 * SECOND, 0, None, 0),
    "a periodic timer": lambda s: set_timer(s.k, s.first, s.timer, 3 * SECOND, SECOND, None, 0),
    "a budget": lambda s: s.k.outcomes.budgets.update(reset=1),
    "a packet's key": lambda s: s.port.packets.__setitem__(0, CompletionPacket(4, 2, 0, 3)),
    "a packet's count": lambda s: s.port.packets.__setitem__(0, CompletionPacket(1, 2, 0, 4)),
    "two packets": lambda s: post_packet(s.k, s.port, CompletionPacket(1, 2, 0, 3)),
    "two waits": lambda s: _waits(s, s.first, s.second),
    "two waits the other way round": lambda s: _waits(s, s.second, s.first),
    "two takers": lambda s: _takes(s, s.first, s.second),
    "two takers the other way round": lambda s: _takes(s, s.second, s.first),
    "an alertable sleep": lambda s: delay_execution(s.k, s.first, None, True, "sleep"),
    "a sleep": lambda s: delay_execution(s.k, s.first, None, False, "sleep"),
    "a shorter sleep": lambda s: delay_execution(s.k, s.first, 7, False, "sleep"),
    "the status of a wait that is over": lambda s: _give(s.first, wait_status=0x102),
    "an owner": lambda s: s.mutex.satisfy(s.first),
    "another owner": lambda s: s.mutex.satisfy(s.second),
    "an owner twice": lambda s: (s.mutex.satisfy(s.first), s.mutex.satisfy(s.first)),
    "a suspended thread": lambda s: _give(s.second, suspend_count=1),
    "a handle that is closed": lambda s: close_handle(s.k, s.first, s.handles[0]),
    "a handle that is given to another object": lambda s: s.process.handles.update({s.handles[0]: (s.auto, 0)}),
    "a name": lambda s: (s.k.names.update(x=s.event), _give(s.event, name="x")),
    "a message": lambda s: post(s.k, queue_of(s.k, s.first), 0, 0x400, 1, 0),
    "the next label": lambda s: _give(s.first, objects_made=9),
    "the next handle": lambda s: _give(s.first, handles_made=99),
    "a non-blocking socket": lambda s: _give(s.socket, nonblocking=True),
    "an option": lambda s: s.socket.options.update({(6, 1): 1}),
    "a port that an operation reports to": lambda s: _give(s.socket, port=s.port),
    "bytes of an operation": lambda s: _give(s.irp, done=1),
    "an end": lambda s: end_thread(s.k, s.second, 0),
    "another end": lambda s: end_thread(s.k, s.first, 0),
    "who polls": lambda s: _vain(s, 1),
    "who polls again": lambda s: _vain(s, 2),
    "who polled before something happened": lambda s: _vain(s, 1, since=False),
    "all awaited threads have ended": lambda s: _give(s.machine, finished=True),
    "a result": lambda s: s.machine.results.append(1),
    "a violation that counts at the next call": lambda s: _give(
        s.machine, pending=Violation(id="S1", title="t", message="m", step=1, source="", where=())
    ),
    "a closed value that a property remembers": lambda s: s.machine.watch.properties[0].handle_closed(s.first, 4096, s.auto),
    "a predicate that has held": lambda s: _give(s.machine.watch.properties[1], held=True),
    "a mark": lambda s: s.machine.watch.state.marks.update(x=1),
}  # fmt: skip


def test_one_difference_at_a_time_is_another_state() -> None:
    digests: dict[bytes, str] = {}
    for name, plant in DIFFERENT.items():
        setting = Setting()
        plant(setting)
        other = digests.setdefault(setting.digest(), name)
        assert other == name, f"{name} is the same as {other}"


def _later(s: Setting, by: int = 5 * SECOND) -> None:
    s.k.now_100ns += by
    s.entry.due_100ns += by


def _an_event_comes_and_goes(s: Setting) -> None:
    made = s.second.objects_made, s.second.handles_made
    close_handle(s.k, s.second, open_handle(s.k, s.second, KEvent(s.k, "event#9", True, True)))
    s.second.free_handles.clear()
    s.second.objects_made, s.second.handles_made = made
    s.machine.watch = Setting().machine.watch


SAME: Final[dict[str, Callable[[Any], Any]]] = {
    "another time": _later,
    "garbage": lambda s: [s.machine.log.append(bytes(n)) for n in range(100)],
    "an object that nobody can reach any more": _an_event_comes_and_goes,
    "an expiry that was cancelled": lambda s: _give(queue_timer(s.k, 1, lambda _k, _c: None, None, "gone"), live=False),
    "steps": lambda s: (_give(s.machine, steps=77), _give(s.machine, moved=70)),
    "who became ready first": lambda s: s.k.ready.rotate(1),
    "numbers of expiries": lambda s: (_give(s.k, timer_sequence=50), _give(s.entry, sequence=44)),
    "operations that were numbered": lambda s: _give(s.first, irps_made=70),
}


@pytest.mark.parametrize("what", SAME)
def test_what_nobody_can_observe_is_no_part_of_a_state(what: str) -> None:
    setting = Setting()
    SAME[what](setting)
    assert setting.digest() == Setting().digest()


def test_the_order_in_which_others_made_threads_is_no_part_of_a_state() -> None:
    assert Setting(("second", "first")).digest() == Setting().digest()


def test_the_time_is_a_part_of_a_state_once_a_program_was_given_a_clock() -> None:
    setting, later = Setting(), Setting()
    _later(later)
    assert setting.digest(absolute=True) != later.digest(absolute=True)
    assert setting.digest(absolute=True) == Setting().digest(absolute=True)
    assert not setting.k.clock_read
    setting.machine.current = setting.first
    setting.api.GetTickCount64()
    assert setting.k.clock_read


def test_a_deadline_is_what_is_left() -> None:
    k = Kernel()
    deadline = Deadline(k, SECOND)
    k.now_100ns += SECOND // 2
    assert (deadline.left(k), k.clock_read) == (SECOND // 2, False)


# ---- data races ----------------------------------------------------------------------------------------------------------------


def _watched(*, touched: bool) -> tuple[Setting, list[int]]:
    """A setting whose memory is watched, with a list that both threads can reach; touched: the first one has written to it."""
    setting, shared = Setting(), [1, 2]
    setting.machine.results.append(shared)
    setting.machine.memory = Monitor(setting.machine, law=False)
    setting.machine.current = setting.first
    if touched:
        setting.machine.memory.item(shared, 0, write=True)
    return setting, shared


def test_an_access_that_could_race_is_a_part_of_the_state_until_everybody_knows_of_it() -> None:
    (untouched, _), (touched, _) = _watched(touched=False), _watched(touched=True)
    assert touched.digest() != untouched.digest()
    for setting in (touched, untouched):
        set_event(setting.k, setting.event)
    assert touched.digest() != untouched.digest()  # the event knows of it, and may be passed on
    for setting in (touched, untouched):
        setting.k.handoff.acquire(setting.event, setting.second)
    assert touched.digest() == untouched.digest()


def test_what_a_thing_that_is_handed_on_knows_is_a_part_of_the_state() -> None:
    (told, _), (untold, _) = _watched(touched=True), _watched(touched=True)
    for setting, handoff in ((told, True), (untold, False)):
        setting.event.signal_state = 1
        if handoff:
            setting.k.handoff.release(setting.event)
    assert told.digest() != untold.digest()


def test_accesses_of_the_only_thread_are_no_part_of_the_state() -> None:
    digests = set()
    for touched in (False, True):
        setting, _ = _watched(touched=touched)
        end_thread(setting.k, setting.second, 0)
        digests.add(setting.digest())
    assert len(digests) == 1


# ---- nothing is forgotten ----------------------------------------------------------------------------------------------------


def test_all_slots_of_the_kernel_are_written_or_left_out_for_a_reason() -> None:
    written = {"names", "windows", "network", "outcomes", "timers", "roots", "arenas", "threads", "processes", "wire"}
    slots = {slot for cls in (Core, Kernel) for slot in cls.__slots__}
    left_out = {name.partition(".")[2] for name in kernel_part.UNOBSERVED if name.startswith("Kernel.")}
    assert slots == written | left_out
    assert written & left_out == {"outcomes"}  # of which the budgets are


def test_what_is_left_out_exists() -> None:
    slots = {
        f"{cls.__name__}.{slot}" for kind in kernel_part.classes() for cls in kind.__mro__
        for slot in cls.__dict__.get("__slots__", ())
    }  # fmt: skip
    slots |= {f"Kernel.{slot}" for slot in Core.__slots__}
    assert {*kernel_part.UNOBSERVED, *kernel_part.SPECIAL} <= slots


def test_the_dump_of_the_audits_leaves_out_nothing_else() -> None:
    ours = {name.replace("Core.", "Kernel.") for name in kernel_part.UNOBSERVED}
    theirs = {name.replace("Core.", "Kernel.") for name in SKIPPED}
    assert theirs - ours == {"KThread.carrier", "KThread.wait_status"}  # frames and what they are given are a part of a state
    assert {name.replace("Core.", "Kernel.") for name in UNORDERED}  # sorted here as well, or not written


# ---- random programs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(SAMPLE))
def test_an_execution_that_is_done_again_comes_to_the_same_states(number: int) -> None:
    program, fingerprints = random_program(number), Fingerprints(exact=True)
    first, second = states.Marks(fingerprints), states.Marks(fingerprints)
    walked = first.of(program, Walk(Random(number)))
    if walked is None:
        return
    kept = [bytearray(100) for _ in range(number)]
    second.of(program, Walk(None, walked.plan))
    assert second.found == first.found
    assert not fingerprints.collided
    assert not fingerprints.unreadable
    del kept


@pytest.mark.parametrize("number", range(SAMPLE))
def test_what_follows_a_state_is_the_same_whatever_way_led_to_it(number: int) -> None:
    audited = states.audit(random_program(1_000 + number, small=number % 2 == 0), number, walks=4, pairs=2)
    assert audited.hole is None, str(audited.hole)
    assert not audited.unread
