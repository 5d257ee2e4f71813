"""One execution as the explorer sees it: its steps with footprints, happens-before, and the races to reverse.

Sets of steps are bit masks: step i is bit i, `past[i]` are the steps that happen before it, and itself.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTHING: Final[tuple[Any, ...]] = ()


@dataclass(slots=True)
class Move:
    """A step: who, its number among that actor's steps, what it touched, whom it set going.

    guard: the lock that it took as a guarded acquire; locks: all lock operations; time_passed: the clock moved before it.
    outcomes: the answers to what the environment was asked within it.
    """

    actor: str
    ordinal: int
    reads: Sequence[str] = NOTHING
    writes: Sequence[str] = NOTHING
    joins: Sequence[str] = NOTHING
    locks: Sequence[tuple[str, str]] = NOTHING
    woken: Sequence[tuple[str, bool]] = NOTHING  # label, is it a flow
    discarded: Sequence[str] = NOTHING
    guard: str | None = None
    time_passed: bool = False
    outcomes: tuple[int, ...] = ()
    again: bool = False  # the rest of the segment comes next


class Path:
    """The steps of one execution; the first `known` of them, and their pasts, are those of the execution before."""

    __slots__ = ("_flows", "_last", "_pending", "_readers", "_writers", "counts", "known", "moves", "past")

    def __init__(self) -> None:
        self.moves: list[Move] = []
        self.past: list[int] = []
        self.known = 0
        self.counts: dict[str, int] = {}

    def cut(self, length: int) -> None:
        """Forget all but the first steps."""
        del self.moves[length:]
        del self.past[length:]
        self.known = length

    def analyse(self, ghosts: Sequence[Move]) -> tuple[list[tuple[int, int]], list[tuple[int, Move, int]]]:
        """Complete the pasts; the reversible races of the new steps.

        (e, i): step i could be before e.  (e, move, before): the same for a step that could have happened and did not;
        before is its past without itself.
        """
        self._last: dict[str, int] = {}
        self._pending: dict[str, int] = {}
        self._flows: dict[str, deque[int]] = {}
        self._writers: dict[str, int] = {}
        self._readers: dict[str, list[int]] = {}
        past, barrier = self.past, 0
        races: list[tuple[int, int]] = []
        missed: list[tuple[int, Move, int]] = []
        for i, move in enumerate(self.moves):
            if move.time_passed:
                barrier = (1 << i) - 1
            before = self._before(move, barrier)
            if i >= len(past):
                candidates = self._conflicts(move, before)
                mask = before | 1 << i
                for c in candidates:
                    mask |= past[c]
                past.append(mask)
                races += [(e, i) for e in self._reversible(move, before, candidates)]
            stopped = [
                self._ghost(Move(label, -1, writes=move.writes), barrier) for label in move.discarded if label != move.actor
            ]
            self._record(i, move)
            if i >= self.known:
                missed += [(i, ghost, mask | past[i]) for ghost, mask in stopped if not mask >> i & 1]
        for ghost in ghosts:
            _, before = self._ghost(ghost, barrier)
            candidates = self._conflicts(ghost, before)
            mask = before
            for c in candidates:
                mask |= past[c]
            missed += [(e, ghost, mask) for e in self._reversible(ghost, before, candidates)]
        return races, missed

    def _ghost(self, move: Move, barrier: int) -> tuple[Move, int]:
        """The step with what happens before it, had it happened."""
        before = self._last.get(move.actor, 0) | self._pending.get(move.actor, 0) | barrier
        waiting = self._flows.get(move.actor)
        return move, before | waiting[0] if waiting else before

    def _before(self, move: Move, barrier: int) -> int:
        """What happens before a step for other reasons than a conflict: its actor, whoever set it going, time, joins."""
        actor = move.actor
        mask = self._last.get(actor, 0) | self._pending.pop(actor, 0) | barrier
        waiting = self._flows.get(actor)
        if waiting:
            mask |= waiting.popleft()
        for key in move.joins:
            writer = self._writers.get(key)
            if writer is not None:
                mask |= self.past[writer]
        return mask

    def _conflicts(self, move: Move, before: int) -> list[int]:
        """Earlier steps that this one conflicts with, the latest of each kind, unless they come before it anyway."""
        found: dict[int, None] = {}
        writers, readers = self._writers, self._readers
        for key in move.writes:
            writer = writers.get(key)
            if writer is not None and not before >> writer & 1:
                found[writer] = None
            for reader in readers.get(key, NOTHING):
                if not before >> reader & 1:
                    found[reader] = None
        for key in move.reads:
            writer = writers.get(key)
            if writer is not None and not before >> writer & 1:
                found[writer] = None
        return list(found)

    def _record(self, i: int, move: Move) -> None:
        for key in move.writes:
            self._writers[key] = i
            self._readers.pop(key, None)
        for key in move.reads:
            self._readers.setdefault(key, []).append(i)
        past = self.past[i]
        self._last[move.actor] = past
        for label in move.discarded:
            self._flows.pop(label, None)  # before anything that the same step sends
        if move.again:
            self._flows.setdefault(move.actor, deque()).appendleft(past)
        for label, is_flow in move.woken:
            if is_flow:
                self._flows.setdefault(label, deque()).append(past)
            else:
                self._pending[label] = self._pending.get(label, 0) | past

    def _reversible(self, move: Move, before: int, candidates: list[int]) -> list[int]:
        """Those that no other step comes between; a lock that is held is traced back to where it was taken."""
        past = self.past
        found: dict[int, None] = {}
        for c in candidates:
            if any(past[other] >> c & 1 for other in candidates if other != c):
                continue
            e = c if move.guard is None else self._taken(move.guard, move, c)
            if not before >> e & 1:
                found[e] = None
        return list(found)

    def past_without(self, i: int, places: Sequence[int]) -> int:
        """What happens before the guarded acquire i if of all other steps only these come between.

        In this execution it came after a release, and so after whatever that thread did while it had the lock; reversed, it
        does not.  A step that precedes it for another reason, or perhaps for one, stays.
        """
        move, past = self.moves[i], self.past
        mask = 1 << i
        for k in places:
            if past[i] >> k & 1 and self._directly(k, i, move):
                mask |= past[k]
        return mask

    def _directly(self, k: int, i: int, move: Move) -> bool:
        """May step k have to be before the step for a reason of its own?"""
        other = self.moves[k]
        if other.actor == move.actor or any(label == move.actor for label, _ in other.woken):
            return True
        if any(key in other.writes for key in (*move.joins, *move.reads)):
            return True
        if any(key in other.writes or key in other.reads for key in move.writes):
            return True
        return any(later.time_passed for later in self.moves[k + 1 : i + 1])

    def _taken(self, key: str, move: Move, c: int) -> int:
        """Could the guarded acquire be before step c?  If the lock is held there: the step that took it; else c itself."""
        wants_shared = any(operation == "S" for label, operation in move.locks if label == key)
        exclusive, depth = 0, 0
        shared: list[tuple[str, int]] = []
        for index in range(c):
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
