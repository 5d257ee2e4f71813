"""What a machine asks of a strategy that looks at it itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread

M = TypeVar("M", contravariant=True)


class Explorer(Protocol[M]):
    """A strategy that looks at the machine (M) itself: it fires environment actors and returns the thread to run."""

    def choose(self, machine: M, running: KThread | None, /) -> KThread | None:
        """None: nothing can happen any more."""

    def goes_on(self, machine: M, t: KThread, /) -> bool:
        """May the running thread begin its next step, without a look at the others?"""

    def ask(self, machine: M, options: tuple[str, ...], /) -> int:
        """A data outcome within the step that has begun."""


class Thorough(Protocol):
    """A search that goes on after a violation: it wants to see what the others would have done next."""

    refused: bool  # that is not modelled

    @property
    def looks_further(self) -> bool:
        """Does it want to in this execution?"""
