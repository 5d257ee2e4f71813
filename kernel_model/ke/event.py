"""Events (NT: KEVENT).

Sources: learn.microsoft.com "Event Objects", SetEvent, PulseEvent (K-34 to K-36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.handoff import UNTOLD
from alertable.kernel_model.ke.structures import Dispatcher
from alertable.kernel_model.ke.wait import release_waiters
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.ke.structures import KThread

SUCCESS: Final = NtStatus.SUCCESS


class KEvent(Dispatcher):
    """A manual-reset (notification) or auto-reset (synchronization) event."""

    __slots__ = ("manual_reset",)

    def __init__(self, k: Core, label: str, manual_reset: bool, signaled: bool) -> None:
        super().__init__(k, label, 1 if signaled else 0)
        self.manual_reset = manual_reset

    def takes(self) -> bool:
        return not self.manual_reset

    def satisfy(self, thread: KThread) -> NtStatus:
        if not self.manual_reset:
            self.signal_state = 0
        return SUCCESS


def set_event(k: Core, event: KEvent) -> None:
    """KeSetEvent: an auto-reset event releases one waiter and ends reset, a manual-reset one releases all."""
    k.handoff.release(event, anew=not event.signal_state)
    if event.signal_state and k.handoff is UNTOLD:
        # It stays as it is: whoever else sets it, or finds it set, may come before or after.  Only what a waiter learns from the
        # one who set it would differ, where data races are looked for.
        event.read()
        return
    event.written()
    if not event.signal_state:
        event.signal_state = 1
        if k.trace is not None:
            k.trace.signaled(event)
        if event.waiters:
            release_waiters(k, event)


def reset_event(event: KEvent) -> None:
    """KeClearEvent."""
    if event.signal_state:
        event.written()
        event.signal_state = 0
    else:
        event.read()


def pulse_event(k: Core, event: KEvent) -> None:
    """KePulseEvent: release as SetEvent would, and leave the event reset (K-36)."""
    k.handoff.release(event, anew=not event.signal_state)
    event.signal_state = 1
    release_waiters(k, event)
    event.signal_state = 0
