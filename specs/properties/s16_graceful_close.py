"""S16: what the program was told is sent reaches a peer that keeps reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread


class GracefulClose(Property):
    """Closing with unread data or a receive in flight resets the connection: what is under way may be lost (F-011)."""

    id = "S16"
    title = "closing destroys what was sent"
    law = "A socket with data under way is not closed while a receive is in flight or received data is unread."
    source = "learn.microsoft.com closesocket; RFC 2525 2.17; libuv#3034; Boost.Asio abaadc54"
    instead = "shutdown(SD_SEND), receive to the end or cancel the receives and wait for them, then close"

    def called(self, t: KThread, function: str, arguments: tuple[Any, ...]) -> None:
        if function != "closesocket":
            return
        e = self.named(t, arguments[0])
        flow = getattr(e, "outbound", None)
        if flow is None or e.linger == (True, 0) or e.handle_count != 1:
            return
        if flow.buffered and (e.reads or e.received):
            why = "a receive is in flight" if e.reads else f"{len(e.received)} bytes are unread"
            self.report(
                f"{t.label} closes {e.label} while {why}, so the {flow.buffered} bytes on their way to the peer may be lost"
            )
