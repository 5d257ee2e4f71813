"""Sweeps: which servers under which loads on how many cores; from words of a command line, or from a scenario (TOML)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.timed.clock import CORES_MAX
from alertable.sim.timed.load import PAYLOAD_MAX, Load, from_table
from alertable.sim.timed.measure import SERVERS, STOPS_AT_64

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SCENARIOS: Final = Path(__file__).with_name("scenarios")
CLIENTS_MAX: Final = 20_000
ONE_THREAD_MAX: Final = 63  # and the listener, or the event that says a client was handed over
_RANGE: Final = re.compile(r"(\d+)\.\.(\d+)\Z")
_LISTS: Final = {"servers": "servers", "clients": "clients", "size": "sizes", "cores": "cores"}
_OPTIONS: Final = {"completion_port": ("threads",)}
_KEYS: Final = ("about", "servers", "clients", "size", "cores", "load", "options")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One measurement of a sweep."""

    server: str
    load: Load
    cores: int
    seed: int
    one_thread: bool
    options: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """servers x sizes x cores x clients; load: the rest of it; options: server -> arguments of its serve.

    one_thread: servers whose wait or set takes 64 get no further threads, and end at 63 clients.
    """

    servers: Sequence[str] = SERVERS
    clients: Sequence[int] = (1, 2, 5, 10, 20, 50, 63, 100, 200, 500, 1000)
    sizes: Sequence[int] = (100,)
    cores: Sequence[int] = (1,)
    load: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    one_thread: bool = True
    seed: int = 0
    about: str = ""

    def __post_init__(self) -> None:
        for server in self.servers:
            if server not in SERVERS:
                raise ValueError(f"server {server!r} does not exist; there are {', '.join(SERVERS)}")
        _within("clients", self.clients, CLIENTS_MAX)
        _within("size", self.sizes, PAYLOAD_MAX)
        _within("cores", self.cores, CORES_MAX)
        for server, options in self.options.items():
            for name, value in options.items():
                if name not in _OPTIONS.get(server, ()) or type(value) is not int or value < 1:
                    raise ValueError(f"options of {server}: {name} = {value!r}; there is only threads of completion_port, from 1")
        list(self.points())  # says now what no load can be

    def stops(self, server: str, clients: int) -> bool:
        """Does this server end before so many clients?"""
        return self.one_thread and server in STOPS_AT_64 and clients > ONE_THREAD_MAX

    def points(self) -> Iterator[Point]:
        """All of them, in the order of their curves."""
        for server in self.servers:
            for size in self.sizes:
                for cores in self.cores:
                    options = dict(self.options.get(server, {}))
                    if server == "completion_port":  # learn.microsoft.com "I/O Completion Ports": twice the processors
                        options.setdefault("threads", 2 * cores)
                    for clients in self.clients:
                        if not self.stops(server, clients):
                            load = Load(**{**self.load, "clients": clients, "size": size})
                            yield Point(server=server, load=load, cores=cores, seed=self.seed,
                                        one_thread=self.one_thread, options=options)  # fmt: skip


def numbers(text: str, what: str, most: int) -> tuple[int, ...]:
    """'8', '1,5,10', '1..1000' (1, 2, 5, 10 and so on, with both ends) or a mixture, ascending."""
    found: set[int] = set()
    for word in text.replace(" ", "").split(","):
        span = _RANGE.match(word)
        if span is not None:
            low, high = int(span[1]), int(span[2])
            if low > high:
                raise ValueError(f"--{what} {word}: {low} is more than {high}")
            if high > most:
                raise ValueError(f"--{what} {word}: at most {most:,}")
            found |= {low, high, *(n for n in _series(high) if n > low)}
            if what == "clients" and low <= ONE_THREAD_MAX < high:
                found.add(ONE_THREAD_MAX)
        elif word.isdigit():
            found.add(int(word))
        else:
            raise ValueError(f"--{what} {text}: write numbers like 8, 1,5,10 or 1..{most}")
    return tuple(sorted(found))


def _series(high: int) -> Iterator[int]:
    power = 1
    while power < high:
        yield from (n * power for n in (1, 2, 5) if n * power < high)
        power *= 10


def _within(what: str, values: Sequence[int], most: int) -> None:
    if not values:
        raise ValueError(f"no {what} at all: nothing would be measured")
    for value in values:
        if type(value) is not int or not 1 <= value <= most:
            raise ValueError(f"{what} {value!r}: from 1 to {most:,}")


def scenario(name: str) -> Sweep:
    """One that ships, by name, or one of your own, by path.  ValueError names the file, the key and what it may be."""
    path = Path(name)
    if path.suffix != ".toml":
        path = SCENARIOS / f"{name}.toml"
        if not path.is_file():
            raise ValueError(f"scenario {name!r} does not exist; there are {', '.join(shipped())}, and files that end in .toml")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from None
    try:
        return _from_toml(data)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path.name}: {error}") from None


def shipped() -> list[str]:
    """Names of the scenarios that ship."""
    return sorted(path.stem for path in SCENARIOS.glob("*.toml"))


def _from_toml(data: Mapping[str, Any]) -> Sweep:
    for key in data:
        if key not in _KEYS:
            raise ValueError(f"{key!r} does not exist; there are {', '.join(_KEYS)}")
    load, options = data.get("load", {}), data.get("options", {})
    if not isinstance(load, dict) or not isinstance(options, dict) or not all(isinstance(v, dict) for v in options.values()):
        raise ValueError("[load] and [options.SERVER] are tables")
    given = {_LISTS[key]: value for key, value in data.items() if key in _LISTS}
    for key, value in given.items():
        if not isinstance(value, list):
            raise ValueError(f"{key} = {value!r}: a list")
    about = str(data.get("about", ""))
    return Sweep(load=from_table(load, "[load]"), options=options, about=about, one_thread=False, **given)
