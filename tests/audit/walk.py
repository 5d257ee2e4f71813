"""One execution along a random or a given schedule, with the explorer's footprint of each step.

The only place of the audits that knows how the explorer keeps footprints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alertable.kernel_model.errors import NotModelled
from alertable.sim.explore.algorithms.dpor import Dpor
from alertable.sim.runtime.execution import execute
from alertable.sim.trace.traced import api_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from alertable.kernel_model.footprint import Footprint
    from alertable.kernel_model.ke.structures import KThread
    from alertable.sim.explore.relation.step import Step
    from alertable.sim.runtime.machine import Machine
    from tests.audit.generator import RandomProgram


@dataclass(frozen=True, slots=True)
class Taken:
    """A step by its content, so that steps of two executions can be compared."""

    actor: str
    ordinal: int
    reads: frozenset[str]
    writes: frozenset[str]
    joins: frozenset[str]
    locks: tuple[tuple[str, str], ...]
    others: tuple[object, ...]  # whom it set going, whom it stopped
    outcomes: tuple[int, ...]
    time_passed: bool

    @property
    def name(self) -> tuple[str, int]:
        """Which step of which actor."""
        return self.actor, self.ordinal

    def __str__(self) -> str:
        return f"{self.actor}[{self.ordinal}] reads {sorted(self.reads)} writes {sorted(self.writes)}"


def taken(step: Step, footprint: Footprint) -> Taken:
    """What the explorer knows of a step; a mask by the names of its keys, which all executions share."""
    reads, writes, joins = (frozenset(footprint.names(mask)) for mask in (step.reads, step.writes, step.joins))
    if joins:  # a wait for the end of a thread looks at its handle once more if it comes after that end
        reads = frozenset(key for key in reads if not key.startswith("handle of "))
    locks = tuple((footprint.names(key)[0], operation) for key, operation in step.locks)
    # A thread that waits for the end of others, or for a lock, is woken or comes later: that is no difference.
    flows = [label for label, is_flow in step.woken if is_flow]
    # With a free clock an expiry that is cancelled could have come if no other was due before it.  Whoever queues that one says
    # whom it holds up, so whichever of the two is first, the expiry before both is explored.
    is_free = "the clock" in reads
    discarded = [label for label in step.discarded if not is_free or not label.startswith(("timeout:", "timer#", "syn:"))]
    others = (tuple(sorted(flows)), tuple(sorted(discarded)), step.rest_follows)
    return Taken(
        step.actor, step.ordinal, reads, writes, joins, locks, others, step.outcomes, step.time_passed,
    )  # fmt: skip


class Walk(Dpor):
    """A random walk, or one along a plan of (actor, answers); `impossible` says which step of the plan was not."""

    def __init__(self, random: Random | None, plan: Sequence[tuple[str, tuple[int, ...]]] = ()) -> None:
        super().__init__(shared_memory=False)
        self._random = random
        self._itinerary = plan
        self.impossible: str | None = None
        self.on_begin: Callable[[], None] | None = None
        self.on_end: Callable[[int], None] | None = None  # with the number of steps so far

    def goes_on(self, _machine: Machine, _t: KThread) -> bool:
        """Every step is drawn, or planned."""
        return False

    def _enabled(self, machine: Machine) -> list[Any]:
        """All that may move; a look in vain keeps nobody back."""
        for t in machine.kernel.ready:
            t.polled_since = -1
        return super()._enabled(machine)

    def _next(self, machine: Machine) -> Any:
        options = self._enabled(machine)
        if self._random is not None:
            return self._random.choice(sorted(options, key=lambda option: str(option.label))) if options else None
        if self._depth >= len(self._itinerary):
            if options:
                self._stop(f"after the end {', '.join(option.label for option in options)} can move")
            return None
        wanted = self._itinerary[self._depth][0]
        actor = next((option for option in options if option.label == wanted), None)
        if actor is None:
            self._stop(f"{wanted} cannot move in step {self._depth + 1}; {', '.join(o.label for o in options) or 'nobody'} can")
        return actor

    def _stop(self, why: str) -> None:
        self.impossible = why
        self.pruned = True

    def ask(self, _machine: Machine, options: tuple[str, ...]) -> int:
        place = len(self._answers)
        if self._random is not None:
            answer = self._random.randrange(len(options))
        else:
            planned = self._itinerary[self._depth][1] if self._depth < len(self._itinerary) else ()
            answer = planned[place] if place < len(planned) and planned[place] < len(options) else 0
        self._answers.append(answer)
        self._counts.append(len(options))
        return answer

    def _begin_move(self, label: str, t: KThread | None) -> None:
        super()._begin_move(label, t)
        if self.on_begin is not None:
            self.on_begin()

    def _close(self) -> None:
        super()._close()
        if self.on_end is not None:
            self.on_end(len(self.path.moves))


@dataclass(slots=True)
class Walked:
    """What an execution left: its steps, what happens before each (bit masks), the outcome or the violation."""

    steps: list[Taken]
    past: list[int]
    ended: object
    impossible: str | None
    failed: bool  # by a step that broke a law, not by a deadlock

    @property
    def plan(self) -> list[tuple[str, tuple[int, ...]]]:
        """How to do it again."""
        return [(step.actor, step.outcomes) for step in self.steps]


def walk(
    program: RandomProgram, explorer: Walk, prepare: Callable[[Machine, Any], None] | None = None
) -> Walked | None:
    """Run the program with this explorer; None where the model has to refuse (NotModelled)."""
    machine = program.mode.settings().machine()
    api = api_of(machine)
    explorer.begin(machine, api)
    if prepare is not None:
        prepare(machine, api)
    try:
        results = execute(program.programs(), machine, api)
    except NotModelled:
        return None
    explorer.close()
    explorer.path.analyse(())
    violation = machine.violation
    # No operation raises; only what a fault hits, a preparation as a rule, ends a thread so.
    assert program.mode.fault or violation is None or violation.id != "ProgramError", violation.message
    ended: object = tuple(results) if violation is None else (violation.id, violation.message)
    steps = [taken(step, explorer.footprint) for step in explorer.path.moves]
    failed = violation is not None and violation.id != "deadlock"
    return Walked(steps, list(explorer.path.past), ended, explorer.impossible, failed)
