"""One search on several processors: workers explore parts of the tree of choices, the coordinator owns what is shared.

A worker explores the subtree below one branch for a while.  If that is not enough, it hands its shallowest nodes over: what was
planned there becomes work for others, and what is planned there from now on is sent to the coordinator.  So every node has
one owner, its wakeup tree and its sleep set are those of a single search.

A single search may leave out what something asleep covers, because whoever was asleep has planned the rest at this node by
now.  That plan may be in the hands of a branch that still runs, so what is asleep beside such a branch is "foreign": it
covers only what contains it, and ends the few executions in which nothing else is left.
Parts, budgets and the order in which results are joined do not depend on the number of processes.
"""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from alertable.sim.explore.algorithms.dpor import Dpor
from alertable.sim.explore.algorithms.wakeup import blocked, covered, insert, leaves, mask_of, within
from alertable.sim.explore.coordinating.crew import Crew, Turn, context_for
from alertable.sim.explore.coordinating.search import Search, Tally
from alertable.sim.explore.relation.path import Path
from alertable.sim.explore.relation.step import wakes
from alertable.sim.explore.report import INTERRUPTED
from alertable.sim.runtime.guard import guarded
from alertable.sim.runtime.machine import Machine
from alertable.sim.runtime.own import globals_of
from alertable.sim.runtime.watchdog import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from alertable.kernel_model.footprint import Footprint
    from alertable.sim.explore.algorithms.wakeup import Branch
    from alertable.sim.explore.relation.step import Step
    from alertable.sim.explore.strategies import Strategy
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.settings import Settings

BUDGET: Final = 100  # executions after which a worker shares, in the first turn of a part; each further turn is twice as long
LONGEST: Final = 200  # executions of a turn
SIDE_BY_SIDE: Final = 12  # turns that are given out before the first of them is awaited, whatever the number of processes
LOOK_SECONDS: Final = 0.1  # between two looks whether a turn is over, somebody has lost patience or a worker is dead
WANTED: Final = 4  # branches that a worker hands over at a time


@dataclass(slots=True)
class Node:
    """A node that the coordinator owns: what leads to it, what was there, and what is still to be done.

    sleep: what was begun there, or before; sleeps: those of the nodes on the way when the branch that leads here began.
    running: what was begun there and is not finished; fresh: the one of them that nobody has seen yet.
    chain: the numbers of the nodes on the way, this one included.  actor: the step that leads on from the node before.
    """

    moves: list[Step]
    sleep: dict[str, Step]
    sleeps: list[dict[str, Step]]
    tree: list[Branch]
    chain: tuple[int, ...]
    actor: str
    running: set[str]
    fresh: str = ""


