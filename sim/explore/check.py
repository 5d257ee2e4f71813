"""Checking: many executions of the same programs, and an answer that states its own strength."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.explore.dpor import Dpor
from sim.explore.exhaustive import Exhaustive
from sim.explore.judge import confirmed, judge
from sim.explore.report import INTERRUPTED, Report
from sim.explore.strategies import Strategy, strategy_of
from sim.runtime.execution import execute
from sim.runtime.guard import guarded
from sim.runtime.machine import Machine
from sim.runtime.schedule import render
from sim.runtime.settings import Settings
from sim.trace.traced import api_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.runtime.execution import Program
    from sim.runtime.outcome import Violation

    Progress = Callable[[int, float], None]


def check(
    programs: Sequence[Program], *, strategy: str = "dpor", memory: str = "shared", max_executions: int | None = None,
    time_limit: float | None = None, seed: int = 0, keep_going: bool = False, preemptions: int | None = None,
    progress: Progress | None = None, settings: Settings | None = None, **fields: Any,  # noqa: ANN401 - of Settings
) -> Report:  # fmt: skip
    """Explore the programs' interleavings; stop at the first violation unless keep_going.

    progress: called with (executions, seconds) after each.  KeyboardInterrupt ends the search with what it has.
    """
    chosen = strategy_of(strategy, memory, seed, max_executions, preemptions)
    search = _Search(programs, chosen, settings or Settings(**fields))
    begin = time.perf_counter()

    def why_stop() -> str:
        spent = time.perf_counter() - begin
        if progress is not None:
            progress(search.count, spent)
        if search.violations and not keep_going:
            return "it stopped at the first violation"
        if max_executions is not None and search.count >= max_executions:
            return f"it was limited to {max_executions} executions"
        if time_limit is not None and spent >= time_limit:
            return f"it was limited to {time_limit:g} s"
        return ""

    stopped = search.run(why_stop)
    verdict, reasons = judge(chosen, stopped, search.settings.max_steps, unnamed_locks=bool(search.unnamed))
    return Report(
        verdict=verdict, reasons=reasons, outcomes=search.outcomes,
        violations=tuple(confirmed(programs, violation, search.settings) for violation in search.violations),
        executions=search.count, seconds=time.perf_counter() - begin, statistics=search.statistics(chosen),
    )  # fmt: skip


class _Search:
    """The executions of one check."""

    def __init__(self, programs: Sequence[Program], strategy: Strategy, settings: Settings) -> None:
        self.programs = programs
        self.strategy = strategy
        self.settings = settings
        self.outcomes: dict[Any, str] = {}
        self.violations: list[Violation] = []
        self.count = 0
        self.steps = 0
        self.unnamed = 0
        self._seen: set[tuple[str, str]] = set()

    def run(self, why_stop: Callable[[], str]) -> str:
        """All of them; why it ended early, or nothing."""
        with guarded(Machine(), []):
            try:
                while True:
                    self.execution()
                    more = self.strategy.finish()
                    stopped = why_stop()
                    if stopped or not more:
                        return stopped if more else ""
            except KeyboardInterrupt:
                return INTERRUPTED

    def execution(self) -> None:
        """One more."""
        machine = self.settings.machine()
        api = api_of(machine)
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
