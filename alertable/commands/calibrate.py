"""`alertable calibrate`: the costs of this machine, as a profile for `alertable compare` and `alertable.timed`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import alertable
from alertable.commands.guard import guarded
from alertable.sim.timed.calibrate import as_toml, calibrate, machine
from alertable.sim.timed.profile import load
from alertable.terminal import OK, echo, progress

PARTS = 5


@click.command("calibrate")
@click.option("--backend", type=click.Choice(["sim", "real"]), default="real", show_default=True,
              help="Only real calls cost time.")  # fmt: skip
@click.option("--out", metavar="FILE.toml", type=click.Path(dir_okay=False), default="calibrated.toml", show_default=True,
              help="The profile that is written.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace the file if there is one.")
def calibrate_command(backend: str, out: str, force: bool) -> None:
    """Measure what calls, switches, APCs, copies and segments cost here, on Windows or under Wine."""
    sys.exit(guarded(lambda: calibrated(backend, Path(out), force)))


def calibrated(backend: str, out: Path, force: bool) -> int:
    """`alertable calibrate`."""
    if backend == "sim":
        raise ValueError("on the model calls cost what the profile says: there is nothing to measure; use --backend real")
    if out.exists() and not force:
        raise ValueError(f"{out} exists; --force replaces it")
    w = alertable.real()
    with progress("measuring", PARTS) as advance:
        found = calibrate(w, advance)
    out.write_text(as_toml(found), encoding="utf-8", newline="\n")
    profile = load(out)
    echo(f"{machine()}: written to {out}")
    for key in found.cpu:
        cost = getattr(profile.cpu, key.replace("-", "_"))
        unit = f"{cost * 1024 * 1e3:,.1f} ns/KiB" if key == "copy" else f"{cost * 1e3:,.0f} ns"
        echo(f"  {key:<16}{unit:>14}  {found.how[key]}")
    echo(f"Try it: alertable compare --profile {out}")
    return OK
