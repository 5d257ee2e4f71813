"""Sweeps and scenarios: what they mean, and what cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from alertable.sim.timed.load import Load
from alertable.sim.timed.measure import SERVERS, measure
from alertable.sim.timed.profile import load
from alertable.sim.timed.sweep import Sweep, numbers, scenario, shipped
from tests.timed.free import FREE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("8", (8,)),
        ("10,1,5", (1, 5, 10)),
        ("1..10", (1, 2, 5, 10)),
        ("3..70", (3, 5, 10, 20, 50, 63, 70)),
        ("1..1, 100..300", (1, 100, 200, 300)),
    ],
)
def test_numbers(text: str, found: tuple[int, ...]) -> None:
    assert numbers(text, "clients", 10_000) == found


@pytest.mark.parametrize("text", ["", "x", "1..", "..5", "5..1", "-3", "1.5", "1,,2"])
def test_words_that_are_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="--clients"):
        numbers(text, "clients", 10_000)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"servers": ("selekt",)}, "server 'selekt' does not exist; there are blocking"),
        ({"clients": ()}, "no clients at all"),
        ({"clients": (0,)}, "clients 0: from 1 to 20,000"),
        ({"clients": (2.5,)}, r"clients 2\.5"),
        ({"sizes": (5_001,)}, "size 5001: from 1 to 5,000"),
        ({"cores": (0,)}, "cores 0: from 1 to 1,024"),
        ({"load": {"slow": 5}, "clients": (3, 10)}, "5 slow, stalled and half-open clients are more than all 3"),
        ({"load": {"think": -1.0}}, "think = -1.0: a number, at least 0"),
        ({"load": {"random": "everything"}}, "random = 'everything' does not exist"),
        ({"load": {"random": "work"}}, "random work needs a mean"),
        ({"load": {"random": "pauses"}}, "random pauses need a mean"),
        ({"options": {"blocking": {"threads": 3}}}, "options of blocking: threads = 3"),
        ({"options": {"completion_port": {"threads": 0}}}, "threads = 0"),
    ],
)
def test_impossible_sweeps(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sweep(**fields)


def test_the_points_of_a_sweep() -> None:
    sweep = Sweep(servers=("select_loop", "completion_port"), clients=(10, 64), sizes=(1, 2), cores=(1, 4))
    points = list(sweep.points())
    assert [(p.server, p.load.size, p.cores, p.load.clients) for p in points[:5]] == [
        ("select_loop", 1, 1, 10), ("select_loop", 1, 4, 10), ("select_loop", 2, 1, 10), ("select_loop", 2, 4, 10),
        ("completion_port", 1, 1, 10),
    ]  # fmt: skip
    assert len(points) == 4 + 8
    assert [dict(p.options) for p in points[-2:]] == [{"threads": 8}] * 2


@pytest.mark.parametrize("name", shipped())
def test_every_scenario_that_ships_runs(name: str) -> None:
    sweep = scenario(name)
    assert sweep.about
    point = next(p for p in sweep.points() if p.server == "completion_port")
    figures = measure(point.server, point.load, load(), cores=point.cores, threads=point.options["threads"])
    assert figures.trouble == ""
    assert figures.messages == point.load.expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("clients = 5", "clients = 5: a list"),
        ("client = [5]", "'client' does not exist; there are about, servers"),
        ("load = 3", "are tables"),
        ('[load]\nthinks = "1 ms"', r"\[load\] thinks does not exist; there are messages, burst"),
        ('[load]\nthink = "1 mile"', r"\[load\] think = '1 mile': write a number and one of ns, us, ms, s"),
        ("[load]\nslow = 1000\n", "more than all"),
        ("clients = [", "mine.toml"),
    ],
)
def test_mistakes_in_a_scenario_are_named(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message) as raised:
        scenario(str(path))
    assert "mine.toml" in str(raised.value)


def test_a_scenario_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="there are bursts, half_open"):
        scenario("nope")
    with pytest.raises(ValueError, match=r"nope\.toml: No such file"):
        scenario("nope.toml")


# ---- what the loads do ------------------------------------------------------------------------------------------------------


def test_clients_arrive_evenly_and_think() -> None:
    figures = measure("completion_port", Load(clients=4, messages=2, spread=4_000.0, think=500.0), FREE)
    ends = sorted(end for end, _ in figures.exchanges)
    first = 200 + 500 + 200  # connect, think, exchange
    assert ends == pytest.approx([t for n in range(4) for t in (1_000 * n + first, 1_000 * n + first + 700)], abs=1)


def test_a_burst_is_sent_at_once() -> None:
    figures = measure("blocking", Load(clients=1, messages=5, burst=3), FREE)
    ends = [end for end, _ in figures.exchanges]
    assert ends == pytest.approx([400] * 3 + [600] * 2, abs=1)


@pytest.mark.parametrize("server", SERVERS)
def test_slow_and_stalled_and_silent_clients_are_served_and_are_not_counted_as_ordinary(server: str) -> None:
    load = Load(clients=10, messages=2, slow=2, slow_pause=1_000.0, stalled=1, half_open=3, stall=50_000.0, size=20)
    figures = measure(server, load, FREE)
    assert figures.trouble == ""
    assert figures.messages == load.expected == 7 * 2
    assert len(figures.exchanges) == 4 * 2
    assert figures.percentile(99) < 1_000  # only the special ones wait
    assert figures.account.microseconds >= 2 * 24 * 1_000  # the slow ones take every byte by itself


def test_a_routine_that_takes_long_delays_all_others_but_not_on_a_port_with_threads() -> None:
    slow = Load(clients=20, messages=10, think=5_000.0, spread=5_000.0, work=20_000.0, work_every=40)
    routines = measure("completion_routines", slow, FREE, cores=4)
    port = measure("completion_port", slow, FREE, cores=4, threads=8)
    assert routines.percentile(90) > 2_000
    assert port.percentile(90) < 300


def test_a_wait_for_65_events_fails_and_the_run_says_so() -> None:
    for server in ("event_select", "overlapped_events"):
        assert measure(server, Load(clients=63, messages=1), FREE, one_thread=True).trouble == ""
        stopped = measure(server, Load(clients=64, messages=1), FREE, one_thread=True)
        assert stopped.trouble == "0 of 64 messages came back; the server returned (0, 87)"
        assert measure(server, Load(clients=64, messages=1), FREE).trouble == ""
