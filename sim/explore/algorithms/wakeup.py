"""Wakeup trees: what is still to be explored from a node, as sequences of steps (Abdulla, Aronis, Jonsson, Sagonas).

A sequence v of steps is taken from an execution and comes with a bit mask of their positions in it: of `Step.before` only those
bits say what comes first *in the sequence*.  Its *initials* I(v) are the actors whose first step in it needs none of the others;
its *weak initials* WI(v) are these and the actors whose next step is independent of all of it.  A sequence need not be explored
at a node if a weak initial of it is in the sleep set there: what begins with that actor is explored.
Source: "Source sets: a foundation for optimal dynamic partial order reduction", JACM 64(4), 2017, sections 5 and 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from alertable.sim.explore.relation.step import Step, dependent, planned


class Branch(Struct, gc=False):
    """A child in a wakeup tree; a leaf means: explore freely from here.

    tail: the steps below it while there is one way only; `below` makes branches of them when somebody gets there.
    ends: a planned sequence ends with it, or with its tail.
    """

    step: Step
    children: list[Branch] = []
    ends: bool = False
    tail: Sequence[Step] = ()

    def below(self) -> list[Branch]:
        """Its children."""
        if self.tail:
            self.children.append(Branch(self.tail[0], ends=self.ends, tail=self.tail[1:]))
            self.tail, self.ends = (), False
        return self.children


def mask_of(sequence: Iterable[Step]) -> int:
    """The positions of these steps."""
    mask = 0
    for step in sequence:
        mask |= 1 << step.position
    return mask


def independent(step: Step, sequence: Iterable[Step]) -> bool:
    """May the step come before or after all of these?"""
    reads, writes = step.reads, step.writes
    touches = reads | writes
    for each in sequence:  # noqa: SIM110 - any() costs three times as much, and this is asked all the time
        if writes & each.reads or touches & each.writes:
            return False
    return True


def weak_initial(step: Step, sequence: Sequence[Step], mask: int, reversed_: Step | None) -> int | None:
    """The index in the sequence of the step's actor if it is an initial, -1 if it is a weak initial that is not in it, else None.

    While the sequence is to reverse a race with `reversed_`, a step that is not in it must be independent of that one too, which
    follows sooner or later: after it, they may be dependent although they were not before it.
    """
    actor = step.actor
    for index, each in enumerate(sequence):
        if each.actor == actor:
            return index if each.before & mask == 1 << each.position else None
    return -1 if independent(step, sequence) and (reversed_ is None or independent(step, (reversed_,))) else None


def covered(sequence: Sequence[Step], mask: int, reversed_: Step, asleep: Iterable[Step]) -> bool:
    """Is a weak initial of the sequence in the sleep set?  Then it need not be explored.

    A weak initial that is not in the sequence covers it only if all that begins with that step is explored: what follows may
    be dependent, and then one of two searches has to find it.
    """
    end = len(sequence) - 1
    for step in asleep:
        index = weak_initial(step, sequence, mask, reversed_)
        if index == end and end and not independent(step, sequence[:end]):
            continue  # reversed, the last step does something else than it did: what is asleep was executed here
        if index is not None and (index >= 0 or not step.foreign):
            return True
    return False


def insert(children: list[Branch], sequence: Sequence[Step], mask: int, reversed_: Step | None) -> bool:
    """Put a sequence into the tree, unless a leaf is there that makes it needless; True if something was added."""
    while sequence:
        for branch in children:
            index = weak_initial(branch.step, sequence, mask, reversed_)
            if index is None:
                continue
            if (not branch.children and not branch.tail) or (index >= 0 and sequence[index].outcomes != branch.step.outcomes):
                return False  # all outcomes of a step are explored at its node
            if index >= 0:
                mask ^= 1 << sequence[index].position
                if index == len(sequence) - 1:
                    reversed_ = None  # the race is reversed by now
                sequence = [*sequence[:index], *sequence[index + 1 :]]
            children = branch.below()
            break
        else:
            first, *rest = map(planned, sequence)
            children.append(Branch(first, ends=True, tail=tuple(rest)))
            return True
    return False


def blocked(branch: Branch, asleep: Mapping[str, Step]) -> bool:
    """Does every sequence of the branch come to a step that is in the sleep set when its turn comes?

    Then all that the branch leads to is explored elsewhere.  It was planned since its last step was taken for dependent on one
    before it; where that step does not get what it asks for, it does less, and is not.
    """
    if not asleep:
        return False
    for step in (branch.step, *branch.tail):
        if step.actor in asleep:
            return True
        left = {q: each for q, each in asleep.items() if not dependent(each, step)}
        if not left:
            return False
        asleep = left
    return bool(branch.children) and all(blocked(child, asleep) for child in branch.children)


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
