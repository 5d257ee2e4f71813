"""The network in time: latency, shared bandwidth, losses, order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from alertable.sim.timed.load import Load
from alertable.sim.timed.measure import measure
from tests.timed.free import linked

if TYPE_CHECKING:
    from alertable.sim.timed.profile import Profile

EXACT = 0.2  # microseconds: the kernel's clock ticks every tenth


def latencies(profile: Profile, **load: Any) -> list[float]:
    return [latency for _, latency in measure("completion_routines", Load(**load), profile).exchanges]


def test_an_exchange_takes_the_link_there_and_back() -> None:
    assert latencies(linked(latency=250.0), clients=1, messages=3) == pytest.approx([500.0] * 3, abs=EXACT)


def test_bytes_take_their_time_and_so_do_headers() -> None:
    link = linked(bandwidth=8.0, overhead=40.0)  # a byte a microsecond
    assert latencies(link, clients=1, messages=2, size=96) == pytest.approx([2 * (100 + 100 + 40)] * 2, abs=EXACT)
    two_packets = 2 * (100 + 2_000 + 2 * 40)
    assert latencies(link, clients=1, messages=1, size=1_996) == pytest.approx([two_packets], abs=EXACT)


def test_connections_share_the_link() -> None:
    """Four answers leave one after the other; each direction has a queue of its own."""
    link = linked(latency=0.0, bandwidth=8.0)
    assert sorted(latencies(link, clients=4, messages=1, size=96)) == pytest.approx([200, 300, 400, 500], abs=4 * EXACT)


def test_a_lost_segment_comes_later_and_everything_behind_it_waits() -> None:
    certain = latencies(linked(loss=0.0), clients=20, messages=20)
    lossy = latencies(linked(loss=0.05, retransmission=5_000.0), clients=20, messages=20)
    assert max(certain) < 201
    late = [latency for latency in lossy if latency > 5_000]
    assert 20 <= len(late) <= 70  # two segments an exchange, one in twenty lost: 39 of 400
    assert len(lossy) == 400


def test_a_full_queue_drops_what_comes_and_it_is_sent_again() -> None:
    """Ten messages of 100 bytes arrive at once at a queue for five; the others come a time-out later, in order."""
    link = linked(bandwidth=8.0, queue=500.0, retransmission=10_000.0, latency=0.0)
    found = sorted(latencies(link, clients=10, messages=1, size=96))
    assert found[:5] == pytest.approx([100 * n + 100 for n in range(1, 6)], abs=10 * EXACT)
    assert found[5:] == pytest.approx([10_000 + 100 * n + 100 for n in range(1, 6)], abs=10 * EXACT)
    assert max(latencies(linked(bandwidth=8.0, latency=0.0), clients=10, messages=1, size=96)) < 1_200


def test_an_empty_queue_takes_any_segment() -> None:
    assert latencies(linked(queue=10.0, latency=0.0, bandwidth=8.0), clients=1, messages=2) == pytest.approx([208] * 2, abs=1)


def test_losses_follow_the_seed() -> None:
    link = linked(loss=0.1, retransmission=5_000.0)
    load = Load(clients=5)
    found = [measure("blocking", load, link, seed=seed).exchanges for seed in (1, 1, 2)]
    assert found[0] == found[1] != found[2]


def test_a_slow_link_is_the_limit_and_full() -> None:
    figures = measure("completion_port", Load(clients=50, size=996), linked(bandwidth=8.0))
    assert figures.account.network / figures.account.microseconds > 0.97
    assert figures.throughput == pytest.approx(1_000, rel=0.03)  # of 1,000 bytes, a byte a microsecond
