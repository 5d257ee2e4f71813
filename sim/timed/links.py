"""The network in time: when a segment arrives."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Final

from kernel_model.tcpip.deliver import deliver

if TYPE_CHECKING:
    import simpy

    from kernel_model.kernel import Kernel
    from kernel_model.tcpip.flow import Flow
    from kernel_model.tcpip.segment import Segment
    from sim.timed.profile import Link

PACKET: Final = 1_460  # TCP payload of an Ethernet frame
ACROSS: Final = 1e-3  # microseconds; so that nothing arrives in the instant that it was sent


class Links:
    """Latency, one queue for each direction (its bandwidth is shared), and losses that delay what comes after.

    A segment leaves when the one before it has left; a lost one comes a retransmission time-out later, and so does everything
    behind it in its flow (TCP delivers in order).
    """

    def __init__(self, env: simpy.Environment, kernel: Kernel, link: Link, seed: int) -> None:
        self._env = env
        self._kernel = kernel
        self._link = link
        self._dice = random.Random(seed)
        self._free: dict[str, float] = {}  # direction -> when the last segment has left
        self._arrived: dict[Flow, float] = {}  # when the last one of the flow arrives
        self.busy: dict[str, float] = {}  # direction -> microseconds of sending

    def sent(self, flow: Flow, segment: Segment) -> None:
        """A segment is on its way: have it delivered in time."""
        link, now = self._link, self._env.now
        payload = len(segment.data)
        size = payload + link.overhead * max(1, math.ceil(payload / PACKET))
        direction = flow.label[-1]
        takes = 8 * size / link.bandwidth
        leaves = max(now, self._free.get(direction, 0.0)) + takes
        self.busy[direction] = self.busy.get(direction, 0.0) + takes
        self._free[direction] = leaves
        arrives = leaves + link.latency + ACROSS
        again = link.retransmission
        while link.loss and self._dice.random() < link.loss:
            arrives += again
            again *= 2  # RFC 6298, 5.5
        arrives = max(arrives, self._arrived.get(flow, 0.0))
        self._arrived[flow] = arrives
        event = self._env.timeout(arrives - now)
        event.callbacks.append(lambda _: self._arrive(flow))

    def _arrive(self, flow: Flow) -> None:
        if flow in self._kernel.wire:  # not discarded by a reset meanwhile
            deliver(self._kernel, flow)
