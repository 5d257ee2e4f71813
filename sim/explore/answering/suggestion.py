"""What a report suggests to try next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from alertable.specs.properties import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alertable.sim.runtime.outcome import Violation


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Options of `check` that would tell more, and why.

    violation: what a sample with these options ended in, with the schedule that leads there under them.
    """

    options: Mapping[str, Any]
    why: str
    violation: Violation | None = None

    def __str__(self) -> str:
        return f"{', '.join(_word(name, value) for name, value in self.options.items())}: {self.why}"


def _word(name: str, value: Any) -> str:  # noqa: ANN401 - of any option
    """An option as it is written in a call; laws beside those that are on by default."""
    if name == "specs":
        further = [law for law in value if law not in DEFAULT]
        return f"specs=(*alertable.DEFAULT, {', '.join(map(repr, further))})"
    return f"{name}={value!r}"


class Suggests(Protocol):
    """Somebody who knows what would tell more: `advice.Advisor`."""

    def suggestions(self) -> tuple[Suggestion, ...]:
        """Two at most."""
