"""What a search does beside exploring: it is shared out, kept, taken up again, bounded; what it finds is made small."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import alertable
from alertable.cli import main
from alertable.kernel_model.footprint import Cell
from alertable.kernel_model.kernel import Kernel
from alertable.sim.explore.check import check
from alertable.sim.explore.coordinating import workers
from alertable.sim.explore.coordinating.journal import Journal, left_behind
from alertable.sim.runtime.machine import Machine
from alertable.sim.runtime.schedule import parse
from alertable.sim.win32.memory import Block, UserMemory
from alertable.specs.programs.servers import completion_port
from tests.audit.generator import program_of
from tests.bench.exploring import scripted
from tests.child import python
from tests.explore.rows import binc, lastzero, readers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def racing(w: Any) -> int:
    """Loses an update on some schedules, and does much besides."""
    cell, event = w.Interlocked(0), w.CreateEventW(None, True, False, None)

    def body(_: object) -> int:
        w.SetEvent(event)
        w.ResetEvent(event)
        cell.store(cell.load() + 1)
        w.SetEvent(event)
        return 0

    from ctypes import c_uint32, c_void_p

    routine = w.CALLBACK(c_uint32, c_void_p)(body)
    threads = [w.CreateThread(None, 0, routine, None, 0, None) for _ in range(2)]
    for thread in threads:
        w.WaitForSingleObject(thread, 0xFFFFFFFF)
    assert cell.load() == 2, "lost"
    return 2


# ---- what it costs -------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="under Wine four rings an execution are left, which nobody has looked at")
@pytest.mark.parametrize("programs", [[lastzero(5)], scripted(completion_port, 2)], ids=["threads", "sockets"])
def test_executions_leave_nothing_of_the_kernel_to_the_collector(programs: list[Any]) -> None:
    def left(executions: int) -> int:
        gc.collect()
        gc.disable()
        try:
            check(programs, memory="locks", strategy="dpor", max_executions=executions)
            return sum(isinstance(each, (Machine, Kernel, Cell, UserMemory, Block)) for each in gc.get_objects())
        finally:
            gc.enable()

    few, many = left(10), left(60)
    # There are traced executions in both, and a thread of the watchdog may still look at one or two; a leak would be fifty.
    assert many < 3 * few


# ---- counterexamples -----------------------------------------------------------------------------------------------------------


def switches(schedule: str) -> int:
    words = [label for label, _ in parse(schedule)]
    return len(words) - 1


@pytest.mark.parametrize("seed", range(5))
def test_a_counterexample_is_small_whatever_found_it(seed: int) -> None:
    (violation,) = alertable.check(racing, strategy="random", memory="shared", seed=100 * seed, max_executions=500).violations
    assert violation.id == "ProgramError"
    assert switches(violation.schedule) <= 4  # main, one loads, the other runs through, the first stores, main
    assert 0 < len(violation.story) <= 15
    assert violation.switches
    again = alertable.replay(racing, schedule=violation.schedule)
    assert again.violation is not None
    assert again.violation.message == violation.message


def test_the_race_that_decides_is_named() -> None:
    (violation,) = alertable.check(racing).violations
    assert "cell#" in violation.race
    assert violation.race.endswith("the other way round the run passes")


# ---- bounds --------------------------------------------------------------------------------------------------------------------

def family(*bodies: Callable[[Any], object]) -> list[Callable[[Any], None]]:
    """One thread per body, and no other; they share a cell that is new in every execution."""
    shared: dict[str, Any] = {}

    def cell(w: Any) -> Any:
        if shared.get("w") is not w:
            shared.update(w=w, cell=w.Interlocked(0))
        return shared["cell"]

    def program(number: int, body: Callable[[Any], object]) -> Callable[[Any], None]:
        def run(w: Any) -> None:
            body(cell(w))

        run.__name__ = f"t{number}"
        return run

    return [program(number, body) for number, body in enumerate(bodies)]


def write(cell: Any) -> None:
    cell.store(1)


def read(cell: Any) -> None:
    cell.load()


READERS = (1, 2, 8, 23, 43, 58, 64, 64)  # closed forms: traces of readers(6) and writers(6) with so many delays
WRITERS = (1, 6, 20, 49, 98, 169, 259, 360)


@pytest.mark.parametrize(
    "delays", [pytest.param(n, marks=[pytest.mark.long] if n > 3 else []) for n in range(5)]
)  # 5 delays take a minute by brute force, 6 and 7 hours
def test_delay_bounds_have_their_closed_forms(delays: int) -> None:
    for bodies, counts in (((write, *[read] * 6), READERS), ((write,) * 6, WRITERS)):
        report = alertable.check(*family(*bodies), strategy="dfs", memory="locks", delays=delays)
        assert report.statistics["traces"] == counts[delays]
        assert report.verdict == "BOUNDED"
        assert report.reasons[0] == f"at most {delays} delays"


# ---- workers -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", [lastzero(4), binc(3), readers(3)], ids=["lastzero", "binc", "readers"])
@pytest.mark.skipif(sys.platform == "win32", reason="these programs are closures, which only fork can share out")
def test_workers_find_the_same_whatever_their_number(program: Any) -> None:
    options: dict[str, Any] = {"memory": "locks", "strategy": "dpor", "force_workers": True}
    alone, two, three = (alertable.check(program, workers=n, **options) for n in (1, 2, 3))
    assert set(alone.outcomes) == set(two.outcomes)
    assert alone.verdict == two.verdict == "COMPLETE"
    assert two.executions >= alone.executions
    assert (two.outcomes, two.executions, two.statistics) == (three.outcomes, three.executions, three.statistics)


@pytest.mark.skipif(sys.platform == "win32", reason="as above")
@pytest.mark.parametrize(("budget", "side_by_side"), [(1, 12), (2, 2), (3, 8), (5, 4)])
@pytest.mark.parametrize("scripts", [None, [["add", "load"], ["compare"], ["compare"], ["compare"]]])
def test_no_behaviour_is_lost_between_workers(
    budget: int, side_by_side: int, scripts: list[list[str]] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = program_of([[("cells", name) for name in script] for script in scripts]) if scripts else lastzero(5)
    monkeypatch.setattr(workers, "BUDGET", budget)
    monkeypatch.setattr(workers, "SIDE_BY_SIDE", side_by_side)
    alone, two = (alertable.check(program, memory="locks", strategy="dpor", workers=n, force_workers=True) for n in (1, 2))
    assert (two.verdict, two.executions, set(two.outcomes)) == ("COMPLETE", alone.executions, set(alone.outcomes))


@pytest.mark.skipif(sys.platform == "win32", reason="as above")
def test_workers_stop_at_a_violation() -> None:
    two, three = (alertable.check(racing, workers=n, force_workers=True) for n in (2, 3))
    assert [v.id for v in two.violations] == ["ProgramError"]
    assert two.violations == three.violations


# ---- kept searches -------------------------------------------------------------------------------------------------------------


def test_a_search_is_taken_up_where_it_ended(tmp_path: Path) -> None:
    whole = alertable.check(lastzero(5), memory="locks", strategy="dpor")
    kept, parts = tmp_path / "kept", list[alertable.Report]()
    while not parts or parts[-1].verdict != "COMPLETE":
        limit = 20 * (len(parts) + 1)
        parts.append(alertable.check(lastzero(5), memory="locks", strategy="dpor", max_executions=limit, resume=kept))
        assert len(parts) < 10
    assert [part.executions for part in parts] == [20, 40, 60, whole.executions]
    assert parts[-1].outcomes == whole.outcomes
    assert not kept.exists()


def test_a_kept_search_of_something_else_is_refused(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    alertable.check(lastzero(5), memory="locks", strategy="dpor", max_executions=5, resume=kept)
    with pytest.raises(ValueError, match="belongs to another program or other options"):
        alertable.check(lastzero(5), memory="shared", max_executions=5, resume=kept)
    kept.write_bytes(b"junk")
    with pytest.raises(ValueError, match="is no saved search"):
        alertable.check(lastzero(5), memory="locks", strategy="dpor", max_executions=5, resume=kept)


def test_the_running_schedule_outlives_the_process(tmp_path: Path) -> None:
    def after_a_crash() -> str | None:
        (tmp_path / "left").write_bytes((tmp_path / "running").read_bytes())
        return left_behind(tmp_path / "left")

    journal = Journal(tmp_path / "running")
    log: Any = journal.fresh()
    log.extend(("main", 1))
    log.extend(("timer#1", 4))  # what is in no entry is of whoever moved last
    log.extend(("!late", 6))  # an outcome of the step before
    log.extend(("main", 6))
    assert after_a_crash() == "v1: main main main timer#1 timer#1 !late main"
    assert left_behind(tmp_path / "running") is None  # this search still runs
    log = journal.fresh()
    assert after_a_crash() is None
    journal.close()
    assert not (tmp_path / "running").exists()


DIES = """
import os
def program(w):
    w.Sleep(1)
    os._exit(9)
