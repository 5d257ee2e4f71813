"""The network in time: when a segment arrives."""

from __future__ import annotations

import math
import random
from collections import deque
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.tcpip.deliver import deliver

if TYPE_CHECKING:
    import simpy

    from alertable.kernel_model.afd.endpoint import Flow
    from alertable.kernel_model.kernel import Kernel
    from alertable.kernel_model.tcpip.segment import Segment
    from alertable.sim.timed.profile import Link

PACKET: Final = 1_460  # TCP payload of an Ethernet frame
ACROSS: Final = 1e-3  # microseconds; so that nothing arrives in the instant that it was sent


class Links:
    """Latency, a queue for each direction that all connections share, and losses.

    A segment leaves when the one before it has left.  It is lost by chance, or because the queue has no room for it; then it is
    sent again a retransmission time-out later, and everything behind it in its flow waits (TCP delivers in order).
    """

    def __init__(self, env: simpy.Environment, kernel: Kernel, link: Link, seed: int) -> None:
        self._env = env
        self._kernel = kernel
        self._link = link
        self._dice = random.Random(seed)
        self._free: dict[str, float] = {}  # direction -> when the last segment has left
        self._unsent: dict[Flow, deque[float]] = {}  # bytes of segments behind one that was lost, and of that one
        self.busy: dict[str, float] = {}  # direction -> microseconds of sending
        self.lost = 0

    def sent(self, flow: Flow, segment: Segment) -> None:
        """A segment is on its way: have it delivered in time."""
        payload = len(segment.data)
        size = payload + self._link.overhead * max(1, math.ceil(payload / PACKET))
        unsent = self._unsent.get(flow)
        if unsent is not None:
            unsent.append(size)
        elif not self._leaves(flow, size):
            self._unsent[flow] = deque([size])
            self._again(flow, self._link.retransmission)

    def _leaves(self, flow: Flow, size: float) -> bool:
        """Put it on the line; False if it is lost."""
        link, now, direction = self._link, self._env.now, flow.label[-1]
        begins = max(now, self._free.get(direction, 0.0))
        queued = (begins - now) * link.bandwidth / 8
        if (queued and link.queue and queued + size > link.queue) or (link.loss and self._dice.random() < link.loss):
            self.lost += 1
            return False
        takes = 8 * size / link.bandwidth
        self._free[direction] = begins + takes
        self.busy[direction] = self.busy.get(direction, 0.0) + takes
        event = self._env.timeout(begins + takes + link.latency + ACROSS - now)
        event.callbacks.append(lambda _: self._arrive(flow))
        return True

    def _again(self, flow: Flow, after: float) -> None:
        """Send what is unsent after this time; twice as long if that fails (RFC 6298, 5.5)."""

        def send(_: simpy.Event) -> None:
            unsent = self._unsent[flow]
            while unsent and flow in self._kernel.wire:
                if not self._leaves(flow, unsent[0]):
                    self._again(flow, 2 * after)
                    return
                unsent.popleft()
            del self._unsent[flow]

        self._env.timeout(after).callbacks.append(send)

    def _arrive(self, flow: Flow) -> None:
        if flow in self._kernel.wire:  # not discarded by a reset meanwhile
            deliver(self._kernel, flow)
