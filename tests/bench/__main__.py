"""`python -m tests.bench`: API calls per second on the model, untraced, and the memory of a thousand clients.

Each figure is the median of five runs on one core; the machine is named in the heading.
"""

from __future__ import annotations

import platform
import statistics
import time
from typing import TYPE_CHECKING, Any

from alertable.sim.runtime.execution import execute
from alertable.sim.runtime.machine import Machine
from alertable.sim.win32.api import SimWinApi
from alertable.specs.programs.servers import (
    async_select,
    blocking,
    completion_port,
    completion_routines,
    event_select,
    overlapped_events,
    select_loop,
)
from alertable.specs.programs.servers.client import crowd
from tests.bench import exploring, timed
from tests.bench.memory import peak_mib
from tests.bench.programs import alternate_apcs, alternate_events, ping_pong, round_trips, thousand_clients

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.winapi import WinApi

RUNS = 5
SERVERS = (blocking, select_loop, event_select, async_select, overlapped_events, completion_routines, completion_port)


def measure(program: Callable[[Any], int]) -> tuple[int, float]:
    """(operations, median seconds) of one execution."""
    seconds = []
    count = 0
    for _ in range(RUNS):
        machine = Machine(max_steps=10**9, record=False)
        begin = time.perf_counter()
        count = execute([program], machine, SimWinApi(machine))[0]
        seconds.append(time.perf_counter() - begin)
        assert machine.violation is None, machine.violation
    return count, statistics.median(seconds)


def measure_server(server: Any) -> tuple[int, float]:
    """(messages echoed, median seconds): 100 clients, 10 messages of 1 to 5,000 bytes each, clients included."""
    seconds = []
    for _ in range(RUNS):
        machine = Machine(max_steps=10**9, record=False)

        def serving(w: WinApi) -> int:
            return int(server.serve(w, server.PORT, 100))

        begin = time.perf_counter()
        execute([serving, crowd(server.PORT, 100, 10)], machine, SimWinApi(machine))
        seconds.append(time.perf_counter() - begin)
        assert machine.violation is None, machine.violation
    return 100 * 10, statistics.median(seconds)


def main() -> None:
    """Print the table."""
    print(f"CPython {platform.python_version()}, {platform.system()} {platform.machine()}, {cpu()}, median of {RUNS}")
    rows = (
        ("SetEvent + WaitForSingleObject, API calls", alternate_events, 300_000),
        ("QueueUserAPC + SleepEx, API calls", alternate_apcs, 150_000),
        ("WSARecv + WSASend + SleepEx + routine, round trips", round_trips, 40_000),
        ("two threads, two events, handed to and fro, API calls", ping_pong, None),
    )
    for title, program, aim in rows:
        count, seconds = measure(program)
        tail = f"   (aim {aim:,})" if aim else ""
        print(f"{title:<56}{count / seconds:>12,.0f} /s{tail}")
    for server in SERVERS:
        count, seconds = measure_server(server)
        name = server.__name__.rpartition(".")[2]
        print(f"{f'echo server {name}, 100 clients, messages':<56}{count / seconds:>12,.0f} /s")
    for title, rate, remark in (*exploring.rows(), *timed.rows()):
        print(f"{title:<56}{rate:>12,.0f} /s   {remark}")
    count, seconds = measure(thousand_clients)
    print(f"{'a thousand echo clients, messages echoed':<56}{count / seconds:>12,.0f} /s")
    peak = peak_mib()
    print(
        f"{'peak memory of this process after it':<56}" + (f"{peak:>12,.0f} MiB   (aim 200)" if peak else "   not measured here")
    )


def cpu() -> str:
    """The processor's name, as far as the platform tells."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown processor"


if __name__ == "__main__":
    main()
