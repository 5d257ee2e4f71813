"""Wakeup trees: what is still to be explored from a node, as sequences of steps (Abdulla, Aronis, Jonsson, Sagonas).

Source: "Source sets: a foundation for optimal dynamic partial order reduction", JACM 64(4), 2017, sections 5 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(slots=True)
class Step:
    """A step of an actor as it was seen once: number `ordinal` of that actor, with its footprint."""

    actor: str
    ordinal: int
    reads: Sequence[str]
    writes: Sequence[str]
    outcomes: tuple[int, ...] = ()


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


def insert(children: list[Branch], sequence: list[Step], initial: Callable[[Step, list[Step]], int | None]) -> bool:
    """Put a sequence into the tree unless it is covered; True if something was added.

    initial(step, sequence): where the step is in the sequence if it can be its first, -1 if it is not in it but independent of
    all of it, None otherwise (the weak initials WI of the paper).
    """
    while sequence:
        for branch in children:
            place = initial(branch.step, sequence)
            if place is None:
                continue
            if not branch.children or (place >= 0 and sequence[place].outcomes != branch.step.outcomes):
                return False  # all outcomes of a step are explored where it is
            if place >= 0:
                sequence = sequence[:place] + sequence[place + 1 :]
            children = branch.children
            break
        else:
            for step in sequence:
                branch = Branch(step)
                children.append(branch)
                children = branch.children
            return True
    return False
