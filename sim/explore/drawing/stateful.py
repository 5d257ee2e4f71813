"""Stateful tests of programs and kernel: hypothesis draws what threads call and what the environment does, one by one.

    class Server(KernelMachine):
        @rule(n=st.integers(1, 3))
        def send(self, n):
            self.call(lambda w: w.send(self.client, b"x" * n, n, 0), thread="client")

        @rule(which=st.integers(0, 9))
        def arrive(self, which):
            self.environment(which)

        @invariant()
        def no_queue_grows(self):
            assert self.apcs("server") < 5

A call of a thread runs until it returns or blocks; while it is blocked (`self.blocked(thread)`) the thread takes no other.
docs/howto/stateful.md has worked examples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from greenlet import getcurrent, greenlet
from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from alertable.kernel_model.ke.structures import KThread
from alertable.kernel_model.ke.timerq import due_entries, next_due
from alertable.sim.explore.drawing import conjecture
from alertable.sim.explore.drawing.extent import APCS, OPERATIONS, STEPS
from alertable.sim.runtime.guard import guarded
from alertable.sim.runtime.settings import Settings
from alertable.sim.trace.traced import api_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hypothesis.strategies import DataObject

    from alertable.sim.runtime.machine import Machine

MAIN: Final = "main"


class Blocked:
    """What `call` returns for a call that has not returned yet."""

    def __repr__(self) -> str:
        return "BLOCKED"


BLOCKED: Final = Blocked()


class KernelMachine(RuleBasedStateMachine):
    """A kernel whose threads do what rules say; a broken law fails the test at the rule that broke it.

    Rules say `call`, `environment`; they and invariants look at `result`, `blocked`, `moves`, `object_of`, `thread`, `apcs`,
    `outstanding`.  Handles are numbers, which bundles hold.  Data outcomes (faults) are always the usual ones.
    settings_of_kernel: as for a run, `alertable.sim.runtime.settings.Settings(...)`; max_steps is for each rule.
    """

    BLOCKED = BLOCKED
    settings_of_kernel = Settings()

    def __init__(self) -> None:
        super().__init__()
        self._threads: dict[str, KThread] = {}
        self._work: dict[KThread, Any] = {}
        self._results: dict[KThread, Any] = {}
        self._chosen: Any = None
        self._tester = getcurrent()
        self._over = False
        self._most_apcs = self._most_operations = 0
        self._last_step = 0
        self._asker = greenlet(self._run)  # whoever waits to be told what happens next
        self._asker.switch()

    # ---- for rules ---------------------------------------------------------------------------------------------------------

    def call(self, action: Callable[[Any], Any], *, thread: str = MAIN) -> Any:  # noqa: ANN401 - what the action returns
        """Have the thread do action(w) until it is done: its result, or `self.BLOCKED`.  ValueError while it is blocked."""
        if self._over:
            raise RuntimeError("the execution is over")
        t = self._threads.get(thread)
        if t is None:
            t = self._threads[thread] = self.machine.start(self._process, None, thread, self._body)
        if t in self._work:
            raise ValueError(f"{thread} is still blocked in the call before")
        self._work[t] = action
        self._results.pop(t, None)
        self._chosen = t
        self._go_on()
        return self.result(thread)

    def result(self, thread: str) -> Any:  # noqa: ANN401 - as above
        """What the thread's last call returned; BLOCKED while it has not.  An exception of the action is raised here, once."""
        t = self.thread(thread)
        result = self._results.get(t, BLOCKED)
        if isinstance(result, BaseException):
            self._results[t] = None
            raise result
        return result

    def blocked(self, thread: str) -> bool:
        """Is the thread in a call that has not returned?"""
        return self._threads.get(thread) in self._work

    def moves(self) -> tuple[str, ...]:
        """What could happen that no new call is: a segment arrives (`c1>`), a timer expires, a woken thread goes on; labels."""
        return tuple(str(option.label) for option in self._options())

    def environment(self, which: int | str | DataObject = 0) -> str:
        """Let one of `moves()` happen; its label, or "" where there is none.

        which: its label, a number (counted round and round, so that any number will do), or `st.data()` to draw from.
        ValueError for a label that is not offered.
        """
        options, labels = self._options(), self.moves()
        if not options:
            return ""
        if isinstance(which, str):
            if which not in labels:
                raise ValueError(f"{which!r} cannot happen now; what can is {', '.join(labels)}")
            picked = options[labels.index(which)]
        elif isinstance(which, int):
            picked = options[which % len(options)]
        else:
            picked = options[labels.index(which.draw(st.sampled_from(labels), label="environment"))]
        label = str(picked.label)
        if type(picked) is KThread:
            self._chosen = picked
            self._go_on()
        else:
            self.machine.steps += 1
            self.machine.fire(picked)
            self._look()
        return label

    # ---- for invariants ----------------------------------------------------------------------------------------------------

    def object_of(self, handle: int) -> Any:  # noqa: ANN401 - one of many kinds
        """The kernel's object that a handle names: `signal_state` and what else its kind has.  ValueError: it is not open."""
        entry = self._process.handles.get(handle & 2**64 - 4)
        if entry is None:
            raise ValueError(f"{handle:#x} is no open handle")
        return entry[0]

    def thread(self, name: str) -> KThread:
        """The kernel's thread of this name.  ValueError: it has made no call yet."""
        t = self._threads.get(name)
        if t is None:
            raise ValueError(f"there is no thread {name!r} yet; there are {', '.join(self._threads) or 'none'}")
        return t

    def apcs(self, thread: str) -> int:
        """User APCs that are queued to the thread; 0 for one that has made no call yet."""
        t = self._threads.get(thread)
        return len(t.user_apcs) if t is not None else 0

    def outstanding(self) -> int:
        """Operations that are pending, of all threads."""
        return sum(len(t.irps) for t in self._threads.values())

    @property
    def extent(self) -> Mapping[str, int]:
        """How far it got, for `alertable.target(self)`, which is best called in `teardown`."""
        return {APCS: self._most_apcs, OPERATIONS: self._most_operations}

    def teardown(self) -> None:
        """Let go of the threads; to be called by whoever overrides it."""
        if not self._over:
            self._chosen = None
            self._over = True
            self._asker.switch()
        if conjecture.running() and conjecture.observed():
            for name, value in {STEPS: self.machine.steps, **self.extent}.items():
                event(name, value)

    # ---- the machine behind them -------------------------------------------------------------------------------------------

    def choose(self, _machine: Machine, _running: KThread | None, /) -> KThread | None:
        """Explorer: ask the rules; a thread that is in the middle of its action simply goes on."""
        if _running is not None and _running in self._work and not self._over:
            if self.machine.steps >= self._last_step:
                return self.machine.exhausted(_running)
            self.machine.steps += 1
            self.machine.kernel.unready(_running)
            return _running
        self._asker = getcurrent()
        self._tester.switch()
        if self._over:
            return None
        chosen: KThread = self._chosen
        self.machine.steps += 1
        self.machine.kernel.unready(chosen)
        chosen.yielding = False
        return chosen

    def goes_on(self, _machine: Machine, _t: KThread, /) -> bool:
        """Explorer: the rules say who."""
        return False

    def ask(self, _machine: Machine, _options: tuple[str, ...], /) -> int:
        """Data outcomes: the usual."""
        return 0

    def _run(self) -> None:
        self.machine = self.settings_of_kernel.machine()
        self.machine.explorer = self
        self.machine.alarm = 0
        self.w = api_of(self.machine)
        self._process = self.machine.kernel.create_process()
        self.machine.kernel.alive += 1  # the test itself, so that it is not over before the first thread
        try:
            with guarded(self.machine, []):
                self.machine.run()
        finally:
            self._over = True  # also where the tool ends the test within a call
        self._tester.switch()

    def _body(self, t: KThread) -> int:
        while True:
            action = self._work[t]
            try:
                self._results[t] = action(self.w)
            except Exception as error:
                self._results[t] = error
            del self._work[t]
            while t not in self._work:
                self.machine.block()

    def _options(self) -> list[Any]:
        if self._over:
            return []
        k = self.machine.kernel
        woken = [t for t in k.ready if t in self._work]
        options = [*woken, *k.wire, *due_entries(k, k.now_100ns)]
        due = next_due(k) if not options else None
        return options if due is None else list(due_entries(k, due))

    def _go_on(self) -> None:
        self._tester = getcurrent()
        self._last_step = self.machine.steps + self.machine.max_steps
        self._asker.switch()
        self._look()

    def _look(self) -> None:
        self._most_apcs = max(self._most_apcs, sum(len(t.user_apcs) for t in self._threads.values()))
        self._most_operations = max(self._most_operations, self.outstanding())
        violation = self.machine.violation or self.machine.pending
        if violation is not None:
            if conjecture.running():
                event("violation", violation.id)
            raise AssertionError(f"{violation.id}: {violation.title}\n{violation.message}")
        if self.machine.failure is not None:
            raise self.machine.failure
