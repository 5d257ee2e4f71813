"""The reference objects and the model in lockstep: hypothesis draws the next call, both make it, the answers are equal.

One simulated execution stays open between two rules: its first thread is parked outside of every call (Session), and the
other threads of the program take their turns by events (Hands).  An answer is (result, last error or None if left alone).
"""

from __future__ import annotations

from ctypes import byref, c_int32, c_int64, c_size_t, c_uint32, c_void_p, create_string_buffer
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pytest
from greenlet import getcurrent, greenlet
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from alertable.sim.runtime.machine import Machine
from alertable.sim.win32.api import SimWinApi
from alertable.specs.litmus.sockets import nonblocking, pair, reset
from alertable.specs.reference.event import Event
from alertable.specs.reference.mutex import Mutex
from alertable.specs.reference.port import Port
from alertable.specs.reference.semaphore import Semaphore
from alertable.specs.reference.stream import End
from alertable.specs.reference.timer import MILLISECOND, Timer
from alertable.winapi import INFINITE, INVALID_HANDLE_VALUE, MSG_PEEK, SD_SEND, SOCKET_ERROR

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.kernel_model.ke.structures import KThread

    Task = Callable[[Any], Any]

UNTOUCHED: Final = 0x5EED  # the last error before each call
HANDS: Final = (1, 2)  # threads beside the first one, which is 0
LIFE: Final = 8  # what can be closed is used for some calls before
VAIN_MAX: Final = 8  # a longer row of polls is a busy loop, which lets time pass


class Disagreement(AssertionError):
    """The model and the reference object answer differently."""


# ---- an execution that stays open ---------------------------------------------------------------------------------------------


class Session:
    """One simulated program whose first thread does what it is asked to, one task after the other."""

    def __init__(self) -> None:
        self._tester = getcurrent()
        self._world = greenlet(self._execute)
        self._parked: greenlet
        self._world.switch()

    def _execute(self) -> Any:
        machine = Machine(max_steps=100_000)
        w = SimWinApi(machine)
        machine.start(machine.kernel.create_process(), None, "program", lambda t: self._program(t, w))
        machine.run()
        return machine.violation

    def _program(self, _t: KThread, w: SimWinApi) -> int:
        self._parked = getcurrent()
        reply: tuple[Any, BaseException | None] = None, None
        while (task := self._tester.switch(reply)) is not None:
            try:
                reply = task(w), None
            except Exception as error:
                reply = None, error
        return 0

    def ask(self, task: Task) -> Any:
        """What task(w) returned on the first thread."""
        reply: Any = "before" if self._world.dead else self._parked.switch(task)
        if self._world.dead:
            raise AssertionError(f"the execution ended: {reply}")
        value, error = reply
        if error is not None:
            raise error
        return value

    def close(self) -> None:
        """Let the program return; it must end without a violation."""
        violation = None if self._world.dead else self._parked.switch(None)
        assert self._world.dead
        assert violation is None, violation


class Hands:
    """Further threads of the program; each does its tasks when its turn comes."""

    def __init__(self, w: Any) -> None:
        self.w = w
        self.go = {i: w.CreateEventW(None, 0, 0, None) for i in HANDS}
        self.done = {i: w.CreateEventW(None, 0, 0, None) for i in HANDS}
        self.tasks: dict[int, Task | None] = {}
        self.replies: dict[int, Any] = {}
        self.threads: dict[int, tuple[Any, Any]] = {}
        for i in HANDS:
            self.hire(i)

    def hire(self, i: int) -> None:
        w = self.w

        def body(_parameter: int) -> int:
            while w.WaitForSingleObject(self.go[i], INFINITE) == 0 and (task := self.tasks.pop(i)) is not None:
                self.replies[i] = task(w)
                w.SetEvent(self.done[i])
            return 0

        routine = w.CALLBACK(c_uint32, c_void_p)(body)
        self.threads[i] = w.CreateThread(None, 0, routine, None, 0, None), routine

    def start(self, i: int, task: Task | None) -> None:
        """A task that may block."""
        self.tasks[i] = task
        self.w.SetEvent(self.go[i])

    def finish(self, i: int) -> Any:
        self.w.WaitForSingleObject(self.done[i], INFINITE)
        return self.replies.pop(i)

    def leave(self, i: int) -> None:
        """The thread returns from its start routine."""
        self.start(i, None)
        thread, _ = self.threads.pop(i)
        self.w.WaitForSingleObject(thread, INFINITE)
        self.w.CloseHandle(thread)


