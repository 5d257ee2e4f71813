"""Time limits hold, Ctrl-C and a folder that cannot be written lose no finding, and whoever computes for ever is stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.sim.explore.coordinating.workers import processes
from alertable.sim.explore.explaining import minimise
from alertable.sim.runtime import watchdog
from alertable.words import quoted
from tests.child import ROOT, python

if TYPE_CHECKING:
    from pathlib import Path

    from alertable.winapi import WinApi

FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="these programs are closures, which only fork can share out")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a console event would reach the tests too")

THREADS = """
import ctypes
def in_threads(w, body, count):
    routine = w.CALLBACK(ctypes.c_uint32, ctypes.c_void_p)(body)
    for t in [w.CreateThread(None, 0, routine, n, 0, None) for n in range(1, count + 1)]:
        w.WaitForSingleObject(t, 0xFFFFFFFF)
"""
# Loses an update, and does so much besides that making it small takes its time.
LOSES = (
    THREADS
    + """
def program(w):
    cell, others = w.Interlocked(0), [w.Interlocked(0) for _ in range(40)]
    def body(n):
        for other in others:
            other.fetch_add(1)
        cell.store(cell.load() + 1)
        for other in others:
            other.fetch_add(1)
        return 0
    in_threads(w, body, 4)
    assert cell.load() == 4, "lost"
"""
)
MANY = (
    THREADS
    + """
def program(w):
    cells = [w.Interlocked(0) for _ in range(9)]
    def body(n):
        for cell in cells:
            cell.fetch_add(n)
        return 0
    in_threads(w, body, 3)
"""
)
SPINS = (
    THREADS
    + """
def program(w):
    cell = w.Interlocked(0)
    def body(n):
        cell.fetch_add(1)
        while n == 2 and cell.load() == 1:
            while True:
                pass
        return 0
    in_threads(w, body, 2)
"""
)


def spins(w: WinApi) -> None:
    w.Sleep(1)
    while True:
        pass


def endless(w: WinApi) -> None:
    """Two threads that never end: the first execution is cut, and all of it could be made smaller."""
    from alertable.winapi import LPTHREAD_START_ROUTINE

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def ticker(_: int | None) -> int:
        while True:
            w.Sleep(400)

    w.CreateThread(None, 0, ticker, None, 0, None)
    rounds = 0  # counted, so that it comes back to no state
    while True:
        rounds += 1
        w.Sleep(300)


# ---- time limits ---------------------------------------------------------------------------------------------------------------


def test_making_a_finding_small_keeps_to_the_time_limit() -> None:
    begun = time.perf_counter()
    report = alertable.check(endless, time_limit=2)
    assert time.perf_counter() - begun < 5
    assert [violation.id for violation in report.violations] == ["step-bound"]


def test_making_a_finding_small_has_a_budget_without_a_limit() -> None:
    begun = time.perf_counter()
    assert not alertable.check(endless, max_steps=2_000).ok
    assert time.perf_counter() - begun < 20


def test_an_execution_that_outlasts_the_limit_is_cut() -> None:
    begun = time.perf_counter()
    report = alertable.check(spins, time_limit=0.5)
    assert time.perf_counter() - begun < 5
    assert (report.verdict, report.reasons) == ("INCONCLUSIVE", ("it was limited to 0.5 s",))


def test_an_execution_of_many_short_steps_is_cut_too() -> None:
    begun = time.perf_counter()
    report = alertable.check(endless, time_limit=0.5, max_steps=10**9)
    assert time.perf_counter() - begun < 5
    assert report.verdict == "INCONCLUSIVE"


def test_the_advice_after_a_limit_is_in_a_hurry() -> None:
    report = alertable.check(spins, time_limit=0.2)
    begun = time.perf_counter()
    assert len(report.suggestions) == 2
    assert time.perf_counter() - begun < 4


# ---- computing for ever --------------------------------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LIMIT_SECONDS", 0.5)
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.1)


@pytest.mark.usefixtures("impatient")
def test_a_computation_without_calls_is_reported_and_not_repeated() -> None:
    begun = time.perf_counter()
    report = alertable.check(spins)
    assert time.perf_counter() - begun < 5
    assert [violation.id for violation in report.violations] == ["stuck"]


@FORK
@pytest.mark.usefixtures("impatient")
def test_a_worker_has_a_watchdog_of_its_own() -> None:
    def program(w: WinApi) -> None:
        namespace: dict[str, Any] = {}
        exec(SPINS, namespace)
        namespace["program"](w)

    begun = time.perf_counter()
    report = alertable.check(program, strategy="dpor", workers=2, force_workers=True)
    assert time.perf_counter() - begun < 20
    assert [violation.id for violation in report.violations] == ["stuck"]


def test_executions_that_look_alike_are_not_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each computes for a while at the same step: only together are they too long."""
    monkeypatch.setattr(watchdog, "LIMIT_SECONDS", 1.5)
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.05)
    real = time.perf_counter

    def program(w: WinApi) -> None:
        end = real() + 0.25
        while real() < end:
            pass
        w.Sleep(1)

    assert alertable.check(program, strategy="random", max_executions=8).ok


