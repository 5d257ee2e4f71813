"""Wakeup trees: what is still to be explored from a node, as sequences of steps (Abdulla, Aronis, Jonsson, Sagonas).

A sequence comes with the places of its steps in the execution that they are taken from, as a bit mask.
Source: "Source sets: a foundation for optimal dynamic partial order reduction", JACM 64(4), 2017, sections 5 and 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from alertable.sim.explore.relation.step import dependent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from alertable.sim.explore.relation.step import Step


class Branch(Struct, gc=False):
    """A child in a wakeup tree; a leaf means: explore freely from here.

    tail: the steps below it while there is one way only; `below` makes branches of them when somebody gets there.
    ends: a planned sequence ends with it, or with its tail.
    """

    step: Step
    children: list[Branch] = field(default_factory=list)
    ends: bool = False
    tail: Sequence[Step] = ()

    def below(self) -> list[Branch]:
        """Its children."""
        if self.tail:
            self.children.append(Branch(self.tail[0], ends=self.ends, tail=self.tail[1:]))
            self.tail, self.ends = (), False
        return self.children


def places(sequence: Iterable[Step]) -> int:
    """The places of these steps."""
    mask = 0
    for step in sequence:
        mask |= 1 << step.place
    return mask


def independent(step: Step, sequence: Iterable[Step]) -> bool:
    """May the step come before or after all of these?"""
    reads, writes = step.reads, step.writes
    touches = reads | writes
    for each in sequence:  # noqa: SIM110 - any() costs three times as much, and this is asked all the time
        if writes & each.reads or touches & each.writes:
            return False
    return True


def initial(step: Step, sequence: Sequence[Step], mask: int, reversed_: Step | None) -> int | None:
    """Where the step is in the sequence if it can be its first, -1 if it is not in it but independent of all of it, else None.

    These are the weak initials WI of the paper.  While the sequence is to reverse a race with `reversed_`, a step that is not in
    it must be independent of that one too, which follows sooner or later: behind it, they may be dependent although they were
    not in front of it.
    """
    actor = step.actor
    for index, each in enumerate(sequence):
        if each.actor == actor:
            return index if each.before & mask == 1 << each.place else None
    return -1 if independent(step, sequence) and (reversed_ is None or independent(step, (reversed_,))) else None


def covered(sequence: Sequence[Step], mask: int, reversed_: Step, asleep: Iterable[Step]) -> bool:
    """Need the sequence not be explored, since something asleep can begin it?

    A step that is independent of the sequence covers it only if all that begins with that step is explored: what follows may
    be dependent, and then one of two searches has to find it.
    """
    end = len(sequence) - 1
    for step in asleep:
        place = initial(step, sequence, mask, reversed_)
        if place == end and end and not independent(step, sequence[:end]):
            continue  # reversed, the last step does something else than it did: what is asleep was executed here
        if place is not None and (place >= 0 or not step.foreign):
            return True
    return False


def insert(children: list[Branch], sequence: Sequence[Step], mask: int, reversed_: Step | None) -> bool:
    """Put a sequence into the tree unless it is covered; True if something was added."""
    while sequence:
        for branch in children:
            place = initial(branch.step, sequence, mask, reversed_)
            if place is None:
                continue
            if (not branch.children and not branch.tail) or (place >= 0 and sequence[place].outcomes != branch.step.outcomes):
                return False  # all outcomes of a step are explored where it is
            if place >= 0:
                mask ^= 1 << sequence[place].place
                if place == len(sequence) - 1:
                    reversed_ = None  # done
                sequence = [*sequence[:place], *sequence[place + 1 :]]
            children = branch.below()
            break
        else:
            children.append(Branch(sequence[0], ends=True, tail=sequence[1:]))
            return True
    return False


def awake(branch: Branch, asleep: Mapping[str, Step]) -> bool:
    """Is there a sequence in the branch that comes to no step that is asleep at its node?

    Where there is none, all that the branch leads to is explored elsewhere.  It was planned since its last step was taken for
    dependent on one before it; where that step does not get what it asks for, it does less, and is not.
    """
    if not asleep:
        return True
    for step in (branch.step, *branch.tail):
        if step.actor in asleep:
            return False
        left = {q: each for q, each in asleep.items() if not dependent(each, step)}
        if not left:
            return True
        asleep = left
    return not branch.children or any(awake(child, asleep) for child in branch.children)


def within(branch: Branch) -> Iterator[Step]:
    """All its steps."""
    yield branch.step
    yield from branch.tail
    for child in branch.children:
        yield from within(child)


def leaves(branch: Branch, before: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """The sequences that a branch stands for."""
    sequence = (*before, branch.step, *branch.tail)
    if not branch.children:
        yield sequence
    for child in branch.children:
        yield from leaves(child, sequence)