def answered(w: Any, call: Task) -> tuple[Any, int | None]:
    """The call's result and the last error that it set."""
    w.SetLastError(UNTOUCHED)
    result = call(w)
    error = w.GetLastError()
    return result, None if error == UNTOUCHED else error


class Lockstep(RuleBasedStateMachine):
    """A state machine over one open execution."""

    reference: ClassVar[Any]

    def __init__(self) -> None:
        super().__init__()
        self.session = Session()

    def agree(self, expected: Any, call: Task) -> None:
        """The call answers on the first thread as the reference object did."""
        self.compare(expected, self.session.ask(lambda w: answered(w, call)))

    def compare(self, expected: Any, found: Any) -> None:
        if found != expected:
            raise Disagreement(f"the model answers {found}, the reference {expected}")

    def teardown(self) -> None:
        self.session.close()


# ---- one machine per kind of object -------------------------------------------------------------------------------------------

indexes = st.integers(0, 1)


class Events(Lockstep):
    reference = Event

    @initialize(kinds=st.tuples(*[st.tuples(st.booleans(), st.booleans())] * 2))
    def create(self, kinds: tuple[tuple[bool, bool], ...]) -> None:
        self.objects = [self.reference(manual=manual, initial=initial) for manual, initial in kinds]
        self.handles = self.session.ask(lambda w: [w.CreateEventW(None, *kind, None) for kind in kinds])

    @rule(i=indexes)
    def set(self, i: int) -> None:
        self.agree(self.objects[i].set(), lambda w: w.SetEvent(self.handles[i]))

    @rule(i=indexes)
    def reset(self, i: int) -> None:
        self.agree(self.objects[i].reset(), lambda w: w.ResetEvent(self.handles[i]))

    @rule(i=indexes)
    def pulse(self, i: int) -> None:
        self.agree(self.objects[i].pulse(), lambda w: w.PulseEvent(self.handles[i]))

    @rule(i=indexes)
    def wait(self, i: int) -> None:
        self.agree(self.objects[i].wait(), lambda w: w.WaitForSingleObject(self.handles[i], 0))


class Semaphores(Lockstep):
    reference = Semaphore

    limits = st.integers(1, 4).flatmap(lambda maximum: st.tuples(st.integers(0, maximum), st.just(maximum)))

    @initialize(limits=st.tuples(limits, limits))
    def create(self, limits: tuple[tuple[int, int], ...]) -> None:
        self.objects = [self.reference(*limit) for limit in limits]
        self.handles = self.session.ask(lambda w: [w.CreateSemaphoreW(None, *limit, None) for limit in limits])

    @rule(i=indexes, n=st.sampled_from([1, 1, 2, 3, 4, 0, -1, -(2**31), 2**31 - 1]))
    def release(self, i: int, n: int) -> None:
        def call(w: Any) -> tuple[int, int | None]:
            previous = c_int32(-7)
            result = w.ReleaseSemaphore(self.handles[i], n, byref(previous))
            return result, None if previous.value == -7 else previous.value

        self.agree(self.objects[i].release(n), call)

    @rule(i=indexes)
    def wait(self, i: int) -> None:
        self.agree(self.objects[i].wait(), lambda w: w.WaitForSingleObject(self.handles[i], 0))


