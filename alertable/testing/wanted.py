"""What the test runner wants of a test, and what came out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from alertable.sim import Violation
    from alertable.store import Kept, Store


@dataclass(slots=True)
class Trial:
    """What the test runner wants, and what came out; without a test runner the decorator alone decides.

    over: options that win over the decorator's; under: those that the decorator's win over.  replay: the one to run.
    """

    name: str = ""
    over: Mapping[str, Any] = field(default_factory=dict)
    under: Mapping[str, Any] = field(default_factory=dict)
    store: Store | None = None
    replay: Kept | None = None
    verdict: str = ""  # in one line
    more: tuple[str, ...] = ()  # statistics
    violation: Violation | None = None
    kept: str | None = None  # its id
    trace: Path | None = None
    interrupted: bool = False
    stops: bool = False  # whoever runs the test ends the session after an interrupted one that failed
