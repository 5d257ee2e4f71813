"""S21: a signal is not used up by somebody who does not act on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.kernel_model.ke.event import KEvent
from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread


class SignalAccounting(Property):
    """The two ways that are always wrong: an auto-reset event for WSAEventSelect, and PulseEvent."""

    id = "S21"
    title = "a signal can get lost"
    law = "Events for WSAEventSelect are manual-reset, and nobody calls PulseEvent."
    source = "learn.microsoft.com WSAEventSelect, PulseEvent; FreeRDP#2750"
    instead = "Use WSACreateEvent and WSAEnumNetworkEvents; SetEvent and ResetEvent instead of PulseEvent"

    def called(self, t: KThread, function: str, arguments: tuple[Any, ...]) -> None:
        if function == "PulseEvent":
            self.report(f"{t.label} calls PulseEvent, which wakes nobody who is not waiting at that instant")
        elif function == "WSAEventSelect" and arguments[2]:
            event = self.named(t, arguments[1])
            if isinstance(event, KEvent) and not event.manual_reset:
                self.report(f"{t.label} gives the auto-reset event {event.label} to WSAEventSelect")
