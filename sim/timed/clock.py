"""The timed clock: what `clock=alertable.timed(...)` means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import simpy

from alertable.sim.timed.links import Links
from alertable.sim.timed.meter import Meter
from alertable.sim.timed.profile import Profile, load
from alertable.sim.timed.scheduler import TimedScheduler

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alertable.sim.runtime.machine import Machine

CORES_MAX = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where the time of one execution went.

    microseconds: from its first to its last event; busy: what threads had of the processors; network: what the busier direction
    of the link was sending; memory: the most bytes that threads and pending operations took; counts: system calls, wake-ups,
    context switches, and so on.
    """

    microseconds: float
    busy: float
    network: float
    cores: int
    memory: float
    counts: dict[str, int]

    @property
    def utilisation(self) -> float:
        """The part of the processors' time that threads had."""
        return self.busy / (self.microseconds * self.cores) if self.microseconds else 0.0


@dataclass(slots=True)
class Timed:
    """One machine and one network, for one execution at a time; `account()` tells of the last one.

    cores: processors; profile: the costs; seed: of losses; work: what each send of the server computes, in microseconds.
    """

    profile: Profile
    cores: int = 1
    seed: int = 0
    work: Callable[[], float] | None = None
    _env: simpy.Environment | None = field(default=None, repr=False)
    _links: Links | None = field(default=None, repr=False)
    _meter: Meter | None = field(default=None, repr=False)
    _scheduler: TimedScheduler | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if type(self.cores) is not int or not 1 <= self.cores <= CORES_MAX:
            raise ValueError(f"cores={self.cores!r}: a machine has 1 to {CORES_MAX} of them")

    def begin(self, machine: Machine) -> Meter:
        """It decides about this machine from now on; the meter is to hear what happens."""
        env = self._env = simpy.Environment()
        links = self._links = Links(env, machine.kernel, self.profile.link, self.seed)
        meter = self._meter = Meter(self.profile, links, machine.followed, self.work)
        self._scheduler = TimedScheduler(env, machine, meter, self.profile.cpu, self.cores)
        machine.explorer = self._scheduler
        machine.alarm = 0
        machine.record = False  # the costs repeat the run, no schedule does
        machine.kernel.processors = self.cores
        return meter

    def account(self) -> Account:
        """Of the last execution."""
        if self._env is None or self._links is None or self._meter is None or self._scheduler is None:
            raise ValueError("nothing has run under this clock yet")
        counts = {**self._meter.counts, "context switches": self._scheduler.switches}
        return Account(
            microseconds=float(self._env.now), busy=self._scheduler.busy, network=max(self._links.busy.values(), default=0.0),
            cores=self.cores, memory=self._meter.peak, counts=counts,
        )  # fmt: skip


def timed(*, cores: int = 1, profile: Path | None = None, seed: int = 0) -> Timed:
    """The clock for `run(..., clock=...)`: costs from a TOML file, or those that ship."""
    return Timed(load(profile), cores, seed)