class Part(Dpor):
    """The reduction below one branch of a node; nodes up to that one (`base`) belong to the coordinator.

    chain: their numbers, by depth.  actor: the branch.
    asleep: their sleep sets as they are now, while `sleeps` has them as they were when the branch began.
    """

    def __init__(self, *, shared_memory: bool, thorough: bool) -> None:
        super().__init__(shared_memory=shared_memory, thorough=thorough)
        self.unfinished = True
        self.budget = BUDGET
        self.chain: tuple[int, ...] = ()
        self.actor = ""
        self.asleep: list[list[Step]] = []
        self.exports: list[tuple[int, Step, list[Step]]] = []  # depth, the step there, a sequence that reverses a race with it
        self._shadow: dict[int, list[Branch]] = {}  # what this turn exported, so that it is not exported again

    def below(self, node: Node, branch: Branch) -> Part:
        """Begin with this branch."""
        # What somebody found unnecessary because of a branch that still runs may be found nowhere else, and so may what
        # was added to this branch although something asleep covers its beginning.
        plans = list(leaves(branch))
        others = {
            actor: replace(step, foreign=True) for actor, step in node.sleep.items()
            if node.running or not all(any(wakes(each, step) for each in plan) for plan in plans)
        }  # fmt: skip
        self.chain, self.actor = node.chain, branch.step.actor
        self.path = Path(node.moves)
        self.sleeps = [*node.sleeps, node.sleep | others]
        self.trees = [*([] for _ in node.moves), [branch]]
        return self

    @property
    def base(self) -> int:
        """The depth of the deepest node that is not ours; -1 if all are."""
        return len(self.chain) - 1

    def _insert(self, e: int, sequence: list[Step], mask: int) -> None:
        if e > self.base:
            super()._insert(e, sequence, mask)
            return
        reversed_ = self.path.moves[e]
        if covered(sequence, mask, reversed_, self.asleep[e]):
            return
        if insert(self._shadow.setdefault(e, []), sequence, mask, reversed_):
            self.exports.append((e, reversed_, sequence))

    def take_turn(self, nodes: dict[int, Node]) -> Part:
        """Ready for a worker."""
        self.asleep = []
        for number, before in zip(self.chain, self.sleeps, strict=False):
            now = nodes[number].sleep
            self.asleep.append([*before.values(), *(step for actor, step in now.items() if actor not in before)])
        self.exports, self._shadow = [], {}
        self.footprint = self.footprint.copy()  # it is sent while others come back and bring new keys
        return self

    def renumber(self, known: Footprint) -> None:
        """Have the keys of its steps be those of another footprint."""
        numbers = {key: known.key(name) for name, key in self.footprint.keys.items()}
        self.footprint = known
        numbers = {key: number for key, number in numbers.items() if key != number}
        if not numbers:
            return
        steps = [*self.path.moves, *(step for sleep in self.sleeps for step in sleep.values())]
        steps += [step for tree in self.trees for branch in tree for step in within(branch)]
        steps += [step for asleep in self.asleep for step in asleep]
        steps += [step for _, reversed_, sequence in self.exports for step in (reversed_, *sequence)]
        for step in {id(step): step for step in steps}.values():
            step.renumber(numbers)
        self.path = Path(self.path.moves)

    def end_turn(self) -> Part:
        """Ready for the coordinator; the more there is to do, the more rarely is it sent about."""
        self.budget = min(2 * self.budget, LONGEST)
        self._shadow = {}
        return self

    def hand_over(self, number: int) -> dict[int, Node]:
        """The shallowest nodes of the path, with what is planned there, by number, from this one on."""
        nodes: dict[int, Node] = {}
        branches = 0
        for depth in range(self.base + 1, len(self.path.moves)):
            if branches >= WANTED:
                break
            tree, self.trees[depth] = self.trees[depth], []
            mine = self.path.moves[depth]
            sleep = {**self.sleeps[depth], mine.actor: mine}
            tree = [branch for branch in tree if not blocked(branch, sleep)]
            self.chain = (*self.chain, number + len(nodes))
            nodes[self.chain[-1]] = Node(
                self.path.moves[:depth], sleep, self.sleeps[:depth], tree, self.chain, self.actor, {mine.actor},
            )  # fmt: skip
            self.actor = mine.actor
            branches += len(tree)
        return nodes


@dataclass(slots=True)
class Done:
    """What a worker brings back: what it found, the figures of this turn, and its part."""

    tally: Tally
    figures: dict[str, Any]
    part: Part


