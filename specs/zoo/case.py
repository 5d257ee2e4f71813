"""A bug of real software, as a program that breaks a law and one that keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Case:
    """What to check, and what must come out.

    finds: ids of which the checker must report one for every wrong form; options: of alertable.check, for all forms.
    wrong: further wrong forms (fixes that did not help).
    """

    id: str
    title: str
    software: str
    finds: tuple[str, ...]
    buggy: Callable[[Any], object]
    fixed: Callable[[Any], object]
    options: Mapping[str, Any] = field(default_factory=dict)
    wrong: tuple[Callable[[Any], object], ...] = ()

    def words(self, form: Callable[[Any], object]) -> list[str]:
        """The words after `alertable` that check one of the forms."""
        words = ["check", f"{form.__module__.removeprefix('alertable.')}:{form.__name__}"]
        for name, value in self.options.items():
            if name == "faults":
                words += [word for kind, count in value.items() for word in ("--fault", f"{kind}={count}")]
            elif name == "specs":
                words += ["--specs", ",".join(value)]
            else:
                words += [f"--{name.replace('_', '-')}", str(value)]
        return words
