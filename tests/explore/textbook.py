"""State graphs whose size is known: algorithms of textbooks, as programs over `w.Interlocked` and as abstract systems.

An abstract system is counted by `counted`, which knows nothing of programs; what tools have published is held against that.

A program has steps that the algorithm does not have.  Its first thread makes the others and waits for them, for ever; a thread's
start is a step of its own (it runs to its first call).  So the graph of the program is looked at from the state where all that
is done and no thread has made a step of the algorithm (`root`): from there on, only the algorithm moves.  A test that fails and
is tried again leads back to the state that it was made in; in the algorithm it is a guard that is not open, and no transition.
So steps from a state to itself do not count (`measured`).  A thread that is through does not end, which would be a further step,
but looks at a cell for ever.

The figures for Peterson are given as 42, 77 and 11.  Counted as TLC does it (the initial state is one of the states "generated",
and depth is in states, not in steps) these are 76 transitions and a depth of 10 here; which encoding was counted is not said, and
this one was chosen because its numbers are those.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import networkx as nx

from alertable.sim.explore.graphs.shape import START, actor_of, leaving
from alertable.winapi import INFINITE, LPTHREAD_START_ROUTINE

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from alertable.winapi import WinApi

    Program = Callable[[WinApi], object]
    Body = Callable[[], object]
    System = tuple[Hashable, Callable[[Any], Iterator[Hashable]]]  # the initial state, and what follows on a state


class Size(NamedTuple):
    """Of a state graph: depth is that of a breadth-first search, in steps."""

    states: int
    transitions: int
    depth: int


class Row(NamedTuple):
    """A textbook algorithm twice, and the size of its graph."""

    name: str
    program: Program
    system: System
    size: Size


def counted(system: System) -> Size:
    """All states that an abstract system reaches, one after the other."""
    initial, follows = system
    depth = {initial: 0}
    queue = deque([initial])
    transitions = 0
    while queue:
        state = queue.popleft()
        for after in follows(state):
            transitions += 1
            if after not in depth:
                depth[after] = depth[state] + 1
                queue.append(after)
    return Size(len(depth), transitions, max(depth.values()))


def measured(graph: nx.MultiDiGraph) -> Size:
    """The same of the algorithm within the graph of a program."""
    first = root(graph)
    within = graph.subgraph({first, *nx.descendants(graph, first)})
    transitions = sum(1 for source, target in within.edges() if source != target)
    return Size(len(within), transitions, max(nx.single_source_shortest_path_length(within, first).values()))


def root(graph: nx.MultiDiGraph) -> int:
    """The state where every thread stands before its first step of the algorithm."""
    node = START
    main = actor_of(graph, next(leaving(graph, node)))
    while (step := next((edge for edge in leaving(graph, node) if actor_of(graph, edge) == main), None)) is not None:
        node = step.target  # until it waits for ever
    for actor in sorted({actor_of(graph, edge) for edge in leaving(graph, node)}):
        node = next(edge.target for edge in leaving(graph, node) if actor_of(graph, edge) == actor)
    return node


def threads(w: WinApi, *bodies: Body) -> None:
    """Each goes round and round in a thread of its own; this one waits for them."""

    def routine(body: Body) -> Callable[[int | None], int]:
        def run(_parameter: int | None) -> int:
            while True:
                body()

        return run

    kept = [w.CALLBACK(*LPTHREAD_START_ROUTINE)(routine(body)) for body in bodies]
    for each in kept:
        w.CreateThread(None, 0, each, None, 0, None)
    w.Sleep(INFINITE)


def word(w: WinApi) -> Any:
    """A cell that holds all that is shared, and may be changed in any way at once: no DLL has that, but both arms."""
    return w.Interlocked(0)


# ---- Peterson ---------------------------------------------------------------------------------------------------------------


def peterson(w: WinApi) -> None:
    """Both flags (bits 0 and 1) and whose turn it is (bit 2) in one cell, so that the wait looks at all of them at once."""
    shared, section = word(w), w.Interlocked(0)

    def body(me: int) -> Body:
        mine, others, turn = 1 << me, 2 >> me, 4 * (1 - me)

        def must_wait(now: int) -> bool:
            return bool(now & others) and now & 4 == turn

        def round_() -> None:
            section.load()  # outside
            shared.fetch_add(mine)
            shared.update(lambda old: old & 3 | turn)
            while True:  # a condition of `while` is compiled twice: two places for one
                if not must_wait(shared.load()):
                    break
            section.load()  # inside
            shared.fetch_add(-mine)

        return round_

    threads(w, body(0), body(1))


def peterson_system() -> System:
    """ncs, flag := TRUE, turn := other, await, cs, flag := FALSE, for ever."""

    def follows(state: Any) -> Iterator[Hashable]:
        places, flags, turn = state
        for me in (0, 1):
            place, other = places[me], 1 - me
            if place == 3 and flags[other] and turn == other:
                continue
            after = {1: True, 5: False}.get(place, flags[me])
            its = (after, flags[1]) if me == 0 else (flags[0], after)
            steps = ((place + 1) % 6, places[1]) if me == 0 else (places[0], (place + 1) % 6)
            yield steps, its, other if place == 2 else turn

    return ((0, 0), (False, False), 0), follows


# ---- Die Hard ---------------------------------------------------------------------------------------------------------------

JUGS: Final[tuple[Callable[[int, int], tuple[int, int]], ...]] = (  # of 3 and of 5 gallons
    lambda _small, big: (3, big),
    lambda small, _big: (small, 5),
    lambda _small, big: (0, big),
    lambda small, _big: (small, 0),
    lambda small, big: (small - min(small, 5 - big), big + min(small, 5 - big)),
    lambda small, big: (small + min(big, 3 - small), big - min(big, 3 - small)),
)


def die_hard(w: WinApi) -> None:
    """Both jugs in one cell, a thread for each thing that can be done with them."""
    jugs = word(w)

    def body(act: Callable[[int, int], tuple[int, int]]) -> Body:
        def change(old: int) -> int:
            small, big = act(old // 6, old % 6)
            return 6 * small + big

        return lambda: jugs.update(change)

    threads(w, *[body(act) for act in JUGS])


def die_hard_system() -> System:
    """Without what changes nothing."""
    return (0, 0), lambda jugs: (after for act in JUGS if (after := act(*jugs)) != jugs)


# ---- threads that know nothing of each other, and those that meet at one cell -----------------------------------------------


def clocks(count: int, hours: int) -> tuple[Program, System]:
    """Each goes round a dial of its own: hours ** count states."""

    def program(w: WinApi) -> None:
        cells = [word(w) for _ in range(count)]

        def body(mine: int) -> Body:
            return lambda: cells[mine].update(lambda old: (old + 1) % hours)

        threads(w, *[body(mine) for mine in range(count)])

    def follows(state: Any) -> Iterator[Hashable]:
        for mine, hour in enumerate(state):
            yield (*state[:mine], (hour + 1) % hours, *state[mine + 1 :])

    return program, ((0,) * count, follows)


def once(w: WinApi, *bodies: Body) -> None:
    """Threads that do what they have to do once, and then look at a cell."""
    through = w.Interlocked(0)

    def body(work: Body) -> Body:
        def all_() -> None:
            work()
            while True:
                through.load()

        return all_

    threads(w, *[body(work) for work in bodies])


def ainc(count: int) -> tuple[Program, System]:
    """One atomic addition each: the subsets of the threads, 2 ** count."""

    def program(w: WinApi) -> None:
        x = w.Interlocked(0)
        once(w, *[lambda: x.fetch_add(1)] * count)

    def follows(done: Any) -> Iterator[Hashable]:
        for mine in range(count):
            if mine not in done:
                yield done | {mine}

    return program, (frozenset(), follows)


def rw(count: int) -> tuple[Program, System]:
    """Each reads, and writes one more than it has read."""

    def program(w: WinApi) -> None:
        x = w.Interlocked(0)
        once(w, *[lambda: x.store(x.load() + 1)] * count)

    def follows(state: Any) -> Iterator[Hashable]:
        x, seen = state  # None: has not read; -1: is through
        for mine, value in enumerate(seen):
            if value is None:
                yield x, (*seen[:mine], x, *seen[mine + 1 :])
            elif value >= 0:
                yield value + 1, (*seen[:mine], -1, *seen[mine + 1 :])

    return program, ((0, (None,) * count), follows)


def lastzero(count: int) -> tuple[Program, System]:
    """Worker j: a[j] := a[j-1] + 1; the checker goes down from the end until it finds a zero."""

    def program(w: WinApi) -> None:
        cells = [w.Interlocked(0) for _ in range(count + 1)]

        def worker(j: int) -> Body:
            return lambda: cells[j].store(cells[j - 1].load() + 1)

        def checker() -> None:
            i = count
            while True:
                if cells[i].load() == 0:
                    break
                i -= 1
            while True:
                cells[i].load()  # it keeps what it has found

        once(w, checker, *[worker(j) for j in range(1, count + 1)])

    def follows(state: Any) -> Iterator[Hashable]:
        cells, seen, i, found = state
        if not found:
            yield cells, seen, i - (cells[i] != 0), cells[i] == 0
        for mine, value in enumerate(seen):
            if value is None:
                yield cells, (*seen[:mine], cells[mine], *seen[mine + 1 :]), i, found
            elif value >= 0:
                after = (*cells[: mine + 1], value + 1, *cells[mine + 2 :])
                yield after, (*seen[:mine], -1, *seen[mine + 1 :]), i, found

    return program, (((0,) * (count + 1), (None,) * count, count, False), follows)


ROWS: Final = (
    Row("Peterson", peterson, peterson_system(), Size(42, 76, 10)),  # TLC: 42 distinct, 77 generated, depth 11
    Row("Die Hard", die_hard, die_hard_system(), Size(16, 58, 7)),  # TLC: 16 distinct, 97 generated: 6 each, 38 change nothing
    Row("clocks 3x4", *clocks(3, 4), Size(4**3, 3 * 4**3, 3 * 3)),
    Row("clocks 2x8", *clocks(2, 8), Size(8**2, 2 * 8**2, 2 * 7)),
    Row("ainc 4", *ainc(4), Size(2**4, 4 * 2**3, 4)),
    Row("rw 2", *rw(2), Size(12, 14, 4)),
    Row("rw 3", *rw(3), Size(59, 99, 6)),
    Row("lastzero 2", *lastzero(2), Size(33, 47, 7)),
)
