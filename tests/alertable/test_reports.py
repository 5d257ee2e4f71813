"""`--report`: JUnit, SARIF, JSON Lines and GitHub's summary, read again by what reads such files, and what cannot be written.

The SARIF of these runs was held against the schema of OASIS (errata 01); what stands here is what a viewer needs of it.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from alertable.cli import main
from alertable.reports import found, github
from alertable.reports.found import Case, Failure, Place, Run, clean
from alertable.specs.properties import SANITIZERS

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

GOOD = "def program(w):\n    return w.SetEvent(w.CreateEventW(None, 0, 0, None))\n"
STUCK = "def program(w):\n    w.Sleep(0xFFFFFFFF)\n"
DEMO = [f"specs.programs.lecture_demo:{name}" for name in ("server", "kim", "lee")]
NAME = "\ub098\uc05c \uc11c\ubc84.py"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.py").write_text(GOOD, encoding="utf-8")
    (tmp_path / NAME).write_text(STUCK, encoding="utf-8")
    return tmp_path


def reported(folder: Path, *words: str) -> tuple[Result, dict[str, str]]:
    """A call with a report of each kind, and the reports."""
    files = {kind: folder / f"a.{kind}" for kind in ("junit", "sarif", "jsonl", "github")}
    result = CliRunner().invoke(main, [*words, *(word for kind in files for word in ("--report", f"{kind}:{files[kind].name}"))])
    return result, {kind: path.read_text(encoding="utf-8") for kind, path in files.items()}


def the_case(text: str) -> tuple[ElementTree.Element, ElementTree.Element]:
    """The suite and its only case."""
    root = ElementTree.fromstring(text)
    (suite,) = root
    (case,) = suite.iter("testcase")
    assert (root.get("tests"), suite.get("tests")) == ("1", "1")
    return suite, case


def test_a_pass(folder: Path) -> None:
    result, reports = reported(folder, "check", "good.py")
    assert result.exit_code == 0
    suite, case = the_case(reports["junit"])
    assert (suite.get("failures"), suite.get("errors"), case.get("name")) == ("0", "0", "good.py")
    assert case.findtext("system-out", "").startswith("PASS COMPLETE")
    run = json.loads(reports["sarif"])["runs"][0]
    assert (run["results"], run["invocations"][0]["executionSuccessful"]) == ([], True)
    (summary,) = map(json.loads, reports["jsonl"].splitlines())
    assert (summary["type"], summary["ok"], summary["verdict"]) == ("summary", True, "COMPLETE")
    assert "1 checked, 0 failed." in reports["github"]


def test_a_failure_has_the_line_that_replays_it(folder: Path) -> None:
    result, reports = reported(folder, "check", NAME)
    assert result.exit_code == 1
    replay = result.stdout.splitlines()[-1].removeprefix("replay: ")
    _, case = the_case(reports["junit"])
    (failure,) = case.iter("failure")
    assert (failure.get("type"), failure.get("message")) == ("deadlock", "deadlock: blocked for ever")
    assert (failure.text or "").splitlines()[-1] == f"replay: {replay}"
    violation, summary = map(json.loads, reports["jsonl"].splitlines())
    assert (violation["type"], violation["id"], violation["replay"]) == ("violation", "deadlock", replay)
    assert (summary["type"], summary["exit_code"], summary["failed"]) == ("summary", 1, 1)
    assert replay in reports["github"]


def results(text: str) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """The run, its rules and its results, which fit together."""
    data = json.loads(text)
    assert data["version"] == "2.1.0"
    (run,) = data["runs"]
    rules = run["tool"]["driver"]["rules"]
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
    return run, rules, run["results"]


def test_sarif_shows_the_place_in_any_folder(folder: Path) -> None:
    _, reports = reported(folder, "check", NAME)
    run, _, (result,) = results(reports["sarif"])
    assert reports["sarif"].isascii()
    place = result["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 2}
    assert unquote(place["artifactLocation"]["uri"]) == NAME
    assert "%20" in place["artifactLocation"]["uri"]
    assert run["originalUriBaseIds"][place["artifactLocation"]["uriBaseId"]]["uri"] == folder.as_uri() + "/"
    assert "\ub098\uc05c \uc11c\ubc84.py" in result["properties"]["replay"]


def test_sarif_has_a_flow_for_each_thread(folder: Path) -> None:
    _, reports = reported(folder, "check", *DEMO, "--clock", "free")
    _, (rule,), (result,) = results(reports["sarif"])
    assert result["ruleId"] == rule["id"] == "S3"
    assert rule["fullDescription"]["text"] == SANITIZERS["S3"].law
    assert SANITIZERS["S3"].source in rule["help"]["text"]
    (flow,) = result["codeFlows"]
    flows = {each["id"]: each["locations"] for each in flow["threadFlows"]}
    assert list(flows) == ["kim", "server"]
    orders = sorted(each["executionOrder"] for locations in flows.values() for each in locations)
    assert orders == list(range(1, len(orders) + 1))
    for locations in flows.values():
        for each in locations:
            place = each["location"]["physicalLocation"]
            assert place["region"]["startLine"] > 1
            assert place["artifactLocation"]["uri"].endswith(".py")
            assert each["location"]["message"]["text"].startswith("step ")
    texts = [each["location"]["message"]["text"] for locations in flows.values() for each in locations]
    assert any("before it: step" in text for text in texts), "what the environment did is told, too"
    assert [each["importance"] for each in flows["server"]][-1] == "essential"


def test_the_same_run_gives_the_same_report(folder: Path) -> None:
    def without_seconds(text: str) -> Any:
        data = json.loads(text)
        del data["runs"][0]["properties"]["seconds"]
        return data

    first, second = (reported(folder, "check", NAME)[1]["sarif"] for _ in range(2))
    assert without_seconds(first) == without_seconds(second)


def test_a_verdict_that_is_too_weak_and_a_call_that_ends_with_an_error_are_reported(folder: Path) -> None:
    result, reports = reported(
        folder, "check", "good.py", "--strategy", "random", "--max-executions", "2", "--require", "complete"
    )
    assert result.exit_code == 3
    suite, case = the_case(reports["junit"])
    assert suite.get("failures") == "1"
    assert [each.tag for each in case] == ["failure", "system-out"]
    assert json.loads(reports["jsonl"].splitlines()[0])["type"] == "weak"
    result, reports = reported(folder, "check", "nobody.py")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    suite, case = the_case(reports["junit"])
    assert suite.get("errors") == "1"
    assert "there is no such file" in (case[0].get("message") or "")
    invocation = json.loads(reports["sarif"])["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert "there is no such file" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_conform_has_a_case_for_each_fact(folder: Path) -> None:
    result, reports = reported(folder, "conform", "--only", "k00*", "--report", "page.md")
    assert result.exit_code == 0
    cases = list(ElementTree.fromstring(reports["junit"]).iter("testcase"))
    assert [case.get("name") for case in cases][:1] == ["K001"]
    assert json.loads(reports["jsonl"])["facts"] == len(cases)
    assert (folder / "page.md").read_text(encoding="utf-8").startswith("# Conformance")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("luck:a.xml", "'luck:a.xml' is no KIND:FILE; kinds are junit, sarif, jsonl, github"),
        ("junit", "'junit' is no KIND:FILE"),
        ("junit:", "a file in a folder that exists is wanted"),
        ("junit:nowhere/a.xml", "a file in a folder that exists is wanted"),
        ("junit:.", "a file in a folder that exists is wanted"),
        ("github", "GITHUB_STEP_SUMMARY is not set: this is no step of GitHub Actions; give github:FILE"),
    ],
)
def test_a_bad_target_is_one_line_before_anything_runs(monkeypatch: pytest.MonkeyPatch, target: str, said: str) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    result = CliRunner().invoke(main, ["check", "good.py", "--report", target])
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert said in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="/dev/full is a device of POSIX systems")
def test_a_report_that_cannot_be_written_costs_the_report(folder: Path) -> None:
    words = ["--report", "junit:/dev/full"]
    result = CliRunner().invoke(main, ["check", "good.py", *words])
    assert (result.exit_code, result.stdout[:4]) == (2, "PASS")
    assert "/dev/full cannot be written (No space left on device): there is no junit report" in result.stderr
    assert CliRunner().invoke(main, ["check", NAME, *words]).exit_code == 1


def test_github_is_told_at_the_lines(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary.md"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    (folder / "summary.md").write_text("before\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["check", NAME, "--report", "github"])
    assert f"::error file={NAME},line=2,title=deadlock%3A blocked for ever::" in result.stderr
    summary = (folder / "summary.md").read_text(encoding="utf-8")
    assert summary.startswith("before\n### alertable check: exit code 1\n")


def test_what_formats_do_not_take_is_escaped() -> None:
    strange = "a\x00b\x1bc\udcffd\ufffee\u2028|<x>%\r~~~~~~ ]]>"
    failure = Failure("id", strange, strange, strange, strange, (Place("a,b:c.py", 3),))
    run = Run("check", (Case(strange, strange, failures=(failure,)),), 1, {"x": strange})
    for name, form in found_formats().items():
        text = form(run)
        assert text.encode("utf-8")
        assert "\x00" not in text, name
    assert ElementTree.fromstring(found_formats()["junit"](run)).find("testsuite/testcase/failure") is not None
    assert clean("a\x00b\udcff") == "a\\x00b\\udcff"
    assert sum(line.startswith("~~~") for line in github.text(run).split("\n")) == 2


def found_formats() -> dict[str, Any]:
    from alertable.reports import FORMATS

    return FORMATS


def test_a_summary_has_at_most_what_github_takes() -> None:
    failure = Failure("S3", "t", "m", "s", "\ud55c" * 100_000)
    run = Run("check", (Case("p", "FAIL", failures=(failure,) * 9),), 1)
    text = github.text(run)
    assert 900_000 < len(text.encode()) <= 1_048_576
    assert text.endswith(github.CUT)


def test_files_of_one_name_are_not_mixed_up() -> None:
    assert found._by_name(["a/x.py", "b/x.py", "a/y.py"]) == {"y.py": "a/y.py"}
