"""What a check answers: a verdict that states its own strength, outcomes, violations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from networkx import MultiDiGraph

    from alertable.sim.explore.answering.estimate import Whole
    from alertable.sim.explore.answering.suggestion import Suggestion, Suggests
    from alertable.sim.explore.graphs.shape import Wanted
    from alertable.sim.runtime.outcome import Violation

FAILED: Final = "FAILED"
COMPLETE: Final = "COMPLETE"
BOUNDED: Final = "BOUNDED"
SAMPLED: Final = "SAMPLED"
INCONCLUSIVE: Final = "INCONCLUSIVE"
INTERRUPTED: Final = "it was interrupted"
FIRST_VIOLATION: Final = "it stopped at the first violation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What checking found.

    verdict: FAILED (there is a violation), COMPLETE (every interleaving), BOUNDED (all within what `reasons` says), SAMPLED
    (so many schedules), INCONCLUSIVE (it did not get through; reasons says why).
    outcomes: outcome -> a schedule that leads to it; an outcome that cannot be compared stands there as text, by content.
    violations: each with its schedule.
    never: titles of the *sometimes* properties that no execution reached.
    whole: of a search that ended early, an estimate of all its executions.
    not_searched: what nobody looked for, with the options that do.
    graph: the states and transitions that a search of states has seen, a `networkx.MultiDiGraph`
    (alertable.sim.explore.graphs.shape says what stands in it); None after any other search.
    """

    verdict: str
    reasons: tuple[str, ...] = ()
    outcomes: dict[Any, str] = field(repr=False)
    violations: tuple[Violation, ...]
    executions: int
    seconds: float
    statistics: dict[str, int]
    never: tuple[str, ...] = ()
    whole: Whole | None = None
    not_searched: tuple[str, ...] = ()
    advisor: Suggests | None = field(default=None, repr=False, compare=False)
    states: Wanted | None = field(default=None, repr=False, compare=False)  # has the graph, or makes it

    @property
    def ok(self) -> bool:
        """No violation: the verdict is not FAILED."""
        return not self.violations

    @property
    def graph(self) -> MultiDiGraph | None:
        """The state graph; it is made when somebody first asks."""
        return self.states.graph if self.states is not None else None

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """At most two options that would tell more about this program; what they show is tried out when somebody first asks."""
        return self.advisor.suggestions() if self.advisor is not None and self.ok else ()
