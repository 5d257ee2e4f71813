"""alertable.check: verdicts, outcomes, violations, bad input; the command."""

from __future__ import annotations

import json
from ctypes import byref, c_void_p
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

import alertable
from alertable.cli import main
from alertable.words import quoted
from tests.explore.rows import in_threads, lastzero, rw

if TYPE_CHECKING:
    from pathlib import Path

    from alertable.winapi import WinApi


def two_locks(w: WinApi) -> None:
    """The classic: two locks, two orders."""
    one, two = c_void_p(), c_void_p()

    def first() -> None:
        w.AcquireSRWLockExclusive(byref(one))
        w.AcquireSRWLockExclusive(byref(two))
        w.ReleaseSRWLockExclusive(byref(two))
        w.ReleaseSRWLockExclusive(byref(one))

    def second() -> None:
        w.AcquireSRWLockExclusive(byref(two))
        w.AcquireSRWLockExclusive(byref(one))
        w.ReleaseSRWLockExclusive(byref(one))
        w.ReleaseSRWLockExclusive(byref(two))

    in_threads(w, first, second)


def lost_update(w: WinApi) -> int:
    x = w.Interlocked(0)
    in_threads(w, *[lambda: x.store(x.load() + 1)] * 2)
    return x.load()


def test_memory_that_nobody_chose_is_precise() -> None:
    def program(w: WinApi) -> int:
        record = {"x": 0}
        in_threads(w, *[lambda: record.update(x=record["x"] + 1)] * 2)
        return record["x"]

    assert [v.id for v in alertable.check(program, memory=None).violations] == ["data-race"]
    assert alertable.check(program, memory="locks").ok


def test_a_deadlock_is_found_and_replays() -> None:
    for memory in ("shared", "locks"):
        report = alertable.check(two_locks, memory=memory)
        assert not report.ok
        (violation,) = report.violations
        assert violation.id == "deadlock"
        again = alertable.replay(two_locks, schedule=violation.schedule)
        assert again.violation is not None
        assert again.violation.message == violation.message


def test_a_deadlock_is_failed_whatever_is_left_of_the_search() -> None:
    for keep_going in (False, True):
        report = alertable.check(two_locks, memory="locks", keep_going=keep_going)
        assert (report.verdict, report.ok) == ("FAILED", False)
    assert report.reasons == ("the search went on to its end: COMPLETE",)


def test_every_outcome_comes_with_a_schedule_that_leads_to_it() -> None:
    report = alertable.check(lost_update)
    assert report.verdict == "COMPLETE"
    assert set(report.outcomes) == {1, 2}
    for outcome, schedule in report.outcomes.items():
        assert alertable.replay(lost_update, schedule=schedule).outcome == outcome


def test_the_same_search_twice_is_the_same() -> None:
    first, second = alertable.check(rw(3), memory="locks"), alertable.check(rw(3), memory="locks")
    assert list(first.outcomes.items()) == list(second.outcomes.items())
    assert (first.executions, first.statistics) == (second.executions, second.statistics)


def test_random_schedules_are_a_sample() -> None:
    report = alertable.check(lost_update, strategy="random", max_executions=50)
    assert (report.verdict, report.executions) == ("SAMPLED", 50)
    assert set(report.outcomes) <= {1, 2}


def test_a_limit_makes_it_inconclusive() -> None:
    report = alertable.check(lastzero(4), memory="locks", max_executions=3)
    assert (report.verdict, report.executions) == ("INCONCLUSIVE", 3)
    assert report.reasons == ("it was limited to 3 executions",)


def test_a_polling_loop_makes_it_bounded() -> None:
    def program(w: WinApi) -> int:
        event, looks = w.CreateEventW(None, 1, 0, None), [0]

        def poll() -> None:
            while w.WaitForSingleObject(event, 0):
                looks[0] += 1

        in_threads(w, poll, lambda: w.SetEvent(event))
        return min(looks[0], 2)

    report = alertable.check(program)
    assert report.verdict == "BOUNDED"
    assert set(report.outcomes) == {0, 1, 2}
    assert "only polls" in report.reasons[0]


def test_a_lock_without_a_name_is_said() -> None:
    def program(w: WinApi) -> None:
        def use(lock: Any) -> None:
            w.AcquireSRWLockExclusive(byref(lock))
            w.ReleaseSRWLockExclusive(byref(lock))

        hidden = {"lock": c_void_p()}
        in_threads(w, *[lambda: use(hidden["lock"])] * 2)

    report = alertable.check(program, memory="locks")
    assert report.verdict == "INCONCLUSIVE"
    assert "InitializeSRWLock" in report.reasons[0]


