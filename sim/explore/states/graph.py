"""The graph of the states that were seen, and what is left to be executed in it; no kernel, no program.

A node is a state, an edge one step of one actor (with one list of answers of the environment).  Whoever searches executes what
`next` hands out, says what came of it (`state`, `edge`), and calls `settle`.  From a node only some of the enabled actors are
taken: a *source set*.  It begins with one actor and grows by races: whatever is done after an edge, in the graph as it is
known, and conflicts with the edge without being caused by it, could have come before it (`races`).

States are met again, so there is no tree whose branches are explored one after the other, and no order in which races must be
found: the source sets are the least fixpoint of that rule over the graph, cycles included.  On a cycle an actor that is never
taken would never race, so none may be ignored there (`close_cycles`).
Sources: Abdulla, Aronis, Jonsson, Sagonas, "Source sets", JACM 2017; Yang, Chen, Gopalakrishnan, Kirby, "Efficient stateful
dynamic partial order reduction", SPIN 2008; Trimananda, Luo, Demsky, Xu, "Stateful dynamic partial order reduction for model
checking event-driven applications that do not terminate", VMCAI 2022; Valmari, "Stubborn sets for reduced state space
generation", 1991 (the ignoring problem).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import networkx

from alertable.sim.explore.states.races import INDEPENDENT, RACING, Letter, Pending, bits, caused, first, related

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

REDUCTIONS: Final = ("source", "none")


class Edge:
    """A step that was executed: at which node, what it did, to which node it led.

    vain: a thread polled, and found nothing.  earlier: actors whose steps at the same node had been executed before.
    """

    __slots__ = ("answers", "earlier", "letter", "number", "source", "target", "told", "vain")

    def __init__(self, number: int, source: Node, letter: Letter, answers: tuple[int, ...], target: Node, vain: bool) -> None:
        self.number = number
        self.source = source
        self.letter = letter
        self.answers = answers
        self.target = target
        self.vain = vain
        self.earlier = 0
        self.told = 0  # how many pending steps of the target this edge has passed on


class Node:
    """A state.  Sets of actors are bit masks.

    enabled: who can move; gives_way: threads that have just polled in vain; taken: whose step is executed or planned; before: who
    moved on some way to it; entered: the first edge that led to it, by which it is reached again.
    pending: steps that are executed below (`races`); wanted: steps that somebody would execute as soon as a lock is free.
    done: what an actor did here, in all ways it could; asleep: whose steps need not be executed here, and what they would do (the
    sleep set); demands: sets of which one actor must be taken or asleep.
    """

    __slots__ = (
        "asleep", "before", "demands", "depth", "done", "enabled", "end", "entered", "gives_way", "into", "key", "known", "label",
        "number", "out", "outcome", "owed", "pending", "taken", "wanted",
    )  # fmt: skip

    def __init__(self, number: int, key: bytes, enabled: int) -> None:
        self.number = number
        self.key = key
        self.enabled = enabled
        self.depth = 0
        self.gives_way = 0
        self.entered: Edge | None = None
        self.out: list[Edge] = []
        self.into: list[Edge] = []
        self.taken = 0
        self.before = 0
        self.pending: list[Pending] = []
        self.known: set[Pending] = set()  # the same, to look them up
        self.wanted: tuple[Letter, ...] = ()
        self.done: dict[int, tuple[Letter, ...]] = {}
        self.asleep: dict[int, tuple[Letter, ...]] = {}
        self.demands: list[int] = []
        self.end = ""  # nothing follows: "ended", "deadlock", "violation"
        self.outcome = ""  # of the programs, as text
        self.label = ""
        self.owed: tuple[str, ...] = ()  # titles of the *eventually* properties that have not held yet


class Todo(NamedTuple):
    """A step that is to be executed: at which node, whose, beginning with which answers of the environment."""

    node: Node
    actor: str
    answers: tuple[int, ...] = ()


class StateGraph:
    """All nodes and edges so far.

    reduction: "source", or "none" for every enabled actor at every node.
    """

    def __init__(self, reduction: str = "source") -> None:
        self.reduction = reduction
        self.nodes: list[Node] = []
        self.threads = 0  # the actors that are threads
        self.refill: Callable[[], bool] = self.close_cycles  # plans more when nothing is left; False when there is no more
        self.edges = 0
        self.depth = 0
        self._by_key: dict[bytes, Node] = {}
        self._actors: dict[str, int] = {}  # each has a bit
        self._names: dict[int, str] = {}
        self._letters: dict[tuple[int | bool, ...], Letter] = {}
        self._uses: dict[Letter, list[Node]] = {}  # the nodes that a letter without rivals was executed at
        self._todo: list[Todo] = []
        self._unsettled: dict[Node, None] = {}

    # ---- what was executed -----------------------------------------------------------------------------------------------------

    def actor(self, name: str) -> int:
        """The bit of an actor."""
        bit = self._actors.get(name)
        if bit is None:
            bit = self._actors[name] = 1 << len(self._actors)
            self._names[bit] = name
        return bit

    def mask(self, names: Iterable[str]) -> int:
        """The bits of some actors."""
        found = 0
        for name in names:
            found |= self.actor(name)
        return found

    def names(self, mask: int) -> list[str]:
        """The actors of a mask, in the order in which they were first seen."""
        return [self._names[bit] for bit in bits(mask)]

    def state(self, key: bytes, enabled: Sequence[str]) -> tuple[Node, bool]:
        """The node of a state, and whether it is new; then all enabled actors are planned where nothing is reduced."""
        node = self._by_key.get(key)
        if node is not None:
            return node, False
        node = self._by_key[key] = Node(len(self.nodes), key, self.mask(enabled))
        self.nodes.append(node)
        return node, True

    def letter(self, letter: Letter) -> Letter:
        """The letter that all steps that do the same share."""
        known = self._letters.get(letter.key)
        if known is None:
            known = self._letters[letter.key] = letter
            self._uses[known] = []
            self._find_rivals(known)
        return known

    def edge(
        self, source: Node, letter: Letter, answers: tuple[int, ...], target: Node, *, vain: bool = False, more: bool = False
    ) -> Edge:
        """A step was executed; its letter comes from `letter`.  more: it is to be executed with other answers too."""
        edge = Edge(self.edges, source, letter, answers, target, vain)
        self.edges += 1
        source.out.append(edge)
        source.taken |= letter.bit
        is_first = target.entered is None and target.number > 0
        if is_first:
            target.entered, target.depth = edge, source.depth + 1
            self.depth = max(self.depth, target.depth)
        target.into.append(edge)
        if self.reduction == "none":
            return edge
        for bit in source.done:
            edge.earlier |= bit
        edge.earlier &= ~letter.bit
        if is_first:
            target.asleep = self._asleep_after(edge)
        else:
            self._wake(edge)
        if not more:
            source.done[letter.bit] = tuple(each.letter for each in source.out if each.letter.bit == letter.bit)
        if letter.rivals:
            self._add(source, first(letter))
        else:
            self._uses[letter].append(source)
        self._spread(target, source.before | letter.bit)
        if target.pending:
            self._unsettled[target] = None
        waiting = 0
        for each in target.wanted:
            waiting |= each.bit
        for bit in bits(source.enabled & ~target.enabled & ~letter.bit):
            if bit & waiting:
                self._demand(source, bit)
            else:  # it never moves now, so what it would conflict with shows nowhere below: asleep or not, it is to move here
                self.plan(source, bit)
        return edge

    def wanted(self, node: Node, letter: Letter) -> None:
        """An actor would do this at the node, if it could: it waits for a lock."""
        if self.reduction != "none":
            node.wanted += (letter,)
            self._add(node, first(letter))

    # ---- what is to be executed ------------------------------------------------------------------------------------------------

    def plan(self, node: Node, bit: int) -> None:
        """The actor's step at the node is to be executed, unless it is or will be."""
        if not node.taken & bit:
            node.taken |= bit
            self._todo.append(Todo(node, self._names[bit]))

    def plan_all(self, node: Node) -> bool:
        """Everybody who can move at the node is to; was anybody left?"""
        left = node.enabled & ~node.taken
        for bit in reversed(bits(left)):
            self.plan(node, bit)
        return bool(left)

    def once_more(self, node: Node, actor: str, answers: tuple[int, ...]) -> None:
        """The same step with other answers of the environment."""
        self._todo.append(Todo(node, actor, answers))

    def begin(self, node: Node) -> str | None:
        """With whom the execution goes on from a new node; what else is to be tried there comes later.  None: all are asleep."""
        for bit in bits(node.enabled):
            if bit not in node.asleep:
                node.taken |= bit
                if self.reduction == "none":
                    self.plan_all(node)
                return self._names[bit]
        return None

    def next(self) -> Todo | None:
        """What to execute next; None when the source sets are complete."""
        while True:
            self.settle()
            if self._todo:
                return self._todo.pop()
            if not self.refill():
                return None

    def put_back(self, todo: Todo) -> None:
        """What `next` handed out and nobody has executed."""
        self._todo.append(todo)

    def drop_plans(self) -> None:
        """Nothing is to be executed only because races ask for it; somebody else says what is."""
        left = []
        for todo in self._todo:
            bit = self._actors[todo.actor]
            if todo.answers or any(edge.letter.bit == bit for edge in todo.node.out):
                left.append(todo)  # the step was executed, with other answers
            else:
                todo.node.taken &= ~bit
        self._todo = left

    @property
    def frontier(self) -> int:
        """How many steps are planned."""
        return len(self._todo)

    def way(self, node: Node) -> list[Edge]:
        """The edges by which the node was reached first."""
        edges: list[Edge] = []
        while node.entered is not None:
            edges.append(node.entered)
            node = node.entered.source
        edges.reverse()
        return edges

    def close_cycles(self, *, fully: bool = False) -> bool:
        """No actor may be ignored on a cycle; is there anything more to do?

        In each strongly connected component whoever can move somewhere is taken somewhere; fully: everywhere.
        """
        shape = networkx.DiGraph()
        shape.add_edges_from((edge.source.number, edge.target.number) for node in self.nodes for edge in node.out)
        more = False
        for numbers in networkx.strongly_connected_components(shape):
            component = [self.nodes[number] for number in sorted(numbers)]
            if len(component) == 1 and all(edge.target is not component[0] for edge in component[0].out):
                continue
            enabled = taken = 0
            for node in component:
                enabled |= node.enabled
                taken |= node.taken
            for node in component:
                for bit in bits(node.enabled & ~node.taken) if fully else ():
                    self.plan(node, bit)
                    taken |= bit
                    more = True
            for bit in bits(enabled & ~taken):
                self.plan(next(node for node in component if node.enabled & bit), bit)
                more = True
        return more

    # ---- sleep sets ------------------------------------------------------------------------------------------------------------

    def _asleep_after(self, edge: Edge) -> dict[int, tuple[Letter, ...]]:
        """Whose steps need not be executed after the edge: they were before it, and the order of the two does not matter."""
        source, letter = edge.source, edge.letter
        found = dict(source.asleep)
        for bit in bits(edge.earlier):
            found[bit] = source.done[bit]
        return {
            bit: letters for bit, letters in found.items()
            if bit != letter.bit and not any(each.conflicts(letter) for each in letters)
        }  # fmt: skip

    def _wake(self, edge: Edge) -> None:
        """The edge leads to a node that is known: only who is asleep on every way to it is asleep there."""
        open_ = [edge]
        while open_:
            edge = open_.pop()
            node = edge.target
            if not node.asleep:
                continue
            still = self._asleep_after(edge)
            if all(bit in still for bit in node.asleep):
                continue
            node.asleep = {bit: letters for bit, letters in node.asleep.items() if bit in still}
            for demand in node.demands:
                self._demand(node, demand, anew=False)
            if not node.taken:
                self._demand(node, sum(bit for bit in bits(node.enabled) if bit not in node.asleep))
            open_ += node.out

    def _demand(self, node: Node, actors: int, *, anew: bool = True) -> None:
        """One of these must be taken at the node, or be asleep."""
        if not actors or node.taken & actors:
            return
        if any(bit & actors for bit in node.asleep):
            if anew and actors not in node.demands:
                node.demands.append(actors)
            return
        self.plan(node, actors & -actors)

    # ---- the fixpoint ----------------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Pass pending steps on to whatever leads to their nodes, until nothing changes, and plan what races ask for."""
        unsettled = self._unsettled
        while unsettled:
            node, _ = unsettled.popitem()
            for edge in node.into:
                self._pass_on(edge)

    def _pass_on(self, edge: Edge) -> None:
        source, target, letter = edge.source, edge.target, edge.letter
        woken = target.enabled & ~source.enabled
        pending = target.pending
        while edge.told < len(pending):  # the two may be one node, and grow meanwhile
            below = pending[edge.told]
            edge.told += 1
            relation = related(letter, woken, below)
            if relation == RACING:
                self._demand(source, below.initials & source.enabled)
            if not letter.barrier:  # else everything below comes after it, since it could not move before
                self._add(source, below if relation == INDEPENDENT else caused(letter, below))

    def _add(self, node: Node, pending: Pending) -> None:
        """A pending step of the node, unless everybody who moved before it is one of its causes anyway."""
        if node.before & ~(pending.actors | pending.letter.bit) and pending not in node.known:
            node.known.add(pending)
            node.pending.append(pending)
            self._unsettled[node] = None

    def _spread(self, node: Node, before: int) -> None:
        """These actors moved on some way to the node: what was of no interest above it may be now."""
        open_ = [(node, before)]
        while open_:
            node, before = open_.pop()
            if not before & ~node.before:
                continue
            node.before |= before
            for letter in node.wanted:
                self._add(node, first(letter))
            for edge in node.out:
                edge.told = 0
                if edge.letter.rivals:
                    self._add(node, first(edge.letter))
                if edge.target.pending:
                    self._unsettled[edge.target] = None
                open_.append((edge.target, node.before | edge.letter.bit))

    def _find_rivals(self, letter: Letter) -> None:
        """Steps that conflict with nobody else's are pending nowhere."""
        for other in self._letters.values():
            if other.bit != letter.bit and other.conflicts(letter) and not (other.rivals and letter.rivals):
                for each in (letter, other):
                    if not each.rivals:
                        each.rivals = True
                        for node in self._uses.pop(each, ()):
                            self._add(node, first(each))
