"""What an execution is allowed to do: bound, sanitizers, clock, profile, faults.  The same for a run, a replay and a check."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.outcomes import FAULTS, PROFILES, Outcomes
from alertable.sim.memory.monitor import Monitor
from alertable.sim.memory.races import DATA_RACE
from alertable.sim.runtime.given import ids, mapping, whole
from alertable.sim.runtime.machine import Machine
from alertable.sim.runtime.schedule import places_of
from alertable.sim.runtime.watch import Watch
from alertable.specs.properties import DEFAULT, select

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alertable.kernel_model.choice import Chooser
    from alertable.sim.timed.clock import Timed
    from alertable.sim.trace.record import Recorder

__all__ = ["CLOCKS", "FAULTS", "MAX_STEPS", "PROFILES", "Settings"]

MAX_STEPS: Final = 10_000
CLOCKS: Final = ("eager", "free")
MEMORIES: Final = ("precise", "shared", "locks")
DEFAULT_MEMORY: Final = "precise"  # of a check that nobody told


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """max_steps: decisions after which the execution is cut; specs: ids of sanitizers, and properties.

    clock: "eager" (time passes only when nothing else can happen), "free" (an expiry may come any time after it is due), or
    what `alertable.timed(...)` makes.
    profile: "windows", or "documented" (all that the documentation leaves open).  faults: kind -> how often, see FAULTS.
    memory: "precise" also watches what the program's code touches; steps_at: keys of memory whose accesses are steps.
    ValueError names what does not exist.
    """

    max_steps: int = MAX_STEPS
    specs: Sequence[Any] = DEFAULT
    clock: str | Timed = "eager"
    profile: str = "windows"
    faults: Mapping[str, int] | None = field(default=None)
    memory: str = "shared"
    steps_at: Sequence[str] = ()

    def __post_init__(self) -> None:
        whole("max_steps", self.max_steps, 1)
        ids("specs", self.specs)
        mapping("faults", self.faults, "{'reset': 1}")
        if isinstance(self.clock, str) or not hasattr(self.clock, "begin"):
            _one_of("clock", self.clock, CLOCKS)
        _one_of("profile", self.profile, PROFILES)
        _one_of("memory", self.memory, MEMORIES)
        select(self.specs)
        for kind, budget in (self.faults or {}).items():
            _one_of("fault", kind, tuple(FAULTS))
            if type(budget) is not int or budget < 0:
                raise ValueError(f"fault {kind!r}: the budget is a number of times, got {budget!r}")

    @property
    def precise(self) -> bool:
        """Is the program's own code watched?"""
        return self.memory == "precise"

    def at(self, schedule: str) -> Settings:
        """The same, with the steps that a schedule takes at places in memory."""
        places = places_of(schedule)
        return replace(self, memory="precise", steps_at=places) if places else self

    @property
    def branches(self) -> bool:
        """Are there data outcomes?"""
        return bool(self.faults) or self.profile != "windows"

    @property
    def timed(self) -> bool:
        """Do costs decide who goes on, and no choices?"""
        return not isinstance(self.clock, str)

    def machine(self, *, chooser: Chooser | None = None, recorder: Recorder | None = None) -> Machine:
        """A machine that keeps to them."""
        machine = Machine(chooser=chooser, max_steps=self.max_steps)
        properties = select(self.specs)
        if not isinstance(self.clock, str):
            properties = (*properties, self.clock.begin(machine))
        if properties or recorder is not None:
            machine.watch = Watch(machine, properties, recorder)
            if recorder is not None:
                recorder.machine = machine
        if self.precise:
            machine.memory = Monitor(machine, steps_at=self.steps_at, law=DATA_RACE in self.specs)
        machine.kernel.free_clock = self.clock == "free"
        if self.branches:
            machine.kernel.outcomes = Outcomes(machine.ask, self.faults or {}, documented=self.profile == "documented")
        return machine


def _one_of(what: str, given: object, known: Sequence[str]) -> None:
    if given not in known:
        raise ValueError(f"{what}={given!r} does not exist; there are {', '.join(map(repr, known))}")
