"""KernelMachine: hypothesis says what threads call and what the environment does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

import alertable
from alertable.sim.explore.stateful import BLOCKED

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
                if not self.step():
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

    def step(self) -> bool:
        class First:
            def draw(self, _strategy: Any, label: str) -> int:
                return 0

        return bool(self.environment(First()))  # type: ignore[arg-type]  # draws the first

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
