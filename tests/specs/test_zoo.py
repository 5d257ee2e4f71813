"""The zoo: the checker finds what is wrong in every wrong form, and nothing in the right one."""

from __future__ import annotations

import json
from ctypes import addressof, c_uint64
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import alertable
from alertable.cli import main
from alertable.sim.trace.names import LEAST_ADDRESS
from alertable.sim.view.columns import rows_of
from alertable.specs.zoo import cases
from tests.child import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alertable.specs.zoo.case import Case

MANY = {"A09", "C05", "F10"}  # thousands of behaviours
RANKED = (
    "A01", "C01", "D05", "D04", "F02", "B04", "B05", "D02", "F01", "D08", "D03", "D07", "E11", "C05", "A04", "B02", "A11", "F10",
    "A09", "A05", "D11",
)  # fmt: skip


def wrong_forms() -> list[Any]:
    return [pytest.param(case, form, id=f"{case.id}-{form.__name__}") for case in cases() for form in (case.buggy, *case.wrong)]


@pytest.mark.parametrize(("case", "form"), wrong_forms())
def test_a_wrong_form_is_refuted(case: Case, form: Callable[[Any], object]) -> None:
    (violation,) = alertable.check(form, **case.options).violations
    assert set(case.finds) & {violation.id, *violation.laws}, violation
    again = alertable.replay(form, schedule=violation.schedule, **{k: v for k, v in case.options.items() if k != "memory"})
    assert again.violation is not None
    assert again.violation.id == violation.id
    assert again.violation.where == violation.where
    assert violation.where
    assert not violation.note
    assert 0 < len(violation.rows) <= 13
    if addressof(c_uint64()) >= LEAST_ADDRESS:  # else (Wine) addresses look like numbers, and differ
        assert set(violation.rows[:-1]) <= set(rows_of(again.trace))
    assert violation.rows[-1].step == violation.step == again.violation.step
    assert violation.id in f"{violation.rows[-1].text} {violation.rows[-1].kernel}"


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.id, marks=[pytest.mark.long] if case.id in MANY else []) for case in cases()]
)
def test_the_right_form_passes(case: Case) -> None:
    report = alertable.check(case.fixed, **case.options)
    assert report.ok, report.violations
    assert report.verdict in ("COMPLETE", "BOUNDED")


def test_the_whole_ranking_is_there() -> None:
    assert set(RANKED) <= {case.id for case in cases()}


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in cases()])
def test_the_command_on_the_page_finds_the_bug(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(main, [*case.words(case.buggy), "--store", str(tmp_path), "--json"])
    assert result.exit_code == 1, result.output
    (violation,) = json.loads(result.stdout)["violations"]
    assert set(case.finds) & {violation["id"], *violation["laws"]}
