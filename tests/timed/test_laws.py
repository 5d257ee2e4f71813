"""Conservation: processors, Little's law, queueing theory, more cores."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import pytest

from alertable.sim.timed.load import Load
from alertable.sim.timed.measure import SERVERS, measure
from alertable.sim.timed.profile import load
from tests.timed.free import FREE

if TYPE_CHECKING:
    from alertable.sim.timed.measure import Figures

WORK = 1_000.0  # microseconds a message


@pytest.mark.parametrize("cores", [1, 3])
@pytest.mark.parametrize("server", SERVERS)
def test_processor_time_that_was_handed_out_is_what_threads_were_charged(server: str, cores: int) -> None:
    figures = measure(server, Load(clients=20, messages=5), load(), cores=cores)
    account, counts, cpu = figures.account, figures.account.counts, load().cpu
    assert figures.messages == 100
    priced = {
        "system calls": cpu.call, "context switches": cpu.context_switch, "wake-ups": cpu.wake_up, "APCs": cpu.apc_delivery,
        "operations": cpu.io_request + cpu.io_completion, "segments": cpu.segment,
    }  # fmt: skip
    least = sum(counts.get(what, 0) * cost for what, cost in priced.items())  # all but copies and scans
    copied = cpu.copy * 2 * 104 * figures.messages  # in, and out again
    assert least + copied <= account.busy + 1e-6
    assert account.busy <= account.cores * account.microseconds
    if server in ("blocking", "completion_port"):  # these scan nothing
        unseen = account.busy - least - copied
        assert unseen == pytest.approx(0, abs=1e-6 * account.busy)


@pytest.mark.parametrize("cores", [1, 2, 4])
def test_busy_time_is_the_integral_of_running_threads(cores: int) -> None:
    """100 messages of 1 ms, 100 at a time: the cores are never idle in between, so the time is work divided by cores."""
    figures = measure("completion_port", Load(clients=100, messages=4, work=WORK), FREE, cores=cores, threads=2 * cores)
    assert figures.account.busy == pytest.approx(400 * WORK)
    until = max(end for end, _ in figures.exchanges)
    ways = 4 * 100  # connecting there and back, the first message there, the last answer back
    assert until == pytest.approx(400 * WORK / cores + ways, abs=1)


def steady(figures: Figures, low: float, high: float) -> tuple[float, float, float]:
    """(arrivals a microsecond, mean latency, mean number in the system) between two instants."""
    inside = [latency for end, latency in figures.exchanges if low <= end < high]
    overlap = sum(max(0.0, min(end, high) - max(end - latency, low)) for end, latency in figures.exchanges)
    return len(inside) / (high - low), sum(inside) / len(inside), overlap / (high - low)


@pytest.mark.parametrize("server", ["completion_port", "completion_routines", "blocking"])
def test_littles_law(server: str) -> None:
    """The mean number of messages that are under way is arrivals times mean latency, within 2 %."""
    busy = Load(clients=200, messages=60, think=WORK * 200 / 0.8, spread=WORK * 200 / 0.8, work=WORK, random="pauses and work")
    figures = measure(server, busy, FREE, seed=5)
    end = max(end for end, _ in figures.exchanges)
    arrivals, latency, number = steady(figures, 0.2 * end, 0.8 * end)
    assert number == pytest.approx(arrivals * latency, rel=0.02)


def erlang_c(servers: int, offered: float) -> float:
    """Probability of having to wait in M/M/c."""
    terms = [offered**k / math.factorial(k) for k in range(servers)]
    last = offered**servers / math.factorial(servers) * servers / (servers - offered)
    return last / (sum(terms) + last)


@pytest.mark.parametrize(
    ("cores", "randomness"),
    [
        pytest.param(1, "pauses", id="M/D/1"),
        pytest.param(1, "pauses and work", id="M/M/1", marks=pytest.mark.long),
        pytest.param(3, "pauses and work", id="M/M/3"),
    ],
)
def test_utilisation_and_waiting_are_those_of_queueing_theory(cores: int, randomness: str) -> None:
    """Utilisation within 2 %; mean waits within 10 %, which is their own spread over 12,000 arrivals."""
    clients, utilised = 1_000, 0.6
    think = clients * WORK / (utilised * cores)
    messages = Load(clients=clients, messages=20, think=think, work=WORK, random=randomness)
    figures = measure("completion_port", messages, FREE, cores=cores, seed=3, threads=cores)
    low, high = 0.1 * 20 * think, 0.7 * 20 * think
    arrivals, latency, _ = steady(figures, low, high)
    served = figures.account.busy / figures.messages
    assert arrivals * served / cores == pytest.approx(utilised * think / (think + latency), rel=0.02)
    occupied = arrivals * served
    waits = latency - served - 200  # and there and back over the link
    if randomness == "pauses":
        theory = occupied * served / (2 * (1 - occupied))  # Pollaczek and Khinchine
    else:
        theory = erlang_c(cores, occupied) * served / (cores - occupied)
    assert waits == pytest.approx(theory, rel=0.1)


@pytest.mark.parametrize("clients", [5, 64, 200])
@pytest.mark.parametrize("work", [0.0, 5.0, 50.0, 500.0])
def test_more_cores_never_lower_the_throughput_of_a_completion_port(work: float, clients: int) -> None:
    """Never where the processors are the limit.  Where the clients' round trips are, up to 1 in 200: a thread on an idle core
    has to be woken for each packet, one that is busy takes the next on its way (two microseconds of two hundred)."""
    found = [
        measure("completion_port", Load(clients=clients, work=work), load(), cores=cores, threads=2 * cores)
        for cores in (1, 2, 3, 4, 8)
    ]
    rates = [figures.throughput for figures in found]
    for fewer, more in itertools.pairwise(found):
        room = 1.0 if fewer.account.utilisation > 0.9 else 0.995
        assert more.throughput >= room * fewer.throughput
    if work == 500.0 and clients == 200:
        assert rates[3] == pytest.approx(4 * rates[0], rel=0.01)
