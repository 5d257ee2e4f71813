"""Mutants are noticed: each planted fault of specs/mutants/ makes the test fail that its entry names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alertable.specs.mutants import Mutant, mutants
from alertable.specs.mutants.plant import Stale, mutated, plant
from tests.mutants import Nursery
from tests.repo.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

MUTANTS = list(mutants().values())
KILLERS = sorted({mutant.test for mutant in MUTANTS})
HARMLESS = Mutant(
    id="harmless", wrong="", why="", where="alertable.kernel_model.ke.structures:Wait.ready_status", text="thread = self.thread",
    planted="thread = self.thread.thread", test="",
)  # fmt: skip


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_what_a_mutant_replaces_is_still_there(mutant: Mutant) -> None:
    mutated(mutant)


def test_a_mutant_says_what_who_and_where() -> None:
    for mutant in MUTANTS:
        assert mutant.wrong.endswith(".")
        assert mutant.why.endswith(".")
        path, _, test = mutant.test.partition("::")
        assert f"def {test.partition('[')[0]}(" in (ROOT / path).read_text(encoding="utf-8"), mutant.id


def changed(**fields: str) -> Mutant:
    return Mutant(**{name: getattr(HARMLESS, name) for name in HARMLESS.__slots__ if name != "executions"} | fields)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"text": "no such text"}, "stands 0 times"),
        ({"text": "obj"}, "stands 11 times"),
        ({"text": "thread = self.thread", "planted": "thread = ("}, "does not compile"),
        ({"planted": "thread  =  self.thread"}, "changes nothing"),
        ({"where": "alertable.kernel_model.ke.wait:no_such_function"}, "is not one function"),
        ({"where": "alertable.kernel_model.ke.structures:Wait"}, "is not one function"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_stale_mutant_is_told_from_a_fault(fields: dict[str, str], why: str) -> None:
    with pytest.raises(Stale, match=why):
        plant(changed(**fields))


@pytest.mark.long
def test_without_a_fault_every_one_of_these_tests_passes(nursery: Nursery) -> None:
    result = nursery.ask(KILLERS, patience=300)
    assert (result.broken, result.failed) == ("", {})
    assert sorted(result.passed) == KILLERS


@pytest.mark.long
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_a_planted_fault_is_noticed(nursery: Nursery, mutant: Mutant) -> None:
    result = nursery.ask([mutant.test], mutant.id)
    assert not result.broken
    assert list(result.failed) == [mutant.test], f"{mutant.id} lives: {mutant.wrong}"
    assert result.executions <= mutant.executions
