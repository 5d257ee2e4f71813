"""The kernel's part of a state: one difference at a time gives another fingerprint, what nobody can observe does not."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from alertable.sim.fingerprint.state import Fingerprints
from tests.audit.generator import random_program
from tests.audit.walk import Walk, walk

if TYPE_CHECKING:
    from tests.audit.generator import RandomProgram

SAMPLE = 30  # random programs


def digests(program: RandomProgram, explorer: Walk) -> list[bytes] | None:
    """The fingerprints along one execution; None where the model refuses the program."""
    fingerprints, found = Fingerprints(exact=True), []

    def prepare(machine: Any, api: Any) -> None:
        explorer.on_end = lambda _count: found.append(fingerprints.take(machine, api))

    walked = walk(program, explorer, prepare)
    assert not fingerprints.collided
    assert not fingerprints.unreadable
    return None if walked is None else found


@pytest.mark.parametrize("number", range(SAMPLE))
def test_an_execution_that_is_done_again_comes_to_the_same_states(number: int) -> None:
    program = random_program(number)
    explorer = Walk(Random(number))
    found = digests(program, explorer)
    if found is None:
        return
    plan = [(step.actor, step.outcomes) for step in explorer.path.moves]
    kept = [bytearray(100) for _ in range(number)]
    assert digests(program, Walk(None, plan)) == found
    del kept
