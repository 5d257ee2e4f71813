"""Load: what clients do to a server.  In memory times are microseconds; TOML files write them with units."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, fields
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.timed.profile import quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alertable.kernel_model.kernel import Kernel
    from alertable.sim.win32.peer import RemoteEndpoint

HEADER: Final = 4  # of a message of specs/programs/servers/framing.py
PAYLOAD_MAX: Final = 5_000
TICK: Final = 10  # of the kernel's clock in a microsecond
RANDOM: Final = ("nothing", "pauses", "work", "pauses and work")
_AT_LEAST_ONE: Final = ("clients", "messages", "size", "burst", "work_every")
_TIMES: Final = ("think", "spread", "slow_pause", "stall", "work")


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """clients that each send so many messages of so many payload bytes.

    burst: messages that are sent together before their answers are awaited; think: pause before each burst; spread: the clients
    arrive evenly over this time.
    slow: so many of the clients take their answers byte by byte, with a slow_pause before each; stalled: so many stop in the
    middle of their first message for the time of stall; half_open: so many connect, say nothing for that time, and go.
    work: what the server computes at a send, at every work_every-th of them.
    random: pauses and work are exponentially distributed about these means (Poisson arrivals), by the seed.
    """

    clients: int = 100
    messages: int = 10
    size: int = 100
    burst: int = 1
    think: float = 0.0
    spread: float = 0.0
    slow: int = 0
    slow_pause: float = 10_000.0
    stalled: int = 0
    half_open: int = 0
    stall: float = 1_000_000.0
    work: float = 0.0
    work_every: int = 1
    random: str = "nothing"

    def __post_init__(self) -> None:
        if self.random not in RANDOM:
            raise ValueError(f"random = {self.random!r} does not exist; there are {', '.join(RANDOM)}")
        for name in (each.name for each in fields(self) if each.name != "random"):
            value, least = getattr(self, name), 1 if name in _AT_LEAST_ONE else 0
            if not isinstance(value, int | float) or isinstance(value, bool) or value < least:
                raise ValueError(f"{name.replace('_', '-')} = {value!r}: a number, at least {least}")
        if self.size > PAYLOAD_MAX:
            raise ValueError(f"size = {self.size}: the servers take messages of at most {PAYLOAD_MAX} bytes")
        special = self.slow + self.stalled + self.half_open
        if special > self.clients:
            raise ValueError(f"{special} slow, stalled and half-open clients are more than all {self.clients}")
        if "work" in self.random and (not self.work or self.work_every > 1):
            raise ValueError("random work needs a mean: work > 0 at every send")
        if "pauses" in self.random and not self.think:
            raise ValueError("random pauses need a mean: think > 0")

    @property
    def expected(self) -> int:
        """How many messages come back when all goes well."""
        return (self.clients - self.half_open) * self.messages


@dataclass(slots=True)
class Exchanges:
    """When each answer was complete, and how long it took: of ordinary clients, and of slow and stalled ones."""

    ordinary: list[tuple[float, float]] = field(default_factory=list)
    others: list[tuple[float, float]] = field(default_factory=list)


def from_table(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The fields of a Load out of TOML; ValueError names the key."""
    known = {each.name.replace("_", "-"): each.name for each in fields(Load) if each.name not in ("clients", "size")}
    found = {}
    for key, value in table.items():
        if key not in known:
            raise ValueError(f"{where} {key} does not exist; there are {', '.join(known)}")
        name = known[key]
        found[name] = quantity(value, f"{where} {key}", name) if name in _TIMES else value
    return found


def work_of(load: Load, seed: int) -> Callable[[], float] | None:
    """What each send of the server computes, in microseconds; None for nothing."""
    if "work" in load.random:
        return partial(random.Random(f"work {seed}").expovariate, 1 / load.work)
    if not load.work:
        return None
    sends = 0

    def every() -> float:
        nonlocal sends
        sends += 1
        return load.work if sends % load.work_every == 0 else 0.0

    return every


def script(
    k: Kernel, port: int, number: int, load: Load, seed: int, exchanges: Exchanges
) -> Callable[[RemoteEndpoint], object]:  # fmt: skip
    """What a client does; it notes its exchanges."""
    message = load.size.to_bytes(HEADER, "big") + bytes(load.size)
    begins = load.spread * number / load.clients
    dice = random.Random(f"pauses {seed} {number}") if "pauses" in load.random else None
    is_slow = number < load.slow
    is_stalled = load.slow <= number < load.slow + load.stalled
    is_half_open = load.slow + load.stalled <= number < load.slow + load.stalled + load.half_open

    done = exchanges.others if is_slow or is_stalled else exchanges.ordinary

    def client(e: RemoteEndpoint) -> None:
        if begins:
            e.sleep(begins / 1e3)
        e.connect(port)
        if is_half_open:
            e.sleep(load.stall / 1e3)
            e.close()
            return
        left = load.messages
        while left:
            if load.think:
                e.sleep((dice.expovariate(1 / load.think) if dice is not None else load.think) / 1e3)
            together = min(left, load.burst)
            began = k.now_100ns
            if is_stalled and left == load.messages:
                e.send(message[: len(message) // 2])
                e.sleep(load.stall / 1e3)
                e.send(message[len(message) // 2 :] + message * (together - 1))
            else:
                e.send(message * together)
            for _ in range(together):
                take(e)
                done.append((k.now_100ns / TICK, (k.now_100ns - began) / TICK))
            left -= together
        e.close()

    def take(e: RemoteEndpoint) -> None:
        if not is_slow:
            e.receive_exactly(len(message))
            return
        for _ in message:
            e.sleep(load.slow_pause / 1e3)
            e.receive_exactly(1)

    return client
