"""What depended on what in one execution, and the race that made the difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alertable.kernel_model.ke.structures import TimerEntry
from alertable.sim.explore.algorithms.dpor import Dpor
from alertable.sim.explore.determinism.endings import Ending, difference, without_addresses
from alertable.sim.explore.explaining.minimise import attempt
from alertable.sim.explore.relation.step import dependent
from alertable.sim.runtime.execution import execute, printing_to
from alertable.sim.runtime.outcome import ReplayDivergence
from alertable.sim.runtime.schedule import Place
from alertable.sim.trace.record import Recorder
from alertable.sim.trace.traced import api_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alertable.sim.explore.explaining.budget import Budget
    from alertable.sim.explore.explaining.minimise import Attempt, Moves
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.runtime.outcome import Execution, Violation
    from alertable.sim.runtime.settings import Settings
    from alertable.sim.trace.event import Event


class Following(Dpor):
    """One execution along a schedule, word by word, with footprints.  What does not fit is a ReplayDivergence, never a guess."""

    def __init__(self, moves: Moves, *, shared_memory: bool = True) -> None:
        super().__init__(shared_memory=shared_memory)
        self._words = Place(moves)
        self.steps: list[int] = []  # of each move, the machine's count
        self.outcomes: list[list[str]] = []  # of each move, the words for what the environment decided within it
        self.quiet = False  # nothing could happen any more, and no law was broken before
        self.blocked: list[str] = []  # who had not ended then

    def _next(self, machine: Machine) -> Any:  # noqa: ANN401 - as in Dpor
        options = machine.options(None)
        label = self._words.label
        if label is None and (machine.finished or not options):
            self.quiet = machine.violation is None
            self.blocked = [t.label for t in machine.kernel.threads if not t.terminated]
            return None
        actor = next((option for option in options if option.label == label), None)
        if actor is None:
            expected = label if label is not None else "the end"
            machine.failure = ReplayDivergence(machine.steps + 1, expected, tuple(option.label for option in options))
            raise machine.failure
        self._words.step()
        self.steps.append(machine.steps + 1)
        self.outcomes.append([])
        k = machine.kernel
        if type(actor) is TimerEntry and not k.free_clock and actor.due_100ns > k.now_100ns:
            k.now_100ns = actor.due_100ns
            self._time_passed = True
        return actor

    def ask(self, machine: Machine, options: tuple[str, ...]) -> int:
        before = self._words.label
        picked = self._words.answer(options)
        if self._words.label != before or picked:
            assert before is not None
            self.outcomes[-1].append(before)
        self._answers.append(picked)
        self._counts.append(len(options))
        return picked


class NotFollowed(Exception):
    """An execution was not the same when it was followed once more: how it differed."""


@dataclass(frozen=True, slots=True)
class Order:
    """Happens-before of an execution, for one idea of what threads share.

    past: per move, the moves that happen before it (bit masks, itself included); cause: those that the end depends on;
    races: pairs of moves that could be the other way round, both of them causes, the latest first.
    """

    past: tuple[int, ...]
    cause: int
    races: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Anatomy:
    """An execution taken apart.

    labels, steps, outcomes: of its moves; orders: over what is known to be touched (kernel objects, cells, with precise memory
    variables too), and where all memory counts as one thing, over that as well.
    """

    trace: tuple[Event, ...]
    violation: Violation
    labels: tuple[str, ...]
    steps: tuple[int, ...]
    outcomes: tuple[tuple[str, ...], ...]
    orders: tuple[Order, ...]

    def cause(self, order: int) -> set[int]:
        """The steps that the end depends on."""
        mask = self.orders[order].cause
        return {step for i, step in enumerate(self.steps) if mask >> i & 1}

    def words(self, i: int) -> Iterator[tuple[str, int]]:
        """A move as a schedule has it."""
        yield self.labels[i], 1
        for outcome in self.outcomes[i]:
            yield outcome, 0


def dissect(programs: Sequence[Program], moves: Moves, execution: Execution, settings: Settings) -> Anatomy:
    """Run that very execution once more, with footprints: of what is known to be touched, and of all memory if it is shared.

    ReplayDivergence or NotFollowed where it does not go the same way.
    """
    assert execution.violation is not None
    orders = []
    for shared_memory in (False, True) if settings.memory == "shared" else (False,):
        recorder, explorer = Recorder(), Following(moves, shared_memory=shared_memory)
        machine = settings.machine(recorder=recorder)
        api = api_of(machine)
        explorer.begin(machine, api)
        with printing_to(recorder):
            execute(programs, machine, api)
        explorer.close()
        explorer.path.analyse(())
        _the_same(execution, machine.violation, recorder.events)
        orders.append(_order(explorer, execution.violation))
    labels = tuple(move.actor for move in explorer.path.moves)
    outcomes = tuple(map(tuple, explorer.outcomes))
    return Anatomy(execution.trace, execution.violation, labels, tuple(explorer.steps), outcomes, tuple(orders))


def _the_same(execution: Execution, violation: Violation | None, trace: list[Event]) -> None:
    """NotFollowed unless this is what was seen before: the same events, and the same violation in the same place."""
    one, other = _ending(execution.violation, execution.trace), _ending(violation, tuple(trace))
    parts = difference(one, other, ("when it was found", "when it was followed"))
    if parts is not None:
        raise NotFollowed(f"step {parts.step}: {parts.what}")


def _ending(violation: Violation | None, trace: tuple[Event, ...]) -> Ending:
    if violation is None:
        return Ending(trace, "", "", trace[-1].step if trace else 0, "")
    how = f"{violation.id} in step {violation.step}, at {violation.where}: {without_addresses(violation.message)}"
    return Ending(trace, "", how, violation.step, "")


def _order(explorer: Following, violation: Violation) -> Order:
    past = tuple(explorer.path.past)
    cause = _cause(explorer, violation)
    races = [(e, step.position) for e, racing in enumerate(explorer.path.races) for step in racing if cause >> step.position & 1]
    return Order(past, cause, tuple(sorted(races, key=lambda race: (-race[1], -race[0]))))


def _cause(explorer: Following, violation: Violation) -> int:
    """What happens before the violation: before the step that breaks the law; where nothing moves any more, before the last
    steps of those who are blocked and before all that had to do with what they wait for.
    """
    moves, past = explorer.path.moves, explorer.path.past
    if not moves:
        return 0
    if not (explorer.quiet or explorer.cut or violation.id == "step-bound"):
        return past[max((i for i, step in enumerate(explorer.steps) if step <= violation.step), default=0)]
    last = {move.actor: i for i, move in enumerate(moves)}
    ends = [i for label, i in last.items() if not explorer.blocked or label in explorer.blocked]
    mask = 0
    for i in ends:
        mask |= past[i]
        for j, other in enumerate(moves):
            if dependent(moves[i], other):
                mask |= past[j]
    return mask


def decisive(
    programs: Sequence[Program], best: Attempt, anatomy: Anatomy, settings: Settings, budget: Budget
) -> tuple[int, int] | None:
    """The first of the races that the end depends on whose reversal, with nothing else changed, makes the run keep the law."""
    assert best.violation is not None
    tried = set()
    for order in anatomy.orders:
        for e, i in order.races:
            if budget.over:
                return None
            if (e, i) in tried:
                continue
            tried.add((e, i))
            other = attempt(programs, _reversed(anatomy, order, e, i), settings)
            budget.spend(other.steps)
            if other.complete and other.violation is None:
                return e, i
    return None


def _reversed(anatomy: Anatomy, order: Order, e: int, i: int) -> Moves:
    """The execution with move i where e was, and e behind it; then everything else as it was, where it is possible."""
    moves = range(len(anatomy.labels))
    between = [j for j in range(e + 1, i) if not order.past[j] >> e & 1]
    early = {*range(e), *between, i}
    other = [*range(e), *between, i, *[j for j in moves if j not in early]]
    return [word for j in other for word in anatomy.words(j)]
