"""`alertable compare`: what each socket I/O model costs."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alertable.commands.conform import write
from alertable.commands.guard import guarded
from alertable.sim.timed.compare import Row, as_csv, compare, curves
from alertable.sim.timed.knees import knee
from alertable.sim.timed.measure import SERVERS
from alertable.sim.timed.plot import drawing, kind_of, needed
from alertable.sim.timed.profile import load, quantity
from alertable.sim.timed.sweep import CLIENTS_MAX, Sweep, numbers, scenario, shipped
from alertable.sim.timed.table import NOTE, table
from alertable.store import Store
from alertable.terminal import INTERRUPTED, OK, echo, fail, note, progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.sim.timed.compare import Curve
    from alertable.sim.timed.profile import Profile


@click.command("compare")
@click.option("--clients", metavar="N", help=f"Like 8, 1,5,10 or 1..{CLIENTS_MAX} (1, 2, 5, 10 ...).  [default: 1..1000]")
@click.option("--size", metavar="N", help="Payload bytes of a message, in the same way; 1KiB works too.  [default: 100]")
@click.option("--cores", metavar="N", help="Processors of the server, in the same way.  [default: 1]")
@click.option("--messages", type=click.IntRange(min=1), help="Messages of each client.  [default: 10]")
@click.option("--servers", metavar="NAME,...", help=f"Some of {', '.join(SERVERS)}.")
@click.option("--scenario", "name", metavar="NAME|FILE", help=f"A load: {', '.join(shipped())}, or a TOML file.")
@click.option("--threads", is_flag=True, help="A further thread for every 63 clients where a wait or a set stops at 64.")
@click.option("--profile", metavar="FILE", help="Costs: a TOML file, see `alertable calibrate`.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of random loads and losses.")
@click.option("--csv", "csv_file", metavar="FILE", type=click.Path(dir_okay=False), help="Write the figures; - is stdout.")
@click.option("--json", "json_file", metavar="FILE", type=click.Path(dir_okay=False), help="The same as JSON; - is stdout.")
@click.option("--plot", metavar="FILE.svg|FILE.png", type=click.Path(dir_okay=False), help="Draw the curves (extra `plot`).")
@click.option("--html", "page", metavar="FILE.html", type=click.Path(dir_okay=False), help="Curves and sentences in one page.")
@click.option("--fresh", is_flag=True, help="Measure everything again, even what is kept.")
def compare_command(**given: Any) -> None:  # noqa: ANN401 - click's
    """The seven servers on the simulated clock: throughput, latency, and what a message costs."""
    sys.exit(guarded(lambda: compare_all(given)))


def compare_all(given: dict[str, Any]) -> int:
    """`alertable compare`."""
    profile = load(Path(given["profile"]) if given["profile"] else None)
    sweep = sweep_of(given)
    if given["plot"] or given["page"]:
        needed()
    if given["plot"]:
        kind_of(given["plot"])
    total = len(list(sweep.points()))
    kept = None if given["fresh"] else _kept()
    rows: list[Row] = []
    code = OK
    with progress("measurements", total) as advance:
        try:
            for row in compare(sweep, profile, kept):
                rows.append(row)
                advance(f"{row.server} {row.clients}")
        except KeyboardInterrupt:
            code = fail(f"interrupted after {len(rows)} of {total} measurements; they are kept, and shown", INTERRUPTED)
    if rows:
        report(given, sweep, profile, rows)
    return code


def _kept() -> Path | None:
    """Where measurements are kept; None where nothing can be."""
    store = Store()
    try:
        return store.made() / "compare"
    except OSError as error:
        note(f"{store.folder} cannot be written ({error.strerror or error}): measurements are not kept")
        return None


def sweep_of(given: dict[str, Any]) -> Sweep:
    """The scenario, or the plain sweep, with what the options change."""
    sweep = scenario(given["name"]) if given["name"] else Sweep()
    changes: dict[str, Any] = {"seed": given["seed"]}
    if given["clients"]:
        changes["clients"] = numbers(given["clients"], "clients", CLIENTS_MAX)
    if given["size"]:
        changes["sizes"] = numbers(",".join(_bytes(word) for word in given["size"].split(",")), "size", 5000)
    if given["cores"]:
        changes["cores"] = numbers(given["cores"], "cores", 64)
    if given["servers"]:
        changes["servers"] = tuple(given["servers"].replace(" ", "").split(","))
    if given["messages"]:
        changes["load"] = {**sweep.load, "messages": given["messages"]}
    if given["threads"]:
        changes["one_thread"] = False
    return replace(sweep, **changes)


def _bytes(word: str) -> str:
    """A size with a unit becomes a number of bytes; anything else stays as it is."""
    return f"{quantity(word, '--size', 'overhead'):.0f}" if word.strip()[-1:].isalpha() else word


def report(given: dict[str, Any], sweep: Sweep, profile: Profile, rows: Sequence[Row]) -> None:
    """The table and a sentence on each curve; files."""
    found = curves(sweep, rows)
    if given["csv_file"]:
        write(given["csv_file"], as_csv(rows))
    if given["json_file"]:
        write(given["json_file"], json.dumps({"profile": profile.name, "rows": [asdict(row) for row in rows]}, indent=1) + "\n")
    if "-" not in (given["csv_file"], given["json_file"]):
        show(found, sweep, profile)
    if given["plot"]:
        Path(given["plot"]).write_bytes(drawing(found, given["plot"]))
    if given["page"]:
        from alertable.sim.timed.page import html

        write(given["page"], html(found, profile, command_of(given), sweep.about))


def show(found: Sequence[Curve], sweep: Sweep, profile: Profile) -> None:
    """On a terminal."""
    from alertable.sim.timed.page import name

    echo(f"profile {profile.name!r}, simulated; {sweep.about}".rstrip("; "))
    for line in table([row for curve in found for row in curve.rows]):
        echo(line)
    echo(NOTE)
    for curve in found:
        echo(f"{name(curve, found)}: {knee(curve)}.")


def command_of(given: dict[str, Any]) -> str:
    """The words that repeat it, without the files that it writes."""
    names = {"name": "scenario"}
    words = ["alertable compare"]
    for key in ("name", "servers", "clients", "size", "cores", "messages", "profile", "seed"):
        if given[key]:
            words.append(f"--{names.get(key, key)} {given[key]}")
    return " ".join([*words, *(["--threads"] if given["threads"] else [])])