@FORK
def test_a_worker_that_dies_ends_the_search() -> None:
    def program(w: WinApi) -> None:
        w.Sleep(1)
        os._exit(9)

    report = alertable.check(program, strategy="dpor", workers=2, max_executions=1, force_workers=True)
    assert report.verdict == "INCONCLUSIVE"
    assert "a worker died" in report.reasons[0]


# ---- interrupts ----------------------------------------------------------------------------------------------------------------


def interrupted(tmp_path: Path, text: str, seconds: float, *words: str) -> tuple[int, str, str]:
    """`alertable check` of this program, with Ctrl-C so many seconds after it was loaded: its exit code and what it printed."""
    (tmp_path / "given.py").write_text(f'import pathlib\npathlib.Path("begun").touch()\n{text}', encoding="utf-8")
    command = [sys.executable, "-m", "alertable", "check", "given.py", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        while not (tmp_path / "begun").exists():
            time.sleep(0.05)
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to everybody
        out, err = process.communicate(timeout=60)
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)
    return process.returncode, out, err


@POSIX
@pytest.mark.parametrize("words", [[], ["--workers", "2", "--force-workers", "--strategy", "dpor"]], ids=["alone", "workers"])
def test_ctrl_c_ends_a_search_and_everybody_in_it(tmp_path: Path, words: list[str]) -> None:
    code, out, _ = interrupted(tmp_path, MANY, 1.5, *words)
    assert code == 130
    assert out.startswith("INCONCLUSIVE: ")


@POSIX
@pytest.mark.parametrize("words", [[], ["--workers", "2", "--force-workers", "--strategy", "dpor"]], ids=["alone", "workers"])
def test_ctrl_c_ends_a_computation_without_calls(tmp_path: Path, words: list[str]) -> None:
    begun = time.perf_counter()
    code, out, _ = interrupted(tmp_path, SPINS, 1.5, *words)
    assert time.perf_counter() - begun < 8
    assert code == 130
    assert out.startswith("INCONCLUSIVE: ")


def test_ctrl_c_while_a_finding_is_made_small_leaves_the_best_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    namespace: dict[str, Any] = {}
    exec(LOSES, namespace)
    attempts = [0]
    real = minimise.attempt

    def attempt(*arguments: Any) -> Any:
        attempts[0] += 1
        if attempts[0] == 3:
            signal.raise_signal(signal.SIGINT)
        return real(*arguments)

    monkeypatch.setattr(minimise, "attempt", attempt)
    report = alertable.check(namespace["program"], strategy="random")
    assert report.verdict == "FAILED"
    assert attempts[0] == 3
    attempts[0] = 0
    explained = alertable.explain(namespace["program"], violation=report.violations[0])
    assert attempts[0] == 3
    again = alertable.replay(namespace["program"], schedule=explained.schedule)
    assert again.violation is not None
    assert "lost" in again.violation.message


