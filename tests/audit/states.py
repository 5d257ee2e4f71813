"""The audit of fingerprints: two ways to one state are followed by the same schedule, which must do the same after both.

Random walks of one program note the fingerprint of each state that they come to.  Where two came to the same by different ways,
the second way is taken once more with what the first walk did next: each step must do what it did, lead to the same
fingerprint again, and the end must be the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.fingerprint.state import Fingerprints
from tests.audit.swap import Hole
from tests.audit.walk import Walk, walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.sim.runtime.machine import Machine
    from tests.audit.generator import RandomProgram
    from tests.audit.walk import Taken, Walked

    Plan = list[tuple[str, tuple[int, ...]]]

WALKS: Final = 8  # of one program
FOLLOWED: Final = 4  # pairs of ways


@dataclass(slots=True)
class Audited:
    """What one program showed."""

    states: int = 0
    pairs: int = 0  # ways to one state that were compared
    unread: int = 0
    hole: Hole | None = None
    refused: bool = False


class Marks:
    """The fingerprints along one walk."""

    def __init__(self, fingerprints: Fingerprints) -> None:
        self.fingerprints = fingerprints
        self.found: list[bytes] = []

    def of(self, program: RandomProgram, explorer: Walk) -> Walked | None:
        """Walk, and note them."""

        failures: list[Exception] = []  # which would pass for failures of the program

        def prepare(machine: Machine, api: Any) -> None:
            def look(_count: int) -> None:
                try:
                    self.found.append(self.fingerprints.take(machine, api))
                except Exception as failure:
                    failures.append(failure)
                    raise

            explorer.on_end = look

        walked = walk(program, explorer, prepare)
        if failures:
            raise failures[0]
        return walked


def audit(program: RandomProgram, seed: int, walks: int = WALKS, pairs: int = FOLLOWED) -> Audited:
    """Walk so often; the first hole ends it."""
    done = Audited()
    fingerprints = Fingerprints(exact=True)
    ways: dict[bytes, list[tuple[Walked, int]]] = {}
    for number in range(walks):
        marks = Marks(fingerprints)
        walked = marks.of(program, Walk(Random(seed * walks + number)))
        if walked is None:
            done.refused = True
            return done
        done.states += len(marks.found)
        for place, digest in enumerate(marks.found):
            ways.setdefault(digest, []).append((walked, place + 1))
    done.unread = sum(fingerprints.unreadable.values())
    assert not fingerprints.collided
    for digest, (first, *others) in ways.items():
        before = _prefix(*first)
        for other in others:
            if done.pairs >= pairs:
                return done
            if sorted(before) == sorted(_prefix(*other)) and before == _prefix(*other):
                continue
            done.pairs += 1
            done.hole = _follow(program, fingerprints, digest, first, other)
            if done.hole is not None:
                return done
            break
    return done


def _prefix(walked: Walked, count: int) -> Plan:
    return walked.plan[:count]


def _follow(
    program: RandomProgram, fingerprints: Fingerprints, digest: bytes, first: tuple[Walked, int], other: tuple[Walked, int]
) -> Hole | None:
    """The other way, and then what the first walk did."""
    walked, place = first
    wanted, plan = walked.plan[place:], _prefix(*other)
    marks, expected = Marks(fingerprints), Marks(fingerprints)
    again = marks.of(program, Walk(None, [*plan, *wanted]))
    expected.of(program, Walk(None, walked.plan))
    here, there = walked.steps[place - 1], other[0].steps[other[1] - 1]
    assert again is not None
    assert marks.found[len(plan) - 1] == digest, "the same way leads to another state"
    for was, now in zip(walked.steps[place:], again.steps[len(plan) :], strict=False):
        if _deed(was) != _deed(now):
            return Hole(here, there, "a step does something else", _differs(was, now))
    if again.impossible is not None:
        return Hole(here, there, "not possible", again.impossible)
    if again.ended != walked.ended:
        return Hole(here, there, "another end", f"{walked.ended!r} became {again.ended!r}")
    if marks.found[len(plan) :] != expected.found[place:]:
        return Hole(here, there, "another state later", _first_difference(marks.found[len(plan) :], expected.found[place:]))
    return None


def _deed(step: Taken) -> Taken:
    """What it did, however many steps its actor had made before."""
    return replace(step, ordinal=0)


def _differs(was: Taken, now: Taken) -> str:
    parts = [
        f"{name}: {getattr(was, name)!r} became {getattr(now, name)!r}"
        for name in ("actor", "reads", "writes", "joins", "locks", "others", "outcomes", "time_passed")
        if getattr(was, name) != getattr(now, name)
    ]
    return f"{now.actor}: " + "; ".join(parts)


def _first_difference(one: Sequence[bytes], other: Sequence[bytes]) -> str:
    place = next((n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other)))
    return f"{place + 1} steps after the state that is the same"
