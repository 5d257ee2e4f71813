"""Cost profiles: what things cost, as data with sources (TOML).

In memory times are microseconds, sizes bytes, rates bits per microsecond.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

DEFAULT: Final = Path(__file__).with_name("default.toml")
TIMES: Final = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}
SIZES: Final = {"B": 1.0, "KiB": 1024.0, "MiB": 1024.0**2}
RATES: Final = {"bit/s": 1e-6, "kbit/s": 1e-3, "Mbit/s": 1.0, "Gbit/s": 1e3}
_QUANTITY: Final = re.compile(r"\s*(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>[A-Za-z/]+)\s*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu:
    """What a processor spends, in microseconds.

    call: an API call that enters the kernel; context_switch: another thread on a core; wake_up: ending a wait;
    apc_delivery: entering an APC; io_request, io_completion: of an IRP; segment: sending one; descriptor_scan: each socket that
    select or WSAPoll looks at; wait_object: each handle that a wait looks at; copy: per byte; quantum: after which another
    thread gets the core.
    """

    call: float
    context_switch: float
    wake_up: float
    apc_delivery: float
    io_request: float
    io_completion: float
    segment: float
    descriptor_scan: float
    wait_object: float
    copy: float
    quantum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The network between clients and server; the bandwidth is shared by all connections, in each direction.

    latency: one way, microseconds; bandwidth: bits per microsecond; overhead: bytes for each packet of 1,460; queue: bytes that
    may wait to be sent in each direction, 0 for no limit; loss: probability that a segment is lost besides; what is lost is sent
    again after retransmission microseconds.
    """

    latency: float
    bandwidth: float
    overhead: float
    queue: float
    loss: float
    retransmission: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the ways to serve many clients differ in, in bytes; a pending operation also locks its buffers.

    thread: its stacks; operation: a pending request.
    """

    thread: float
    operation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A machine and a network."""

    name: str
    cpu: Cpu
    link: Link
    memory: Memory


def load(path: Path | None = None) -> Profile:
    """The profile of a file; the one that ships without a path.  ValueError names the file and what is wrong in it."""
    path = path or DEFAULT
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}; a cost profile is a TOML file, see `alertable calibrate`") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from None
    unknown = [key for key in data if key not in ("name", "about", "cpu", "link", "memory")]
    if unknown:
        raise ValueError(f"{path}: {unknown[0]!r} is no part of a profile; there are name, about, [cpu], [link] and [memory]")
    cpu = _table(path, data, "cpu", Cpu)
    link = _table(path, data, "link", Link)
    if link["bandwidth"] == 0:
        raise ValueError(f"{path}: [link] bandwidth = 0 would never deliver anything")
    if not 0 <= link["loss"] < 1:
        raise ValueError(f"{path}: [link] loss = {link['loss']} is no probability below 1")
    memory = _table(path, data, "memory", Memory)
    return Profile(name=str(data.get("name", path.stem)), cpu=Cpu(**cpu), link=Link(**link), memory=Memory(**memory))


def _table(path: Path, data: dict[str, Any], name: str, kind: type[Cpu | Link | Memory]) -> dict[str, float]:
    known = {field.name.replace("_", "-"): field.name for field in fields(kind)}
    table = data.get(name)
    if not isinstance(table, dict):
        raise ValueError(f"{path}: [{name}] is missing")
    for key in table:
        if key not in known:
            raise ValueError(f"{path}: [{name}] {key} does not exist; there are {', '.join(known)}")
    for key in known:
        if key not in table:
            raise ValueError(f"{path}: [{name}] {key} is missing")
    return {field: quantity(table[key], f"{path}: [{name}] {key}", field) for key, field in known.items()}


def quantity(given: object, where: str, kind: str) -> float:
    """A number of microseconds, microseconds per byte, bytes, bits per microsecond, or a probability."""
    if kind == "loss":
        if isinstance(given, int | float):
            return float(given)
        raise ValueError(f"{where} = {given!r} is no number")
    units = {"bandwidth": RATES, "overhead": SIZES, "queue": SIZES, "thread": SIZES, "operation": SIZES}.get(kind, TIMES)
    if kind == "copy":
        units = {f"{time}/{size}": a / b for time, a in TIMES.items() for size, b in SIZES.items()}
    match = _QUANTITY.match(given) if isinstance(given, str) else None
    if match is None or match["unit"] not in units:
        raise ValueError(f"{where} = {given!r}: write a number and one of {', '.join(units)}")
    return float(match["number"]) * units[match["unit"]]
