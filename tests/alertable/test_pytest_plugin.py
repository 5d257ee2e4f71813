"""`@alertable.check` and the pytest plugin: what a user's test session shows.

Sessions run in processes of their own; those that several tests look at run once.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import alertable
from alertable.testing import CheckFailed, StaleExample
from tests.alertable.sessions import LOSE, TESTS, session, shared
from tests.child import PLUGIN, ROOT

pytestmark = pytest.mark.long  # every test starts processes: minutes together

# ---- a failing check -----------------------------------------------------------------------------------------------------------

FAILING = ("-v", "--junitxml=junit.xml", "--alertable-show-statistics")


def test_a_failing_check_is_one_test_with_a_story_and_a_replay_line() -> None:
    folder, out, code = shared(TESTS, *FAILING)
    assert code == 1
    assert "1 failed, 2 passed" in out
    assert "\nAssertionError: assert 1 == 2\n" in out
    assert 'replay: @alertable.example("v1: test*' in out
    assert "race: " in out
    assert "FAILED test_given.py::test_loses - AssertionError: assert 1 == 2" in out
    assert "alertable/testing" not in out  # our own frames are nobody's business
    (kept,) = (folder / ".alertable").glob("*.txt")
    assert kept.name == "test_given.py-test_loses.txt"
    assert kept.read_text(encoding="utf-8").splitlines()[-1].startswith("v1: ")


def test_prints_and_logs_are_those_of_the_failing_schedule() -> None:
    _, out, _ = shared(TESTS, *FAILING)
    assert out.count("a run begins") == 1
    assert "\nfound 1\n" in out
    assert out.count("logged 1") == 1
    assert "logged 2" not in out


def test_with_v_every_check_has_a_verdict_in_one_line() -> None:
    _, out, _ = shared(TESTS, *FAILING)
    assert re.search(r"^test_given.py::test_loses  FAILED: \d+ executions? in .* because: it stopped at the first", out, re.M)
    assert re.search(r"^test_given.py::test_alone\[1\]  COMPLETE: 1 execution in [\d.]+ s, stopped because: every", out, re.M)
    assert re.search(r"^test_given.py::test_sampled  SAMPLED \(5 random schedules\): 5 executions in ", out, re.M)
    assert "alertable: trace=retain-on-failure, profile=default" in out


def test_statistics_tell_what_was_explored() -> None:
    _, out, _ = shared(TESTS, *FAILING)
    assert re.search(r"^  executions: .*\d", out, re.M)
    assert re.search(r"^  steps \d+, outcomes \d", out, re.M)


def test_junit_has_the_verdict_and_the_artefacts_in_text_and_properties() -> None:
    folder, *_ = shared(TESTS, *FAILING)
    cases = {case.get("name"): case for case in ET.parse(folder / "junit.xml").iter("testcase")}
    said = {each.get("name"): each.get("value") or "" for each in cases["test_loses"].iter("property")}
    assert said["alertable_verdict"].startswith("FAILED: ")
    assert Path(said["alertable_trace"]).name == "test_given.py-test_loses.txt"
    assert said["alertable_schedule"].startswith("v1: test*")
    text = cases["test_loses"].findtext("failure") or ""
    assert f"trace: {said['alertable_trace']}" in text
    assert f"verdict: {said['alertable_verdict']}" in text
    assert f"replay: pytest --alertable-replay {said['alertable_id']} test_given.py::test_loses" in text
    passed = {each.get("name"): each.get("value") or "" for each in cases["test_alone[1]"].iter("property")}
    assert passed["alertable_verdict"].startswith("COMPLETE: ")


def test_workers_of_xdist_say_the_same(tmp_path: Path) -> None:
    pytest.importorskip("xdist", reason="pytest-xdist is not installed: pip install alertable[dev]")
    done = session(tmp_path, "-n", "2", "-v", "--junitxml=junit.xml")
    assert done.returncode == 1
    assert "1 failed, 2 passed" in done.stdout
    assert re.search(r"^test_given.py::test_alone\[1\]  COMPLETE: ", done.stdout, re.M)
    assert "replay: pytest --alertable-replay " in done.stdout
    assert done.stdout.count("a run begins") == 1
    assert "alertable_verdict" in (tmp_path / "junit.xml").read_text(encoding="utf-8")


# ---- options -------------------------------------------------------------------------------------------------------------------


def test_options_override_the_decorator(tmp_path: Path) -> None:
    words = ("--alertable-require", "complete", "-k", "sampled or alone", "--alertable-trace", "off")
    done = session(tmp_path, *words)
    assert done.returncode == 1
    assert "SAMPLED is weaker than complete: 5 random schedules" in done.stdout
    assert "1 passed" in done.stdout
    assert session(tmp_path, "--alertable-strategy", "dpor", "-k", "sampled").returncode == 0
    assert "alertable: seed=3" in session(tmp_path, "-v", "--alertable-seed", "3", "-k", "alone").stdout


# ---- without a session ---------------------------------------------------------------------------------------------------------


def test_an_example_runs_first() -> None:
    seen = []

    @alertable.check(max_executions=1)
    @alertable.example("v1: naps*2")
    def naps(w: object) -> None:
        seen.append(w)
        w.Sleep(0)  # type: ignore[attr-defined]  # w is the API

    naps()
    assert len(seen) == 2


def test_an_example_that_does_not_fit_is_followed_as_far_as_it_fits() -> None:
    @alertable.check()
    @alertable.example("v1: test*2 somebody")
    def program(w: object) -> None:
        """Does nothing."""

    with pytest.warns(StaleExample, match="does not fit any more: step 3: the schedule says 'somebody'.*then the default"):
        program()


def test_a_text_that_is_no_schedule_is_one_line() -> None:
    @alertable.check
    @alertable.example("server*2")
    def program(w: object) -> None:
        """Does nothing."""

    with pytest.raises(CheckFailed, match=r"^@alertable.example\('server\*2'\): a schedule begins with 'v1:'"):
        program()


def test_a_check_needs_a_parameter() -> None:
    with pytest.raises(TypeError, match="the first one of a check is the Win32 API"):
        alertable.check()(lambda: None)


def test_a_call_is_no_decorator() -> None:
    def program(_w: object) -> int:
        return 3

    assert alertable.check(program).outcomes.keys() == {3}
    assert (lambda: alertable.check(program))().verdict == "COMPLETE"


# ---- Ctrl-C --------------------------------------------------------------------------------------------------------------------

LONG = '''
import alertable, ctypes, pathlib
def program(w):
    cells = [w.Interlocked(0) for _ in range(9)]
    def body(n):
        for cell in cells:
            cell.fetch_add(n or 0)
        return 0
    routine = w.CALLBACK(ctypes.c_uint32, ctypes.c_void_p)(body)
    for t in [w.CreateThread(None, 0, routine, n, 0, None) for n in (1, 2, 3)]:
        w.WaitForSingleObject(t, 0xFFFFFFFF)
    with open("began", "a") as file:
        file.write("x")

@alertable.check(strategy="random", max_executions=10_000_000)
def test_first(w):
    program(w)

@alertable.check(require="any")
def test_second(w):
    program(w)
'''


@pytest.mark.skipif(os.name == "nt", reason="processes get no SIGINT of their own there")
@pytest.mark.parametrize("name", ["test_first", "test_second"])
def test_the_first_ctrl_c_ends_the_session(tmp_path: Path, name: str) -> None:
    (tmp_path / "test_given.py").write_text(LONG, encoding="utf-8")
    words = [sys.executable, "-m", "pytest", *PLUGIN, "-p", "no:cacheprovider", f"test_given.py::{name}", "test_given.py"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        until = time.monotonic() + 60
        while not (tmp_path / "began").exists() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 2, out
    assert "KeyboardInterrupt" in out
    assert "passed" not in out


def test_a_program_that_raises_keyboard_interrupt_ends_the_session(tmp_path: Path) -> None:
    text = LOSE + "\n@alertable.check\ndef test_stops(w):\n    raise KeyboardInterrupt\n\ndef test_after():\n    pass\n"
    done = session(tmp_path, text=text)
    assert done.returncode == 2
    assert "passed" not in done.stdout