class Mutexes(Lockstep):
    reference = Mutex
    threads = st.sampled_from([0, *HANDS])

    @initialize(owned=st.tuples(st.booleans(), st.booleans()))
    def create(self, owned: tuple[bool, ...]) -> None:
        self.hands = self.session.ask(Hands)
        self.objects = [self.reference(0 if initially else None) for initially in owned]
        self.handles = self.session.ask(lambda w: [w.CreateMutexW(None, initially, None) for initially in owned])

    def on(self, thread: int, expected: Any, call: Task) -> None:
        """The same on any thread."""
        if thread == 0:
            self.agree(expected, call)
            return
        self.session.ask(lambda _w: self.hands.start(thread, lambda w: answered(w, call)))
        self.compare(expected, self.session.ask(lambda _w: self.hands.finish(thread)))

    @rule(thread=threads, i=indexes)
    def wait(self, thread: int, i: int) -> None:
        self.on(thread, self.objects[i].wait(thread), lambda w: w.WaitForSingleObject(self.handles[i], 0))

    @rule(thread=threads, i=indexes)
    def release(self, thread: int, i: int) -> None:
        self.on(thread, self.objects[i].release(thread), lambda w: w.ReleaseMutex(self.handles[i]))

    @rule(thread=st.sampled_from(HANDS))
    def thread_ends(self, thread: int) -> None:
        for mutex in self.objects:
            mutex.thread_ends(thread)
        self.session.ask(lambda _w: self.hands.leave(thread))
        self.session.ask(lambda _w: self.hands.hire(thread))

    def teardown(self) -> None:
        self.session.ask(lambda _w: [self.hands.leave(i) for i in HANDS])
        super().teardown()


class Timers(Lockstep):
    reference = Timer
    now = 0  # time passes in `sleep` only
    vain = 0
    # Ties are wanted: what is due at the end of a sleep fires before the sleeper goes on.
    due_times = st.integers(1, 8).map(lambda n: -5 * MILLISECOND * n) | st.sampled_from([0, 1, 10**9])  # the last three: long ago

    @initialize(manual=st.tuples(st.booleans(), st.booleans()))
    def create(self, manual: tuple[bool, ...]) -> None:
        self.objects = [self.reference(manual=kind) for kind in manual]
        self.handles = self.session.ask(lambda w: [w.CreateWaitableTimerW(None, kind, None) for kind in manual])
        self.now = 10**10

    @rule(i=indexes, due=due_times, period=st.sampled_from([0, 0, 0, 5, 10, 20, -1]))
    def set(self, i: int, due: int, period: int) -> None:
        expected = self.objects[i].set(self.now, due, period)
        self.agree(expected, lambda w: w.SetWaitableTimer(self.handles[i], byref(c_int64(due)), period, None, None, 0))

    @rule(i=indexes)
    def cancel(self, i: int) -> None:
        self.agree(self.objects[i].cancel(self.now), lambda w: w.CancelWaitableTimer(self.handles[i]))

    @precondition(lambda self: self.vain < VAIN_MAX)
    @rule(i=indexes)
    def wait(self, i: int) -> None:
        self.vain += 1
        self.agree(self.objects[i].wait(self.now), lambda w: w.WaitForSingleObject(self.handles[i], 0))

    @rule(ms=st.sampled_from([5, 5, 10, 35]))
    def sleep(self, ms: int) -> None:
        self.vain = 0
        self.now += ms * MILLISECOND
        self.agree((None, None), lambda w: w.Sleep(ms))

    @rule(i=indexes, times=st.integers(2, 6))
    def watch(self, i: int, times: int) -> None:
        """A look every 5 ms."""
        for _ in range(times):
            self.sleep(5)
            self.wait(i)


def get_packet(port: Any, ms: int) -> Task:
    """GetQueuedCompletionStatus as (result, packet or None)."""

    def call(w: Any) -> tuple[int, Any]:
        n, key, overlapped = c_uint32(1), c_size_t(1), c_void_p(1)
        result = w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(overlapped), ms)
        return result, (n.value, key.value, overlapped.value) if result else overlapped.value

    return call


