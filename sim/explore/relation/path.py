"""One execution as the explorer sees it: its steps with footprints, happens-before, and its reversible races.

Two steps are in a *race* if they are dependent, of two actors, and no third step is between them in happens-before; the race is
*reversible* if the second could have been executed where the first was.
A step is *missed* if its actor would have done it and could not any more in this execution: take a lock that is never released,
run on after it was ended.  Missed steps race as well, as if each were the next step.

Sets of steps are bit masks: step i is bit i, `past[i]` are the steps that happen before it, and itself.  What is known of the
steps so far is kept in stacks, one for each thing that was touched, so that going back to a node forgets only what came after
it: an execution costs what is new in it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from alertable.sim.explore.relation.step import NOTHING, Step, bits, dependent

if TYPE_CHECKING:
    from collections.abc import Sequence


class Race(NamedTuple):
    """A reversible race of step `first` with a step that was missed."""

    first: int
    step: Step


class Path:
    """The steps of one execution; the first `known` of them are those of the execution before.

    Between `analyse` and the next step that is appended, the stacks hold all steps.
    """

    __slots__ = (
        "_clock", "_contested", "_locked", "_once", "_queues", "_readers", "_steps", "_touched", "_twice", "_wakers",
        "_writers", "_written", "known", "moves", "past", "races",
    )  # fmt: skip

    def __init__(self, moves: Sequence[Step] = ()) -> None:
        self.moves: list[Step] = []
        self.past: list[int] = []
        self.known = 0
        self._steps: dict[str, list[int]] = defaultdict(list)  # by actor
        self._writers: dict[int, list[int]] = defaultdict(list)  # by key, as the following two
        self._readers: dict[int, list[int]] = defaultdict(list)
        # Most keys matter to one actor only, or are never written; the stacks are kept for the others alone.
        self._touched: dict[str, int] = defaultdict(int)  # by actor, whatever it has touched in any execution
        self._once = self._twice = self._written = 0  # keys that one, and two actors have touched, and keys that were written
        self._contested = 0  # the last two together
        self._locked: dict[int, list[int]] = defaultdict(list)  # the steps with operations on a lock
        self._wakers: dict[str, list[int]] = defaultdict(list)  # by actor
        # of a flow: (step, the steps that sent what is then in flight, oldest first)
        self._queues: dict[str, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
        self._clock: list[int] = []  # the steps before which time passed
        self.races: list[list[Step]] = []  # by step: later ones that are in a reversible race with it
        for move in moves:
            self.append(move)
        self.analyse(())
        self.known = len(self.moves)

    def __reduce__(self) -> tuple[type[Path], tuple[Any, ...]]:
        """Between executions the steps say it all."""
        return Path, (self.moves,)

    def append(self, move: Step) -> None:
        """A new step, not yet analysed."""
        move.position = len(self.moves)
        self.moves.append(move)

    def cut(self, length: int) -> None:
        """Forget all but the first steps."""
        for move in reversed(self.moves[length : len(self.past)]):
            self._forget(move)
        clock = self._clock
        while clock and clock[-1] >= length:
            clock.pop()
        del self.moves[length:]
        del self.past[length:]
        del self.races[length:]
        for racing in self.races:
            while racing and racing[-1].position >= length:
                racing.pop()
        self.known = length

    def ordinals(self) -> dict[str, int]:
        """The number of the last step of each actor."""
        return {actor: len(steps) - 1 for actor, steps in self._steps.items() if steps}

    # ---- happens-before ------------------------------------------------------------------------------------------------------

    def analyse(self, missed: Sequence[Step]) -> list[Race]:
        """Complete the pasts and the reversible races of the new steps; the races of missed steps.

        missed: those that are known at the end of the execution.  Those whose actor a step ended are found here.
        """
        moves, past = self.moves, self.past
        found: list[Race] = []
        for i in range(self.known, len(moves)):
            move = moves[i]
            if move.time_passed:
                self._clock.append(i)
            self._note_touched(move, i)
            before = self._before(move)
            candidates = self._conflicts(move, before)
            mask = before | 1 << i
            for c in candidates:
                mask |= past[c]
            past.append(mask)
            move.before = mask
            self.races.append([])
            if candidates:
                for e in self._reversible(move, before, candidates):
                    self.races[e].append(move)
            for label in move.discarded:
                if label != move.actor:
                    ended = Step(label, -1, writes=move.writes)
                    ended.before = self._before(ended)
                    if not ended.before >> i & 1:
                        ended.before |= mask
                        found.append(Race(i, ended))
            self._record(i, move)
        for step in missed:
            self._note_touched(step, len(moves))
            before = self._before(step)
            candidates = self._conflicts(step, before)
            mask = before
            for c in candidates:
                mask |= past[c]
            step.before = mask
            found += [Race(e, step) for e in self._reversible(step, before, candidates)]
        for _, step in found:
            step.position = len(moves)
            step.before |= 1 << len(moves)
        return found

    def _before(self, move: Step) -> int:
        """What happens before a step for other reasons than a conflict: its actor, whoever set it going, time, joins."""
        actor, past = move.actor, self.past
        mask, last = 0, -1
        if self._clock:
            mask = (1 << self._clock[-1]) - 1
        steps = self._steps.get(actor)
        if steps:
            last = steps[-1]
            mask |= past[last]
        for waker in reversed(self._wakers.get(actor, NOTHING)):
            if waker < last:
                break
            mask |= past[waker]
        queue = self._queues.get(actor)
        if queue and queue[-1][1]:
            mask |= past[queue[-1][1][0]]
        if move.joins:
            for key in bits(move.joins):
                writers = self._writers.get(key)
                if writers:
                    mask |= past[writers[-1]]
        return mask

    def _conflicts(self, move: Step, before: int) -> list[int]:
        """Earlier steps that this one conflicts with, the latest of each kind, unless they come before it anyway."""
        writes, reads = move.writes & self._contested, move.reads & self._contested
        if not writes and not reads:
            return []
        found: dict[int, None] = {}
        for key in bits(writes):
            writers, readers = self._writers.get(key), self._readers.get(key)
            writer = writers[-1] if writers else -1
            if writer >= 0 and not before >> writer & 1:
                found[writer] = None
            if readers and readers[-1] >= writer:
                first = len(readers) - 1
                while first and readers[first - 1] >= writer:
                    first -= 1
                for reader in readers[first:]:
                    if not before >> reader & 1:
                        found[reader] = None
        for key in bits(reads):
            writers = self._writers.get(key)
            if writers and not before >> writers[-1] & 1:
                found[writers[-1]] = None
        return list(found)

    def _note_touched(self, move: Step, i: int) -> None:
        """A step after the first i: from now on the order of those that touched the same keys may matter."""
        fresh = (move.reads | move.writes | move.joins) & ~self._touched[move.actor]
        if not fresh and not move.writes & ~self._written:
            return
        self._touched[move.actor] |= fresh
        self._twice |= self._once & fresh
        self._once |= fresh
        self._written |= move.writes
        contested = self._twice & self._written
        if contested != self._contested:
            for key in bits(contested & ~self._contested):
                self._writers[key] = [j for j in range(i) if self.moves[j].writes & key]
                self._readers[key] = [j for j in range(i) if self.moves[j].reads & key]
            self._contested = contested

    def _record(self, i: int, move: Step) -> None:
        self._steps[move.actor].append(i)
        writes, reads = move.writes & self._contested, move.reads & self._contested
        if writes:
            for key in bits(writes):
                self._writers[key].append(i)
        if reads:
            for key in bits(reads):
                self._readers[key].append(i)
        for key, _ in move.locks:
            self._locked[key].append(i)
        queues = self._queues
        if move.actor in queues:
            self._queue(i, move.actor, self._waiting(move.actor)[1:])
        for label in move.discarded:
            if label in queues:
                self._queue(i, label, ())  # before anything that the same step sends
        if move.rest_follows:
            self._queue(i, move.actor, (i, *self._waiting(move.actor)))
        for label, is_flow in move.woken:
            if is_flow:
                self._queue(i, label, (*self._waiting(label), i))
            else:
                self._wakers[label].append(i)

    def _waiting(self, label: str) -> tuple[int, ...]:
        history = self._queues[label]
        return history[-1][1] if history else ()

    def _queue(self, i: int, label: str, waiting: tuple[int, ...]) -> None:
        self._queues[label].append((i, waiting))

    def _forget(self, move: Step) -> None:
        """Take back what `_record` did last."""
        i = self._steps[move.actor].pop()
        writes, reads = move.writes & self._contested, move.reads & self._contested
        if writes:
            for key in bits(writes):
                self._writers[key].pop()
        if reads:
            for key in bits(reads):
                self._readers[key].pop()
        for key, _ in move.locks:
            self._locked[key].pop()
        self._forget_queue(move.actor, i)
        for label in move.discarded:
            self._forget_queue(label, i)
        for label, is_flow in move.woken:
            if is_flow:
                self._forget_queue(label, i)
            else:
                self._wakers[label].pop()

    def _forget_queue(self, label: str, i: int) -> None:
        history = self._queues.get(label)
        while history and history[-1][0] >= i:
            history.pop()

    # ---- races ---------------------------------------------------------------------------------------------------------------

    def _reversible(self, move: Step, before: int, candidates: list[int]) -> list[int]:
        """Those that no other step comes between; a lock that is held is traced back to where it was taken."""
        if len(candidates) == 1 and not move.guard:
            return candidates
        past = self.past
        found: dict[int, None] = {}
        for c in candidates:
            if len(candidates) > 1 and any(past[other] >> c & 1 for other in candidates if other != c):
                continue
            e = c if not move.guard else self._taken(move.guard, move, c)
            if not before >> e & 1:
                found[e] = None
        return list(found)

    def past_without(self, move: Step, others: Sequence[Step]) -> int:
        """What happens before the guarded acquire if of all other steps only these come between.

        In this execution it came after a release, and so after whatever that thread did while it had the lock; reversed, it
        does not.  A step that precedes it for another reason, or perhaps for one, stays.
        """
        mask = 1 << move.position
        for other in others:
            if move.before >> other.position & 1 and self._directly(other, move):
                mask |= other.before
        return mask

    def _directly(self, other: Step, move: Step) -> bool:
        """May a step have to be before this one for a reason of its own?"""
        if other.actor == move.actor or any(label == move.actor for label, _ in other.woken):
            return True
        if other.writes & move.joins or dependent(other, move):
            return True
        return any(other.position < passed <= move.position for passed in self._clock)

    def _taken(self, key: int, move: Step, c: int) -> int:
        """Could the guarded acquire be before step c?  If the lock is held there: the step that took it; else c itself."""
        wants_shared = any(operation == "S" for label, operation in move.locks if label == key)
        exclusive, depth = 0, 0
        shared: list[tuple[str, int]] = []
        for index in dict.fromkeys(self._locked.get(key, NOTHING)):
            if index >= c:
                break
            other = self.moves[index]
            for label, operation in other.locks:
                if label != key:
                    continue
                if operation in "XT":
                    exclusive = exclusive if depth else index
                    depth += 1
                elif operation == "x":
                    depth -= 1
                elif operation in "St":
                    shared.append((other.actor, index))
                elif operation == "s" and shared:
                    mine = next((entry for entry in reversed(shared) if entry[0] == other.actor), shared[0])
                    shared.remove(mine)
        if depth:
            return exclusive
        if shared and not wants_shared:
            return shared[-1][1]
        return c
