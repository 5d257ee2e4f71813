"""The verdict on a search, and the trial of each violation before anybody hears of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.errors import NotModelled
from alertable.sim.explore.algorithms.dpor import Dpor
from alertable.sim.explore.algorithms.exhaustive import Exhaustive
from alertable.sim.explore.determinism.twice import NOT_DETERMINISTIC, not_deterministic
from alertable.sim.explore.explaining.budget import REPLAYING
from alertable.sim.explore.explaining.explain import NO_TIME, explained
from alertable.sim.explore.graphs.rounds import run
from alertable.sim.explore.report import BOUNDED, COMPLETE, FAILED, INCONCLUSIVE, SAMPLED
from alertable.sim.explore.sampling.samples import Sampling
from alertable.sim.explore.states.strategy import MOST_STATES, States
from alertable.sim.runtime.outcome import ReplayDivergence
from alertable.sim.runtime.schedule import is_lasso
from alertable.sim.runtime.violations import STUCK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from alertable.sim.explore.coordinating.search import Tally
    from alertable.sim.explore.explaining.budget import Budget
    from alertable.sim.explore.strategies import Strategy
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.outcome import Violation
    from alertable.sim.runtime.settings import Settings

REPLAYS: Final = 10
# Each time takes as long as the watchdog is patient; or nothing comes again.
NOT_REPEATED: Final = frozenset({STUCK, NOT_DETERMINISTIC})


def judge(strategy: Strategy, stopped: str, max_steps: int, tally: Tally) -> tuple[str, tuple[str, ...]]:
    """The verdict and what limits it; stopped: why the search ended before its end, if it did."""
    strength, reasons = strength_of(strategy, stopped, max_steps, unnamed_locks=tally.unnamed_locks, looked=tally.looked)
    if not tally.violations:
        return strength, reasons
    return FAILED, (stopped,) if stopped else (f"the search went on to its end: {strength}", *reasons)


def strength_of(
    strategy: Strategy, stopped: str, max_steps: int, *, unnamed_locks: bool, looked: bool
) -> tuple[str, tuple[str, ...]]:
    """How much was seen, whatever was found, and what limits it."""
    if isinstance(strategy, Sampling):
        return SAMPLED, (strategy.strength(), *([stopped] if stopped else ()))
    if isinstance(strategy, States) and strategy.full:
        return INCONCLUSIVE, (f"it was limited to {MOST_STATES:,} states",)
    if stopped and isinstance(strategy, States) and strategy.within is not None:
        return BOUNDED, (f"every interleaving with at most {strategy.within} preemptions", stopped)
    if stopped:
        return INCONCLUSIVE, (stopped,)
    assert isinstance(strategy, Dpor)
    if unnamed_locks and not isinstance(strategy, Exhaustive):
        return INCONCLUSIVE, ("a lock is neither initialized nor held by a shared variable: call InitializeSRWLock",)
    reasons: list[str] = []
    if isinstance(strategy, Exhaustive) and strategy.preemptions is not None:
        reasons.append(f"at most {strategy.preemptions} preemptions")
    if isinstance(strategy, Exhaustive) and strategy.delays is not None:
        reasons.append(f"at most {strategy.delays} delays")
    if strategy.held_back:
        reasons.append("a loop that only polls was held back until something else had happened")
    if looked and not isinstance(strategy, Exhaustive):
        reasons.append("predicates over kernel state saw one order of steps that do not touch each other (dfs tries all)")
    if strategy.cut:
        reasons.append(f"executions of more than {max_steps} steps were cut")
    if strategy.refused:
        reasons.append("what else could have happened when a law was broken is not modelled all the way")
    if strategy.lost:
        reasons.append(f"{strategy.lost} schedules that were planned were not possible, so what they stood for may be missing")
    return (BOUNDED, tuple(reasons)) if reasons else (COMPLETE, ())


def confirmed(
    programs: Sequence[Program], violation: Violation, settings: Settings, budget: Budget, why: Callable[[], str]
) -> Violation:
    """The violation, replayed so often that it can be trusted, minimised and explained, as far as the budget goes.

    One that does not come again is the program's own doing; why: asked for the likely cause then.
    """
    if violation.id in NOT_REPEATED:
        return violation
    replaying = budget.part(REPLAYING)
    for replay in range(REPLAYS):
        if replay > 1 and replaying.over:
            break
        try:
            execution = run(programs, schedule=violation.schedule, settings=settings)
        except (ReplayDivergence, NotModelled) as error:
            return _not_again(violation, str(error), why())
        again = execution.violation
        replaying.spend(execution.steps)
        if again is None or again.id != violation.id:
            how = f"the replay ends with {again.id if again is not None else 'no violation'}"
            return _not_again(violation, how, why())
    if is_lasso(violation.schedule):
        return violation  # the loop is a short one, and its way a shortest
    if not budget.allows(execution.steps):
        return replace(violation, note=NO_TIME)
    return explained(programs, violation, settings, budget)


def _not_again(found: Violation, how: str, why: str) -> Violation:
    """The same schedule leads elsewhere."""
    what = f"{found.id} was found, but the same schedule does not lead there again: {how}"
    return not_deterministic(what, why, found.step, found.schedule)
