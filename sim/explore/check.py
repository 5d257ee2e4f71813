"""Checking: many executions of the same programs, and an answer that states its own strength."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from kernel_model.errors import NotModelled
from sim.explore.dpor import Dpor
from sim.explore.exhaustive import Exhaustive
from sim.explore.pct import DEPTH, PctChooser, floor
from sim.explore.random_walk import RandomChooser
from sim.runtime.execution import DEFAULT_SPECS, MAX_STEPS, execute, run
from sim.runtime.guard import guarded
from sim.runtime.machine import Machine
from sim.runtime.outcome import ReplayDivergence, Violation
from sim.runtime.schedule import render
from sim.win32.api import SimWinApi

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.runtime.execution import Program

COMPLETE: Final = "COMPLETE"
BOUNDED: Final = "BOUNDED"
SAMPLED: Final = "SAMPLED"
INCONCLUSIVE: Final = "INCONCLUSIVE"
STRATEGIES: Final = ("dpor", "dfs", "random", "pct")
SAMPLES: Final = 1_000  # executions of a random search that nobody limits
FIRST_GUESS: Final = 100  # steps of an execution, before there was one
REPLAYS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What checking found.

    verdict: COMPLETE (every interleaving), BOUNDED (all within what `reasons` says), SAMPLED (so many schedules),
    INCONCLUSIVE (it did not get through; reasons says why).  outcomes: outcome -> a schedule that leads to it; an outcome that
    cannot be hashed stands there as its repr.  violations: each with its schedule.
    """

    verdict: str
    reasons: tuple[str, ...] = ()
    outcomes: dict[Any, str] = field(repr=False)
    violations: tuple[Violation, ...]
    executions: int
    seconds: float
    statistics: dict[str, int]

    @property
    def ok(self) -> bool:
        """No violation."""
        return not self.violations


class Strategy(Protocol):
    """Hands out executions: begin with a machine, run it, finish; False from finish is the end."""

    executions: int

    def begin(self, machine: Machine, api: SimWinApi, /) -> None:
        """A new execution."""

    def finish(self) -> bool:
        """It is over; is there more to do?"""


class Sampling:
    """Random: so many executions, uniform over everything that may happen next."""

    def __init__(self, seed: int, count: int) -> None:
        self.executions = 0
        self._seed = seed
        self._count = count

    def begin(self, machine: Machine, _api: SimWinApi, /) -> None:
        """The next seed."""
        machine.chooser = RandomChooser(self._seed + self.executions)
        machine.alarm = 0

    def finish(self) -> bool:
        """Until the number is reached."""
        self.executions += 1
        return self.executions < self._count


class PctSampling(Sampling):
    """PCT: so many executions, the first of them with a guess of how long they are."""

    def __init__(self, seed: int, count: int) -> None:
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


def strategy_of(name: str, memory: str, seed: int, max_executions: int | None, preemptions: int | None) -> Strategy:
    """The strategy by its name; ValueError for what there is not."""
    if memory not in ("shared", "locks"):
        raise ValueError(f"memory={memory!r}: use 'shared' (sound) or 'locks' (shared data is only touched under locks)")
    if preemptions is not None and name != "dfs":
        raise ValueError(f"preemptions bound the strategy 'dfs' only; {name!r} has no use for them")
    if name == "dpor":
        return Dpor(shared_memory=memory == "shared")
    if name == "dfs":
        return Exhaustive(shared_memory=memory == "shared", preemptions=preemptions)
    if name == "random":
        return Sampling(seed, max_executions or SAMPLES)
    if name == "pct":
        return PctSampling(seed, max_executions or SAMPLES)
    raise ValueError(f"strategy={name!r} does not exist; there are {', '.join(STRATEGIES)}")


def check(
    programs: Sequence[Program], *, strategy: str = "dpor", memory: str = "shared", max_executions: int | None = None,
    time_limit: float | None = None, seed: int = 0, max_steps: int = MAX_STEPS, specs: Sequence[str] = DEFAULT_SPECS,
    keep_going: bool = False, preemptions: int | None = None, progress: Callable[[int, float], None] | None = None,
) -> Report:  # fmt: skip
    """Explore the programs' interleavings; stop at the first violation unless keep_going.

    progress: called with (executions, seconds) after each.  KeyboardInterrupt ends the search with what it has.
    """
    chosen = strategy_of(strategy, memory, seed, max_executions, preemptions)
    search = _Search(programs, chosen, max_steps, frozenset(specs))
    begin = time.perf_counter()
    stopped = ""
    with guarded(Machine(), []):
        try:
            while True:
                search.execution()
                more = chosen.finish()
                spent = time.perf_counter() - begin
                if progress is not None:
                    progress(search.count, spent)
                if not more:
                    break
                if search.violations and not keep_going:
                    stopped = "it stopped at the first violation"
                elif max_executions is not None and search.count >= max_executions:
                    stopped = f"it was limited to {max_executions} executions"
                elif time_limit is not None and spent >= time_limit:
                    stopped = f"it was limited to {time_limit:g} s"
                if stopped:
                    break
        except KeyboardInterrupt:
            stopped = "it was interrupted"
    verdict, reasons = judge(chosen, search, stopped)
    return Report(
        verdict=verdict, reasons=reasons, outcomes=search.outcomes,
        violations=tuple(confirmed(programs, violation, max_steps, specs) for violation in search.violations),
        executions=search.count, seconds=time.perf_counter() - begin, statistics=search.statistics(chosen),
    )  # fmt: skip


