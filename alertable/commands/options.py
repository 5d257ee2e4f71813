"""Options that run, check, replay and explain have in common: what else may happen, and what must hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from alertable.project import VARIABLE
from alertable.sim.runtime.settings import CLOCKS, FAULTS, MAX_STEPS, PROFILES
from alertable.specs.properties import ALL, DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEFAULTS: Final[dict[str, Any]] = {
    "clock": "eager", "profile": "windows", "faults": None, "specs": list(DEFAULT), "max_steps": MAX_STEPS,
}  # fmt: skip


def what_may_happen(command: Callable[..., Any]) -> Callable[..., Any]:
    """--clock, --profile, --fault, --specs, --max-steps; `collected` makes keywords of alertable.run of them."""
    for option in reversed(
        (
            click.option("--clock", type=click.Choice(CLOCKS), default="eager", show_default=True,
                         help="When time passes: when nothing else can happen, or any time after a time-out is due."),
            click.option("--profile", type=click.Choice(PROFILES), default="windows", show_default=True,
                         help="What NT does, or all that the documentation leaves open."),
            click.option("--fault", "fault", multiple=True, metavar="KIND=N",
                         help=f"What may go wrong, and how often: {', '.join(FAULTS)}."),
            click.option("--specs", metavar="ID,...", default="default", show_default=True,
                         help="Sanitizers: default, all, none, or ids; +S16 adds to the default."),
            click.option("--max-steps", type=click.IntRange(min=1), default=MAX_STEPS, show_default=True,
                         help="Cut an execution after so many steps."),
        )
    ):  # fmt: skip
        command = option(command)
    return command


def collected(given: dict[str, Any]) -> dict[str, Any]:
    """Take those options out of `given` and return keywords of alertable.run; ValueError in one line."""
    faults: dict[str, int] = {}
    for word in given.pop("fault"):
        kind, equals, count = word.partition("=")
        if not equals or not count.isdigit():
            raise ValueError(f"--fault {word}: write KIND=N, for example reset=1; kinds are {', '.join(FAULTS)}")
        faults[kind] = int(count)
    return {
        "clock": given.pop("clock"), "profile": given.pop("profile"), "faults": faults or None,
        "specs": _specs(given.pop("specs")), "max_steps": given.pop("max_steps"),
    }  # fmt: skip


def _specs(text: str) -> list[str]:
    if text in ("default", ""):
        return list(DEFAULT)
    if text == "all":
        return list(ALL)
    if text == "none":
        return []
    words = [word.strip() for word in text.split(",") if word.strip()]
    if all(word.startswith("+") for word in words):
        return list(dict.fromkeys([*DEFAULT, *(word[1:] for word in words)]))
    return words


def differing(options: Mapping[str, Any]) -> dict[str, Any]:
    """Those that are not the default."""
    return {name: value for name, value in options.items() if value != DEFAULTS.get(name)}


def option_words(options: Mapping[str, Any]) -> list[str]:
    """The same as words of a command line."""
    words: list[str] = []
    for name, value in differing(options).items():
        if name == "faults":
            words += [word for kind, count in value.items() for word in ("--fault", f"{kind}={count}")]
        elif name == "specs":
            further = [f"+{law}" for law in value if law not in DEFAULT]
            beside = len(value) == len(DEFAULT) + len(further)  # all that are on by default, and these
            words += ["--specs", ",".join(further if beside else value) or "none"]
        else:
            words += [f"--{name.replace('_', '-')}", str(value)]
    return words


def the_store(command: Callable[..., Any]) -> Callable[..., Any]:
    """--store."""
    told = "Where findings are kept; without it in .alertable/ of the project."
    return click.option("--store", type=click.Path(path_type=Path), envvar=VARIABLE, metavar="FOLDER", help=told)(command)
