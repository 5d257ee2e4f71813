"""Executions and seconds to COMPLETE: servers as they are, by strategy, peers and messages: `python -m tests.bench.states`.

Scripted peers connect, send messages and take the echo of each, close.  `memory="locks"`; processor time; what takes longer than
the limit says how far it came.  `--limit SECONDS` for each row, `--servers a,b`, `--peers 1,2`, `--messages 1,4`.
"""

from __future__ import annotations

import argparse
import time
from importlib import import_module
from typing import TYPE_CHECKING, Final

from alertable.sim.explore.algorithms.dpor import Dpor
from alertable.sim.explore.coordinating.search import Search
from alertable.sim.explore.states.strategy import States
from alertable.sim.runtime.settings import Settings
from tests.bench.exploring import scripted

if TYPE_CHECKING:
    from collections.abc import Sequence

SERVERS: Final = (
    "blocking", "select_loop", "event_select", "async_select", "overlapped_events", "completion_routines", "completion_port",
)  # fmt: skip
PEERS: Final = (1, 2, 3)
MESSAGES: Final = (1, 2, 3, 4)
LIMIT: Final = 20.0


def row(server: str, peers: int, messages: int, limit: float) -> str:
    """One line of the table: both strategies."""
    programs = scripted(import_module(f"alertable.specs.programs.servers.{server}"), peers, messages)
    cells = [f"{server:20} {peers} x {messages}"]
    for strategy in (Dpor(shared_memory=False), States(shared_memory=False)):
        search = Search(programs, strategy, Settings(memory="locks"))
        begun = time.process_time()

        def over(begun: float = begun) -> str:
            return "limit" if time.process_time() - begun > limit else ""

        stopped = search.run(over)
        spent = time.process_time() - begun
        word = f"{strategy.executions:>7,} {spent:6.1f} s" if not stopped else f"{'> ' + format(strategy.executions, ','):>16}"
        cells.append(word)
        if isinstance(strategy, States):
            states = len(strategy.graph.nodes)
            cells.append(f"{'' if not stopped else '> '}{states:,} states ({states / spent:,.0f}/s)")
    return " | ".join(cells)


def numbers(text: str) -> list[int]:
    """Whole numbers with commas between."""
    return [int(part) for part in text.split(",")]


def main(words: Sequence[str] | None = None) -> None:
    """Print the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=float, default=LIMIT)
    parser.add_argument("--servers", default=",".join(SERVERS))
    parser.add_argument("--peers", type=numbers, default=list(PEERS))
    parser.add_argument("--messages", type=numbers, default=list(MESSAGES))
    given = parser.parse_args(words)
    print("server, peers x messages | dpor: executions, seconds | states: executions, seconds | states")
    for server in given.servers.split(","):
        for peers in given.peers:
            for messages in given.messages:
                print(row(server, peers, messages, given.limit), flush=True)


if __name__ == "__main__":
    main()
