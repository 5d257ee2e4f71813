"""Two searches by turns: where executions are few `dpor` is through first, where states are few `states` is; the first ends both.

How few there are nobody knows before.  Each turn is a number of steps, never a time, and each round has twice as many as the one
before: the answer is the same on every machine, and costs at most about twice what the better of the two costs alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from alertable.sim.explore.answering.judge import judge
from alertable.sim.explore.coordinating.anytime import search_by_rounds
from alertable.sim.explore.coordinating.search import Search
from alertable.sim.explore.report import COMPLETE, FAILED
from alertable.sim.explore.states.graph import REDUCTIONS
from alertable.sim.explore.states.strategy import States

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.sim.explore.strategies import Strategy

STEPS: Final = 40_000  # of the first turn of dpor
FINER: Final = 4  # a step of the other one costs as much as so many of dpor: it looks at the state after each
TRIAL: Final = 40_000  # steps in which states may turn a bounded answer into a complete one
FAR: Final = 2_000  # steps that a program without an end is followed
TURN_IS_OVER: Final = "its turn is over"  # never leaves this module


class Portfolio:
    """A search of executions, and one of states if there is one; `best` is the one whose answer counts.

    share: how much of the time is over, where the strongest answer is wanted when it is; else None.
    """

    def __init__(self, search: Search, states: Search | None, share: Callable[[], float] | None) -> None:
        self.best = search
        self._search = search
        self._states = states
        self._share = share
        self.executions = 0  # of the search of states

    @property
    def strategies(self) -> list[Strategy]:
        """Of both."""
        return [search.strategy for search in (self._search, self._states) if search is not None]

    def run(self, why_stop: Callable[[], str], *, over: bool) -> str:
        """Why both ended early, or nothing.  over: the first search ended, within bounds."""
        states = self._states
        if self._share is not None:
            one = states or self._search
            if isinstance(one.strategy, States):
                self.best = one
                before = one.tally.executions
                stopped = search_by_rounds(one, one.strategy, why_stop, self._share)
                self.executions += one.tally.executions - before
                return stopped
        if states is None:
            return "" if over else self._search.run(why_stop)
        steps = STEPS
        while not over:
            stopped = self._turn(states, steps // FINER, why_stop)
            if stopped != TURN_IS_OVER:
                ended = self._ended(states, stopped)
                # Within bounds only, or with more states than are kept: the other one may say more, and is not through yet.
                return self._search.run(why_stop) if not stopped and self.best is not states else ended
            stopped = self._turn(self._search, steps, why_stop)
            if stopped not in ("", TURN_IS_OVER) or (not stopped and self._is_conclusive(self._search)):
                return stopped
            over = not stopped
            steps *= 2
        stopped = self._turn(states, TRIAL, why_stop)
        return "" if stopped == TURN_IS_OVER else self._ended(states, stopped)

    def closes(self, why_stop: Callable[[], str]) -> bool:
        """Is a program that has no end gone through, state by state, since it comes back to states of its own?

        One that does not is not followed far, and what that showed is forgotten.
        """
        states = self._states
        if states is None:
            return False
        settings = replace(states.settings, max_steps=min(states.settings.max_steps, FAR))
        for reduction in reversed(REDUCTIONS):  # without one all loops are there, too
            trial = Search(states.programs, self._afresh(reduction), settings, states.journal)
            stopped = trial.run(lambda tally=trial.tally: why_stop() or (TURN_IS_OVER if tally.steps >= FAR * FINER else ""))  # type: ignore[misc]  # mypy: cannot infer a lambda with a default
            if not stopped and not trial.tally.violations and self._is_conclusive(trial):
                self.executions += trial.tally.executions
                states.tally.join(trial.tally)
                trial.tally, self.best = states.tally, trial
                return True
        return False

    def _afresh(self, reduction: str) -> States:
        """A search of states that has seen nothing."""
        assert self._states is not None
        old = self._states.strategy
        assert isinstance(old, States)
        new = States(shared_memory=old.shared_memory, thorough=old.thorough, reduction=reduction)
        new.footprint.memory = old.footprint.memory
        return new

    def _ended(self, states: Search, stopped: str) -> str:
        if not stopped and self._is_conclusive(states):
            self.best = states
        return stopped

    def _is_conclusive(self, search: Search) -> bool:
        """Did the search leave nothing out?"""
        return judge(search.strategy, "", search.settings.max_steps, search.tally)[0] in (COMPLETE, FAILED)

    def _turn(self, search: Search, steps: int, why_stop: Callable[[], str]) -> str:
        """So many steps of one of them."""
        tally = search.tally
        last, before = tally.steps + steps, tally.executions
        stopped = search.run(lambda: why_stop() or (TURN_IS_OVER if tally.steps >= last else ""))
        if search is self._states:
            self.executions += tally.executions - before
        return stopped
