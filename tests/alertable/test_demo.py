"""`alertable demo` and `alertable zoo`: what a newcomer runs first."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from alertable.cli import main
from alertable.commands.demo import TRACE_LINES
from alertable.specs.zoo import cases

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from alertable.winapi import WinApi


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def invoke(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


def test_the_demo_shows_a_run_a_bug_and_what_to_do_next() -> None:
    result = invoke("demo")
    assert result.exit_code == 0, result.output
    usual, bug = result.stdout.split("FAIL  after")
    trace = usual.split("\n\n")[1].splitlines()
    assert 15 < len(trace) <= TRACE_LINES
    assert any(">> recv_callback" in line for line in trace)
    assert "S3: OVERLAPPED used twice" in bug
    assert len(bug.partition("Where to go on:")[2].strip().splitlines()) == 3


def test_what_the_demo_found_is_replayed_by_its_id() -> None:
    found = re.search(r"^again: alertable (replay \w+) ", invoke("demo").stdout, re.MULTILINE)
    assert found is not None
    again = invoke(*found[1].split())
    assert again.exit_code == 1
    assert "FAIL  S3" in again.stdout


@pytest.mark.parametrize("columns", ["40", "60", "200"])
def test_the_demo_keeps_to_its_lines_at_any_width(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    result = invoke("demo")
    assert result.exit_code == 0
    assert len(result.stdout.split("\n\n")[1].splitlines()) <= TRACE_LINES


def test_the_zoo_is_listed() -> None:
    result = invoke("zoo")
    assert result.exit_code == 0
    for case in cases():
        assert f"{case.id:<4} {case.title}" in result.stdout
    assert [each["id"] for each in json.loads(invoke("zoo", "--json").stdout)] == [case.id for case in cases()]


def test_an_animal_is_checked_in_all_its_forms() -> None:
    result = invoke("zoo", "a05", "A05")
    assert result.exit_code == 0
    assert re.findall(r"^(?:PASS|FAIL)  \w+", result.stdout, re.MULTILINE) == ["FAIL  FAILED", "PASS  COMPLETE"]
    (data,) = json.loads(invoke("zoo", "a05", "--json").stdout)
    assert data["as_it_should"]


def test_an_animal_that_does_not_do_what_it_should_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(case for case in cases() if case.id == "A05")
    monkeypatch.setattr(type(case), "words", lambda *_: ["check", "it"])

    def buggy(w: WinApi) -> object:
        return case.fixed(w)

    tame = type(case)("A05", "", "", ("S1",), buggy, case.fixed)  # both forms are right
    monkeypatch.setattr("alertable.commands.zoo.cases", lambda: (tame,))
    assert invoke("zoo", "A05").exit_code == 1


def test_what_is_not_in_the_zoo_is_one_line() -> None:
    result = invoke("zoo", "A99")
    assert result.exit_code == 2
    assert result.stderr.startswith("alertable: A99: no such animal; there are A01, ")
    assert result.stderr.count("\n") == 1
