"""Laws about executions that never end, held against a state graph: *eventually*, and S12 (livelock).

*Eventually* is broken by a fair loop, or an end, that is reached before the predicate held.

S12 is on with the sanitizers that are on by default, so it must not accuse a server that is idle.  A loop that comes back to its
state has changed nothing, the program's variables included; it is a livelock if no time passes in it, nothing gets done
(`Advance`), and

  - all that happens are looks in vain at cells and memory, which nobody outside could change, or
  - operations are completed, each without a byte, and nobody looks in vain: what is asked for comes at once, and is nothing; or
  - one thread alone goes round, and waits for what is there already: nobody resets the event, nobody takes what is ready.

Whoever asks for S12 (`specs=`) has every fair loop without time and progress reported, also polling and handing on a token.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from alertable.sim.explore.graphs.following import BETWEEN, followed
from alertable.sim.explore.graphs.lassos import components, fair_lasso, owing
from alertable.sim.explore.graphs.rounds import LIVELOCK, livelock
from alertable.sim.explore.graphs.shape import Edge, actor_of, edges_of, is_time
from alertable.sim.explore.graphs.telling import MOST, moves_of, tell
from alertable.sim.runtime.outcome import Violation
from alertable.sim.runtime.schedule import at_places
from alertable.sim.runtime.schedule import lasso as lasso_text
from alertable.specs.properties import DEFAULT
from alertable.specs.properties.temporal import Eventually

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import networkx as nx

    from alertable.sim.explore.graphs.lassos import Lasso
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.settings import Settings

CELL: Final = "cell#"
WAITS: Final = ("WaitFor", "WSAWaitFor", "MsgWaitFor", "select(", "WSAPoll(")
SHOWN: Final = 8  # steps of a loop in a message


class Laws:
    """The laws, held against a graph.  unsaid: what was not looked for, and why."""

    def __init__(self, graph: nx.MultiDiGraph, programs: Sequence[Program], settings: Settings) -> None:
        self._graph = graph
        self._programs = programs
        self._settings = settings
        self.unsaid: list[str] = []

    def broken(self) -> Iterator[Violation]:
        """A violation for each that does not hold, with the lasso as its schedule."""
        for spec in self._settings.specs:
            found = owing(self._graph, spec.title) if isinstance(spec, Eventually) else None
            if found is not None and found.loop:
                yield self._violation(found, Violation(
                    id=spec.id, title=spec.title, message=f"{spec.title!r} never held", step=0, source=spec.source,
                ))  # fmt: skip
        asked, usual = LIVELOCK in self._settings.specs, set(DEFAULT) <= {*self._settings.specs}
        found = self._every_livelock() if asked else self._sure_livelock() if usual else None
        if found is not None:
            yield self._violation(found, livelock(0, "nothing gets done", ()))

    def _every_livelock(self) -> Lasso | None:
        """What whoever asks for S12 wants to hear of."""
        return fair_lasso(self._graph, self._idle(self._timeless()))

    def _sure_livelock(self) -> Lasso | None:
        """What is on by default."""
        graph, timeless = self._graph, self._timeless()
        still = [edge for edge in timeless if edge.source == edge.target or not graph.edges[edge].get("changes", True)]
        found = fair_lasso(graph, [edge for edge in self._idle(still) if _looks_at_memory(graph, edge)])
        if found is not None:
            return found
        idle = self._idle(timeless)
        found = fair_lasso(graph, [edge for edge in idle if _looks_at_memory(graph, edge)])
        busy = [edge for edge in idle if graph.edges[edge].get("progress", True)]
        found = found or fair_lasso(graph, busy, also=[frozenset(edge for edge in busy if graph.edges[edge]["completion"])])
        for actor in dict.fromkeys(actor_of(graph, edge) for edge in busy):
            alone = [edge for edge in idle if actor_of(graph, edge) == actor]
            found = found or fair_lasso(graph, alone, also=[frozenset(edge for edge in alone if _waits_for_nothing(graph, edge))])
        return found

    def _timeless(self) -> list[Edge]:
        return [edge for edge, data in edges_of(self._graph) if not is_time(str(data.get("actor", "")))]

    def _idle(self, edges: Sequence[Edge]) -> list[Edge]:
        """Those of these transitions that go round among them, and get nothing done."""
        going_round = [edge for component in components(edges) for edge in component]
        if len(going_round) > MOST:
            self.unsaid.append(f"livelock (S12): {len(going_round):,} transitions go round, more than {MOST:,}")
            return []
        tell(self._graph, self._programs, self._settings, going_round)
        return [edge for edge in going_round if not self._graph.edges[edge]["advance"]]

    def _violation(self, found: Lasso, law: Violation) -> Violation:
        """The law with how it is broken: the way to the loop, and a round of it."""
        way = [*found.prefix, *found.loop]
        told = followed(self._programs, self._settings, moves_of(self._graph, way))
        begin = len(found.prefix)
        steps = [f"{told.moves[step - 1][0]}: {told.what(step)}" for step in range(begin + 1, len(way) + 1)]
        shown = steps if len(steps) <= SHOWN else [*steps[: SHOWN - 1], f"({len(steps) - SHOWN + 1} more)"]
        what, _, instead = law.message.partition(". ")
        message = f"{what} after step {begin}, for ever: {' -> '.join(shown)} -> again"
        where = tuple(place.replace(" ", ": ", 1) for place in told.labels[-1].split(BETWEEN)) if told.labels else ()
        return replace(
            law, message=f"{message}. {instead}" if instead else message, step=len(way), where=where,
            schedule=lasso_text([*at_places(told.places), *told.words(1, begin)], told.words(begin + 1, len(way))),
        )  # fmt: skip


def _waits_for_nothing(graph: nx.MultiDiGraph, edge: Edge) -> bool:
    """Is it a wait that is over at once, and changes nothing?"""
    data = graph.edges[edge]
    changes = data.get("changes", True) and edge.source != edge.target
    return bool(data.get("progress", True)) and not changes and str(data["what"]).startswith(WAITS)


def _looks_at_memory(graph: nx.MultiDiGraph, edge: Edge) -> bool:
    """Is it a step that changes nothing, at a cell or at the program's own memory (there is no call then)?"""
    data = graph.edges[edge]
    what = str(data["what"])
    return (not data.get("changes", True) or edge.source == edge.target) and (what.startswith(CELL) or "(" not in what)