def test_a_finding_is_told_before_it_is_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    namespace: dict[str, Any] = {}
    exec(LOSES, namespace)
    told: list[alertable.Violation] = []

    def confirmed(_programs: object, violation: alertable.Violation, *_: object) -> alertable.Violation:
        told.append(violation)
        return violation

    monkeypatch.setattr("alertable.sim.explore.check.confirmed", confirmed)
    report = alertable.check(namespace["program"], strategy="random", found=told.append)
    assert [violation.id for violation in told] == ["ProgramError"] * 2
    assert told[0] == told[1] == report.violations[0]


def test_the_first_form_of_a_finding_is_replaced_in_the_store(tmp_path: Path) -> None:
    (tmp_path / "given.py").write_text(LOSES, encoding="utf-8")
    done = python("-m", "alertable", "check", "given.py", "--json", "--strategy", "random", cwd=tmp_path)
    assert done.returncode == 1
    (violation,) = json.loads(done.stdout)["violations"]
    assert [path.stem for path in (tmp_path / ".alertable").glob("*.json")] == [violation["kept"]]
    assert "alertable: found ProgramError: the program raised" in done.stderr


# ---- the folder ----------------------------------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written_costs_the_store_and_not_the_finding(tmp_path: Path) -> None:
    (tmp_path / "given.py").write_text("def program(w):\n    w.Sleep(0xFFFFFFFF)\n", encoding="utf-8")
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    done = python("-m", "alertable", "check", "given.py", "--store", "file", "--resume", cwd=tmp_path)
    assert done.returncode == 1
    assert "deadlock: blocked for ever" in done.stdout
    assert f"replay: alertable replay given.py --schedule {quoted('v1: *')[:5]}" in done.stdout
    assert "again: " not in done.stdout
    assert "alertable: file cannot be written (" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_search_that_cannot_be_kept_says_so(tmp_path: Path) -> None:
    namespace: dict[str, Any] = {}
    exec(MANY, namespace)
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    report = alertable.check(namespace["program"], strategy="dpor", max_executions=3, resume=tmp_path / "file" / "kept")
    assert report.executions == 3
    assert any("could not be kept" in reason for reason in report.reasons)


@POSIX
def test_a_search_that_still_runs_has_not_died(tmp_path: Path) -> None:
    text = "def program(w):\n    rounds = 0\n    while True:\n        rounds += 1\n        w.Sleep(1)\n"
    (tmp_path / "given.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "alertable", "check", "given.py", "--time-limit", "60", "--max-steps", str(10**9)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
        while not list(tmp_path.glob(".alertable/running-*")):
            time.sleep(0.1)
        time.sleep(0.5)
        second = python("-m", "alertable", "check", "given.py", "--max-steps", "50", cwd=tmp_path)
        first.kill()
    assert "died" not in second.stderr
    third = python("-m", "alertable", "check", "given.py", "--max-steps", "50", cwd=tmp_path)
    assert "the last search here died" in third.stderr
    fourth = python("-m", "alertable", "check", "given.py", "--max-steps", "50", cwd=tmp_path)
    assert "died" not in fourth.stderr


def test_a_search_that_ends_with_an_error_has_not_died(tmp_path: Path) -> None:
    (tmp_path / "given.py").write_text("def program(w):\n    w.CancelSynchronousIo(None)\n", encoding="utf-8")
    for _ in range(2):
        done = python("-m", "alertable", "check", "given.py", cwd=tmp_path)
        assert done.returncode == 2
        assert "died" not in done.stderr
        assert "is not modelled" in done.stderr


# ---- workers -------------------------------------------------------------------------------------------------------------------


def test_there_are_no_more_workers_than_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert [processes(wanted, forced=False) for wanted in (1, 2, 3, 100)] == [1, 2, 2, 2]
    assert [processes(wanted, forced=True) for wanted in (1, 2, 3, 100)] == [1, 2, 3, 4]


def test_the_command_says_how_many_work(tmp_path: Path) -> None:
    (tmp_path / "given.py").write_text("def program(w):\n    w.Sleep(1)\n", encoding="utf-8")
    done = python("-m", "alertable", "check", "given.py", "--workers", "5000", cwd=tmp_path)
    assert done.returncode == 0
    assert "workers, not 5000: no more than the machine has processors" in done.stderr
