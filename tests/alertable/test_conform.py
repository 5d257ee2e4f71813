"""`alertable conform`: the table, the files, the exit codes - and that it can fail."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

import alertable.commands.conform as command
from alertable.cli import main
from alertable.sim.conformance.lane import Row, agreement, conform
from alertable.specs.litmus import load
from tests.repo.sources import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def invoke(*words: str) -> Result:
    return CliRunner().invoke(main, ["conform", *words])


def test_a_few_facts_on_the_model(tmp_path: Path) -> None:
    report, data = tmp_path / "report.md", tmp_path / "report.json"
    result = invoke("--only", "k00*", "--schedules", "3", "--report", str(report), "--json", str(data))
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("6 facts: 6 ok\n")
    facts = json.loads(data.read_text(encoding="utf-8"))
    assert facts["complete"] is True
    assert [fact["id"] for fact in facts["facts"]] == ["K001", "K002", "K003", "K004", "K006", "K009"]
    assert all(set(fact["model"]) <= set(fact["allowed"]) for fact in facts["facts"])
    assert "| K009 | " in report.read_text(encoding="utf-8")


def test_json_on_stdout_is_nothing_else() -> None:
    assert json.loads(invoke("--only", "k001", "--schedules", "0", "--json", "-").stdout)["backend"] == "sim"


def test_no_such_litmus_is_exit_code_5() -> None:
    result = invoke("--only", "zzz")
    assert result.exit_code == 5
    assert result.stderr.startswith("alertable: no litmus test matches 'zzz'")


def test_an_outcome_that_windows_does_not_allow_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(load("k001")[0], expected=frozenset({"something else"}))
    monkeypatch.setattr(command, "load", lambda _pattern: (wrong,))
    result = invoke("--schedules", "1")
    assert result.exit_code == 1
    assert "K001 NOT ALLOWED" in result.stdout
    assert "allowed 'something else'" in result.stdout


def test_a_real_arm_outside_what_is_allowed_fails() -> None:
    litmus = load("k001")[0]
    (seen,) = litmus.expected
    row = Row(litmus, frozenset({seen}), real="a surprise")
    assert agreement(row) == "NOT ALLOWED"
    row.real = seen
    assert agreement(row) == "same"


def test_a_litmus_that_raises_is_an_error_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    good = load("k002")[0]
    broken = replace(load("k001")[0], path=ROOT / "nowhere.py")
    rows = list(conform([broken, good], "sim", 0))
    assert [row.agreement for row in rows] == ["ERROR", "ok"]
    assert not rows[0].ok
    assert rows[0].errors


def test_an_interrupt_keeps_what_was_done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(*arguments: object) -> object:
        yield next(iter(conform(*arguments)))  # type: ignore[arg-type]  # as they were
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "conform", interrupted)
    data = tmp_path / "partial.json"
    result = invoke("--only", "k0*", "--schedules", "0", "--json", str(data))
    assert result.exit_code == 130
    partial = json.loads(data.read_text(encoding="utf-8"))
    assert (partial["complete"], len(partial["facts"])) == (False, 1)


def test_the_page_in_the_documentation_covers_every_fact_and_both_arms() -> None:
    page = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    for litmus in load():
        assert f"| {litmus.id} | " in page
    assert "- real: " in page
    assert "| NOT ALLOWED |" not in page
    assert "| ERROR |" not in page


@pytest.mark.real_winsock
def test_both_arms_agree_on_a_few_facts() -> None:
    result = invoke("--backend", "real", "--only", "k01*", "--schedules", "3")
    assert result.exit_code == 0, result.output
