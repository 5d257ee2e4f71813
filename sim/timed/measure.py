"""One measurement: a server of specs/programs/servers under a load, and what it showed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.runtime.execution import execute
from alertable.sim.runtime.machine import Machine
from alertable.sim.runtime.watch import Watch
from alertable.sim.timed.clock import Timed
from alertable.sim.timed.load import Exchanges, script, work_of
from alertable.sim.trace.traced import api_of
from alertable.sim.win32.peer import Peer

if TYPE_CHECKING:
    from alertable.sim.timed.clock import Account
    from alertable.sim.timed.load import Load
    from alertable.sim.timed.profile import Profile
    from alertable.winapi import WinApi

SERVERS: Final = (
    "blocking", "select_loop", "event_select", "async_select", "overlapped_events", "completion_routines", "completion_port",
)  # fmt: skip
STOPS_AT_64: Final = ("select_loop", "event_select", "overlapped_events")  # one set of sockets, one array of handles
MAX_STEPS: Final = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one run showed; times in microseconds of the simulation.

    exchanges: when each message of an ordinary client came back, and how long it took (slow and stalled ones are no measure of
    the server); messages: of all clients; trouble: why not all came back.
    """

    server: str
    load: Load
    account: Account
    exchanges: tuple[tuple[float, float], ...] = field(repr=False)
    messages: int
    trouble: str = ""

    @property
    def throughput(self) -> float:
        """Messages of ordinary clients per second, until the last of them."""
        end = max((end for end, _ in self.exchanges), default=0.0)
        return len(self.exchanges) / end * 1e6 if end else 0.0

    def percentile(self, percent: float) -> float:
        """Of the latencies, by the nearest rank."""
        ordered = sorted([latency for _, latency in self.exchanges])
        return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0

    def per_message(self, what: str) -> float:
        """A count for each message, of whichever client."""
        return self.account.counts.get(what, 0) / self.messages if self.messages else 0.0


def measure(
    server: str, load: Load, profile: Profile, *, cores: int = 1, seed: int = 0, one_thread: bool = False,
    **options: Any,  # noqa: ANN401 - of serve
) -> Figures:  # fmt: skip
    """Run a server under a load.

    one_thread: those of STOPS_AT_64 without further threads for further clients.  options: further arguments of its serve.
    """
    module = import_module(f"alertable.specs.programs.servers.{server}")
    serve = module.serve_in_one_thread if one_thread and server in STOPS_AT_64 else module.serve
    served: list[object] = []

    def program(w: WinApi) -> None:
        served.append(serve(w, module.PORT, load.clients, **options))

    clock = Timed(profile, cores, seed, work_of(load, seed))
    machine = Machine(max_steps=MAX_STEPS, record=False)
    machine.watch = Watch(machine, (clock.begin(machine),))
    exchanges = Exchanges()
    k, port = machine.kernel, module.PORT
    clients = [Peer(script(k, port, number, load, seed, exchanges)) for number in range(load.clients)]
    execute([program, *clients], machine, api_of(machine))
    trouble = ""
    if machine.violation is not None and machine.violation.id != "deadlock":
        raise RuntimeError(f"{server} with {load.clients} clients: {machine.violation.message}")
    messages = len(exchanges.ordinary) + len(exchanges.others)
    if messages < load.expected:
        said = f"the server returned {served[0]}" if served else "the server waits for ever"
        trouble = f"{messages:,} of {load.expected:,} messages came back; {said}"
    return Figures(
        server=server, load=load, account=clock.account(), exchanges=tuple(exchanges.ordinary), messages=messages, trouble=trouble
    )  # fmt: skip
