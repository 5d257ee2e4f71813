"""S1: memory that the kernel may still touch is live.  Raised at the release, where the mistake is, not at the later write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.kernel_model.ke.structures import ApcKind
from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.structures import KThread


class FreedInFlight(Property):
    """Every release of memory that operations used is looked at; what nobody frees costs nothing.

    What can only be asked for (bytes, a bytearray behind a view) is asked when the operation completes.
    An operation that was over in the call may be pending the next time: who throws the call's result away and lets go of the
    memory before the thread's next call cannot know.
    """

    id = "S1"
    title = "freed while in flight"
    law = "OVERLAPPED, buffers and out-parameters live until the operation has completed."
    source = "learn.microsoft.com WSARecv, WSASend (lpOverlapped), closesocket; S-28"
    instead = "Keep OVERLAPPED and buffers until the completion was delivered; after CancelIo or closesocket wait for it"
    default = True

    def __init__(self) -> None:
        self._pended: dict[Irp, list[Any]] = {}  # with the blocks that have to be asked
        self._unknown: tuple[Irp, int] | None = None  # over in a call whose result the program threw away, and the step

    def essence(self) -> dict[str, Any]:
        return {"pended": self._pended}  # what is unknown is of one step only

    def irp_pended(self, irp: Irp) -> None:
        self._pended[irp] = [block for block in _blocks(irp) if block.held is not None]

    def irp_completed(self, irp: Irp) -> None:
        asked = self._pended.pop(irp, None)
        if asked is not None:
            gone = next((b for b in asked if b.dropped()), None) if asked else None
            if gone is not None:
                self.report(f"{gone.label} was let go of before the {_name(irp)} that needed it had completed")
        elif irp.iosb is not None and self.thrown_away():
            self._unknown = irp, self.step_now()

    def released(self, block: Any) -> None:
        operation = next((op for t in self.kernel.threads for op in _operations_on(t, block)), None)
        if operation is not None:
            self.report(f"{block.label} was released while a {operation} still needs it")
        elif self._unknown is not None:
            irp, step = self._unknown
            if step == self.step_now() and any(b is block for b in _blocks(irp)):
                what = f"a {_name(irp)} whose result nobody looked at: it may be pending"
                self.report(f"{block.label} was released right after {what}")


def _blocks(irp: Irp) -> Iterator[Any]:
    """The memory that an operation needs."""
    for part in (*irp.buffers, *irp.watched, irp.iosb):
        block = getattr(part, "block", None)
        if block is not None:
            yield block


def _name(irp: Irp) -> str:
    return f"{irp.major.value} on {irp.file.label}"


def _operations_on(t: KThread, block: Any) -> Iterator[str]:
    """What the thread has in flight that needs this memory: pending operations, and routines still to be called with it."""
    for irp in t.irps:
        if any(b is block for b in _blocks(irp)):
            yield _name(irp)
    for apc in t.user_apcs:
        if apc.kind is ApcKind.IO and getattr(apc.context.iosb, "block", None) is block:
            yield f"queued completion routine ({_name(apc.context)})"
