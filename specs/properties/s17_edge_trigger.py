"""S17: nobody waits for a network event that will not be recorded again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.kernel_model.afd.event_select import FD_ACCEPT, FD_CLOSE, FD_READ, EventSelection
from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread, Wait


class EdgeTrigger(Property):
    """Opt-in: somebody else may be about to look at the socket."""

    id = "S17"
    title = "waiting for an event that was already used up"
    law = "Before an endless wait on a socket's event, what the socket has to say has been taken, or is recorded."
    source = "learn.microsoft.com WSAEventSelect; PostgreSQL waiteventset.c; curl #6146; S-96 to S-101"
    instead = "Call the re-enabling function (recv, accept) until WSAEWOULDBLOCK, or look (MSG_PEEK) after attaching an event"

    def blocked(self, t: KThread, wait: Wait, timeout_100ns: int | None) -> None:
        if timeout_100ns is not None:
            return
        for _, (obj, _access) in sorted(t.process.handles.items()):
            e: Any = obj
            selection = getattr(e, "selection", None)
            if isinstance(selection, EventSelection) and selection.event in wait.objects and not selection.record:
                missed = _missed(e, selection.mask)
                if missed:
                    what = f"{e.label} has {missed} that was announced before"
                    self.report(f"{t.label} waits for {selection.event.label} for ever, but {what}")
                    return


def _missed(e: Any, mask: int) -> str:
    if mask & FD_READ and e.received:
        return "unread data"
    if mask & FD_ACCEPT and e.accept_queue:
        return "a waiting connection"
    if mask & FD_CLOSE and e.fin_received:
        return "an end of stream"
    return ""
