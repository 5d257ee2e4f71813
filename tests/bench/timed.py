"""What the simulated clock costs: 10,000 clients with 10 messages each, in a process of their own, beside a bare SimPy program.

python -m tests.bench.timed SERVER CLIENTS
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import simpy

from alertable.sim.timed.load import Load
from alertable.sim.timed.measure import measure
from alertable.sim.timed.profile import load
from tests.bench.memory import peak_mib

if TYPE_CHECKING:
    from collections.abc import Generator

CLIENTS = 10_000
SERVERS = ("completion_port", "completion_routines")


def rows() -> list[tuple[str, float, str]]:
    """(what, messages per second, remark)."""
    found = []
    for server in SERVERS:
        words = [sys.executable, "-m", "tests.bench.timed", server, str(CLIENTS)]
        said = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
        memory = f"{said['mib']:,.0f} MiB (aim 1,024)" if said["mib"] else "memory not measured here"
        remark = (
            f"{said['seconds']:.1f} s (aim 180), {memory}, {said['events']:,} SimPy events, "
            f"{said['seconds'] / said['bare']:.1f} times a bare program of as many (aim 3)"
        )
        found.append((f"timed {server}, {CLIENTS:,} clients, messages", said["messages"] / said["seconds"], remark))
    return found


def alone(server: str, clients: int) -> dict[str, Any]:
    """Figures of one run in this process, and of a SimPy program with as many events that does nothing else."""
    events = 0
    step = simpy.Environment.step

    def counted(env: simpy.Environment) -> None:
        nonlocal events
        events += 1
        step(env)

    simpy.Environment.step = counted  # type: ignore[assignment, method-assign]  # the only way to count them from outside
    began = time.perf_counter()
    figures = measure(server, Load(clients=clients), load())
    seconds = time.perf_counter() - began
    simpy.Environment.step = step  # type: ignore[method-assign]  # counted meanwhile
    assert figures.messages == 10 * clients, figures.trouble
    return {"seconds": seconds, "messages": figures.messages, "events": events, "mib": peak_mib(), "bare": bare(events, clients)}


def bare(events: int, processes: int) -> float:
    """Seconds for processes that take turns at one resource: a request, its release and a time-out each time."""
    env = simpy.Environment()
    core = simpy.Resource(env, 1)

    def turns(count: int) -> Generator[simpy.Event, Any, None]:
        for _ in range(count):
            with core.request() as mine:
                yield mine
                yield env.timeout(1)

    for _ in range(processes):
        env.process(turns(events // 3 // processes))
    began = time.perf_counter()
    env.run()
    return time.perf_counter() - began


if __name__ == "__main__":
    print(json.dumps(alone(sys.argv[1], int(sys.argv[2]))))
