"""`replay` and `diff`: a state in the middle, other ways from there, a test to keep, where two schedules part."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

import alertable
from alertable.cli import main
from alertable.sim.explore.explaining.standing import all_after, random_after, stand_after
from alertable.sim.runtime.replay import ReplayChooser
from alertable.sim.runtime.schedule import parse
from alertable.sim.runtime.settings import Settings
from tests.child import python

if TYPE_CHECKING:
    from pathlib import Path

    from alertable.kernel_model.choice import ChoicePoint
    from alertable.winapi import WinApi

LOSES = """
import ctypes
def program(w):
    cell = w.Interlocked(0)
    def body(_):
        cell.store(cell.load() + 1)
        return 0
    routine = w.CALLBACK(ctypes.c_uint32, ctypes.c_void_p)(body)
    threads = [w.CreateThread(None, 0, routine, None, 0, None) for _ in range(2)]
    for t in threads:
        w.WaitForSingleObject(t, 0xFFFFFFFF)
    assert cell.load() == 2, "lost"
    return cell.load()
"""
# A routine is queued to a thread that waits, not alertably, for an event that is set later; a packet lies in a port.
QUEUES = """
import ctypes
def program(w):
    event = w.CreateEventW(None, 1, 0, None)
    port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 0)
    def routine(_):
        pass
    apc = w.CALLBACK(None, ctypes.c_size_t)(routine)
    def body(_):
        w.WaitForSingleObject(event, 1000)
        return 0
    start = w.CALLBACK(ctypes.c_uint32, ctypes.c_void_p)(body)
    thread = w.CreateThread(None, 0, start, None, 0, None)
    w.Sleep(1)
    w.QueueUserAPC(apc, thread, 0)
    w.PostQueuedCompletionStatus(port, 1, 2, None)
    w.Sleep(1)
    w.SetEvent(event)
    w.WaitForSingleObject(thread, 0xFFFFFFFF)
    return 7
