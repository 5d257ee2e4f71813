"""KernelMachine: hypothesis says what threads call and what the environment does."""

from __future__ import annotations

from ctypes import c_size_t
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.internal.observability import with_observability_callback
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

import alertable
from alertable.sim.explore.drawing.stateful import BLOCKED

QUIET = settings(
    max_examples=30, stateful_step_count=20, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


class Semaphore(alertable.KernelMachine):
    """A semaphore and a counter agree; who waits for it is let in, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.handle = self.call(lambda w: w.CreateSemaphoreW(None, 1, 5, None))
        self.count = 1

    @rule(n=st.integers(1, 2))
    def release(self, n: int) -> None:
        done = self.call(lambda w: w.ReleaseSemaphore(self.handle, n, None))
        assert done == (self.count + n - self.waiting() <= 5 or self.count + n <= 5)
        if done:
            taken = min(n + self.count, self.waiting())
            self.count += n - taken
            while self.waiting():
                if not self.environment():
                    break

    @rule()
    def take(self) -> None:
        if not self.blocked("taker"):
            result = self.call(lambda w: w.WaitForSingleObject(self.handle, 0xFFFFFFFF), thread="taker")
            if result is BLOCKED:
                assert self.count == 0
            else:
                self.count -= 1

    def waiting(self) -> int:
        return int(self.blocked("taker"))

    @invariant()
    def never_negative(self) -> None:
        assert self.count >= 0


def test_a_semaphore_keeps_its_count() -> None:
    run_state_machine_as_test(Semaphore, settings=QUIET)


class Broken(alertable.KernelMachine):
    """Frees a buffer that is being received into."""

    @rule(data=st.data())
    def anything(self, data: Any) -> None:
        from alertable.specs.zoo.a06_out_parameter import buggy

        if not self.blocked("main"):
            self.call(buggy)
        self.environment(data)


def test_a_broken_law_fails_the_rule() -> None:
    with pytest.raises(AssertionError, match="S1: freed while in flight"):
        run_state_machine_as_test(Broken, settings=QUIET)


class Looking(alertable.KernelMachine):
    """What invariants and rules may ask."""

    @rule()
    def nothing(self) -> None:
        """A machine has a rule."""


def test_what_a_machine_can_be_asked() -> None:
    machine = Looking()
    try:
        event = machine.call(lambda w: w.CreateEventW(None, 1, 1, None))
        assert machine.object_of(event).signal_state == 1
        assert machine.apcs("worker") == machine.outstanding() == 0
        with pytest.raises(ValueError, match="there is no thread 'worker' yet; there are main"):
            machine.thread("worker")
        with pytest.raises(ValueError, match="0x7c is no open handle"):
            machine.object_of(0x7C)
        assert machine.call(lambda w: w.SleepEx(10, 1), thread="worker") is BLOCKED
        assert repr(machine.result("worker")) == "BLOCKED"
        with pytest.raises(ValueError, match="worker is still blocked in the call before"):
            machine.call(lambda w: w.Sleep(0), thread="worker")
        assert machine.thread("worker").wait is not None
        assert machine.moves() == ("timeout:worker",)
        with pytest.raises(ValueError, match="'worker' cannot happen now; what can is timeout:worker"):
            machine.environment("worker")
        assert machine.environment("timeout:worker") == "timeout:worker"
        assert machine.environment(7) == "worker"
        assert machine.result("worker") == 0
        assert machine.environment() == ""
        with pytest.raises(ZeroDivisionError):
            machine.call(lambda w: 1 // 0)
        assert machine.extent == {"APCs queued": 0, "operations outstanding": 0}
    finally:
        machine.teardown()


def test_a_rule_without_an_end_is_cut() -> None:
    def loops(w: Any) -> None:
        event = w.CreateEventW(None, 1, 0, None)
        while True:
            w.SetEvent(event)

    machine = Looking()
    try:
        machine.call(lambda w: w.Sleep(0))
        with pytest.raises(AssertionError, match="step-bound: too many steps\nnot over after 10000 steps; main was to move"):
            machine.call(loops)
        with pytest.raises(RuntimeError, match="the execution is over"):
            machine.call(lambda w: w.Sleep(0))
        assert machine.moves() == ()
    finally:
        machine.teardown()


class Sleeper(alertable.KernelMachine):
    """Wrong: APCs that are queued to somebody who sleeps are run."""

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[int] = []
        self.call(self.prepare, thread="worker")

    def prepare(self, w: Any) -> None:
        self.routine = w.CALLBACK(None, c_size_t)(self.ran.append)
        self.worker = w.OpenThread(0x1FFFFF, 0, w.GetCurrentThreadId())

    @rule()
    def queue(self) -> None:
        self.call(lambda w: w.QueueUserAPC(self.routine, self.worker, 7))

    @precondition(lambda self: not self.blocked("worker"))
    @rule(data=st.data())
    def sleep(self, data: Any) -> None:
        self.call(lambda w: w.SleepEx(100, data.draw(st.booleans(), label="alertable")), thread="worker")

    @precondition(lambda self: self.moves())
    @rule(data=st.data())
    def happen(self, data: Any) -> None:
        self.environment(data)

    @invariant()
    def everything_ran(self) -> None:
        assert not self.blocked("worker") or "worker" in self.moves() or not self.apcs("worker")

    def teardown(self) -> None:
        alertable.target(self)
        super().teardown()


def test_a_report_is_a_program_and_the_aim_is_told() -> None:
    with pytest.raises(AssertionError) as caught:
        run_state_machine_as_test(Sleeper, settings=settings(QUIET, phases=set(Phase) - {Phase.explain}))
    report = [line for line in caught.value.__notes__ if "everything_ran" not in line]
    assert report[1:6] == [
        "state = Sleeper()", "state.queue()", "Draw 1 (alertable): False", "state.sleep(data=data(...))", "state.teardown()",
    ]  # fmt: skip
    assert any("APCs queued" in line for line in report)


def test_rows_of_a_machine() -> None:
    rows: list[Any] = []
    with with_observability_callback(rows.append), pytest.raises(AssertionError, match="S1: freed while in flight"):
        run_state_machine_as_test(Broken, settings=settings(QUIET, phases=[Phase.generate]))
    (last,) = [row for row in rows if getattr(row, "how_generated", "") == "minimal failing test case"]
    assert last.representation.startswith("state = Broken()\nstate.anything(")
    assert last.features["violation"] == "S1"
    assert last.features["steps"] > 3
    assert last.features["operations outstanding"] == 1
