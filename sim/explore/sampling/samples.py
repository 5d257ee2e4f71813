"""Strategies that sample: random walks, and PCT with its floor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.sim.explore.sampling.pct import DEPTH, PctChooser, floor
from alertable.sim.runtime.random_walk import RandomChooser

if TYPE_CHECKING:
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.win32.api import SimWinApi

SAMPLES: Final = 1_000  # executions of a random search that nobody limits
FIRST_GUESS: Final = 100  # steps of an execution, before there was one


class Sampling:
    """Random: so many executions, uniform over everything that may happen next."""

    def __init__(self, seed: int, count: int | None) -> None:
        self.executions = 0
        self._seed = seed
        self._count = count or SAMPLES

    def begin(self, machine: Machine, _api: SimWinApi, /) -> None:
        """The next seed."""
        machine.chooser = RandomChooser(self._seed + self.executions)
        machine.alarm = 0

    def finish(self) -> bool:
        """Until the number is reached."""
        self.executions += 1
        return self.executions < self._count

    def strength(self) -> str:
        """What a pass is worth."""
        return f"{self.executions} random schedules"


class PctSampling(Sampling):
    """PCT: so many executions, the first of them with a guess of how long they are."""

    def __init__(self, seed: int, count: int | None) -> None:
        super().__init__(seed, count)
        self.actors = 0
        self.steps = FIRST_GUESS
        self._machine: Machine | None = None
        self._chooser: PctChooser | None = None

    def begin(self, machine: Machine, _api: SimWinApi, /) -> None:
        """The next seed, with the longest execution so far."""
        self._machine, self._chooser = machine, PctChooser(self._seed + self.executions, self.steps)
        machine.chooser = self._chooser
        machine.alarm = 0

    def finish(self) -> bool:
        assert self._machine is not None
        assert self._chooser is not None
        self.steps = max(self._machine.steps, self.steps if self.executions else 0)
        self.actors = max(self.actors, self._chooser.actors)
        return super().finish()

    def strength(self) -> str:
        chance = floor(self.actors, self.steps)
        return f"{self.executions} schedules by PCT, each finds a bug of depth {DEPTH} with a chance of {chance:.1e} or more"
