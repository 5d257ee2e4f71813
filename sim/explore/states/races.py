"""Which steps below an edge could have come before it: races, from what is below a node to what is above it.

A *pending* step of a node was executed somewhere below it.  With it goes its causal past since the node: what its actor did
before, whatever that depended on, and so on.  An edge above the node is a part of that past, or it is independent of the step,
or it *races* with it: they conflict, and nothing else puts one before the other.  Then the edge's node must also take one of
the *initials* of the past and the step: actors that can begin such a sequence (JACM 2017, definition 4.3).

A past is kept as what it touches altogether.  That says too little rather than too much: a cause that is not seen makes a race
of what is none, and costs time only.  User-mode locks are guarded, as in `dpor`: an acquire is a step only while the lock is
free; a release and an acquire are therefore no race, and a release counts as no cause, so that the race of the two acquires is
seen.  At the release's own node the other thread cannot move, and nothing is planned there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Letter:
    """What a step does, wherever it is done; steps that do the same share it.  Keys and actors are bit masks.

    bit: its actor; releases: locks that it only releases; guard: the lock that it waits for; barrier: time passed before it,
    since nobody else could move.
    """

    __slots__ = ("barrier", "bit", "guard", "joins", "name", "reads", "releases", "rivals", "writes")

    def __init__(
        self, name: str, bit: int, reads: int = 0, writes: int = 0, *, joins: int = 0, guard: int = 0, releases: int = 0,
        barrier: bool = False,
    ) -> None:  # fmt: skip
        self.name = name
        self.bit = bit
        self.reads = reads
        self.writes = writes
        self.joins = joins
        self.guard = guard
        self.releases = releases
        self.barrier = barrier
        self.rivals = False  # is there a step of another actor that conflicts with it?

    @property
    def key(self) -> tuple[int | bool, ...]:
        """Equal for steps that do the same."""
        return self.bit, self.reads, self.writes, self.joins, self.guard, self.releases, self.barrier

    def conflicts(self, other: Letter) -> bool:
        """Does the order of the two matter?"""
        mask = self.writes & (other.reads | other.writes) | self.reads & other.writes
        return bool(mask & ~(self.releases & other.guard | other.releases & self.guard))


class Pending(NamedTuple):
    """A step that is executed below a node, and what it depends on since that node (itself not included)."""

    letter: Letter
    initials: int
    actors: int = 0
    reads: int = 0
    writes: int = 0
    joins: int = 0
    guards: int = 0


INDEPENDENT: Final = 0
CAUSED: Final = 1
RACING: Final = 2


def first(letter: Letter) -> Pending:
    """The step at its own node."""
    return Pending(letter, letter.bit)


def related(edge: Letter, woken: int, below: Pending) -> int:
    """Is the edge independent of a pending step of its target, a cause of it, or in a race with it?

    woken: actors that could not move before the edge and can after it.
    """
    letter = below.letter
    past = below.actors
    if past:
        if edge.bit & past:
            return CAUSED
        mask = edge.writes & (below.reads | below.writes | below.joins) | edge.reads & below.writes
        if mask & ~(edge.releases & below.guards):
            return CAUSED
        if woken & past and not edge.releases & (below.guards | letter.guard):
            return CAUSED
    if edge.bit == letter.bit or edge.writes & letter.joins:
        return CAUSED
    waited = edge.releases & letter.guard
    if woken & letter.bit and not waited:
        return CAUSED
    mask = edge.writes & (letter.reads | letter.writes) | edge.reads & letter.writes
    return RACING if mask & ~waited else INDEPENDENT


def caused(edge: Letter, below: Pending) -> Pending:
    """The pending step at the edge's own node, the edge being one of its causes."""
    letter, _, actors, reads, writes, joins, guards = below
    return Pending(
        letter, edge.bit, actors | edge.bit, reads | edge.reads, writes | edge.writes, joins | edge.joins, guards | edge.guard
    )


def bits(mask: int) -> Sequence[int]:
    """The bits of a mask, lowest first."""
    found = []
    while mask:
        found.append(mask & -mask)
        mask &= mask - 1
    return found