class Ports(Lockstep):
    reference = Port
    age = 0  # calls since it was opened

    @initialize()
    def create(self) -> None:
        self.hands = self.session.ask(Hands)
        self.idle = set(HANDS)
        self.open()

    @precondition(lambda self: self.object.closed)
    @rule()
    def open(self) -> None:
        self.age = 0
        self.object = self.reference()
        self.port = self.session.ask(lambda w: w.CreateIoCompletionPort(INVALID_HANDLE_VALUE, None, 0, 64))

    @rule(n=st.integers(0, 2**32 - 1), key=st.integers(0, 2**64 - 1), pointer=st.none() | st.integers(1, 2**64 - 1))
    def post(self, n: int, key: int, pointer: int | None) -> None:
        self.agree(self.object.post((n, key, pointer)), lambda w: w.PostQueuedCompletionStatus(self.port, n, key, pointer))

    @rule()
    def get(self) -> None:
        self.agree(self.object.get(), get_packet(self.port, 0))

    @precondition(lambda self: self.idle)
    @rule(data=st.data())
    def get_blocking(self, data: st.DataObject) -> None:
        i = data.draw(st.sampled_from(sorted(self.idle)))
        self.idle.remove(i)
        self.object.get_blocking(i)
        call = get_packet(self.port, INFINITE)
        self.session.ask(lambda _w: self.hands.start(i, lambda w: answered(w, call)))
        self.session.ask(lambda w: w.Sleep(1))

    @rule()
    def wait(self) -> None:
        self.agree(self.object.wait(), lambda w: w.WaitForSingleObject(self.port, 0))

    @precondition(lambda self: self.age >= LIFE)
    @rule()
    def close(self) -> None:
        self.agree(self.object.close(), lambda w: w.CloseHandle(self.port))

    @invariant()
    def blocked_calls_return_alike(self) -> None:
        self.age += 1
        self.session.ask(lambda w: w.Sleep(1))
        self.compare(self.object.answered, self.hands.replies)
        self.session.ask(lambda _w: [self.hands.finish(i) for i in self.object.answered])
        self.idle |= self.object.answered.keys()
        self.object.answered.clear()

    def teardown(self) -> None:
        self.session.ask(lambda w: w.CloseHandle(self.port))
        self.session.ask(lambda _w: [self.hands.leave(i) for i in HANDS])
        super().teardown()


class Streams(Lockstep):
    reference = End
    ends = st.integers(0, 1)
    age = 0  # calls since it was connected

    @initialize()
    def create(self) -> None:
        self.sockets: tuple[Any, ...] = ()
        self.connect()

    @precondition(lambda self: any(end.closed for end in self.objects))
    @rule()
    def connect(self) -> None:
        self.age = 0
        self.session.ask(lambda w: [w.closesocket(s) for s in self.sockets])
        a, b = self.objects = self.reference(), self.reference()
        a.peer, b.peer = b, a
        self.sockets = self.session.ask(pair)
        self.session.ask(lambda w: [nonblocking(w, s) for s in self.sockets])

    @invariant()
    def all_arrives(self) -> None:
        """Everything in flight arrives between two calls."""
        self.age += 1
        self.session.ask(lambda w: w.Sleep(1))

    @rule(i=ends, data=st.binary(min_size=1, max_size=6))
    def send(self, i: int, data: bytes) -> None:
        end = self.objects[i]
        two_reasons = not end.closed and end.finished and end.was_reset
        if two_reasons or (end.peer.closed and not end.finished and not end.was_reset):
            return  # left open
        self.agree(end.send(data), lambda w: w.send(self.sockets[i], data, len(data), 0))

    @rule(i=ends, n=st.integers(1, 8), peek=st.booleans())
    def recv(self, i: int, n: int, peek: bool) -> None:
        def call(w: Any) -> int | bytes:
            buffer = create_string_buffer(8)
            result = w.recv(self.sockets[i], buffer, n, MSG_PEEK if peek else 0)
            return SOCKET_ERROR if result == SOCKET_ERROR else buffer.raw[:result]

        self.agree(self.objects[i].recv(n, peek=peek), call)

    @rule(i=ends)
    def shutdown(self, i: int) -> None:
        if self.objects[i].was_reset and not self.objects[i].closed:
            return  # left open
        self.agree(self.objects[i].shutdown(), lambda w: w.shutdown(self.sockets[i], SD_SEND))

    @precondition(lambda self: self.age >= LIFE)
    @rule(i=ends)
    def close(self, i: int) -> None:
        if self.objects[i].unread and not self.objects[i].closed:
            return  # left open
        self.agree(self.objects[i].close(), lambda w: w.closesocket(self.sockets[i]))

    @precondition(lambda self: self.age >= LIFE)
    @rule(i=ends)
    def close_hard(self, i: int) -> None:
        end = self.objects[i]
        if end.closed or (end.finished and end.peer.finished):
            return  # nothing is left to reset
        end.close(hard=True)
        self.session.ask(lambda w: reset(w, self.sockets[i]))