class _Search:
    """The executions of one check."""

    def __init__(self, programs: Sequence[Program], strategy: Strategy, max_steps: int, specs: frozenset[str]) -> None:
        self.programs = programs
        self.strategy = strategy
        self.max_steps = max_steps
        self.specs = specs
        self.outcomes: dict[Any, str] = {}
        self.violations: list[Violation] = []
        self.count = 0
        self.steps = 0
        self.unnamed = 0
        self._seen: set[tuple[str, str]] = set()

    def execution(self) -> None:
        """One more."""
        machine = Machine(max_steps=self.max_steps)
        machine.specs = self.specs
        api = SimWinApi(machine)
        self.strategy.begin(machine, api)
        results = execute(self.programs, machine, api)
        if isinstance(self.strategy, Dpor) and self.strategy.pruned:
            return
        self.count += 1
        self.steps += machine.steps
        self.unnamed += api.unnamed
        violation = machine.violation
        if violation is not None:
            kind = (violation.id, violation.message)
            if kind not in self._seen:
                self._seen.add(kind)
                self.violations.append(replace(violation, schedule=render(machine.moves())))
            return
        outcome = results[0] if len(results) == 1 else tuple(results)
        try:
            known = outcome in self.outcomes
        except TypeError:
            outcome = repr(outcome)
            known = outcome in self.outcomes
        if not known:
            self.outcomes[outcome] = render(machine.moves())

    def statistics(self, strategy: Strategy) -> dict[str, int]:
        """Figures for people who look closely."""
        figures = {"steps": self.steps, "outcomes": len(self.outcomes)}
        if isinstance(strategy, Dpor):
            figures |= {"redundant": strategy.redundant, "lost": strategy.lost}
        if isinstance(strategy, Exhaustive):
            figures["traces"] = len(strategy.traces)
        return figures


def judge(strategy: Strategy, search: _Search, stopped: str) -> tuple[str, tuple[str, ...]]:
    """The verdict and what limits it."""
    if isinstance(strategy, PctSampling):
        chance = floor(strategy.actors, strategy.steps)
        return SAMPLED, (
            f"{search.count} schedules by PCT, each finds a bug of depth {DEPTH} with a chance of {chance:.1e} or more",
        )
    if isinstance(strategy, Sampling):
        return SAMPLED, (f"{search.count} random schedules",)
    if stopped:
        return INCONCLUSIVE, (stopped,)
    assert isinstance(strategy, Dpor)
    if search.unnamed and not isinstance(strategy, Exhaustive):
        return INCONCLUSIVE, ("a lock is neither initialized nor held by a shared variable: call InitializeSRWLock",)
    reasons = []
    if isinstance(strategy, Exhaustive) and strategy.preemptions is not None:
        reasons.append(f"at most {strategy.preemptions} preemptions")
    if strategy.held_back:
        reasons.append("a loop that only polls looks twice in vain, then waits until something else has happened")
    if strategy.cut:
        reasons.append(f"executions of more than {search.max_steps} steps were cut")
    if strategy.stops and not isinstance(strategy, Exhaustive):
        reasons.append("a thread is suspended or terminated by another: not every place where that can hit it was tried")
    if strategy.lost:
        reasons.append(f"{strategy.lost} planned reversals were not possible")
    return (BOUNDED, tuple(reasons)) if reasons else (COMPLETE, ())


def confirmed(programs: Sequence[Program], violation: Violation, max_steps: int, specs: Sequence[str]) -> Violation:
    """The violation, replayed so often that it can be trusted; one that does not come again is the program's own doing."""
    for _ in range(REPLAYS):
        try:
            again = run(programs, schedule=violation.schedule, max_steps=max_steps, specs=specs).violation
        except (ReplayDivergence, NotModelled) as error:
            return _not_deterministic(violation, str(error))
        if again is None or again.id != violation.id:
            return _not_deterministic(violation, f"the replay ends with {again.id if again is not None else 'no violation'}")
    return violation


def _not_deterministic(violation: Violation, how: str) -> Violation:
    return Violation(
        id="not-deterministic", title="the program depends on more than the schedule",
        message=f"{violation.id} was found, but the same schedule does not lead there again: {how}. Look for state that outlives "
        "an execution (globals, files), or for id(), hash() or set order.",
        step=violation.step, source="sim.explore.check", schedule=violation.schedule,
    )  # fmt: skip
