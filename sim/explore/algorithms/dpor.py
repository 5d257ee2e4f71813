"""Optimal dynamic partial order reduction: one execution per Mazurkiewicz trace, none twice, and as a rule none in vain.

Races of a finished execution are reversed by sequences of steps in wakeup trees; sleep sets keep what was explored from being
explored again.  Blocking calls of peers are guarded steps, which happen after what opened their gate (`Step.joins`) and
do not race with it, since nobody else shuts it.  User-mode locks are guarded, and others do: an acquire is a step only while
the lock is free, and a race between two acquires is reversed although the release of the first stands between them.

What a step touches may depend on where it is: reversed, a wait gets nothing, a pulse wakes nobody, a failed try is the end of a
thread.  The footprint of the last step of a sequence is therefore a guess until it is executed.  A guess that is too large
costs an execution in vain, or a branch that is dropped in time (`blocked`); one that is too small is made good by races that are
reversed anew, and by not taking what is asleep for more than it is (`covered`, `Branch.ends`).

An execution that breaks a law or comes to the step bound leaves steps behind that race with what was done, in a thorough search
too: there the others go on (`Machine.aftermath`), each actor to the step bound.  So what is searched is a system whose every
actor takes so many steps at the most, and of it all executions; those that are over within the bound are among them.
Source: Abdulla, Aronis, Jonsson, Sagonas, "Source sets: a foundation for optimal dynamic partial order reduction", JACM 2017.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from msgspec.structs import replace

from alertable.kernel_model.afd.endpoint import Flow
from alertable.kernel_model.footprint import Footprint
from alertable.kernel_model.ke.structures import KThread
from alertable.kernel_model.ke.timerq import due_entries, movable_entries, next_due
from alertable.sim.explore.algorithms.alternatives import Alternatives
from alertable.sim.explore.algorithms.compiling import mypyc_attr
from alertable.sim.explore.algorithms.wakeup import Branch, blocked, covered, insert, mask_of
from alertable.sim.explore.relation.path import Path
from alertable.sim.explore.relation.step import NOTHING, Step, dependent
from alertable.sim.runtime.possible import SPIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.sim.runtime.machine import Machine
    from alertable.sim.win32.api import SimWinApi

SHARED_OPERATIONS: Final = "Sst"


@mypyc_attr(allow_interpreted_subclasses=True)
class Dpor:
    """The strategy: `begin` with a machine, run it, `finish`; False from `finish` means that all is explored."""

    _may_go_on: ClassVar[bool] = True  # who moves is not decided in another way, by a class that is derived from this one

    def __init_subclass__(cls) -> None:
        cls._may_go_on = cls._next is Dpor._next and cls._replayed is Dpor._replayed

    def __init__(self, *, shared_memory: bool = True, thorough: bool = False) -> None:
        self.shared_memory = shared_memory
        self.thorough = thorough
        self.begin_anew()
        self.executions = 0
        self.redundant = 0  # executions that a sleep set stopped: an optimal search has none
        self.lost = 0  # planned steps that were not possible when their turn came
        self.held_back = False  # a polling loop was not explored for ever: the search is bounded
        self.footprint = Footprint(memory=shared_memory)
        self._names: dict[str, str] = {}  # one object for each key and label, however many executions make it anew
        self._depth = 0
        self._open = False  # a step has begun
        self._unasked = 0  # so many steps of the prefix may begin after it without asking
        self._asked_at = 0  # the machine's step before these
        self._actor = ""  # of the step, if it is new
        self._turn = self._memory = 0  # the keys that a step of its thread reads, and writes, whatever it does
        self.pruned = False
        self._time_passed = False
        self._ordinals: dict[str, int] = {}  # the number of each actor's last step
        self._planned: tuple[int, ...] = ()  # answers that the step must begin with
        self._ends = False  # the step is the last of a planned sequence
        self._answers: list[int] = []
        self._counts: list[int] = []
        self.cut = False  # an execution reached the step bound
        self.refused = False  # what comes after a violation is not modelled

    def __getstate__(self) -> dict[str, Any]:
        """For workers and checkpoints; the attributes of a compiled class are not in a dictionary."""
        names = [name for name in getattr(Dpor, "__mypyc_attrs__", ()) if not name.startswith("__") and hasattr(self, name)]
        return {name: getattr(self, name) for name in names} | getattr(self, "__dict__", {})

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)

    def begin_anew(self) -> None:
        """Nothing is explored."""
        self.path = Path()
        self.sleeps: list[dict[str, Step]] = [{}]
        self.trees: list[list[Branch]] = [[]]
        self._done: list[int] = []  # branches of each node that are explored
        self._alternatives: list[Alternatives | None] = []  # by depth; None where the environment was not asked

    # ---- one execution -------------------------------------------------------------------------------------------------------

    def begin(self, machine: Machine, api: SimWinApi) -> None:
        """A new execution: it follows the path that is left over from the one before."""
        machine.explorer = self
        machine.unasked = self.catch_up
        machine.thorough = self if self.thorough else None
        machine.looks = {}
        machine.alarm = 0
        machine.kernel.explored_with(self.footprint)
        self._depth = self._unasked = 0
        self._open = False
        self.pruned = False
        self._time_passed = False
        self.wanted = api.wanted

    def choose(self, machine: Machine, running: KThread | None) -> KThread | None:
        """The next thread; environment actors move meanwhile.  None at the end."""
        machine.alarm = 0
        if self._open:
            self.catch_up(machine)
            self._close()
        while True:
            if machine.on_step is not None:
                machine.on_step()
            if machine.steps >= machine.max_steps and not machine.aftermath:
                self.cut = True
                if not self.thorough:
                    return machine.exhausted(running)
                machine.note_exhausted(running)
                machine.decide()
            actor = self._replayed(machine) if self._depth < self.path.known else self._next(machine)
            if actor is None:
                if self.pruned:
                    machine.over = True
                return None
            self._begin_step(machine, actor.label)
            if type(actor) is KThread:
                known = self._depth < self.path.known
                if not known:
                    self._begin_move(actor.label, actor)
                if actor.yielding:
                    actor.yielding = False
                else:
                    machine.moved = machine.steps
                    if known:
                        self._go_on_unasked(machine)
                machine.kernel.unready(actor)
                return actor
            machine.moved = machine.steps
            if self._depth >= self.path.known:
                self._begin_move(actor.label, None)
            machine.fire(actor)
            self._close()

    def goes_on(self, machine: Machine, t: KThread) -> bool:
        """Is the next step that of the running thread, whoever else could move?  Then it has begun: most steps are such."""
        if not self._may_go_on or t.yielding or machine.on_step is not None:
            return False
        if machine.aftermath or machine.steps >= machine.max_steps:
            return False
        if self._open:
            self.catch_up(machine)
            self._close()
        depth = self._depth
        machine.alarm = 0
        if depth < self.path.known:
            move = self.path.moves[depth]
            if move.actor != t.label or move.time_passed:
                return False
            self._begin_step(machine, t.label)
            self._go_on_unasked(machine)
        else:
            if self.trees[depth] or self.sleeps[depth] or machine.looks:
                return False
            self._planned, self._ends = (), False
            self._begin_step(machine, t.label)
            self._begin_move(t.label, t)
        machine.moved = machine.steps
        return True

    def _go_on_unasked(self, machine: Machine) -> None:
        """The next steps of the prefix that are of the same thread: until they are over, its calls need not ask.

        Whoever has a reason to ask earlier does (`Machine.poke`).
        """
        if not self._may_go_on or machine.on_step is not None or machine.aftermath:
            return
        moves, known = self.path.moves, self.path.known
        label = moves[self._depth].actor
        depth = first = self._depth + 1
        while depth < known:
            move = moves[depth]
            if move.actor != label or move.time_passed or move.outcomes:
                break
            depth += 1
        if depth > first:
            self._unasked, self._asked_at = depth - first, machine.steps
            machine.alarm = min(machine.steps + self._unasked + 1, machine.sweep_at, machine.max_steps)

    def catch_up(self, machine: Machine) -> None:
        """Which step is open, after some that began unasked?"""
        if self._unasked:
            begun = min(machine.steps - self._asked_at, self._unasked)
            self._unasked = 0
            if begun:
                self._depth += begun
                machine.moved = machine.steps

    def _begin_step(self, machine: Machine, label: str) -> None:
        machine.steps += 1
        if machine.record:
            machine.log.extend((label, machine.steps))
        if self._answers:
            self._answers, self._counts = [], []
        self._open = True

    @property
    def looks_further(self) -> bool:
        """Does an execution that is decided go on?  Not if others stand for it."""
        return not self.pruned

    def ask(self, _machine: Machine, options: tuple[str, ...]) -> int:
        """A data outcome of the step that is open: as it was, as planned, or the usual."""
        place, depth = len(self._answers), self._depth
        known = self.path.moves[depth].outcomes if depth < self.path.known else self._planned
        answer = known[place] if place < len(known) and known[place] < len(options) else 0
        self._answers.append(answer)
        self._counts.append(len(options))
        return answer

    def _begin_move(self, label: str, t: KThread | None) -> None:
        """A new step: its footprint will be taken."""
        self._actor = label
        self._turn = t.turn.bit if t is not None else 0
        # the end of a thread runs none of the program's code: it shares no memory
        self._memory = t.process.memory.bit if t is not None and not t.routine_over else 0
        if self._depth == self.path.known:  # from here on everything is new
            self._ordinals = self.path.ordinals()
            self.footprint.clear()

    def _close(self) -> None:
        """The step is over: take its footprint, if it is new."""
        depth = self._depth
        self._open = False
        self._depth = depth + 1
        if depth < self.path.known:
            return
        move = self._executed()
        label = move.actor
        self.path.append(move)
        if self._answers:
            self._note_alternatives(depth, move)
        asleep = self.sleeps[depth]
        if asleep:
            asleep = {q: step for q, step in asleep.items() if q != label and not dependent(step, move)}
            if asleep and self._ends:  # what the sequence's last step does now leaves more asleep than was to be expected
                asleep = {q: replace(step, foreign=True) for q, step in asleep.items()}
            self.sleeps.append(asleep)
        else:
            self.sleeps.append({})
        if len(self.trees) == depth + 1:
            self.trees.append([])

    def _executed(self) -> Step:
        """The step that is over, with its footprint."""
        label = self._actor
        ordinals = self._ordinals
        ordinals[label] = ordinal = ordinals.get(label, -1) + 1
        footprint = self.footprint
        label = self._names.setdefault(label, label)
        reads, writes, guard = footprint.reads | self._turn, footprint.writes | self._memory, 0
        for key, operation in footprint.locks:
            if operation in SHARED_OPERATIONS:
                reads |= key
            else:
                writes |= key
            if operation in "XS":
                guard = key
        step = Step(
            label, ordinal, reads & ~writes, writes, footprint.joins, footprint.locks or NOTHING,
            [(actor.label, type(actor) is Flow) for actor in footprint.woken] if footprint.woken else NOTHING,
            [actor.label for actor in footprint.discarded] if footprint.discarded else NOTHING,
            guard, self._time_passed, tuple(self._answers), footprint.rest_follows,
        )  # fmt: skip
        self._time_passed = False
        footprint.clear()
        return step

    def _note_alternatives(self, depth: int, move: Step) -> None:
        everything = self._alternatives
        everything += [None] * (depth + 1 - len(everything))
        here = everything[depth] = everything[depth] or Alternatives()
        here.record(move.outcomes, self._counts, move.reads, move.writes)

    def _replayed(self, machine: Machine) -> Any:  # noqa: ANN401 - a thread, a flow or a timer
        """Who moves in a step of the prefix that is executed once more."""
        move = self.path.moves[self._depth]
        label = move.actor
        return self._named(machine, label, time_passed=move.time_passed)

    def _named(self, machine: Machine, label: str, *, time_passed: bool = False) -> Any:  # noqa: ANN401 - as above
        """The actor with this label; what is known of the step says whether time passes before it."""
        if not time_passed:  # the common case, without looking at everything
            for t in machine.kernel.ready:
                if t.label == label:
                    return t
            for flow in machine.kernel.wire:
                if flow.label == label:
                    return flow
        actor = self._find(self._enabled(machine), label)
        self._time_passed = False
        return actor

    def _next(self, machine: Machine) -> Any:  # noqa: ANN401 - as above
        """Who moves in a new step: as planned, or the first that is not asleep."""
        depth = self._depth
        options = self._enabled(machine)
        asleep, tree = self.sleeps[depth], self.trees[depth]
        self._planned, self._ends = (), False
        while len(tree) > 1 and blocked(tree[0], asleep):  # one is not: the branch that led here was not
            del tree[0]
        if tree:
            branch = tree.pop(0)
            del self.trees[depth + 1 :]
            self.trees.append(branch.below())
            self._planned, self._ends = branch.step.outcomes, branch.ends
            planned = branch.step.actor
            for option in options:
                if option.label == planned:
                    return option
            self.lost += 1
            self.trees[depth + 1] = []
        for option in options:
            if option.label not in asleep:
                return option
        self.pruned = self.pruned or (bool(options) and not machine.aftermath)
        return None

    def _find(self, options: list[Any], label: str) -> Any:  # noqa: ANN401 - as above
        for option in options:
            if option.label == label:
                return option
        from alertable.sim.runtime.outcome import ReplayDivergence

        raise ReplayDivergence(self._depth + 1, label, tuple(option.label for option in options))

    def _enabled(self, machine: Machine) -> list[Any]:
        """All that may move now; time passes only when there is nothing (the eager clock)."""
        k = machine.kernel
        options: list[Any] = []
        spinning: list[KThread] = []
        for t in k.ready:
            if t.yielding and t.looping and t.polled_since == machine.moved:
                spinning.append(t)
            else:
                options.append(t)
        if k.wire:
            options += k.wire
        if k.live_timers:
            options += movable_entries(k, machine.last_timer)
        if machine.aftermath:
            last = self._ordinals if self._depth > self.path.known else self.path.ordinals()
            return [option for option in options if last.get(option.label, -1) + 1 < machine.max_steps]
        if options:
            self.held_back = self.held_back or bool(spinning)
            return options
        if machine.finished:
            return []
        if k.live_timers and all(t.vain_polls >= SPIN for t in spinning):
            due = next_due(k)
            if due is not None:
                k.now_100ns = due
                self._time_passed = True
                return list(due_entries(k, due))
        return list(spinning)

    # ---- between executions --------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """The machine has run: its last step is over."""
        if self._open:
            self._close()

    def finish(self) -> bool:
        """After the machine has run: plan what its races ask for, and go back to where something is left to do."""
        self.close()
        if self.pruned:
            self.redundant += 1
            self._reverse_races()
        else:
            self.executions += 1
            self._reverse_races()
        return self._backtrack()

    def _reverse_races(self) -> None:
        missed = []
        for label, (key, shared) in self.wanted.items():
            missed.append(Step(label, -1, reads=key if shared else 0, writes=0 if shared else key,
                               locks=[(key, "S" if shared else "X")], guard=key))  # fmt: skip
        path = self.path
        new = path.known
        races_of_missed = path.analyse(missed)
        after_all = -1  # what all new steps happen after
        for before in path.past[new:]:
            after_all &= before
        for e, racing in enumerate(path.races):
            # A race that was there in the execution before is reversed once more if any of the new steps does not happen after
            # step e: it may be what makes the difference.
            if racing and e < new and after_all >> e & 1:
                racing = [step for step in racing if step.position >= new]
            if racing:
                self._reverse(e, racing)
        for e, step in races_of_missed:
            self._reverse(e, [step])

    def _reverse(self, e: int, racing: Sequence[Step]) -> None:
        """Plan the reversal of races with step e: v = notdep(e, E), all that does not happen after e, then the racing step."""
        bit = 1 << e
        notdep = [move for move in self.path.moves[e + 1 :] if not move.before & bit]
        mask = mask_of(notdep)
        for step in racing:
            bit = 1 << step.position
            others = notdep if not mask & bit else [other for other in notdep if other is not step]
            last = replace(step, before=self.path.past_without(step, others)) if step.guard else step
            self._insert(e, [*others, last], mask | bit)

    def _insert(self, e: int, sequence: list[Step], mask: int) -> None:
        """Plan a sequence at a node, unless one of its weak initials is in the sleep set there."""
        reversed_ = self.path.moves[e]
        if not covered(sequence, mask, reversed_, self.sleeps[e].values()):
            insert(self.trees[e], sequence, mask, reversed_)

    def _backtrack(self) -> bool:
        path = self.path
        for depth in range(len(path.moves) - 1, -1, -1):
            step, tree = path.moves[depth], self.trees[depth]
            here = self._alternatives[depth] if depth < len(self._alternatives) else None
            if here is not None:
                more = here.next(step.outcomes)
                if more is not None:
                    # Planned with other outcomes, what follows was left out: this is an end like that of a planned sequence.
                    tree.insert(0, Branch(Step(step.actor, step.ordinal, outcomes=more), ends=True))
                    self._go_back(depth, here)
                    return True
                step = replace(step, reads=here.reads, writes=here.writes)
            if tree:
                self._explored(depth, step)
                while tree and blocked(tree[0], self.sleeps[depth]):
                    del tree[0]
            if tree:
                self._go_back(depth, None)
                return True
        return False

    def _explored(self, depth: int, step: Step) -> None:
        """All that begins with this step at this node is explored."""
        self.sleeps[depth][step.actor] = step

    def share(self) -> float:
        """How much of what is known of the tree is explored, 0 to 1; between executions."""
        share, weight = 0.0, 1.0
        for depth in range(len(self._done)):
            finished = self._done[depth]
            branches = finished + len(self.trees[depth]) + (depth < len(self.path.moves))
            share += weight * finished / branches
            weight /= branches
        return share

    def _go_back(self, depth: int, here: Alternatives | None) -> None:
        self._done += [0] * (depth + 1 - len(self._done))
        self._done[depth] += 1
        del self._done[depth + 1 :]
        del self.sleeps[depth + 1 :]
        del self.trees[depth + 1 :]
        del self._alternatives[depth:]
        if here is not None:
            self._alternatives += [None] * (depth - len(self._alternatives))
            self._alternatives.append(here)
        self.path.cut(depth)
