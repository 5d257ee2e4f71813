"""The executions of one check, and the tally of what they showed."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from alertable.sim.explore.algorithms.dpor import Dpor
from alertable.sim.explore.algorithms.exhaustive import Exhaustive
from alertable.sim.explore.report import INTERRUPTED
from alertable.sim.explore.states.strategy import States
from alertable.sim.runtime.canonical import canonical, text
from alertable.sim.runtime.execution import execute
from alertable.sim.runtime.schedule import render
from alertable.sim.trace.traced import api_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from alertable.sim.explore.coordinating.journal import Journal
    from alertable.sim.explore.strategies import Strategy
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.runtime.outcome import Violation
    from alertable.sim.runtime.settings import Settings
    from alertable.sim.win32.api import SimWinApi


@dataclass(slots=True)
class Tally:
    """What executions showed; two of them can be joined, in the order of the search.

    note_at: the execution whose schedule somebody wants to have noted.
    """

    outcomes: dict[Any, str] = field(default_factory=dict)
    violations: dict[tuple[str, str], Violation] = field(default_factory=dict)  # by id and message: each once
    executions: int = 0
    steps: int = 0
    unnamed_locks: bool = False
    looked: bool = False
    timed: bool = False  # something waited for a time
    reached: dict[str, None] = field(default_factory=dict)
    raced: dict[str, None] = field(default_factory=dict)  # keys of memory where accesses were found that nothing orders
    note_at: int = 0
    noted: str = ""

    def add(self, outcome: Any, machine: Machine) -> None:  # noqa: ANN401 - what programs returned
        """An execution that ended well; the first schedule that leads to an outcome stands for all."""
        key = canonical(outcome)
        try:
            is_known = key in self.outcomes
        except Exception:  # the program's own __eq__, with an outcome that has the same hash
            key = text(outcome)
            is_known = key in self.outcomes
        if not is_known:
            self.outcomes[key] = render(machine.moves())

    def join(self, later: Tally) -> None:
        """Add what was found later; what came first stays."""
        for outcome, schedule in later.outcomes.items():
            self.outcomes.setdefault(outcome, schedule)
        for kind, violation in later.violations.items():
            self.violations.setdefault(kind, violation)
        self.executions += later.executions
        self.steps += later.steps
        self.unnamed_locks = self.unnamed_locks or later.unnamed_locks
        self.looked = self.looked or later.looked
        self.timed = self.timed or later.timed
        self.reached |= later.reached
        self.raced |= later.raced

    def refine(self, settings: Settings) -> Settings:
        """With a step at each access that nothing orders; the same settings where there is none that is not one already."""
        known = set(settings.steps_at)
        new = [key for key in self.raced if key not in known]
        return replace(settings, steps_at=(*settings.steps_at, *new)) if new else settings


class Search:
    """Runs a strategy to its end, or until somebody says why not."""

    def __init__(
        self, programs: Sequence[Program], strategy: Strategy, settings: Settings, journal: Journal | None = None
    ) -> None:
        self.programs = programs
        self.strategy = strategy
        self.settings = settings
        self.journal = journal
        self.tally = Tally()
        self.torn = False  # interrupted within an execution: what the strategy plans is not to be trusted

    def run(self, why_stop: Callable[[], str]) -> str:
        """All executions; why it ended early, or nothing."""
        try:
            self._refine()
            while True:
                self.execution()
                more = self.strategy.finish()
                more = self._refine() or more
                stopped = why_stop()
                if stopped or not more:
                    return stopped if more else ""
        except KeyboardInterrupt:
            self.torn = True
            return why_stop() or INTERRUPTED

    def _refine(self) -> bool:
        """Accesses that nothing orders are steps of their own from now on: what was explored was too coarse, it begins anew."""
        refined = self.tally.refine(self.settings)
        if refined is self.settings:
            return False
        self.settings = refined
        if isinstance(self.strategy, Dpor):
            self.strategy.begin_anew()
        return True

    def execution(self) -> None:
        """One more."""
        collecting = gc.isenabled()
        gc.disable()  # until what was made for it is gone again: it is no reason to look for garbage
        try:
            self._execute()
        finally:
            if collecting:
                gc.enable()

    def _execute(self) -> None:
        machine = self.settings.machine()
        if self.journal is not None:
            machine.log = self.journal.fresh()
        api = api_of(machine)
        self.strategy.begin(machine, api)
        results = execute(self.programs, machine, api)
        self._note(results, machine, api)
        api.dismantle()
        machine.dismantle()

    def _note(self, results: list[Any], machine: Machine, api: SimWinApi) -> None:
        """What the execution showed."""
        tally = self.tally
        if machine.memory is not None:
            tally.raced |= machine.memory.raced
        strategy = self.strategy
        pruned = isinstance(strategy, Dpor) and strategy.pruned
        if pruned and not isinstance(strategy, States):
            return
        tally.executions += 1
        tally.steps += machine.steps
        if tally.executions == tally.note_at:
            tally.noted = render(machine.moves())
        tally.timed = tally.timed or machine.kernel.timer_sequence > 0
        if api.unnamed:
            tally.unnamed_locks = True
        watch = machine.watch
        if watch is not None and watch.state is not None:
            tally.looked = tally.looked or watch.looked
            tally.reached.update(dict.fromkeys(watch.reached))
        if pruned:
            return
        violation = machine.violation
        if violation is not None and not self.counts(violation):
            return
        if violation is not None:
            kind = (violation.id, violation.message)
            if kind not in tally.violations:
                tally.violations[kind] = replace(violation, schedule=render(machine.moves()))
            return
        tally.add(results[0] if len(results) == 1 else tuple(results), machine)

    def counts(self, _violation: Violation) -> bool:
        """Does a violation say something about the program?"""
        return True

    def statistics(self) -> dict[str, int]:
        """Figures for people who look closely."""
        figures = {"steps": self.tally.steps, "outcomes": len(self.tally.outcomes)}
        strategy = self.strategy
        if isinstance(strategy, States):
            figures |= strategy.statistics()
        elif isinstance(strategy, Dpor):
            figures |= {"redundant": strategy.redundant, "lost": strategy.lost}
        if isinstance(strategy, Exhaustive):
            figures["traces"] = len(strategy.traces)
        return figures
