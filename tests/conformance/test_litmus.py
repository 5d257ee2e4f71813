"""Every litmus test on both arms: the model within Windows' set on every schedule, real Winsock too (Wine within its own)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alertable.sim.conformance.lane import run_real
from alertable.sim.runtime.execution import execute
from alertable.sim.runtime.random_walk import RandomChooser
from alertable.sim.runtime.settings import Settings
from alertable.sim.win32.api import SimWinApi
from alertable.specs.litmus import Litmus, load
from tests.conformance.arms import under_wine

if TYPE_CHECKING:
    from alertable.kernel_model.choice import Chooser

LITMUS = load()
RANDOM_SCHEDULES = 100
MANY_SCHEDULES = 300


def outcome_of(litmus: Litmus, chooser: Chooser | None) -> object:
    """One untraced execution on the model."""
    machine = Settings(specs=()).machine(chooser=chooser)
    result = execute([litmus], machine, SimWinApi(machine))[0]  # type: ignore[list-item]  # it has fresh(), as a file has
    assert machine.violation is None, machine.violation
    return result


def test_all_facts_are_here() -> None:
    assert len(LITMUS) == 201
    assert len({litmus.id for litmus in LITMUS}) == 201


@pytest.mark.parametrize("litmus", LITMUS, ids=lambda litmus: litmus.path.stem)
def test_a_litmus_states_its_fact(litmus: Litmus) -> None:
    assert litmus.fact.strip()
    assert litmus.source.strip()
    assert litmus.expected


@pytest.mark.parametrize("litmus", LITMUS, ids=lambda litmus: litmus.path.stem)
def test_the_model_stays_within_what_windows_allows(litmus: Litmus) -> None:
    assert outcome_of(litmus, None) in litmus.expected
    for seed in range(RANDOM_SCHEDULES):
        outcome = outcome_of(litmus, RandomChooser(seed))
        assert outcome in litmus.expected, f"seed {seed}"


@pytest.mark.long
@pytest.mark.parametrize("litmus", LITMUS, ids=lambda litmus: litmus.path.stem)
def test_many_schedules_show_nothing_else(litmus: Litmus) -> None:
    for seed in range(RANDOM_SCHEDULES, MANY_SCHEDULES):
        outcome = outcome_of(litmus, RandomChooser(seed))
        assert outcome in litmus.expected, f"seed {seed}"


@pytest.mark.real_winsock
@pytest.mark.parametrize("litmus", LITMUS, ids=lambda litmus: litmus.path.stem)
def test_real_winsock_holds_the_fact(litmus: Litmus) -> None:
    allowed = litmus.wine if litmus.wine is not None and under_wine() else litmus.expected
    assert run_real(litmus) in allowed
