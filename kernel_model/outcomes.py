"""Data outcomes: what the environment decides within a transition, beside who moves next.

Two sources, both off in a plain run: *faults* are budgets (so many resets, partial sends, ...), each use a choice;
*documented* is all that the documentation leaves open and Windows decides one way.  `Kernel.outcomes` is None unless one of
them is on, and then whoever runs the kernel answers (`ask`).  Option 0 is always what Windows usually does.
Sources: learn.microsoft.com send, WSARecv, CancelIoEx, QueueUserAPC, SetEvent (K-01, K-37, S-02, S-05, S-50).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alertable.kernel_model.footprint import Cells

    Ask = Callable[[tuple[str, ...]], int]

USUAL: Final = "usual"  # the label of option 0; all others begin with an exclamation mark
FAULTS: Final[Mapping[str, str]] = {
    "reset": "a connection is reset, from either side, when a segment arrives or a receive begins to wait",
    "partial-send": "a non-blocking send takes over less than it could",
    "short-segments": "a segment arrives in two parts",
    "slow-device": "an operation that could complete in the call, or a cancellation, completes later",
    "api-failure": "no resources: QueueUserAPC, PostQueuedCompletionStatus, CreateThread, CreateEventW and kin, WSARecv, ...",
    "handle-reuse": "a new handle or socket gets a value that was closed before, by any thread of the process",
    "late-cancel": "an operation whose data is on the way completes although it was cancelled",
}
PROFILES: Final = ("windows", "documented")


class Budgeted(Protocol):
    """What a choice needs of the kernel: the cells of the budgets."""

    budgets: Cells


class Outcomes:
    """The budgets that are left, and who answers; faults: what may go wrong at all, however often it still may."""

    __slots__ = ("_ask", "budgets", "documented", "faults")

    def __init__(self, ask: Ask, budgets: Mapping[str, int], *, documented: bool) -> None:
        self._ask = ask
        self.budgets = dict(budgets)
        self.faults = frozenset(budgets)
        self.documented = documented

    def fault(self, k: Budgeted, kind: str, sizes: tuple[int, ...] = ()) -> int:
        """May this go wrong here?  0: it does not; n: it does, in the n-th way (one of `sizes`, if it has sizes)."""
        left = self.budgets.get(kind)
        if left is None:
            return 0
        k.budgets[kind].read()
        if not left:
            return 0
        picked = self._ask((USUAL, *([f"!{kind}={size}" for size in sizes] or [f"!{kind}"])))
        if picked:
            self.budgets[kind] = left - 1
            k.budgets[kind].written()
        return picked

    def left_open(self, what: str, count: int = 2) -> int:
        """Which of `count` ways that the documentation allows; 0 is the one of Windows, and of every other profile."""
        if not self.documented or count < 2:
            return 0
        return self._ask((USUAL, *([f"!{what}"] if count == 2 else [f"!{what}={n}" for n in range(1, count)])))
