"""Stateful tests of programs and kernel: hypothesis draws what threads call and what the environment does, one by one.

    class Machine(KernelMachine):
        @rule(n=st.integers(1, 3))
        def send(self, n):
            self.call(lambda w: w.send(self.client, b"x" * n, n, 0), thread="client")

        @rule(data=st.data())
        def arrive(self, data):
            self.environment(data)

A call of a thread runs until it returns or blocks; while it is blocked (`self.blocked(thread)`) the thread takes no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from greenlet import getcurrent, greenlet
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from alertable.kernel_model.ke.timerq import due_entries, next_due
from alertable.kernel_model.ps.thread import KThread
from alertable.sim.runtime.guard import guarded
from alertable.sim.runtime.settings import Settings
from alertable.sim.trace.traced import api_of

if TYPE_CHECKING:
    from collections.abc import Callable

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

    settings_of_kernel: as for a run.
    """

    settings_of_kernel = Settings()

    def __init__(self) -> None:
        super().__init__()
        self._threads: dict[str, KThread] = {}
        self._work: dict[KThread, Any] = {}
        self._results: dict[KThread, Any] = {}
        self._chosen: Any = None
        self._tester = getcurrent()
        self._over = False
        self._asker = greenlet(self._run)  # whoever waits to be told what happens next
        self._asker.switch()

    # ---- for rules ---------------------------------------------------------------------------------------------------------

    def call(self, action: Callable[[Any], Any], *, thread: str = MAIN) -> Any:  # noqa: ANN401 - what the action returns
        """Have the thread do action(w) until it is done: its result, or BLOCKED.  ValueError while the thread is blocked."""
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
        t = self._threads[thread]
        result = self._results.get(t, BLOCKED)
        if isinstance(result, BaseException):
            self._results[t] = None
            raise result
        return result

    def blocked(self, thread: str) -> bool:
        """Is the thread in a call that has not returned?"""
        return self._threads.get(thread) in self._work

    def environment(self, data: DataObject) -> str:
        """Let something happen that no new call is: a segment arrives, a timer expires, a woken thread goes on; its label."""
        options = self._options()
        if not options:
            return ""
        picked = options[data.draw(st.integers(0, len(options) - 1), label="environment")]
        label = str(picked.label)
        if type(picked) is KThread:
            self._chosen = picked
            self._go_on()
        else:
            self.machine.steps += 1
            self.machine.fire(picked)
            self._look()
        return label

    def teardown(self) -> None:
        """Let go of the threads."""
        if not self._over:
            self._chosen = None
            self._over = True
            self._asker.switch()

    # ---- the machine behind them -------------------------------------------------------------------------------------------

    def choose(self, _machine: Machine, _running: KThread | None, /) -> KThread | None:
        """Explorer: ask the rules; a thread that is in the middle of its action simply goes on."""
        if _running is not None and _running in self._work and not self._over:
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
        with guarded(self.machine, []):
            self.machine.run()
        self._over = True
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
        k = self.machine.kernel
        woken = [t for t in k.ready if t in self._work]
        options = [*woken, *k.wire, *due_entries(k, k.now_100ns)]
        due = next_due(k) if not options else None
        return options if due is None else list(due_entries(k, due))

    def _go_on(self) -> None:
        if self._over:
            raise RuntimeError("the execution is over")
        self._tester = getcurrent()
        self._asker.switch()
        self._look()

    def _look(self) -> None:
        violation = self.machine.violation or self.machine.pending
        if violation is not None:
            raise AssertionError(f"{violation.id}: {violation.title}\n{violation.message}")
        if self.machine.failure is not None:
            raise self.machine.failure
