"""Laws about executions that never end: which loops are accused, what is said of them, and words for graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.sim.explore.graphs.laws import Laws
from alertable.sim.explore.graphs.telling import tell
from alertable.sim.runtime.schedule import parse
from alertable.sim.runtime.settings import Settings
from alertable.specs.zoo.f13_armed_again_at_the_end import buggy
from tests.explore.graphs.made import made

if TYPE_CHECKING:
    import networkx as nx

    from alertable.sim import Violation
    from alertable.winapi import WinApi


def circle(program: Any, prefix: int, loop: int) -> nx.MultiDiGraph:
    """The graph of the program's usual execution, that goes round from its step prefix + loop back to the state after prefix."""
    schedule = alertable.run(program, max_steps=prefix + 3 * loop).schedule
    actors = [label for label, count in parse(schedule) for _ in range(count)]
    assert actors[prefix : prefix + loop] == actors[prefix + loop : prefix + 2 * loop]
    steps = [f"{n} {actor} {n + 1 if n + 1 < prefix + loop else prefix}" for n, actor in enumerate(actors[: prefix + loop])]
    return made(*steps)


def spin(w: WinApi) -> None:
    flag = w.Interlocked(0)
    while not flag.load():
        pass


def flip(w: WinApi) -> None:
    flag = w.Interlocked(0)
    while True:
        flag.exchange(1)
        flag.exchange(0)


def poll(w: WinApi) -> None:
    stop = w.CreateEventW(None, True, False, None)
    while w.WaitForSingleObject(stop, 0):
        pass


def idle(w: WinApi) -> None:
    while True:
        w.SleepEx(10, True)


def signal(w: WinApi) -> None:
    event = w.CreateEventW(None, True, False, None)
    while True:
        w.SetEvent(event)
        w.ResetEvent(event)


def laws(graph: nx.MultiDiGraph, program: Any, **options: Any) -> list[Violation]:
    return list(Laws(graph, [program], Settings(memory="locks", **options)).broken())


def looking(graph: nx.MultiDiGraph, *, vain: bool) -> nx.MultiDiGraph:
    """With loops that change nothing; vain: and that the machine knows for vain looks."""
    for source, target, data in graph.edges(data=True):
        if target <= source:
            data.update(changes=False, progress=not vain)
    return graph


def test_who_looks_at_a_cell_for_ever_is_accused() -> None:
    (violation,) = laws(looking(circle(spin, 1, 1), vain=False), spin)
    assert (violation.id, violation.step) == ("S12", 2)
    assert violation.schedule == "v1: spin [ spin ]*inf"
    assert violation.message.startswith("nothing gets done after step 1, for ever: spin: cell#spin.1.load() -> 0 -> again. ")
    assert violation.where[0].startswith("spin: ")


@pytest.mark.parametrize(
    ("program", "graph"),
    [
        (poll, looking(circle(poll, 2, 1), vain=True)),
        (idle, circle(idle, 1, 3)),
        (flip, circle(flip, 1, 2)),
        (signal, circle(signal, 2, 2)),
    ],
    ids=["poll", "idle", "flip", "signal"],
)
def test_who_may_be_doing_what_it_is_for_is_not(program: Any, graph: nx.MultiDiGraph) -> None:
    assert laws(graph, program) == []
    strict = laws(graph, program, specs=("S12",))
    assert [violation.id for violation in strict] == ([] if program is idle else ["S12"])


def test_operations_that_complete_at_once_with_nothing_for_ever_are_accused() -> None:
    (violation,) = laws(circle(buggy, 22, 4), buggy)
    assert violation.id == "S12"
    assert violation.schedule.endswith(" [ buggy*4 ]*inf")
    assert "WSARecv(" in violation.message


def test_an_eventually_that_a_loop_never_keeps() -> None:
    served = alertable.eventually("served", lambda state: "served" in state.marks)
    graph = circle(idle, 1, 3)
    for node in graph:
        graph.nodes[node]["owed"] = ("served",)
    (violation,) = laws(graph, idle, specs=(served,))
    assert violation.id == "eventually: served"
    assert violation.message.startswith("'served' never held after step 1, for ever: idle: SleepEx(10, True)")
    assert violation.schedule == "v1: idle [ idle timeout:idle idle ]*inf"


def test_every_state_and_every_step_gets_its_words() -> None:
    graph = circle(signal, 2, 2)
    tell(graph, [signal], Settings(memory="locks"))
    assert [data["what"] for _, _, data in graph.edges(data=True)] == [
        "begins", "CreateEventW(NULL, True, False, NULL) -> event#1", "SetEvent(event#1) -> 1", "ResetEvent(event#1) -> 1",
    ]  # fmt: skip
    assert [data["object"] for _, _, data in graph.edges(data=True)] == ["", "event#1", "event#1", "event#1"]
    assert all(label.startswith("signal test_laws.py:") for label in [graph.nodes[node]["label"] for node in (1, 2, 3)])
