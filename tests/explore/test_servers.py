"""How many executions the servers of the specs have with scripted peers: what cannot be seen is not told apart."""

from __future__ import annotations

from importlib import import_module

import pytest

from alertable.sim.explore.check import check
from tests.bench.exploring import scripted

COUNTS = {
    "blocking": 8, "select_loop": 12, "event_select": 56, "async_select": 45, "overlapped_events": 48, "completion_routines": 84,
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTS)
def test_one_peer_with_one_message(name: str) -> None:
    server = import_module(f"alertable.specs.programs.servers.{name}")
    report = check(scripted(server, 1), memory="locks", strategy="dpor")
    assert report.verdict == "COMPLETE"
    assert len(report.outcomes) == 1
    assert report.executions == COUNTS[name]
    assert report.statistics["redundant"] == report.statistics["lost"] == 0