"""


def test_a_crash_loses_no_schedule(tmp_path: Path) -> None:
    (tmp_path / "dies.py").write_text(DIES, encoding="utf-8")
    first = python("-m", "alertable", "check", "dies.py", cwd=tmp_path)
    assert first.returncode == 9
    second = python("-m", "alertable", "check", "dies.py", cwd=tmp_path)
    assert "the last search here died" in second.stderr
    assert (tmp_path / ".alertable" / "died.schedule").read_text(encoding="utf-8").startswith("v1: dies")
    assert (tmp_path / ".alertable" / ".gitignore").read_text(encoding="utf-8") == "*\n"


LONG = """
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


@pytest.mark.skipif(sys.platform == "win32", reason="a console event would reach the tests too")
def test_ctrl_c_keeps_the_partial_result_and_the_search(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text(LONG, encoding="utf-8")
    command = [sys.executable, "-m", "alertable", "check", "long.py", "--resume", "--json", "--time-limit", "60"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        patience = time.monotonic() + 30  # a busy machine takes its time to start
        while not list((tmp_path / ".alertable").glob("running-*")) and time.monotonic() < patience:
            time.sleep(0.05)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)
        os.kill(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    data = json.loads(out)
    assert data["verdict"] == "INCONCLUSIVE"
    assert data["executions"] > 0
    assert len(list((tmp_path / ".alertable").glob("*.search"))) == 1


# ---- commands ------------------------------------------------------------------------------------------------------------------

LOSES = """
import ctypes
def program(w):
    cell = w.Interlocked(0)
    def body(_):
        cell.store(cell.load() + 1)
        return 0
    routine = w.CALLBACK(ctypes.c_uint32, ctypes.c_void_p)(body)
    for t in [w.CreateThread(None, 0, routine, None, 0, None) for _ in range(2)]:
        w.WaitForSingleObject(t, 0xFFFFFFFF)
    assert cell.load() == 2
"""


def test_check_replay_and_explain_belong_together(tmp_path: Path) -> None:
    file, store = tmp_path / "loses.py", tmp_path / "store"
    file.write_text(LOSES, encoding="utf-8")
    runner = CliRunner()
    found = runner.invoke(main, ["check", str(file), "--store", str(store), "--json"])
    assert found.exit_code == 1
    (violation,) = json.loads(found.stdout)["violations"]
    for words in (["replay", violation["kept"]], ["explain", violation["kept"]]):
        shown = runner.invoke(main, [*words, "--store", str(store)])
        assert shown.exit_code == 1, shown.output
        assert "ProgramError: the program raised" in shown.stdout
    assert "race: " in shown.stdout
    fine = runner.invoke(main, ["explain", str(file), "--schedule", "v1:"])
    assert (fine.exit_code, fine.stdout) == (0, "PASS  the schedule breaks nothing; it returned None\n")
    wrong = runner.invoke(main, ["replay", str(file), "--schedule", "v1: nobody"])
    assert wrong.exit_code == 4
    unknown = runner.invoke(main, ["replay", "abcdef", "--store", str(store)])
    assert unknown.exit_code == 2
    assert "no counterexample of this id" in unknown.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--fault", "reset"], "write KIND=N"),
        (["--fault", "fire=1"], "fault='fire' does not exist"),
        (["--specs", "S99"], "'S99' does not exist"),
        (["--workers", "2", "--strategy", "dfs"], "workers share out the tree"),
        (["--time-limit", "nan"], "time_limit=nan: more than 0 seconds"),
        (["--time-limit", "0"], "time_limit=0.0: more than 0 seconds"),
    ],
)
def test_a_bad_option_is_one_line(tmp_path: Path, words: list[str], said: str) -> None:
    file = tmp_path / "loses.py"
    file.write_text(LOSES, encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(file), "--store", str(tmp_path / "store"), *words])
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
