"""What it may cost to make a finding smaller and to explain it: so many steps, and no longer than somebody will wait.

Steps end the work at the same place every time.  The clock and Ctrl-C only cut it short, where the user said how long or asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS: Final = 200_000  # of making it smaller; about a second
EXPLAINING: Final = 50_000  # each of finding what is necessary and what decides


class Budget:
    """Whoever runs an attempt spends its steps, and stops when it is over.

    impatient: asked between two attempts; true when the time is up or the user has asked to stop.
    """

    def __init__(self, steps: int = STEPS, impatient: Callable[[], bool] | None = None) -> None:
        self._left = steps
        self._impatient = impatient

    def spend(self, steps: int) -> None:
        """An attempt took so many."""
        self._left -= steps

    @property
    def impatient(self) -> bool:
        """Is nobody willing to wait any more?"""
        return self._impatient is not None and self._impatient()

    @property
    def over(self) -> bool:
        """Nothing more should be tried."""
        return self._left <= 0 or self.impatient

    def part(self, steps: int) -> Budget:
        """Another budget for a part of the work, with the same patience."""
        return Budget(steps, self._impatient)
