"""Sweeps, measured: rows of figures, kept by content so that nothing is measured twice."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass, fields
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final

from alertable import kernel_model, sim, specs, winapi
from alertable.sim.timed.measure import STOPS_AT_64, Figures, measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alertable.sim.timed.profile import Profile
    from alertable.sim.timed.sweep import Point, Sweep

WHY_63: Final = {
    "select_loop": "an fd_set holds 64 sockets, and one is the listener (S-87)",
    "event_select": "a wait takes 64 events, and one says that a client was handed over (S-30)",
    "overlapped_events": "a wait takes 64 events, and one says that a client was handed over (S-30)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement.

    throughput: messages a second; median, p99: latency of ordinary clients, microseconds; cpu: microseconds a message;
    utilisation, network: of the processors and of the busier direction of the link, 0 to 1; context_switches to apcs: a message;
    memory: the most bytes of threads and pending operations; seconds: simulated; trouble: why not all messages came back.
    """

    server: str
    clients: int
    size: int
    cores: int
    throughput: float
    median: float
    p99: float
    cpu: float
    utilisation: float
    network: float
    context_switches: float
    system_calls: float
    alertable_waits: float
    wake_ups: float
    apcs: float
    memory: float
    messages: int
    seconds: float
    trouble: str


@dataclass(frozen=True, slots=True)
class Curve:
    """The rows of one server with one size on so many cores, by clients; ends: why there are no more."""

    server: str
    size: int
    cores: int
    rows: tuple[Row, ...]
    ends: str


def row_of(figures: Figures, cores: int) -> Row:
    """What of the figures is shown."""
    account, each = figures.account, figures.per_message
    return Row(
        server=figures.server, clients=figures.load.clients, size=figures.load.size, cores=cores,
        throughput=figures.throughput, median=figures.percentile(50), p99=figures.percentile(99),
        cpu=account.busy / figures.messages if figures.messages else 0.0, utilisation=account.utilisation,
        network=account.network / account.microseconds if account.microseconds else 0.0,
        context_switches=each("context switches"), system_calls=each("system calls"),
        alertable_waits=each("alertable waits"), wake_ups=each("wake-ups"), apcs=each("APCs"), memory=account.memory,
        messages=figures.messages, seconds=account.microseconds / 1e6, trouble=figures.trouble,
    )  # fmt: skip


def compare(sweep: Sweep, profile: Profile, kept: Path | None = None) -> Iterator[Row]:
    """A row for each point, as it is measured or found; after one with trouble a curve has no more."""
    broken: tuple[str, int, int] | None = None
    for point in sweep.points():
        curve = (point.server, point.load.size, point.cores)
        if curve == broken:
            continue
        row = _found(point, profile, kept)
        if row.trouble:
            broken = curve
        yield row


def curves(sweep: Sweep, rows: Sequence[Row]) -> list[Curve]:
    """The rows, put together; in the order of the sweep."""
    together: dict[tuple[str, int, int], list[Row]] = {}
    for row in rows:
        together.setdefault((row.server, row.size, row.cores), []).append(row)
    return [Curve(*key, tuple(found), _end(sweep, key[0], found)) for key, found in together.items()]


def _end(sweep: Sweep, server: str, rows: Sequence[Row]) -> str:
    last = rows[-1]
    if last.trouble:
        return f"ends at {last.clients:,} clients: {last.trouble}"
    if sweep.one_thread and server in STOPS_AT_64 and sweep.stops(server, max(sweep.clients)):
        return f"one thread ends at 63 clients: {WHY_63[server]}"
    return ""


def as_csv(rows: Sequence[Row]) -> str:
    """With a heading."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(Row)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return out.getvalue()


# ---- what was measured before -------------------------------------------------------------------------------------------


@cache
def _sources() -> str:
    """Everything that the figures depend on besides the point and the profile."""
    digest = blake2b(digest_size=16)
    for package in (kernel_model, sim, specs, winapi):
        folder = Path(str(package.__file__)).parent
        for path in sorted(folder.rglob("*.py"), key=lambda p: p.relative_to(folder).as_posix()):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _found(point: Point, profile: Profile, kept: Path | None) -> Row:
    if kept is None:
        return _measured(point, profile)
    content = json.dumps([_sources(), asdict(point), asdict(profile)], sort_keys=True)
    path = kept / f"{blake2b(content.encode(), digest_size=12).hexdigest()}.json"
    try:
        return Row(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # not there, or half of it: it is measured again
        pass
    row = _measured(point, profile)
    kept.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    half.write_text(json.dumps(asdict(row)), encoding="utf-8")
    half.replace(path)
    return row


def _measured(point: Point, profile: Profile) -> Row:
    figures = measure(
        point.server, point.load, profile, cores=point.cores, seed=point.seed, one_thread=point.one_thread, **point.options
    )
    return row_of(figures, point.cores)