"""


def call(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a lost update; the current folder is a project of its own."""
    monkeypatch.delenv("ALERTABLE_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "alertable.toml").touch()
    (tmp_path / "loses.py").write_text(LOSES, encoding="utf-8")
    (tmp_path / "queues.py").write_text(QUEUES, encoding="utf-8")
    result = call("check", "loses.py", "--json")
    name: str = json.loads(result.stdout)["violations"][0]["kept"]
    return name


def schedule_of(path: str, seed: str) -> str:
    text: str = json.loads(call("run", path, "--seed", seed, "--json").stdout)["schedule"]
    return text


# ---- replay --------------------------------------------------------------------------------------------------------------------


def test_replay_says_more_than_check_did(kept: str) -> None:
    out = call("replay", kept).stdout
    assert "FAIL  ProgramError" in out
    assert "all steps:" in out
    assert 'loses.py:12: assert cell.load() == 2, "lost"' in out
    assert f"step by step: alertable replay {kept} --to " in out


def test_a_state_has_threads_queues_and_who_may_move(kept: str) -> None:
    schedule = schedule_of("queues.py", "1")
    seen: set[str] = set()
    for step in range(30):
        result = call("replay", "queues.py", "--schedule", schedule, "--to", str(step))
        if result.exit_code:
            assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
            assert "the execution ends in step" in result.stderr
            break
        assert result.stdout.startswith(f"after step {step}, at ")
        assert "  may move next: " in result.stdout
        seen.update(line.strip() for line in result.stdout.splitlines())
    assert "queued: routine()" in seen
    assert any("port#" in line and "1 packet(s)" in line for line in seen)
    assert any(line.startswith("queues.1: waits in WaitForSingleObject for event#") for line in seen)
    assert any(line.startswith("queues: is about to call QueueUserAPC(routine, ") for line in seen)
    assert any(line.startswith("queues.py:15: w.QueueUserAPC(apc, thread, 0)") for line in seen)
    assert any(line.startswith("timers: timeout:queues") for line in seen)


def test_a_state_in_json(kept: str) -> None:
    data = json.loads(call("replay", kept, "--to", "3", "--json").stdout)
    assert data["step"] == 3
    assert [t["thread"] for t in data["threads"]] == ["loses", "loses.1", "loses.2"]
    assert set(data["enabled"]) == {"loses.1", "loses.2"}
    assert data["follows"] == "loses.1"


@pytest.mark.parametrize("step", ["99", "14"])
def test_a_step_that_is_not_there_says_which_is_the_last(kept: str, step: str) -> None:
    result = call("replay", kept, "--to", step)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    last = result.stderr.partition("; ")[2].split()[0]
    assert call("replay", kept, "--to", last).exit_code == 0


def test_every_way_from_a_step(kept: str) -> None:
    """Before the first read both ends are possible, after both have read 0 only one is."""
    first = call("replay", kept, "--to", "3", "--then", "dpor", "--json")
    assert first.exit_code == 1, first.output
    early = json.loads(first.stdout)
    assert early["strength"] == "COMPLETE"
    assert list(early["outcomes"]) == ["2"]
    assert len(early["violations"]) == 1
    late = json.loads(call("replay", kept, "--to", "7", "--then", "dpor", "--json").stdout)
    assert late["strength"] == "COMPLETE"
    assert (late["outcomes"], len(late["violations"])) == ({}, 1)
    assert late["executions"] < early["executions"]
    limited = call("replay", kept, "--to", "3", "--then", "dpor", "--max-executions", "1").stdout
    assert "it was limited to 1 executions" in limited
    assert "after step 3: INCONCLUSIVE, 1 executions" in limited


def two(w: WinApi) -> int:
    from ctypes import c_uint32, c_void_p

    cell = w.Interlocked(0)

    def body(n: int | None) -> int:
        cell.store(cell.load() * 3 + (n or 0))
        return 0

    routine = w.CALLBACK(c_uint32, c_void_p)(body)
    for t in [w.CreateThread(None, 0, routine, n, 0, None) for n in (1, 2)]:
        w.WaitForSingleObject(t, 0xFFFFFFFF)
    return cell.load()


class Brute:
    """Every way behind a step, one after the other, without any theory."""

    def __init__(self, schedule: str, step: int) -> None:
        self._schedule, self._step = schedule, step
        self._stack: list[list[int]] = []

    def begin(self) -> None:
        self._first, self._depth = ReplayChooser(parse(self._schedule)), 0

    def choose(self, point: ChoicePoint, /) -> int:
        if point.step <= self._step:
            return self._first.choose(point)
        if self._depth == len(self._stack):
            self._stack.append([0, len(point.options)])
        self._depth += 1
        return self._stack[self._depth - 1][0]

    def more(self) -> bool:
        while self._stack and self._stack[-1][0] + 1 == self._stack[-1][1]:
            self._stack.pop()
        if self._stack:
            self._stack[-1][0] += 1
        return bool(self._stack)


@pytest.mark.parametrize("step", [3, 5, 6, 8])
def test_what_comes_after_a_step_is_what_a_brute_force_finds(step: int) -> None:
    """None is missing, none is invented; and it takes fewer executions."""
    schedule = alertable.run(two, seed=3).schedule
    found = all_after([two], schedule, Settings(), step, 10_000)
    assert not found.reasons
    brute, expected, executions = Brute(schedule, step), set(), 0
    while True:
        brute.begin()
        expected.add(alertable.run(two, schedule=brute).outcome)
        executions += 1
        if not brute.more():
            break
    assert set(found.tally.outcomes) == expected
    assert found.tally.executions <= executions
    assert random_after([two], schedule, Settings(), step, 5).outcome in expected


def test_a_random_way_depends_on_its_seed_alone(kept: str) -> None:
    outs = {call("replay", kept, "--to", "3", "--then", "random", "--seed", str(seed)).stdout for seed in (1, 1, 1)}
    assert len(outs) == 1
    codes = {call("replay", kept, "--to", "3", "--then", "random", "--seed", str(seed)).exit_code for seed in range(12)}
    assert codes == {0, 1}


def test_the_state_is_that_of_the_run_whatever_the_program_catches() -> None:
    def stubborn(w: WinApi) -> int:
        for _ in range(4):
            try:
                w.Sleep(1)
            except BaseException:
                w.Sleep(2)
        return 1

    reached = stand_after([stubborn], "v1:", Settings(), 2)
    assert reached.state.step == 2
    assert reached.trace[-1].step <= 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--then", "states"], "--then states: there is no search of states yet"),
        (["--as-test", "--to", "3"], "--as-test prints a test of the whole schedule"),
        (["--to", "3", "--then", "dpor", "--trace", "-"], "--trace is for one"),
        (["--to", "-1"], "-1 is not in the range"),
        (["--to", "x"], "'x' is not a valid integer"),
        (["--then", "bfs"], "'bfs' is not one of"),
    ],
)
def test_what_makes_no_sense_is_one_line(kept: str, words: list[str], said: str) -> None:
    result = call("replay", kept, *words)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1), result.output
    assert said in result.stderr


def test_a_divergence_says_where_to_look(kept: str, tmp_path: Path) -> None:
    (tmp_path / "loses.py").write_text(LOSES.replace("cell.store(cell.load() + 1)", "cell.fetch_add(1)"), encoding="utf-8")
    result = call("replay", kept)
    assert result.exit_code == 4
    first, *lines = result.stderr.splitlines()
    assert "DIVERGED at step " in first
    assert [line for line in lines if line.startswith("  changed since it was kept: loses.py (")]
    (look,) = (line.partition(": ")[2] for line in lines if line.startswith("  the last state that agrees: "))
    assert call(*look.split()[1:]).exit_code == 0
    (ways,) = (line.partition(": ")[2] for line in lines if line.startswith("  every way from there: "))
    assert call(*ways.split()[1:]).exit_code == 0


