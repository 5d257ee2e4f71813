"""Small transition systems without a kernel: actors with little programs over shared variables, one lock, jumps and cycles.

They say of each step what it reads and writes, as the kernel does, so that the graph of states can be searched with and without
its reduction.  What is compared is what every order of independent steps has in common: the states in which nobody can move,
and where each actor gets with what in its register.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from alertable.sim.explore.states.graph import StateGraph
from alertable.sim.explore.states.races import Letter

if TYPE_CHECKING:
    from random import Random

    from alertable.sim.explore.states.graph import Node

KINDS: Final = ("set", "add", "read", "jump", "wait", "go", "lock", "unlock", "mix", "stop")
LOCK: Final = 1 << 8  # keys: a bit for each variable, the lock, and a bit for each actor
MODULUS: Final = 3


class Line(NamedTuple):
    """An instruction: what it does, to which variable, with which number, and where it may jump."""

    kind: str
    variable: int
    number: int
    target: int


@dataclass(frozen=True, slots=True)
class State:
    """Where the actors are, what they have read, the variables, who has the lock, and who was stopped."""

    at: tuple[int, ...]
    registers: tuple[int, ...]
    variables: tuple[int, ...]
    owner: int = -1
    stopped: frozenset[int] = frozenset()


class System:
    """A random one."""

    def __init__(self, random: Random) -> None:
        actors = random.choice((2, 2, 3, 3, 3, 4))
        variables = random.randint(1, 3)
        self.programs = [
            [
                Line(random.choice(KINDS), random.randrange(variables), random.randrange(MODULUS), random.randrange(length + 1))
                for _ in range(length)
            ]
            for length in (random.randint(1, 4) for _ in range(actors))
        ]
        self.start = State((0,) * actors, (0,) * actors, (0,) * variables)

    def line(self, state: State, actor: int) -> Line | None:
        """What the actor does next."""
        program, at = self.programs[actor], state.at[actor]
        return None if actor in state.stopped or at >= len(program) else program[at]

    def enabled(self, state: State) -> list[str]:
        """Who can move."""
        return [str(actor) for actor in range(len(self.programs)) if self._enabled(state, self.line(state, actor))]

    def _enabled(self, state: State, line: Line | None) -> bool:
        if line is None:
            return False
        return not (line.kind == "wait" and not state.variables[line.variable]) and not (line.kind == "lock" and state.owner >= 0)

    def wanted(self, state: State, graph: StateGraph) -> list[Letter]:
        """What somebody would do, if he could."""
        found = []
        for actor in range(len(self.programs)):
            line = self.line(state, actor)
            bit = graph.actor(str(actor))
            if line is not None and line.kind == "lock" and state.owner >= 0:
                found.append(Letter(str(actor), bit, 0, LOCK, guard=LOCK))
            if line is not None and line.kind == "wait" and not state.variables[line.variable]:
                found.append(Letter(str(actor), bit, 1 << line.variable | LOCK << 1 + actor))
        return found

    def step(self, state: State, actor: int, graph: StateGraph) -> tuple[State, Letter]:
        """The state after a step of the actor, and what the step does."""
        line = self.line(state, actor)
        assert line is not None
        kind, variable, number, target = line
        at, registers, variables = list(state.at), list(state.registers), list(state.variables)
        owner, stopped = state.owner, state.stopped
        at[actor] += 1
        bit = 1 << variable
        reads, writes, guard, releases = LOCK << 1 + actor, 0, 0, 0
        if kind == "set":
            variables[variable], writes = number, bit
        elif kind == "add":
            variables[variable], writes = (variables[variable] + 1) % MODULUS, bit
        elif kind == "read":
            registers[actor], reads = variables[variable], reads | bit
        elif kind == "wait":
            reads |= bit
        elif kind == "jump":
            reads |= bit
            if variables[variable] == number:
                at[actor] = target
        elif kind == "go" and registers[actor] == number:
            at[actor] = target
        elif kind == "mix":
            other = (variable + 1) % len(variables)
            variables[variable] = (variables[other] + registers[actor]) % MODULUS
            reads, writes = reads | 1 << other, bit
        elif kind == "lock":
            owner, guard, writes = actor, LOCK, LOCK
        elif kind == "unlock" and owner == actor:
            owner, releases, writes = -1, LOCK, LOCK
        elif kind == "stop" and number % len(at) != actor:
            victim = number % len(at)
            reads, writes = reads | self._waits_for(state, victim), LOCK << 1 + victim
            stopped |= {victim}
        after = replace(
            state, at=tuple(at), registers=tuple(registers), variables=tuple(variables), owner=owner, stopped=stopped
        )
        return after, Letter(str(actor), graph.actor(str(actor)), reads & ~writes, writes, guard=guard, releases=releases)

    def _waits_for(self, state: State, actor: int) -> int:
        """Whoever stops an actor depends on what would have let it go on."""
        line = self.line(state, actor)
        if line is None:
            return 0
        return {"wait": 1 << line.variable, "lock": LOCK}.get(line.kind, 0)


def explore(system: System, reduction: str, random: Random | None = None) -> tuple[StateGraph, dict[int, State]]:
    """The whole graph; random: the order of the actors."""
    graph = StateGraph(reduction)
    actors = [str(actor) for actor in range(len(system.programs))]
    if random is not None:
        random.shuffle(actors)
    graph.mask(actors)
    states: dict[int, State] = {}

    def node_of(state: State) -> tuple[Node, bool]:
        node, is_new = graph.state(repr((state, sorted(state.stopped))).encode(), system.enabled(state))
        if is_new:
            states[node.number] = state
            for letter in system.wanted(state, graph):
                graph.wanted(node, graph.letter(letter))
        return node, is_new

    def run(node: Node, actor: str) -> None:
        while True:
            after, letter = system.step(states[node.number], int(actor), graph)
            target, is_new = node_of(after)
            graph.edge(node, graph.letter(letter), (), target)
            if not is_new or not target.enabled:
                return
            chosen = graph.begin(target)
            if chosen is None:
                return
            node, actor = target, chosen

    root, _ = node_of(system.start)
    if root.enabled:
        actor = graph.begin(root)
        assert actor is not None
        run(root, actor)
    while (todo := graph.next()) is not None:
        run(todo.node, todo.actor)
    return graph, states


def observed(system: System, states: dict[int, State]) -> tuple[set[tuple[int, int, int]], set[State]]:
    """What every order of independent steps shows: where each actor gets, with what it has read; and where all is over."""
    actors = range(len(system.programs))
    places = {
        (actor, state.at[actor], state.registers[actor])
        for state in states.values() for actor in actors if actor not in state.stopped
    }  # fmt: skip
    return places, {state for state in states.values() if not system.enabled(state)}
