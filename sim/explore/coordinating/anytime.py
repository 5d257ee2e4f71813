"""An answer at any time: the strongest thing that is true when the time is over.

First the search with its reduction: if it gets through, the answer is COMPLETE.  When its share of the time is over, all
interleavings without a preemption, then with one at most, two, and so on, over the states that are known already: most bugs need
few (Musuvathi, Qadeer, PLDI 2007), and every round that is finished is an answer: BOUNDED.  Samples came before all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.sim.explore.coordinating.search import Search
    from alertable.sim.explore.states.strategy import States

SHARE: Final = 0.6  # of the time, for the search with reduction
TURN_IS_OVER: Final = "the share of the search with reduction is over"  # never leaves this module


def search_by_rounds(search: Search, strategy: States, why_stop: Callable[[], str], spent: Callable[[], float]) -> str:
    """Why it ended early, or nothing; `strategy.within` says which round was finished.  spent: the share of the time, 0 to 1."""
    stopped = search.run(lambda: why_stop() or (TURN_IS_OVER if spent() >= SHARE else ""))
    if stopped != TURN_IS_OVER:
        return stopped
    bound = 0
    while not strategy.is_exhausted:
        if strategy.keep_within(bound):
            stopped = search.run(why_stop)
            if stopped:
                return stopped
        strategy.within = bound
        bound += 1
    return ""
