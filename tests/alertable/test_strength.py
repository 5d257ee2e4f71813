"""Verdict, word, exit code and a test's fate: they come from one place and never disagree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import alertable
from alertable.cli import main
from alertable.sim.explore.report import Report
from alertable.strength import REQUIREMENTS, STRENGTH, accepted, exit_code, required, said
from alertable.testing import CheckFailed

if TYPE_CHECKING:
    from pathlib import Path

BROKEN = alertable.Violation(id="S1", title="t", message="m", step=1, source="s")
STRANGE = alertable.Violation(id="not-deterministic", title="t", message="m", step=1, source="s")


def report(verdict: str, *violations: alertable.Violation, reasons: tuple[str, ...] = ()) -> Report:
    return Report(
        verdict=verdict, reasons=reasons, outcomes={}, violations=violations, executions=1, seconds=0.0, statistics={}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "require", "code", "word"),
    [
        (report("COMPLETE"), None, 0, "PASS"),
        (report("COMPLETE"), "complete", 0, "PASS"),
        (report("BOUNDED"), None, 0, "PASS"),
        (report("BOUNDED"), "complete", 3, "WEAK"),
        (report("SAMPLED"), None, 0, "PASS"),
        (report("SAMPLED"), "bounded", 3, "WEAK"),
        (report("INCONCLUSIVE"), None, 3, "INCONCLUSIVE"),
        (report("INCONCLUSIVE"), "sampled", 3, "INCONCLUSIVE"),
        (report("INCONCLUSIVE"), "any", 0, "INCONCLUSIVE"),
        (report("INCONCLUSIVE", reasons=("it was interrupted",)), "any", 130, "INCONCLUSIVE"),
        (report("FAILED", BROKEN), "any", 1, "FAIL"),
        (report("FAILED", STRANGE), "any", 4, "FAIL"),
        (report("FAILED", STRANGE, BROKEN), None, 1, "FAIL"),
        (report("FAILED", BROKEN, reasons=("it was interrupted",)), None, 1, "FAIL"),
    ],
)
def test_the_exit_code_follows_from_the_verdict(answer: Report, require: str | None, code: int, word: str) -> None:
    assert exit_code(answer, require) == code
    assert said(answer, code) == word


@pytest.mark.parametrize("verdict", [*STRENGTH, "FAILED"])
@pytest.mark.parametrize("require", [None, *REQUIREMENTS])
def test_word_code_and_acceptance_agree(verdict: str, require: str | None) -> None:
    answer = report(verdict, *([BROKEN] if verdict == "FAILED" else []))
    code = exit_code(answer, require)
    assert (code == 0) == accepted(answer, require)
    assert (said(answer, code) == "PASS") == (code == 0 and verdict != "INCONCLUSIVE")
    assert (verdict == "FAILED") == (not answer.ok)


def test_a_requirement_that_there_is_not_is_one_line() -> None:
    with pytest.raises(ValueError, match="require='certain' does not exist; there are 'complete', 'bounded', 'sampled', 'any'"):
        required("certain")
    with pytest.raises(ValueError, match="require='certain'"):
        alertable.check(require="certain")


# ---- the command ---------------------------------------------------------------------------------------------------------------

MANY = """
import ctypes
def program(w):
    cells = [w.Interlocked(0) for _ in range(9)]
    def body(n):
        for cell in cells:
            cell.fetch_add(n or 0)
        return 0
    routine = w.CALLBACK(ctypes.c_uint32, ctypes.c_void_p)(body)
    for t in [w.CreateThread(None, 0, routine, n, 0, None) for n in (1, 2, 3)]:
        w.WaitForSingleObject(t, 0xFFFFFFFF)
"""


def test_the_phases_are_told(tmp_path: Path) -> None:
    file = tmp_path / "many.py"
    file.write_text(MANY, encoding="utf-8")
    words = ["check", str(file), "--store", str(tmp_path / "store"), "--memory", "shared", "--max-executions", "160"]
    assert "\n  executions: 1 default, 50 random, 9 pct, 100 search\n" in CliRunner().invoke(main, words).stdout


@pytest.mark.parametrize(
    ("words", "code", "head"),
    [
        (["--max-executions", "5"], 3, "INCONCLUSIVE: 5 executions"),
        (["--max-executions", "5", "--require", "any"], 0, "INCONCLUSIVE: 5 executions"),
        (["--max-executions", "5", "--strategy", "random"], 0, "PASS  SAMPLED: 5 executions"),
        (["--max-executions", "5", "--strategy", "random", "--require", "bounded"], 3, "WEAK  SAMPLED: 5 executions"),
    ],
)
def test_what_did_not_get_through_is_no_pass(tmp_path: Path, words: list[str], code: int, head: str) -> None:
    file = tmp_path / "many.py"
    file.write_text(MANY, encoding="utf-8")
    command = ["check", str(file), "--store", str(tmp_path / "store"), *words]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == code
    assert result.stdout.startswith(head)
    assert "not searched: " in result.stdout
    assert "\n  try " in result.stdout
    data = json.loads(CliRunner().invoke(main, [*command, "--json"]).stdout)
    assert data["ok"] == (code == 0)
    assert head.startswith(data["result"])
    assert data["not_searched"]
    assert len(data["suggestions"]) == 2


# ---- tests ---------------------------------------------------------------------------------------------------------------------


def many(w: Any) -> None:
    namespace: dict[str, Any] = {}
    exec(MANY, namespace)
    namespace["program"](w)


def test_a_check_that_did_not_get_through_fails_its_test() -> None:
    with pytest.raises(CheckFailed, match="INCONCLUSIVE is weaker than sampled: it was limited to 5 executions") as caught:
        alertable.check(max_executions=5)(many)()
    assert "or accept it: require='any'" in str(caught.value)
    assert caught.value.report is not None
    alertable.check(max_executions=5, require="any")(many)()


def test_a_sample_passes_unless_more_is_required() -> None:
    alertable.check(strategy="random", max_executions=5)(many)()
    with pytest.raises(CheckFailed, match="SAMPLED is weaker than bounded"):
        alertable.check(strategy="random", max_executions=5, require="bounded")(many)()
