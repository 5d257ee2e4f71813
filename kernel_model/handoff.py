"""Hand-offs: who released what somebody acquired.  They order what threads do, and so say what is a data race.

A vector clock per thread: clock[t] is how much of thread t this one knows to be over.  Whoever signals, posts, queues, sends or
unlocks *releases*: the thing keeps its clock; whoever is given the thing *acquires*: it knows from then on what the releaser
knew.  An environment actor (a segment that arrives, a timer that expires, a device) carries the clock of whoever set it going.
Footprints are something else: they say which steps may not be swapped, and order too much.  Nothing is kept while nobody asks:
`Kernel.handoff` is UNTOLD then.
Models:  a byte stream as one thing: who reads from it knows what everybody did who sent what has arrived.
Sources: Lamport, "Time, clocks, and the ordering of events", CACM 1978; Flanagan, Freund, "FastTrack", PLDI 2009.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.kernel_model.ke.structures import KThread

    Clock = dict[int, int]


class HandOffs:
    """Nobody asks for the order: every hand-off is forgotten."""

    __slots__ = ()

    def release(self, thing: object, *, anew: bool = False) -> None:
        """Whoever moves lets go of the thing; anew: nobody can be given what was released into it before."""

    def acquire(self, thing: object, t: KThread | None = None) -> None:
        """The thread, or whoever moves, is given what was released into the thing."""

    def hand(self, t: KThread) -> None:
        """Whoever moves sets the thread going."""

    def ended(self, t: KThread) -> None:
        """The thread has ended, by itself or not: whoever learns of it knows all that it did."""

    def begin(self, thing: object) -> None:
        """An environment actor moves, which was set going with the thing."""

    def end(self) -> None:
        """It has moved."""


UNTOLD: Final = HandOffs()


class VectorClocks(HandOffs):
    """Hand-offs as vector clocks; running: the thread whose call this is."""

    __slots__ = ("_clocks", "_kept", "_running", "moving")

    def __init__(self, running: Callable[[], KThread]) -> None:
        self._running = running
        self._clocks: dict[KThread, Clock] = {}
        self._kept: dict[int, tuple[object, Clock]] = {}  # by id, with the thing, so that no other gets its id
        self.moving: Clock | None = None  # the clock of an environment actor

    def of(self, t: KThread) -> Clock:
        """The thread's clock."""
        clock = self._clocks.get(t)
        if clock is None:
            clock = self._clocks[t] = {t.ordinal: 1}
        return clock

    def release(self, thing: object, *, anew: bool = False) -> None:
        clock = self._of_mover()
        kept = None if anew else self._kept.get(id(thing))
        self._kept[id(thing)] = thing, dict(clock) if kept is None else joined(dict(kept[1]), clock)
        self._tick()

    def acquire(self, thing: object, t: KThread | None = None) -> None:
        kept = self._kept.get(id(thing))
        if kept is not None:
            joined(self._of_mover() if t is None else self.of(t), kept[1])

    def hand(self, t: KThread) -> None:
        joined(self.of(t), self._of_mover())
        self._tick()

    def ended(self, t: KThread) -> None:
        self._kept[id(t)] = t, joined(dict(self.of(t)), self._of_mover())
        self._tick()

    def begin(self, thing: object) -> None:
        kept = self._kept.get(id(thing))
        self.moving = {} if kept is None else dict(kept[1])

    def end(self) -> None:
        self.moving = None

    def _of_mover(self) -> Clock:
        return self.moving if self.moving is not None else self.of(self._running())

    def _tick(self) -> None:
        """What the releaser does from now on, whoever acquires does not know of."""
        if self.moving is None:
            t = self._running()
            self.of(t)[t.ordinal] += 1


def joined(clock: Clock, other: Clock) -> Clock:
    """The first clock, which now knows what the other knows too."""
    for ordinal, count in other.items():
        if clock.get(ordinal, 0) < count:
            clock[ordinal] = count
    return clock