class ParallelSearch:
    """The coordinator."""

    def __init__(
        self, programs: Sequence[Program], strategy: Strategy, settings: Settings, workers: int, *, keep_going: bool
    ) -> None:
        assert isinstance(strategy, Dpor)
        self.programs = programs
        self.strategy: Strategy = strategy
        self.settings = settings
        self.workers = workers
        self.keep_going = keep_going
        self.tally = Tally()
        self.torn = False
        self.parts = 1
        self.nodes: dict[int, Node] = {}
        self._numbered = 0
        self._dpor = strategy

    def run(self, why_stop: Callable[[], str]) -> str:
        """All parts, and all anew where they were too coarse; why it ended early, or nothing."""
        self.settings = self.tally.refine(self.settings)
        while True:
            stopped = self._all_parts(why_stop)
            refined = self.tally.refine(self.settings)
            if stopped or refined is self.settings:
                return stopped
            self.settings = refined

    def _all_parts(self, why_stop: Callable[[], str]) -> str:
        arguments = (self.programs, self.settings, self.keep_going)
        turns: deque[Turn] = deque()
        try:
            with Crew(context_for(self.programs), self.workers, _explore, _prepare, arguments) as crew:

                def begin(part: Part) -> None:
                    turns.append(crew.give(part.take_turn(self.nodes)))

                begin(self._part())
                while turns:
                    stopped = self._await(turns[0], crew, why_stop)
                    if stopped:
                        return stopped
                    part = self._joined(turns.popleft().result())
                    stopped = why_stop()
                    if stopped:
                        return stopped
                    if part.unfinished:
                        begin(part)
                    for new in self._new_parts(SIDE_BY_SIDE - len(turns)):
                        begin(new)
        except KeyboardInterrupt:
            self.torn = True
            return why_stop() or INTERRUPTED
        return ""

    def _await(self, turn: Turn, crew: Crew, why_stop: Callable[[], str]) -> str:
        """Wait for a turn to end, but no longer than somebody wants to; why there is nothing to wait for, or nothing."""
        while not turn.ready:
            stopped = crew.look(LOOK_SECONDS)
            if not turn.ready:
                stopped = stopped or why_stop()
            if stopped:
                self.torn = True
                return stopped
        return ""

    def _joined(self, done: Done) -> Part:
        """Take over what a worker found and planned; its part, which goes on if there is more in it."""
        self.tally.join(done.tally)
        for name, value in done.figures.items():
            before = getattr(self._dpor, name)
            setattr(self._dpor, name, before or value if isinstance(value, bool) else before + value)
        part = done.part
        part.renumber(self._dpor.footprint)
        for depth, reversed_, sequence in part.exports:
            node, known = self.nodes[part.chain[depth]], {step.actor for step in part.asleep[depth]}
            # What began during the turn covers what contains it, and no more: the worker knew nothing of it.
            new = [replace(step, foreign=True) for step in node.sleep.values() if step.actor not in known]
            mask = mask_of(sequence)
            if not covered(sequence, mask, reversed_, new):
                insert(node.tree, sequence, mask, reversed_)
        self._seen(part)
        if not part.unfinished:
            self._finished(part.chain, part.actor)
        elif sum(len(node.tree) for node in self.nodes.values()) < SIDE_BY_SIDE:
            handed = part.hand_over(self._numbered)
            self._numbered += len(handed)
            self.nodes |= handed
        return part

    def _seen(self, part: Part) -> None:
        """The branch that the part began with, as it was: what is planned tells only how it was elsewhere."""
        node = self.nodes[part.chain[-1]] if part.chain else None
        if node is None or node.fresh != part.actor:
            return
        node.fresh = ""
        if len(part.path.past) > part.base:
            step = part.path.moves[part.base]
            del node.sleep[part.actor]
            node.sleep[step.actor] = step

    def _finished(self, chain: tuple[int, ...], actor: str) -> None:
        """All that begins with this branch is explored: so may be the node, and what leads to it."""
        for number in reversed(chain):
            node = self.nodes[number]
            node.running.remove(actor)
            if node.running or node.tree:
                return
            actor = node.actor
            del self.nodes[number]

    def _part(self) -> Part:
        return Part(shared_memory=self._dpor.shared_memory, thorough=self._dpor.thorough)

    def _new_parts(self, room: int) -> list[Part]:
        """Branches of the oldest nodes: the largest subtrees, as a rule."""
        parts: list[Part] = []
        for node in self.nodes.values():
            if node.tree and not node.fresh and len(parts) < room:
                branch = node.tree.pop(0)
                part = self._part().below(node, branch)
                part.footprint = self._dpor.footprint
                parts.append(part)
                node.sleep[branch.step.actor] = replace(branch.step, foreign=True)
                node.fresh = branch.step.actor
                node.running.add(branch.step.actor)
        self.parts += len(parts)
        return parts

    def statistics(self) -> dict[str, int]:
        """Figures for people who look closely."""
        return {
            "steps": self.tally.steps, "outcomes": len(self.tally.outcomes), "redundant": self._dpor.redundant,
            "lost": self._dpor.lost, "parts": self.parts,
        }  # fmt: skip


def processes(wanted: int, *, forced: bool) -> int:
    """How many may work: as many as there are processors for this process, twice as many if forced."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux: a container may have fewer than the machine
    processors = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return min(wanted, 2 * processors if forced else processors)


_WORK: list[Any] = []


def _prepare(programs: Sequence[Program], settings: Settings, keep_going: bool) -> None:
    _WORK[:] = [programs, settings, keep_going]


def _explore(part: Part) -> Done:
    """A worker's turn."""
    programs, settings, keep_going = _WORK
    names = ("redundant", "lost", "held_back", "cut", "refused")
    for name in names:
        setattr(part, name, type(getattr(part, name))())
    search = Search(programs, part, settings)

    def why_stop() -> str:
        if search.tally.violations and not keep_going:
            return "a violation"
        return "enough" if search.tally.executions >= part.budget else ""

    with guarded(Machine(), [globals_of(program) for program in programs]), watched(None):
        part.unfinished = bool(search.run(why_stop))
    return Done(search.tally, {name: getattr(part, name) for name in names}, part.end_turn())