def test_a_program_that_remembers_is_not_deterministic() -> None:
    runs = [0]

    def program(w: WinApi) -> None:
        runs[0] += 1
        if runs[0] == 1:
            raise RuntimeError("only the first time")

    (violation,) = alertable.check(program).violations
    assert violation.id == "not-deterministic"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"strategy": "luck"}, "strategy='luck' does not exist; there are states, dpor, dfs, random"),
        ({"memory": "none"}, "memory='none'"),
        ({"workers": 0}, "workers=0: at least one"),
        ({"workers": 2, "strategy": "dfs"}, "workers share out the tree of the strategy 'dpor'"),
        ({"delays": 1}, "delays bound the strategy 'dfs' only"),
        ({"specs": ["S99"]}, "specs: 'S99' does not exist; there are S1, "),
        ({"resume": "x", "strategy": "random"}, "only a search by 'dpor' or 'dfs'"),
        ({"faults": {"fire": 1}}, "fault='fire' does not exist; there are 'reset', "),
        ({"faults": {"reset": -1}}, "fault 'reset': the budget is a number of times, got -1"),
        ({"clock": "broken"}, "clock='broken' does not exist; there are 'eager', 'free'"),
        ({"time_limit": float("nan")}, "time_limit=nan: more than 0 seconds"),
        ({"time_limit": 0}, "time_limit=0: more than 0 seconds"),
        ({"time_limit": -1.5}, "time_limit=-1.5: more than 0 seconds"),
        ({"max_executions": 0}, "max_executions=0: 1 or more"),
        ({"max_executions": -3}, "max_executions=-3: 1 or more"),
        ({"max_steps": 0}, "max_steps=0: 1 or more"),
        ({"preemptions": -1, "strategy": "dfs"}, "preemptions=-1: 0 or more"),
        ({"delays": -1, "strategy": "dfs"}, "delays=-1: 0 or more"),
        ({"specs": "S1"}, "specs='S1': a sequence of ids is wanted"),
        ({"specs": [["S1"]]}, "specs: \\['S1'\\] does not exist"),
        ({"faults": {"reset": float("nan")}}, "fault 'reset': the budget is a number of times, got nan"),
        ({"require": "certain"}, "require='certain' does not exist"),
        ({"profile": "linux"}, "profile='linux' does not exist; there are 'windows', 'documented'"),
    ],
)
def test_bad_input_is_one_line(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        alertable.check(lost_update, **options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"time_limit": "3"}, "time_limit='3': a number of seconds is wanted"),
        ({"max_executions": 2.5}, "max_executions=2.5: a whole number is wanted"),
        ({"max_executions": True}, "max_executions=True: a whole number is wanted"),
        ({"seed": "x"}, "seed='x': a whole number is wanted"),
        ({"seed": None}, "seed=None: a whole number is wanted"),
        ({"workers": "2"}, "workers='2': a whole number is wanted"),
        ({"max_steps": "5"}, "max_steps='5': a whole number is wanted"),
        ({"preemptions": "1", "strategy": "dfs"}, "preemptions='1': a whole number is wanted"),
        ({"specs": 5}, "specs=5: a sequence of ids and properties is wanted"),
        ({"faults": ["reset"]}, "faults=\\['reset'\\]: a mapping is wanted"),
        ({"progress": 5}, "progress=5: a function is wanted"),
        ({"found": 5}, "found=5: a function is wanted"),
        ({"nonsense": 1}, "unexpected keyword argument 'nonsense'"),
    ],
)
def test_a_wrong_type_is_one_line(options: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=said) as caught:
        alertable.check(lost_update, **options)
    assert "\n" not in str(caught.value)


# ---- the command ---------------------------------------------------------------------------------------------------------------


def invoke(tmp_path: Path, text: str, *words: str) -> Result:
    file = tmp_path / "given.py"
    file.write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["check", str(file), *words])


PASSING = "def program(w):\n    print('noise')\n    return w.SetEvent(w.CreateEventW(None, 0, 0, None))\n"
FAILING = "def program(w):\n    w.Sleep(0xFFFFFFFF)\n"


def test_a_pass_states_its_strength(tmp_path: Path) -> None:
    result = invoke(tmp_path, PASSING)
    assert result.exit_code == 0
    assert result.stdout.startswith("PASS  COMPLETE: 1 executions")
    assert "noise" not in result.output


def test_a_failure_has_a_replay_line(tmp_path: Path) -> None:
    result = invoke(tmp_path, FAILING)
    assert result.exit_code == 1
    assert "deadlock: blocked for ever" in result.stdout
    assert f"given.py --schedule {quoted('v1: *')[:5]}" in result.stdout


def test_a_verdict_weaker_than_required_is_exit_code_3(tmp_path: Path) -> None:
    assert invoke(tmp_path, PASSING, "--strategy", "random", "--max-executions", "3", "--require", "bounded").exit_code == 3
    assert invoke(tmp_path, PASSING, "--require", "complete").exit_code == 0


def test_json(tmp_path: Path) -> None:
    data = json.loads(invoke(tmp_path, PASSING, "--json").stdout)
    assert (data["verdict"], data["ok"], list(data["outcomes"])) == ("COMPLETE", True, ["1"])