# ---- as a test -----------------------------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.slow
def test_the_test_fails_until_the_bug_is_mended(kept: str, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    printed = call("replay", kept, "--as-test")
    assert printed.exit_code == 0
    (tmp_path / "tests" / "test_lost.py").write_text(printed.stdout, encoding="utf-8")

    def tested() -> tuple[int, str]:
        done = python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", cwd=tmp_path)
        return done.returncode, done.stdout

    code, out = tested()
    assert code == 1
    assert "ProgramError: the program raised" in out
    (tmp_path / "loses.py").write_text(LOSES.replace("cell.store(cell.load() + 1)", "cell.fetch_add(1)"), encoding="utf-8")
    assert tested()[0] == 0  # the schedule does not fit any more, and nothing else is found
    worse = LOSES.replace("cell.store(cell.load() + 1)", "w.Sleep(0); cell.store(cell.load() + 1)")
    (tmp_path / "loses.py").write_text(worse, encoding="utf-8")
    assert tested()[0] == 1  # it does not fit here either, but the bug is there


@pytest.mark.long
@pytest.mark.slow
def test_a_passing_schedule_is_a_test_too(kept: str, tmp_path: Path) -> None:
    printed = call("replay", "loses.py", "--schedule", "v1:", "--as-test").stdout
    (tmp_path / "test_passes.py").write_text(printed, encoding="utf-8")
    assert python("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_passes.py", cwd=tmp_path).returncode == 0
    (tmp_path / "loses.py").write_text(LOSES.replace("return cell.load()", "return 3"), encoding="utf-8")
    assert python("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_passes.py", cwd=tmp_path).returncode == 1


# ---- diff ----------------------------------------------------------------------------------------------------------------------


def test_the_same_is_exit_code_0_and_another_schedule_1(kept: str) -> None:
    same = call("diff", kept, kept)
    assert (same.exit_code, same.stdout.splitlines()[0]) == (0, "SAME  the same steps in the same order")
    other = call("diff", kept, "v1:")
    assert other.exit_code == 1
    lines = other.stdout.splitlines()
    assert lines[0] == "DIFFERENT"
    assert lines[1].startswith("steps 1 to ")
    assert [line for line in lines if line.startswith(f"  A {kept}: step ")]
    assert [line for line in lines if line.startswith("  B: step ")]
    assert f"A {kept} ends: ProgramError: the program raised" in other.stdout
    assert "B ends: returned 2" in other.stdout


def test_threads_are_aligned_by_what_they_do(kept: str) -> None:
    """A thread that does the same at other steps does not differ."""
    one, other = "v1: loses*3 loses.1*4 loses.2*4 loses*5", "v1: loses*3 loses.2*4 loses.1*4 loses*5"
    result = call("diff", one, other, "--program", "loses.py", "--json")
    threads = dict(json.loads(result.stdout)["difference"]["threads"])
    assert all(pair["same"] for pair in threads["loses"])
    texts = [(pair["one"]["text"], pair["other"]["text"]) for pair in threads["loses.1"] if pair["one"]]
    assert ("cell#loses.1.load() -> 0", "cell#loses.1.load() -> 1") in texts


def test_traces_are_compared_without_a_program(kept: str, tmp_path: Path) -> None:
    for seed in ("1", "2"):
        call("run", "loses.py", "--seed", seed, "--trace", f"{seed}.jsonl")
    assert call("diff", "1.jsonl", "1.jsonl").exit_code == 0
    assert call("diff", "1.jsonl", "2.jsonl").exit_code == 1
    (tmp_path / "bad.jsonl").write_text("{}\n", encoding="utf-8")
    bad = call("diff", "1.jsonl", "bad.jsonl")
    assert (bad.exit_code, bad.stderr.count("\n")) == (2, 1)
    assert "bad.jsonl:1: is no event of a trace" in bad.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing", "v1:"], "nothing: no id in .alertable, and no trace"),
        (["v1:", "v9:", "--program", "loses.py"], "schedule version v9 is not known"),
        (["v1:", "none.schedule", "--program", "loses.py"], "neither a schedule"),
        (["none.jsonl", "v1:", "--program", "loses.py"], "none.jsonl"),
    ],
)
def test_a_diff_of_what_is_not_there_is_one_line(kept: str, words: list[str], said: str) -> None:
    result = call("diff", *words)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1), result.output
    assert said in result.stderr


def test_one_column_of_korean_fits_sixty(kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    (tmp_path / "\uc11c\ubc84 \ud558\ub098.py").write_text(LOSES, encoding="utf-8")
    result = call("diff", "v1:", "v1: x", "--program", "\uc11c\ubc84 \ud558\ub098.py")
    assert result.exit_code == 4
    for words in (["replay", kept, "--to", "3"], ["diff", kept, "v1:"]):
        assert max(len(line) for line in call(*words).stdout.splitlines() if "alertable replay" not in line) <= 76
