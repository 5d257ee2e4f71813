"""`@alertable.check` and the pytest plugin: what a user's test session shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import alertable
from tests.child import PLUGIN, python

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

TESTS = '''
import ctypes
import pytest
import alertable

@pytest.fixture
def amount():
    return 2

def lose(w, n):
    cell, threads = w.Interlocked(0), []
    def body(_):
        cell.store(cell.load() + 1)
        return 0
    routine = w.CALLBACK(ctypes.c_ulong, ctypes.c_void_p)(body)
    for _ in range(n):
        threads.append(w.CreateThread(None, 0, routine, None, 0, None))
    for t in threads:
        w.WaitForSingleObject(t, 0xFFFFFFFF)
    assert cell.load() == n, "an update is lost"

@alertable.check(memory="locks")
def test_loses(w, amount):
    lose(w, amount)

@alertable.check(memory="locks")
@pytest.mark.parametrize("n", [1])
def test_alone(w, n):
    lose(w, n)

@alertable.check(strategy="random", max_executions=5)
def test_sampled(w):
    w.Sleep(1)
'''


def session(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "test_given.py").write_text(TESTS, encoding="utf-8")
    return python("-m", "pytest", *PLUGIN, "-p", "no:cacheprovider", "-q", "test_given.py", *words, cwd=tmp_path)


def test_a_failing_check_is_one_test_with_a_story_and_a_replay_line(tmp_path: Path) -> None:
    done = session(tmp_path)
    assert done.returncode == 1
    assert "2 passed" in done.stdout
    assert "an update is lost" in done.stdout
    assert 'replay: @alertable.example("v1: ' in done.stdout
    assert "race: " in done.stdout
    (kept,) = (tmp_path / ".alertable").glob("*.txt")
    assert kept.name == "test_given.py-test_loses.txt"
    assert kept.read_text(encoding="utf-8").splitlines()[-1].startswith("v1: ")


def test_options_override_the_decorator(tmp_path: Path) -> None:
    done = session(tmp_path, "--alertable-require", "complete", "-k", "sampled or alone", "--alertable-trace", "off")
    assert done.returncode == 1
    assert "SAMPLED is weaker than complete: 5 random schedules" in done.stdout
    assert "1 passed" in done.stdout
    assert session(tmp_path, "--alertable-strategy", "dpor", "-k", "sampled").returncode == 0
    assert "alertable: seed=3" in session(tmp_path, "-v", "-v", "--alertable-seed", "3", "-k", "alone").stdout


def test_an_example_runs_first() -> None:
    seen = []

    @alertable.check(max_executions=1)
    @alertable.example("v1: naps*2")
    def naps(w: object) -> None:
        seen.append(w)
        w.Sleep(0)  # type: ignore[attr-defined]  # w is the API

    naps()
    assert len(seen) == 2


def test_a_wrong_example_names_the_step() -> None:
    @alertable.check()
    @alertable.example("v1: somebody")
    def program(w: object) -> None:
        """Does nothing."""

    with pytest.raises(alertable.ReplayDivergence, match="step 1: the schedule says 'somebody'"):
        program()


def test_a_check_needs_a_parameter() -> None:
    with pytest.raises(TypeError, match="the first one of a check is the Win32 API"):
        alertable.check()(lambda: None)