MACHINES: Final = (Events, Semaphores, Mutexes, Timers, Ports, Streams)
SETTINGS: Final = settings(
    max_examples=30, stateful_step_count=50, derandomize=True, database=None, deadline=None, report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.mark.parametrize("machine", MACHINES)
def test_the_model_answers_as_the_reference_does(machine: type[Lockstep]) -> None:
    run_state_machine_as_test(machine, settings=SETTINGS)


# ---- it can fail --------------------------------------------------------------------------------------------------------------


class StickyEvent(Event):
    def wait(self) -> tuple[int, int | None]:
        """Wrong: a wait does not reset an auto-reset event."""
        return (0 if self.signalled else 258), None


class SaturatingSemaphore(Semaphore):
    def release(self, n: int) -> tuple[tuple[int, int | None], int | None]:
        """Wrong: the count stops at the maximum instead of failing."""
        return super().release(min(n, self.maximum - self.count) or n)


class ForgettingMutex(Mutex):
    def thread_ends(self, thread: int) -> None:
        """Wrong: nobody learns that the owner ended."""
        super().thread_ends(thread)
        self.abandoned = False


class HushingTimer(Timer):
    def cancel(self, now_100ns: int) -> tuple[int, int | None]:
        """Wrong: cancelling takes the signal away."""
        result = super().cancel(now_100ns)
        self.signalled = False
        return result


class LastInFirstOutPort(Port):
    def get(self) -> tuple[tuple[int, Any], int | None]:
        """Wrong: the newest packet first."""
        self.packets.reverse()
        got = super().get()
        self.packets.reverse()
        return got


class FairPort(Port):
    def post(self, packet: tuple[int, int, int | None]) -> tuple[int, int | None]:
        """Wrong: the thread that blocked first is served first."""
        self.blocked.reverse()
        posted = super().post(packet)
        self.blocked.reverse()
        return posted


class HastyEnd(End):
    def recv(self, n: int, *, peek: bool = False) -> tuple[int | bytes, int | None]:
        """Wrong: the end of the stream overtakes the data."""
        return (b"", None) if self.peer.finished and not self._error() else super().recv(n, peek=peek)


class SoftEnd(End):
    def close(self, *, hard: bool = False) -> tuple[int, int | None]:
        """Wrong: a hard close is like any other."""
        return super().close()


WRONG: Final = [
    (Events, StickyEvent), (Semaphores, SaturatingSemaphore), (Mutexes, ForgettingMutex), (Timers, HushingTimer),
    (Ports, LastInFirstOutPort), (Ports, FairPort), (Streams, HastyEnd), (Streams, SoftEnd),
]  # fmt: skip


@pytest.mark.parametrize(("machine", "wrong"), WRONG)
def test_a_wrong_reference_is_found(machine: type[Lockstep], wrong: type) -> None:
    mistaken = type(machine.__name__, (machine,), {"reference": wrong})
    with pytest.raises(Disagreement, match="the model answers"):
        run_state_machine_as_test(mistaken, settings=settings(SETTINGS, max_examples=300, phases=[Phase.generate]))


def test_a_task_that_never_ends_is_reported() -> None:
    session = Session()
    with pytest.raises(AssertionError, match=r"the execution ended: .*deadlock"):
        session.ask(lambda w: w.WaitForSingleObject(w.CreateEventW(None, 0, 0, None), INFINITE))
    session.close()
