"""Load: clients as scripts, and what they and the server showed."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field, fields
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from sim.runtime.execution import execute
from sim.runtime.machine import Machine
from sim.runtime.watch import Watch
from sim.timed.clock import Timed
from sim.timed.scheduler import TICK
from sim.trace.traced import api_of
from sim.win32.peer import Peer, RemoteEndpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.timed.profile import Profile
    from winapi import WinApi

SERVERS: Final = (
    "blocking", "select_loop", "event_select", "async_select", "overlapped_events", "completion_routines", "completion_port",
)  # fmt: skip
HEADER: Final = 4  # of a message of specs/programs/servers/framing.py
PAYLOAD_MAX: Final = 5_000
MAX_STEPS: Final = 10**9
RANDOM: Final = ("nothing", "pauses", "work", "pauses and work")


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """clients that each send so many messages of so many payload bytes, one after the other.

    think_ms: pause before each message; spread_ms: the clients arrive evenly over this time; slow: so many of them take their
    answers byte by byte, with a pause of slow_ms between them; stalled: so many send half a message and then nothing for
    stall_ms; half_open: so many connect and say nothing for stall_ms; work_us: what the server computes for every send.
    random: pauses and work are exponentially distributed about these means (Poisson arrivals), by the seed.
    """

    clients: int = 100
    messages: int = 10
    size: int = 100
    think_ms: float = 0
    spread_ms: float = 0
    slow: int = 0
    slow_ms: float = 10
    stalled: int = 0
    half_open: int = 0
    stall_ms: float = 1000
    work_us: float = 0.0
    random: str = "nothing"

    def __post_init__(self) -> None:
        if self.random not in RANDOM:
            raise ValueError(f"random={self.random!r} does not exist; there are {', '.join(RANDOM)}")
        for field_ in fields(self):
            value = getattr(self, field_.name)
            if not isinstance(value, str) and value < (1 if field_.name in ("clients", "messages", "size") else 0):
                raise ValueError(f"{field_.name}={value}: too small")
        if self.size > PAYLOAD_MAX:
            raise ValueError(f"size={self.size}: the servers take messages of at most {PAYLOAD_MAX} bytes")
        if self.slow + self.stalled + self.half_open > self.clients:
            raise ValueError("slow, stalled and half_open clients are more than all clients")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one run showed; times in microseconds of the simulation.

    exchanges: when each message came back, and how long it took.
    """

    server: str
    clients: int
    cores: int
    microseconds: float
    busy: float
    exchanges: tuple[tuple[float, float], ...] = field(repr=False)
    counts: dict[str, int]

    @property
    def messages(self) -> int:
        """How many came back."""
        return len(self.exchanges)

    @property
    def throughput(self) -> float:
        """Messages per second."""
        return self.messages / self.microseconds * 1e6 if self.microseconds else 0.0

    def percentile(self, percent: float) -> float:
        """Of the latencies, by the nearest rank; microseconds."""
        ordered = sorted([latency for _, latency in self.exchanges])
        return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0

    def per_message(self, what: str) -> float:
        """A count for each message."""
        return self.counts.get(what, 0) / self.messages if self.messages else 0.0


def measure(
    server: str, load: Load, profile: Profile, *, cores: int = 1, seed: int = 0, **options: Any,  # noqa: ANN401 - of serve
) -> Figures:  # fmt: skip
    """Run a server of specs/programs/servers under this load."""
    module = import_module(f"specs.programs.servers.{server}")

    def program(w: WinApi) -> object:
        return module.serve(w, module.PORT, load.clients, **options)

    work: Callable[[], float] | None = None
    if "work" in load.random:
        work = partial(random.Random(f"work {seed}").expovariate, 1 / load.work_us)
    elif load.work_us:
        work = partial(float, load.work_us)
    clock = Timed(profile, cores, seed, work)
    machine = Machine(max_steps=MAX_STEPS, record=False)
    machine.watch = Watch(machine, (clock.begin(machine),))
    exchanges: list[tuple[float, float]] = []
    peers = [Peer(_client(machine, module.PORT, number, load, exchanges, seed)) for number in range(load.clients)]
    execute([program, *peers], machine, api_of(machine))
    if machine.violation is not None:
        raise RuntimeError(f"{server} with {load.clients} clients: {machine.violation.message}")
    account = clock.account()
    return Figures(
        server=server, clients=load.clients, cores=cores, microseconds=account.microseconds, busy=account.busy,
        exchanges=tuple(exchanges), counts=account.counts,
    )  # fmt: skip


def _client(
    machine: Machine, port: int, number: int, load: Load, exchanges: list[tuple[float, float]], seed: int
) -> Callable[[RemoteEndpoint], object]:
    """The script of one client."""
    k = machine.kernel
    message = (load.size).to_bytes(HEADER, "big") + bytes(load.size)
    begins = load.spread_ms * number // max(1, load.clients)
    dice = random.Random(f"{seed} {number}") if "pauses" in load.random else None
    is_slow = number < load.slow
    is_stalled = load.slow <= number < load.slow + load.stalled
    is_silent = load.slow + load.stalled <= number < load.slow + load.stalled + load.half_open

    def client(e: RemoteEndpoint) -> object:
        if begins:
            e.sleep(begins)
        e.connect(port)
        if is_silent:
            e.sleep(load.stall_ms)
        if is_stalled:
            e.send(message[: len(message) // 2])
            e.sleep(load.stall_ms)
            e.send(message[len(message) // 2 :])
            e.receive_exactly(len(message))
        for _ in range(load.messages):
            if load.think_ms:
                e.sleep(dice.expovariate(1 / load.think_ms) if dice is not None else load.think_ms)
            began = k.now_100ns
            e.send(message)
            if is_slow:
                for _ in range(len(message)):
                    e.sleep(load.slow_ms)
                    e.receive_exactly(1)
            else:
                e.receive_exactly(len(message))
            exchanges.append((k.now_100ns / TICK, (k.now_100ns - began) / TICK))
        e.close()
        return None

    return client
