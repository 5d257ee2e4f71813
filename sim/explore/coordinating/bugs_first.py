"""Bugs first: a short search, the default schedule and some hundred samples, before a search that may take long.

Where the default schedule is known to break something it comes before all.  A short search is enough for a small program, and
nothing else runs then.  A long one goes through its tree in one order, and what a plain run shows may stand at the end of it.
Random walks and PCT have no order, so they come between: what breaks on one schedule in fifty is broken within a second, however
large the tree.  What they cost is bounded by executions and steps, never by a clock: the answer is the same on every machine.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from alertable.sim.explore.answering.judge import judge
from alertable.sim.explore.coordinating.search import Search
from alertable.sim.explore.report import COMPLETE, FAILED, INCONCLUSIVE, SAMPLED
from alertable.sim.explore.sampling.samples import PctSampling, Sampling

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from alertable.sim.explore.coordinating.journal import Journal
    from alertable.sim.explore.coordinating.search import Tally
    from alertable.sim.explore.strategies import Strategy
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.outcome import Violation
    from alertable.sim.runtime.settings import Settings
    from alertable.sim.win32.api import SimWinApi

PHASE: Final = "executions by "  # and what ran them: a figure of the statistics
SHORT: Final = 100  # executions of the search before anything else: small programs need no more
SHORT_STEPS: Final = 20_000  # of that short search
SAMPLES: Final = 150  # executions of each kind of sample
ROUND: Final = 50  # of one kind in a row
STEPS: Final = 80_000  # of all samples together
LEAST_STEPS: Final = 1_000  # that every sample may take

TURN_IS_OVER: Final = "its turn is over"  # never leaves this module


class Usual:
    """Executions with the default choices, as `run` makes them."""

    def __init__(self) -> None:
        self.executions = 0

    def begin(self, _machine: object, _api: SimWinApi, /) -> None:
        """A machine without a chooser takes the default."""

    def finish(self) -> bool:
        """Whoever asks decides how many."""
        self.executions += 1
        return True


class Unfair(Search):
    """Executions of an unfair scheduler: one that does not end says nothing about the program."""

    def counts(self, violation: Violation) -> bool:
        return violation.id != "step-bound"


class BugsFirst:
    """What runs before the search; all of it adds to the tally of the search.

    executions: how many of each kind there were.
    """

    def __init__(self, programs: Sequence[Program], settings: Settings, seed: int, tally: Tally, journal: Journal | None) -> None:
        self._programs = programs
        self._settings = settings
        self._seed = seed
        self._tally = tally
        self._journal = journal
        self.executions: dict[str, int] = {}
        self.is_conclusive = False  # the search is over, and left nothing out
        self._usual_steps = 0  # of the default schedule

    def run(self, search: Search | None, why_stop: Callable[[], str], *, fails: bool) -> tuple[str, bool]:
        """Why it ended early, or nothing; and is the search over?

        search: one that can be interrupted, or None.  fails: a plain run is known to break something, so it comes before all.
        """
        over = False
        if fails:
            stopped = self._usual(why_stop)
            if stopped != TURN_IS_OVER:
                return stopped, False
        if search is not None:
            stopped = self._turn("short", search, SHORT, SHORT_STEPS, why_stop)
            over = stopped != TURN_IS_OVER
            if stopped and over:
                return stopped, True
            if over and self._conclusive(search):
                self.is_conclusive = True
                return "", True
        stopped = self._samples(why_stop)
        return ("" if stopped == TURN_IS_OVER else stopped), over

    @property
    def samples(self) -> int:
        """How many schedules were drawn."""
        return self.executions.get("random", 0) + self.executions.get("pct", 0)

    def strengthened(self, verdict: str, reasons: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """Where a search said nothing, samples do."""
        if verdict != INCONCLUSIVE or not self.samples:
            return verdict, reasons
        return SAMPLED, (f"{self.samples} schedules by random walks and PCT", *reasons)

    def _samples(self, why_stop: Callable[[], str]) -> str:
        """The default schedule, then random walks and PCT by turns."""
        stopped = self._usual(why_stop) if not self._usual_steps else TURN_IS_OVER
        if stopped != TURN_IS_OVER:
            return stopped
        bound = min(self._settings.max_steps, max(LEAST_STEPS, 4 * self._usual_steps))
        settings = replace(self._settings, max_steps=bound)
        last = self._tally.steps + STEPS
        kinds = {"random": Sampling(self._seed, None), "pct": PctSampling(self._seed, None)}
        searches = {name: self._search(Unfair, strategy, settings) for name, strategy in kinds.items()}
        for count in range(ROUND, SAMPLES + 1, ROUND):
            for name, search in searches.items():
                stopped = self._turn(name, search, count, last, why_stop)
                if stopped != TURN_IS_OVER or self._tally.steps >= last:
                    return stopped
        return TURN_IS_OVER

    def _usual(self, why_stop: Callable[[], str]) -> str:
        """The default schedule."""
        before = self._tally.steps
        stopped = self._turn("default", self._search(Search, Usual(), self._settings), 1, before, why_stop)
        self._usual_steps = self._tally.steps - before
        return stopped

    def _conclusive(self, search: Search) -> bool:
        """Did the search leave nothing out?"""
        return judge(search.strategy, "", self._settings.max_steps, self._tally)[0] in (COMPLETE, FAILED)

    def _search(self, kind: type[Search], strategy: Strategy, settings: Settings) -> Search:
        search = kind(self._programs, strategy, settings, self._journal)
        search.tally = self._tally
        return search

    def _turn(self, name: str, search: Search, count: int, steps: int, why_stop: Callable[[], str]) -> str:
        """Executions of this search until there were so many of it, or so many steps in all."""
        before = self._tally.executions

        def why() -> str:
            over = search.strategy.executions >= count or self._tally.steps >= steps
            return why_stop() or (TURN_IS_OVER if over else "")

        stopped = search.run(why)
        self.executions[name] = self.executions.get(name, 0) + self._tally.executions - before
        return stopped
