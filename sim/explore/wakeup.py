"""Wakeup trees: what is still to be explored from a node, as sequences of steps (Abdulla, Aronis, Jonsson, Sagonas).

Source: "Source sets: a foundation for optimal dynamic partial order reduction", JACM 64(4), 2017, sections 5 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(slots=True)
class Step:
    """A step of an actor as it was seen once: number `ordinal` of that actor, with its footprint.

    place, before: where it was in that execution, and the steps that happened before it (a bit mask, itself included).
    foreign: as part of a sleep set, somebody else is still exploring what begins with it.
    """

    actor: str
    ordinal: int
    reads: Sequence[str]
    writes: Sequence[str]
    outcomes: tuple[int, ...] = ()
    place: int = 0
    before: int = 0
    foreign: bool = False


@dataclass(slots=True)
class Branch:
    """A child in a wakeup tree; a leaf means: explore freely from here."""

    step: Step
    children: list[Branch] = field(default_factory=list)


def dependent(reads: Sequence[str], writes: Sequence[str], other_reads: Sequence[str], other_writes: Sequence[str]) -> bool:
    """Does one write what the other touches?"""
    for key in writes:
        if key in other_writes or key in other_reads:
            return True
    return any(key in other_writes for key in reads)


def wakes(step: Step, asleep: Step) -> bool:
    """Does the step of one actor make another one's worth looking at again?"""
    return step.actor != asleep.actor and dependent(step.reads, step.writes, asleep.reads, asleep.writes)


def initial(step: Step, sequence: Sequence[Step]) -> int | None:
    """Where the step is in the sequence if it can be its first, -1 if it is not in it but independent of all of it, else None.

    These are the weak initials WI of the paper.
    """
    for index, each in enumerate(sequence):
        if each.actor == step.actor:
            left = 0
            for other in sequence:
                left |= 1 << other.place
            return index if each.before & left == 1 << each.place else None
    if any(dependent(step.reads, step.writes, each.reads, each.writes) for each in sequence):
        return None
    return -1


def covered(sequence: Sequence[Step], asleep: Iterable[Step]) -> bool:
    """Need the sequence not be explored, since something asleep can begin it?

    A step that is independent of the sequence covers it only if all that begins with that step is explored: what follows may
    be dependent, and then one of two searches has to find it.
    """
    for step in asleep:
        place = initial(step, sequence)
        if place is not None and (place >= 0 or not step.foreign):
            return True
    return False


def insert(children: list[Branch], sequence: Sequence[Step]) -> bool:
    """Put a sequence into the tree unless it is covered; True if something was added."""
    while sequence:
        for branch in children:
            place = initial(branch.step, sequence)
            if place is None:
                continue
            if not branch.children or (place >= 0 and sequence[place].outcomes != branch.step.outcomes):
                return False  # all outcomes of a step are explored where it is
            if place >= 0:
                sequence = [*sequence[:place], *sequence[place + 1 :]]
            children = branch.children
            break
        else:
            for step in sequence:
                branch = Branch(step)
                children.append(branch)
                children = branch.children
            return True
    return False


def leaves(branch: Branch, before: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """The sequences that a branch stands for."""
    sequence = (*before, branch.step)
    if not branch.children:
        yield sequence
    for child in branch.children:
        yield from leaves(child, sequence)
