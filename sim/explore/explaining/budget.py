"""What it may cost to make a finding smaller and to explain it: so many steps, and no longer than somebody will wait.

Steps end the work at the same place every time.  The clock and Ctrl-C only cut it short, where the user said how long or asked.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS: Final = 200_000  # of making it smaller; about two seconds
EXPLAINING: Final = 50_000  # each of finding what is necessary and what decides
REPLAYING: Final = 30_000  # of the replays that confirm it


class Budget:
    """Whoever runs an attempt spends its steps, and stops when it is over.

    patience: how many more seconds somebody is willing to wait; 0 after Ctrl-C.
    """

    def __init__(
        self, steps: int = STEPS, patience: Callable[[], float] | None = None, whole: Budget | None = None
    ) -> None:  # fmt: skip
        self._whole = whole  # what this is a part of
        self._left = steps
        self._spent = 0
        self._patience = patience
        self._begun = time.perf_counter()

    def spend(self, steps: int) -> None:
        """An attempt took so many."""
        self._left -= steps
        self._pace(steps)

    def _pace(self, steps: int) -> None:
        """So many steps were made meanwhile, whoever spent them."""
        self._spent += steps
        if self._whole is not None:
            self._whole._pace(steps)

    @property
    def patience(self) -> float:
        """Seconds."""
        return self._patience() if self._patience is not None else math.inf

    @property
    def over(self) -> bool:
        """Nothing more should be tried."""
        return self._left <= 0 or self.patience <= 0

    def allows(self, steps: int) -> bool:
        """Is there time for so many more, at the pace so far?"""
        pace = (time.perf_counter() - self._begun) / self._spent if self._spent else 0.0
        return self.patience > pace * steps

    def part(self, steps: int, share: float = 1.0) -> Budget:
        """Another budget for a part of the work: it may take a share of the time that is left."""
        end = time.perf_counter() + share * self.patience
        return Budget(steps, lambda: min(self.patience, end - time.perf_counter()), self)
