"""S19: a channel that must always be open is armed whenever nothing else can happen.  Needs mark("perpetual", socket)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread


class ArmedChannel(Property):
    """Accept loops, receive loops, wake-up pipes."""

    id = "S19"
    title = "a channel went deaf"
    law = "When nothing can happen any more, every perpetual channel has an operation waiting, or was closed."
    source = "Twisted 928ae95780; CPython gh-93821; gRPC#34497"
    instead = "Post the next operation on every path, also where the submit call itself reported the error"

    def __init__(self) -> None:
        self._channels: dict[int, Any] = {}

    def marked(self, t: KThread, name: str, value: Any) -> None:
        if name == "perpetual":
            channel = self.named(t, int(value))
            if channel is not None:
                self._channels[int(value)] = channel

    def quiescent(self) -> None:
        self.stuck()

    def stuck(self) -> None:
        for channel in self._channels.values():
            if not channel.closed and not channel.irps and not getattr(channel, "polls", None):
                self.report(f"{channel.label} is open, but nobody is waiting on it")
                return
