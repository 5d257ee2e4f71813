"""The one door for nondeterminism: every open question of an execution is a ChoicePoint, answered by a Chooser."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class ChoiceKind(Enum):
    """What is being decided."""

    TRANSITION = "transition"  # which thread or environment actor moves next
    OUTCOME = "outcome"  # what the environment decides within a transition: option 0 is the usual, others begin with "!"


@dataclass(frozen=True, slots=True)
class ChoicePoint:
    """An open question: the options are ordered and labelled; option 0 goes on with the running thread if it can."""

    kind: ChoiceKind
    options: tuple[str, ...]
    step: int


class Chooser(Protocol):
    """A strategy: given the labelled options, which one."""

    def choose(self, point: ChoicePoint, /) -> int:
        """Return an index into point.options."""
        ...
