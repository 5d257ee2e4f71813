"""Every branch of every sanitizer: the program that it is for, and the twins that it must leave alone."""

from __future__ import annotations

import pytest

from alertable.specs.properties import SANITIZERS
from tests.specs import planted
from tests.specs.laws import LAWS, Law

TWINS = [pytest.param(law, -n, id=f"{law.name}-{n}") for law in LAWS for n in range(law.twins)]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_the_wrong_form_is_reported_for_its_reason(law: Law) -> None:
    identity, message = law.found(1)
    assert (identity, law.message in message) == (law.id, True), f"{identity}: {message}"


@pytest.mark.parametrize(("law", "form"), TWINS)
def test_a_right_form_is_not(law: Law, form: int) -> None:
    assert law.silent(form), law.found(form)


def test_no_sanitizer_is_left_out() -> None:
    assert {law.id for law in LAWS} == set(SANITIZERS) - {"data-race"}  # which watches memory, not events


@pytest.mark.long
@pytest.mark.parametrize("module", planted.MODULES)
def test_every_planted_fault_is_noticed(module: str) -> None:
    assert [str(fault) for fault in planted.faults(module) if planted.noticed(fault) is None] == []
