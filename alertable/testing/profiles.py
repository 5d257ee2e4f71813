"""Profiles: named sets of options for all tests of a session, as hypothesis has them.

What counts for a test, the strongest first: the command line, its decorator, the profile, the ini file.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.explore.check import sensible
from alertable.sim.explore.strategies import strategy_of
from alertable.sim.runtime.settings import DEFAULT_MEMORY, Settings
from alertable.strength import required

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TRACES: Final = ("on", "off", "retain-on-failure")
THOROUGH_STEPS: Final = 100_000

_PROFILES: Final[dict[str, dict[str, Any]]] = {
    # What a check does of itself; the trace of a failure is kept.
    "default": {"trace": "retain-on-failure"},
    # The same answer on every machine: one process, the first seed, and no clock that ends a search.
    "ci": {"trace": "retain-on-failure", "seed": 0, "workers": 1, "time_limit": None},
    # A night: time-outs may race with everything, long executions count, and a sample is not enough.
    "thorough": {
        "trace": "retain-on-failure", "clock": "free", "max_steps": THOROUGH_STEPS, "max_executions": None, "time_limit": None,
        "require": "bounded",
    },
}  # fmt: skip


def register_profile(name: str, *, base: str = "default", **options: Any) -> None:  # noqa: ANN401 - those of `check`
    """Make a profile that `pytest --alertable-profile NAME` and the ini key `alertable_profile` choose; in a conftest.py.

    base: the profile that it changes.  options: those of `alertable.check`, and trace.
    ValueError or TypeError for what there is not.
    """
    whole = {**profile(base), **options}
    verify(whole)
    _PROFILES[name] = whole


def profile(name: str) -> Mapping[str, Any]:
    """The options of a profile; ValueError names those that there are."""
    if name not in _PROFILES:
        raise ValueError(f"profile {name!r} does not exist; there are {', '.join(sorted(_PROFILES))}")
    return _PROFILES[name]


def read_profiles(lines: Sequence[str]) -> None:
    """Register those of an ini file, a line each: `nightly: time_limit=600 clock=free`, or `nightly(ci): ...` on another."""
    for line in lines:
        head, colon, rest = line.partition(":")
        name, _, base = head.strip().removesuffix(")").partition("(")
        if not colon or not name.strip():
            raise ValueError(f"alertable_profiles: {line!r} is no profile; write 'NAME: option=value option=value'")
        try:
            register_profile(name.strip(), base=base.strip() or "default", **dict(map(_pair, rest.split())))
        except (ValueError, TypeError) as error:
            raise ValueError(f"alertable_profiles: {name.strip()}: {error}") from error


def read_options(prefix: str, texts: Mapping[str, str | None]) -> dict[str, Any]:
    """Options as they were written on a command line or in an ini file, where they were; prefix: how they are called there."""
    found = {name: _pair(f"{name}={text}")[1] for name, text in texts.items() if text is not None}
    for name, value in found.items():
        try:
            verify({name: value})
        except (ValueError, TypeError) as error:
            shown = name.replace("_", "-") if prefix.startswith("-") else name
            raise ValueError(f"{prefix}{shown}: {error}") from error
    return found


def verify(options: Mapping[str, Any]) -> None:
    """ValueError or TypeError in one line for an option that there is not, or a value that it cannot have."""
    from alertable.api import check

    known = [name for name in inspect.signature(check).parameters if name not in ("program", "others", "against")]
    for name in options:
        if name not in (*known, "trace"):
            raise ValueError(f"{name!r} is no option; there are {', '.join((*known, 'trace'))}")
    if options.get("trace", "off") not in TRACES:
        raise ValueError(f"trace={options['trace']!r} does not exist; there are {', '.join(map(repr, TRACES))}")
    required(options.get("require"))
    Settings(**{name: options[name] for name in ("max_steps", "specs", "clock", "profile", "faults") if name in options})
    numbers = ("max_executions", "time_limit", "seed", "preemptions", "delays", "workers", "progress", "found")
    sensible(*(options.get(name, {"seed": 0, "workers": 1}.get(name)) for name in numbers))
    workers = options.get("workers")
    if workers is not None and workers < 1:
        raise ValueError(f"workers={workers}: at least one has to do the work")
    memory = options.get("memory") or DEFAULT_MEMORY
    bounds = (None, None) if options.get("strategy") is None else (options.get("preemptions"), options.get("delays"))
    strategy_of(options.get("strategy"), memory, 0, None, *bounds)


def value_of(text: str) -> Any:  # noqa: ANN401 - whatever it says
    """A value as it stands in an ini file or on a command line."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return {"none": None, "true": True, "false": False}.get(text.lower(), text)


def _pair(word: str) -> tuple[str, Any]:
    name, equals, value = word.partition("=")
    if not equals:
        raise ValueError(f"{word!r} is no option; write option=value")
    if name == "faults":
        return name, {kind: value_of(count) for kind, _, count in (each.partition(":") for each in value.split(","))}
    if name in ("specs", "shared_fixtures") and value_of(value) is value:
        return name, tuple(value.split(","))
    return name, value_of(value)
