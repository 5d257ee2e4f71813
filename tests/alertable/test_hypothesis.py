"""hypothesis under pytest, as its users run it: reports, statistics, the database, rows of observability."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.child import PLUGIN, python

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

TESTS = '''
from ctypes import c_uint32, c_void_p

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

import alertable
from alertable.winapi import INFINITE


def counting(n, fixed=False):
    def counting(w):
        total, log = [0], w.CreateEventW(None, 1, 0, None)

        @w.CALLBACK(c_uint32, c_void_p)
        def add(_):
            for _ in range(n):
                value = total[0]
                w.SetEvent(log)
                total[0] = value + 1
            return 0

        if fixed:
            return 2 * n
        threads = (c_void_p * 2)(*[w.CreateThread(None, 0, add, None, 0, None) for _ in range(2)])
        w.WaitForMultipleObjects(2, threads, 1, INFINITE)
        return total[0]

    return counting


EXAMPLE
@settings(deadline=None, derandomize=DERANDOMIZE, phases=set(Phase) - {Phase.explain})
@given(n=st.integers(1, 3), sched=alertable.schedules())
def test_adds_up(n, sched):
    global cases
    cases += 1
    print("case", cases)
    assert alertable.run(counting(n), schedule=sched).outcome == 2 * n


cases = 0


@settings(deadline=None, derandomize=True, database=None, max_examples=20)
@given(n=st.integers(0, 3), sched=alertable.schedules())
def test_waits(n, sched):
    def program(w):
        event = w.CreateEventW(None, 0, 0, None)
        if n == 3:
            w.WaitForSingleObject(event, INFINITE)

    assert alertable.run(program, schedule=sched).violation is None


@settings(deadline=None, derandomize=True, database=None, max_examples=20)
@given(sched=alertable.schedules())
def test_passes(sched):
    assert alertable.run(counting(2), schedule=sched).outcome in (2, 3, 4)
'''
MINIMAL = "v1: counting*4 counting.1 counting.2*3 counting.1*2 counting*2"
SHOWN = f"""\
E       Failing test case: test_adds_up(
E           n=1,
E           sched={MINIMAL!r},
E       )
"""
# What a row must have, by the published schema of observations and of their metadata.
ROW = {
    "type", "status", "status_reason", "representation", "arguments", "how_generated", "features", "coverage", "timing",
    "metadata", "property", "run_start",
}  # fmt: skip


pytestmark = pytest.mark.long  # every test starts processes: minutes together


def run_tests(folder: Path, *words: str, observed: bool = False) -> subprocess.CompletedProcess[str]:
    command = ("-m", "pytest", "-q", *PLUGIN, *words, "test_it.py")
    return python(*command, cwd=folder, HYPOTHESIS_EXPERIMENTAL_OBSERVABILITY="1") if observed else python(*command, cwd=folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With the tests in it; nothing else is derandomized there."""
    write(tmp_path)
    return tmp_path


def write(folder: Path, *, example: str = "", derandomize: bool = True) -> None:
    text = TESTS.replace("EXAMPLE", example).replace("DERANDOMIZE", str(derandomize))
    (folder / "test_it.py").write_text(text, encoding="utf-8")


def test_the_report_shows_the_schedule_and_pasted_it_fails_again(folder: Path) -> None:
    done = run_tests(folder, "-k", "adds_up")
    assert SHOWN in done.stdout, done.stdout
    write(folder, example=f"@example(n=1, sched={MINIMAL!r})")
    done = run_tests(folder, "-k", "adds_up")
    assert SHOWN.replace("Failing test case", "Failing explicit example") in done.stdout, done.stdout
    assert "case 2" not in done.stdout


def test_the_database_replays_it_first(folder: Path) -> None:
    write(folder, derandomize=False)
    assert SHOWN in run_tests(folder, "-k", "adds_up").stdout
    done = run_tests(folder, "-k", "adds_up", "--hypothesis-show-statistics")
    assert SHOWN in done.stdout
    assert "during reuse phase" in done.stdout
    assert "during generate phase" not in done.stdout


def test_a_verbose_test_says_what_each_schedule_was(folder: Path) -> None:
    done = run_tests(folder, "-k", "passes", "-s", "--hypothesis-verbosity=verbose")
    shown = re.findall(r"sched=<schedule 1, not run yet>,\n\)\nschedule 1: 'v1: counting", done.stdout)
    assert len(shown) == done.stdout.count("Test case: test_passes(") == 20, done.stdout


def test_statistics_and_rows_of_observability(folder: Path) -> None:
    done = run_tests(folder, "--hypothesis-show-statistics", observed=True)
    _, waits, passes = done.stdout.partition("Hypothesis Statistics")[2].split("test_it.py::")[1:4]
    assert re.search(r"\* [\d.]+%, violation: deadlock", waits), done.stdout
    assert "- Stopped because nothing left to do" in waits
    assert re.search(r"\* [\d.]+%, preemptions: 0\n", passes), done.stdout
    assert re.search(r"\* [\d.]+%, preemptions: [1-9]", passes)
    assert "- Stopped because settings.max_examples=20" in passes
    (file,) = (folder / ".hypothesis" / "observed").glob("*_testcases.jsonl")
    rows: list[dict[str, Any]] = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert {row["property"].partition("::")[2] for row in rows} == {"test_adds_up", "test_waits", "test_passes"}
    for row in rows:
        assert set(row) == ROW
        assert row["type"] == "test_case"
        if row["status"] == "gave_up":
            continue
        schedule = row["arguments"]["sched"]
        assert schedule.startswith(("v1: counting", "v1: test_it"))
        assert repr(schedule) in row["representation"]
        features = row["features"]
        assert features["steps"] >= 2
        assert {"preemptions", "APCs queued", "operations outstanding"} <= set(features)
        if row["property"].endswith("test_waits"):
            assert (features.get("violation") == "deadlock") == (row["arguments"]["n"] == 3) == (row["status"] == "failed")
        if row["how_generated"] != "minimal failing test case":
            assert row["metadata"]["notes"] == [f"schedule 1: {schedule!r}"]
    minimal = [row for row in rows if row["how_generated"] == "minimal failing test case"]
    assert [row["arguments"]["sched"] for row in minimal if row["property"].endswith("test_adds_up")] == [MINIMAL]
    assert f"sched={MINIMAL!r}" in minimal[0]["representation"]
