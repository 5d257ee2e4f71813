"""`python -m tests.bench.sharing`: executions to COMPLETE of the seven servers, for each idea of what threads share.

A server and scripted clients; a search that is not over after LIMIT_SECONDS or LIMIT executions has a plus sign.
"""

from __future__ import annotations

import sys

from alertable.sim.explore.check import check
from alertable.sim.runtime.settings import MEMORIES
from alertable.specs.programs.servers import (
    async_select,
    blocking,
    completion_port,
    completion_routines,
    event_select,
    overlapped_events,
    select_loop,
)
from tests.bench.exploring import scripted

SERVERS = (blocking, select_loop, event_select, async_select, overlapped_events, completion_routines, completion_port)
LIMIT = 5_000
LIMIT_SECONDS = 20.0


def main(clients: int) -> None:
    """One row for each server, one column for each idea."""
    print(f"| {clients} client{'s' if clients > 1 else ''} | {' | '.join(MEMORIES)} |")
    print(f"| --- |{' ---: |' * len(MEMORIES)}")
    for server in SERVERS:
        cells = []
        for memory in MEMORIES:
            report = check(
                scripted(server, clients), strategy="dpor", memory=memory, max_executions=LIMIT, time_limit=LIMIT_SECONDS
            )
            assert report.ok, report.violations
            more = "+" if report.verdict == "INCONCLUSIVE" else ""
            cells.append(f"{report.executions:,}{more} ({report.executions / report.seconds:,.0f}/s)")
        print(f"| {server.__name__.rpartition('.')[2]} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
