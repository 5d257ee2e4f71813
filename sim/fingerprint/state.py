"""The fingerprint of a state between two steps: sixteen bytes, the same for two states if they have the same futures.

A state that cannot be read in every part equals no other one: it gets a digest of its own, and is counted by what could not be
read.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from alertable.sim.fingerprint import kernel, runtime
from alertable.sim.fingerprint.frames import add_frames
from alertable.sim.fingerprint.kernel import Pass, add_kernel, threads_of
from alertable.sim.fingerprint.memory import owner_at
from alertable.sim.fingerprint.races import add_races
from alertable.sim.fingerprint.runtime import add_locks, add_machine, add_overlapped, add_watch
from alertable.sim.fingerprint.values import handlers

if TYPE_CHECKING:
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.win32.api import SimWinApi

SIZE: Final = 16
HANDLERS: Final = handlers({**kernel.CONTENT, **runtime.CONTENT}, {**kernel.IN_PLACE, **runtime.IN_PLACE})


class Fingerprints:
    """Those of one search.

    exact: whole encodings are kept, and different ones with the same digest are counted in `collided`.
    unreadable: what could not be read, and where -> states that were therefore not compared.
    absolute: a program was given a clock in this search, so the time is a part of the state (`Kernel.clock_read`).
    """

    def __init__(self, *, exact: bool = False, absolute: bool = False) -> None:
        self.absolute = absolute
        self.unreadable: dict[str, int] = {}
        self.collided = 0
        self._alone = 0  # states with a digest of their own
        self._encodings: dict[bytes, bytes] | None = {} if exact else None

    def take(self, machine: Machine, api: SimWinApi) -> bytes:
        """The state between two steps; on whatever greenlet this runs."""
        walker = self.walk(machine, api)
        encoding = walker.finish()
        if walker.unread:
            what, holder = next(iter(walker.unread.items()))
            name = f"{what} held by {holder}" if holder else what
            self.unreadable[name] = self.unreadable.get(name, 0) + 1
            self._alone += 1
            encoding = b"%d alone" % self._alone
        digest = blake2b(encoding, digest_size=SIZE).digest()
        if self._encodings is not None and self._encodings.setdefault(digest, encoding) != encoding:
            self.collided += 1
        return digest

    def walk(self, machine: Machine, api: SimWinApi) -> Pass:
        """A pass over the state, whose `finish` gives the whole encoding."""
        memory = api._memory
        walker = Pass(*HANDLERS, machine, lambda address: owner_at(memory, address), absolute=self.absolute)
        add_kernel(walker)
        add_machine(walker)
        for t in threads_of(machine.kernel):
            if not t.terminated:
                walker.plain(t.label)
                add_frames(walker, t)
        add_locks(walker, api)
        add_watch(walker, machine.watch)
        walker.settle()
        add_overlapped(walker, api)
        add_races(walker)
        return walker
