"""The strategy over states: it executes what the graph asks for, and looks up each state that it comes to.

An execution follows the way to a node, does there what is planned, and goes on as long as it comes to states that nobody has
seen.  What is done, and between which states, goes to the graph, which says what is left.

Threads that poll are actors like any other: a loop that polls comes back to its state.  With the eager clock time passes where
all who can move have polled in vain so often that they would go on for ever (`SPIN`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.ke.structures import KThread
from alertable.kernel_model.ke.timerq import due_entries, movable_entries, next_due
from alertable.sim.explore.algorithms.alternatives import Alternatives
from alertable.sim.explore.algorithms.dpor import Dpor
from alertable.sim.explore.graphs.shape import DEADLOCK, ENDED, VIOLATION
from alertable.sim.explore.states.bounded import plan_within
from alertable.sim.explore.states.graph import Node, StateGraph
from alertable.sim.explore.states.races import Letter
from alertable.sim.fingerprint.state import Fingerprints
from alertable.sim.runtime.possible import SPIN

if TYPE_CHECKING:
    from alertable.sim.explore.relation.step import Step
    from alertable.sim.explore.states.graph import Todo
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.win32.api import SimWinApi

RELEASES: Final = "xs"
MOST_STATES: Final = 250_000  # that are kept: 4 to 10 KiB each
HELD: Final = 3 * SPIN  # a loop that has not come back to a state of its own by then counts its rounds


class States(Dpor):
    """The strategy: `begin` with a machine, run it, `finish`; False from `finish` means that all is explored.

    reduction: "source", or "none" for all orders of all steps.  exact: keep whole encodings, and count collisions.
    """

    _may_go_on = False

    def __init__(
        self, *, shared_memory: bool = True, thorough: bool = False, reduction: str = "source", exact: bool = False
    ) -> None:
        self.reduction = reduction
        self.exact = exact
        self.absolute = False  # programs are given clocks, so the time is a part of the state
        self.full = False  # there are more states than are kept
        self.within: int | None = None  # all interleavings with at most so many preemptions were executed
        super().__init__(shared_memory=shared_memory, thorough=thorough)

    def begin_anew(self) -> None:
        """Nothing is explored."""
        super().begin_anew()
        self.graph = StateGraph(self.reduction)
        self.fingerprints = Fingerprints(exact=self.exact, absolute=self.absolute)
        self._todo: Todo | None = None
        self._way: list[tuple[str, tuple[int, ...]]] = []
        self._at: Node | None = None  # where the open step began, once the way is behind
        self._step: Step | None = None  # what was done there
        self._mover: KThread | None = None  # by whom, if it was a thread
        self._tried: dict[tuple[Node, str], Alternatives] = {}

    # ---- one execution -------------------------------------------------------------------------------------------------------

    def begin(self, machine: Machine, api: SimWinApi) -> None:
        """A new execution: to the node where something is left to do."""
        super().begin(machine, api)
        self._api = api
        self._reads_clocks = False
        machine.looks = None
        self._at = self._step = None
        todo = self._todo
        self._way = []
        if todo is not None:
            self._way = [(edge.letter.name, edge.answers) for edge in self.graph.way(todo.node)]
        self.path.known = len(self._way)

    def goes_on(self, machine: Machine, t: KThread) -> bool:
        """On the way: is the next step that of the running thread?  Then it has begun."""
        depth = self._depth + self._open
        if depth >= len(self._way) or self._way[depth][0] != t.label:
            return False
        if t.yielding or machine.steps >= machine.max_steps or machine.on_step is not None:
            return False
        self._depth = depth
        self._begin_step(machine, t.label)
        machine.moved = machine.steps
        return True

    def ask(self, _machine: Machine, options: tuple[str, ...]) -> int:
        """A data outcome of the step that is open: as it was, as planned, or the usual."""
        depth, place = self._depth, len(self._answers)
        known = self._way[depth][1] if depth < len(self._way) else self._planned
        answer = known[place] if place < len(known) and known[place] < len(options) else 0
        self._answers.append(answer)
        self._counts.append(len(options))
        return answer

    def _replayed(self, machine: Machine) -> Any:  # noqa: ANN401 - as in Dpor
        """Who moves on the way."""
        return self._named(machine, self._way[self._depth][0])  # where time passes first, only expiries can move

    def _next(self, machine: Machine) -> Any:  # noqa: ANN401 - as in Dpor
        """Who moves at the end of the way, as planned, and then whoever is first at each new state."""
        todo = self._todo
        options = self._enabled(machine)
        if todo is not None and self._depth == len(self._way):
            self._at, self._planned = todo.node, todo.answers
            return self._find(options, todo.actor)
        self._planned = ()
        node = self._arrived(machine, options)
        if node is None:
            return None
        if not options:
            return None
        actor = self.graph.begin(node)
        if actor is None:
            self.pruned = True
            return None
        self._at = node
        return self._find(options, actor)

    def _begin_move(self, label: str, t: KThread | None) -> None:
        super()._begin_move(label, t)
        self._mover = t

    def _close(self) -> None:
        """The step is over: take its footprint, if it is new."""
        self._open = False
        if self._depth >= len(self._way):
            self._step = self._executed()
        self._depth += 1

    def _arrived(self, machine: Machine, options: list[Any]) -> Node | None:
        """The node of the state after the last step; None if it is known, and the execution is over."""
        enabled = [option.label for option in options]
        self._reads_clocks = machine.kernel.clock_read
        key = self.fingerprints.take(machine, self._api)
        if machine.aftermath:
            key += b"!"
        node, is_new = self.graph.state(key, enabled)
        if is_new:
            if not options:
                node.end = ENDED if machine.finished else DEADLOCK
            if machine.watch is not None:
                node.owed = machine.watch.owed
            for t in machine.kernel.ready:
                bit = self.graph.actor(t.label)
                self.graph.threads |= bit
                node.gives_way |= bit if t.yielding else 0
            for label, (lock, shared) in self.wanted.items():
                bit = self.graph.actor(label)
                reads, writes = (lock, 0) if shared else (0, lock)
                self.graph.wanted(node, self.graph.letter(Letter(label, bit, reads, writes, guard=lock)))
        self._enter(node)
        if is_new or not options:
            return node
        self.pruned = True
        return None

    def _enter(self, node: Node) -> None:
        """The step that was open leads to this node."""
        if self._at is None:
            return
        step = self._step
        assert step is not None
        bit = self.graph.actor(step.actor)
        operations: dict[int, str] = {}
        for key, operation in step.locks:
            operations[key] = operations.get(key, "") + operation
        releases = sum(key for key, done in operations.items() if all(each in RELEASES for each in done))
        letter = self.graph.letter(Letter(
            step.actor, bit, step.reads, step.writes, joins=step.joins, guard=step.guard, releases=releases,
            barrier=step.time_passed,
        ))  # fmt: skip
        source, self._at = self._at, None
        more = self._other_answers(source, step)
        vain = self._mover is not None and self._mover.yielding
        self.graph.edge(source, letter, step.outcomes, node, vain=vain, more=more is not None)
        if more is not None:
            self.graph.once_more(source, step.actor, more)

    def _other_answers(self, source: Node, step: Step) -> tuple[int, ...] | None:
        """With what answers of the environment the step is to be executed next at that node; None when all were tried."""
        if not step.outcomes:
            return None
        tried = self._tried.get((source, step.actor))
        if tried is None:
            tried = self._tried[source, step.actor] = Alternatives()
        tried.record(step.outcomes, self._counts, 0, 0)
        return tried.next(step.outcomes)

    def _enabled(self, machine: Machine) -> list[Any]:
        """All that may move now; time passes only when there is nothing (the eager clock)."""
        k = machine.kernel
        options: list[Any] = [*k.ready, *k.wire]
        held = [t for t in k.ready if t.yielding and t.polled_since == machine.moved and t.vain_polls >= HELD]
        if held and (k.wire or len(held) < len(k.ready)):
            self.held_back = True
            options = [option for option in options if option not in held]
        if k.live_timers:
            options += movable_entries(k, machine.last_timer)
            if not k.free_clock and not machine.finished and all(type(t) is KThread and _spins(machine, t) for t in options):
                due = next_due(k)
                if due is not None:
                    k.now_100ns = due
                    self._time_passed = True
                    return list(due_entries(k, due))
        return options

    def finish(self) -> bool:
        """After the machine has run: what came of it, and what is next."""
        self.close()
        self.executions += 1
        self.redundant += self.pruned
        if self._reads_clocks and not self.absolute:
            self.absolute = True
            self.begin_anew()
            return True
        if self._at is not None:  # the last step broke a law
            node, _ = self.graph.state(b"end %d" % len(self.graph.nodes), ())
            node.end = VIOLATION
            self._enter(node)
        self.full = len(self.graph.nodes) >= MOST_STATES
        self._todo = self.graph.next() if not self.full else None
        return self._todo is not None

    def keep_within(self, bound: int) -> bool:
        """From now on only what is within so many preemptions; is there anything to do?"""
        if self._todo is not None:
            self.graph.put_back(self._todo)
        self.graph.drop_plans()
        self.graph.refill = partial(plan_within, self.graph, bound)
        self._todo = self.graph.next()
        return self._todo is not None

    @property
    def is_exhausted(self) -> bool:
        """Was everybody taken who could move, in every state?  Then no larger bound finds anything."""
        return self._todo is None and all(not node.enabled & ~node.taken for node in self.graph.nodes)

    def unsaid(self) -> tuple[str, ...]:
        """What the answer rests on: states that could not be compared, and that no two have one fingerprint (TLC's estimate)."""
        unread = self.fingerprints.unreadable
        states, lines = len(self.graph.nodes), []
        if unread:
            lines.append(f"{sum(unread.values()):,} states were not compared: {next(iter(unread))}")
        if self.exact:
            lines.append(f"{self.fingerprints.collided} pairs of different states had one fingerprint")
        elif states > 1:
            chance = states * (states - 1) / 2 / 2**128
            lines.append(f"two different states with one fingerprint (probability {chance:.0e}; exact=True looks)")
        return tuple(lines)

    def statistics(self) -> dict[str, int]:
        """States, transitions, the longest way, and states that could not be compared."""
        graph, fingerprints = self.graph, self.fingerprints
        figures = {"states": len(graph.nodes), "transitions": graph.edges, "depth": graph.depth}
        if fingerprints.unreadable:
            figures["states not compared"] = sum(fingerprints.unreadable.values())
        if self.exact:
            figures["collisions"] = fingerprints.collided
        return figures

    def share(self) -> float:
        """Nobody knows how many states there are."""
        return 0.0


def _spins(machine: Machine, t: KThread) -> bool:
    """Has the thread polled in vain so often that nothing but time will help?"""
    return t.yielding and t.polled_since == machine.moved and t.vain_polls >= SPIN
