"""What a search of states says of programs that never end, and the graph that it hands out."""

from __future__ import annotations

import json
from ctypes import byref, c_void_p
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from click.testing import CliRunner

import alertable
from alertable.cli import main
from alertable.sim.explore.graphs.lassos import starvation
from alertable.specs.zoo.f13_armed_again_at_the_end import buggy, fixed
from tests.explore.textbook import threads

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from alertable.winapi import WinApi


def searched(program: Any, **options: Any) -> Any:
    return alertable.check(program, strategy="states", memory="locks", **options)


def waits_for_nobody(w: WinApi) -> None:
    ready = w.Interlocked(0)
    while not ready.load():
        pass


def spinlock(w: WinApi) -> None:
    lock = w.Interlocked(0)

    def body() -> None:
        while True:
            if not lock.exchange(1):
                break
        lock.store(0)

    threads(w, body, body)


def idle(w: WinApi) -> None:
    while True:
        w.SleepEx(10, True)


def polls(w: WinApi) -> None:
    stop = w.CreateEventW(None, True, False, None)
    while w.WaitForSingleObject(stop, 0):
        pass


@pytest.mark.parametrize("program", [waits_for_nobody, buggy], ids=lambda program: program.__name__)
def test_a_loop_in_which_nothing_gets_done_is_found_and_replays(program: Any) -> None:
    report = searched(program)
    (violation,) = report.violations
    assert (report.verdict, violation.id) == ("FAILED", "S12")
    assert violation.schedule.endswith("]*inf")
    again = alertable.replay(program, schedule=violation.schedule)
    assert again.violation is not None
    assert (again.violation.id, again.schedule) == ("S12", violation.schedule)


@pytest.mark.parametrize("program", [idle, polls, spinlock, fixed], ids=lambda program: program.__name__)
def test_a_server_that_never_ends_is_complete(program: Any) -> None:
    report = searched(program)
    assert (report.verdict, report.violations) == ("COMPLETE", ())


def test_whoever_asks_for_s12_hears_of_polling_too() -> None:
    (violation,) = searched(polls, specs=("S12",)).violations
    assert violation.id == "S12"


def test_a_loop_that_is_said_to_go_on_and_does_not() -> None:
    def twice(w: WinApi) -> None:
        cell = w.Interlocked(0)
        while cell.fetch_add(1) < 9:
            pass

    with pytest.raises(alertable.ReplayDivergence, match="the loop does not lead back to the state that it began in"):
        alertable.replay(twice, schedule="v1: twice*2 [ twice ]*inf")


def test_eventually_is_asked_of_loops() -> None:
    def serves(w: WinApi, *, all_the_time: bool) -> None:
        cell = w.Interlocked(0)

        def server() -> None:
            w.SleepEx(10, True)
            if all_the_time:
                alertable.mark("served", cell.fetch_add(1) >= 0)
                cell.store(0)

        threads(w, server)

    served = alertable.eventually("served", lambda state: "served" in state.marks)
    assert searched(lambda w: serves(w, all_the_time=True), specs=(served,)).ok
    (violation,) = searched(lambda w: serves(w, all_the_time=False), specs=(served,)).violations
    assert violation.id == "eventually: served"
    assert "for ever" in violation.message


def test_the_graph_of_a_report() -> None:
    graph = searched(spinlock, reduction="none").graph
    assert graph is not None
    assert graph.graph["reduction"] == "none"
    lasso = starvation(graph, "spinlock.1")
    assert lasso is not None
    assert [graph.edges[edge]["actor"] for edge in lasso.loop].count("spinlock.1") == 1
    assert {data["end"] for _, data in graph.nodes(data=True)} == {""}
    assert alertable.check(waits_for_nobody, strategy="random", max_executions=1, max_steps=50).graph is None


def test_ends_and_outcomes_stand_in_the_graph() -> None:
    first, second = c_void_p(), c_void_p()

    def there(w: WinApi) -> str:
        return crossing(w, first, second)

    def back(w: WinApi) -> str:
        return crossing(w, second, first)

    def crossing(w: WinApi, one: c_void_p, other: c_void_p) -> str:
        for lock in (one, other):
            w.AcquireSRWLockExclusive(byref(lock))
        for lock in (other, one):
            w.ReleaseSRWLockExclusive(byref(lock))
        return "through"

    report = alertable.check(there, back, strategy="states", reduction="none", memory="locks", keep_going=True)
    graph = report.graph
    assert graph is not None
    ends = {(data["end"], data["outcome"]) for _, data in graph.nodes(data=True) if data["end"]}
    assert ends == {("ended", "('through', 'through')"), ("deadlock", "")}
    assert nx.is_directed_acyclic_graph(graph)


PROGRAM = """
def program(w):
    cell = w.Interlocked(0)
    cell.fetch_add(1)
    return cell.load()
"""


def test_the_command_writes_it(tmp_path: Path) -> None:
    (tmp_path / "given.py").write_text(PROGRAM, encoding="utf-8")
    given = str(tmp_path / "given.py")
    for suffix in ("json", "dot", "graphml", "svg"):
        target = tmp_path / f"graph.{suffix}"
        result = CliRunner().invoke(main, ["check", given, "--graph", str(target), "--store", str(tmp_path)])
        assert result.exit_code == 0, result.output
        assert target.stat().st_size
    nodes = json.loads((tmp_path / "graph.json").read_text("utf-8"))["nodes"]
    assert [node["end"] for node in nodes][-1] == "ended"
    assert nodes[-1]["outcome"] == "1"
