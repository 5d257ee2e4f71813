"""The swap audit: neighbouring steps that are taken for independent are executed the other way round.

The swapped sequence must be possible, both steps and everything after them must do what they did, and the state right after the
two and at the end must be the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Final

from tests.audit.kernel_dump import difference, kernel_dump
from tests.audit.walk import Walk, walk

if TYPE_CHECKING:
    from alertable.sim.runtime.machine import Machine
    from tests.audit.generator import RandomProgram
    from tests.audit.walk import Taken, Walked

SWAPS: Final = 6  # tried per execution


@dataclass(frozen=True, slots=True)
class Hole:
    """Two steps that are not as independent as they are said to be."""

    first: Taken
    second: Taken
    kind: str
    why: str

    def __str__(self) -> str:
        return f"  {self.first}\n  {self.second}\n  swapped: {self.kind}: {self.why}"


@dataclass(slots=True)
class Swapped:
    """What one program showed."""

    swaps: int = 0
    hole: Hole | None = None
    refused: bool = False  # NotModelled


class States:
    """The dumps of a kernel after each of its steps."""

    def __init__(self, explorer: Walk, wanted: set[int] | None = None) -> None:
        self.after: dict[int, str] = {}
        self.over: set[int] = set()  # when nobody is awaited any more
        self._wanted = wanted
        self._machine: Any = None
        self._api: Any = None
        explorer.on_end = self._note

    def prepare(self, machine: Machine, api: Any) -> None:
        """Whose state it is."""
        self._machine, self._api = machine, api

    def _note(self, count: int) -> None:
        if not self._machine.kernel.alive:
            self.over.add(count)
        if self._wanted is None or count in self._wanted:
            self.after[count] = kernel_dump(self._machine.kernel, self._api)


def swappable(walked: Walked) -> list[int]:
    """Places whose step and the next are of different actors and, as the explorer sees it, do not depend on each other."""
    steps, past = walked.steps, walked.past
    last = len(steps) - (2 if walked.failed else 1)  # nothing happens after a step that breaks a law
    return [
        i for i in range(last)
        if steps[i].actor != steps[i + 1].actor and not past[i + 1] >> i & 1
        and not steps[i + 1].time_passed and not steps[i].time_passed
    ]  # fmt: skip


def audit(program: RandomProgram, seed: int, count: int = SWAPS) -> Swapped:
    """Walk once at random, swap at some places; the first hole ends it."""
    random = Random(seed)
    explorer = Walk(random)
    states = States(explorer)
    walked = walk(program, explorer, states.prepare)
    if walked is None:
        return Swapped(refused=True)
    places = swappable(walked)
    done = Swapped()
    for place in places if len(places) <= count else sorted(random.sample(places, count)):
        done.swaps += 1
        done.hole = _swap(program, walked, states, place)
        if done.hole is not None:
            break
    return done


def _swap(program: RandomProgram, walked: Walked, states: States, i: int) -> Hole | None:
    plan = walked.plan
    plan[i], plan[i + 1] = plan[i + 1], plan[i]
    explorer = Walk(None, plan)
    mine = States(explorer, {i + 2, len(plan)})
    again = walk(program, explorer, mine.prepare)
    first, second = walked.steps[i], walked.steps[i + 1]
    assert again is not None
    before = {step.name: step for step in walked.steps}
    for place, step in enumerate(again.steps):
        if place >= i and step != before.get(step.name):
            was = before.get(step.name)
            which = {first.name: "the first of them", second.name: "the second"}.get(step.name, "a later step")
            return Hole(first, second, f"{which} does something else", _differs(was, step))
    if again.impossible is not None:
        if i + 2 in states.over and i + 1 not in states.over:
            return None  # with the last thread that is awaited everything ends that is not due yet; before, it may happen
        return Hole(first, second, "not possible", again.impossible)
    if mine.after.get(i + 2) != states.after[i + 2]:
        return Hole(first, second, "another state", difference(states.after[i + 2], mine.after.get(i + 2, "")))
    if again.ended != walked.ended:
        return Hole(first, second, "another end", f"{walked.ended!r} became {again.ended!r}")
    if mine.after.get(len(plan)) != states.after[len(plan)]:
        return Hole(first, second, "another state at the end", difference(states.after[len(plan)], mine.after.get(len(plan), "")))
    return None


def _differs(was: Taken | None, now: Taken) -> str:
    if was is None:
        return f"{now.name} was not there"
    parts = [
        f"{field} {getattr(was, field)!r} became {getattr(now, field)!r}"
        for field in ("reads", "writes", "joins", "locks", "others", "outcomes", "time_passed")
        if getattr(was, field) != getattr(now, field)
    ]
    return f"{now.name}: " + "; ".join(parts)
