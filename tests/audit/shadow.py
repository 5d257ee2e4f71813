"""The shadow audit: steps that nothing orders, and whose real accesses conflict although their footprints do not.

`EXCEPTIONS` lists the slots where a conflict is none, with the reason: nobody can observe it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from tests.audit.tracer import CHANGED, READ
from tests.audit.walk import Walk, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.audit.generator import RandomProgram
    from tests.audit.tracer import Key, Tracer
    from tests.audit.walk import Taken

EXCEPTIONS: Final[Mapping[str, str]] = {
    "Core.ready": "whoever is ready may be next, in any order",
    "Kernel.wire": "any flow may be next",
    "Core.timers": "a heap; what is due is found by its due time",
    "Core.timer_sequence": "orders what is due at one time, any of which may come first",
    "Core.live_timers": "counts what is listed; only asked whether it is zero, between steps",
    "Core.clock_read": "for the fingerprints of states: has anybody ever looked at a clock?",
    "KThread.listed": "in Core.ready",
    "KThread.yielding": "the runtime's",
    "KThread.vain_polls": "the runtime's",
    "KThread.polled_since": "the runtime's",
    "KThread.attended_step": "the runtime's",
    "KThread.carrier": "the runtime's",
    "TimerEntry.sequence": "as Core.timer_sequence",
    "TimerEntry.live": "the heap drops what is dead; the timer or wait that it belongs to is written, and the clock",
    "TimerEntry.due_100ns": "never changes; compared by the heap",
    "Flow.offered": "grows; whoever asks for more than there is room for says so",
    "Kernel.alive": "counts whom the end waits for; what could still happen afterwards is explored like anything else",
    "Kernel.threads": "in the order of creation; looked up by identifier, which has its own key",
    "Kernel.flows": "in the order of creation; nobody goes through them before the end",
    "Kernel32Locks.wanted": "wanting a lock is no event (law 1): for the explorer only",
    "RtlLock.waiting": "the same",
    "Kernel32Locks._named keys": "nobody goes through them; each thread has its own key",
    "LockTable.entries keys": "nobody goes through them but to name a lock that nobody initialized",
    "Network.bindings keys": "nobody goes through them; each port has its own key",
    "Network.gates": "made by whoever comes first; each port has its own gate",
    "Core.names keys": "nobody goes through them; each name has its own key",
    "Kernel.windows keys": "nobody goes through them while others run; each window has its own key",
    "RtlLock.shared keys": "shared holders have no order",
    "EProcess.handles keys": "nobody goes through them; each handle has its own key",
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two steps, and the access of each."""

    first: Taken
    second: Taken
    what: str
    how: tuple[str, str]

    @property
    def kind(self) -> str:
        """The slot, without whose it is."""
        return f"{self.what.partition(' of ')[0]}: {self.how[0]} / {self.how[1]}"

    def __str__(self) -> str:
        return f"  {self.first}\n    {self.how[0]} {self.what}\n  {self.second}\n    {self.how[1]} it"


def audit(program: RandomProgram, seed: int, tracer: Tracer) -> list[Conflict] | None:
    """Walk once at random in a traced kernel; None where the model refuses."""
    tracer.forget()
    explorer = Walk(Random(seed))
    done: list[dict[Key, str]] = []
    explorer.on_begin = tracer.begin
    explorer.on_end = lambda _count: done.append(tracer.end().kinds())
    walked = walk(program, explorer)
    tracer.open = None
    if walked is None:
        return None
    uses: dict[Key, list[tuple[int, str]]] = defaultdict(list)
    for i, kinds in enumerate(done):
        for key, kind in kinds.items():
            if not _excepted(key, kind, walked.steps[i], tracer):
                uses[key].append((i, kind))
    found: dict[str, Conflict] = {}
    steps, past = walked.steps, walked.past
    for key, accesses in uses.items():
        if not any(kind is CHANGED for _, kind in accesses):
            continue
        for n, (j, later) in enumerate(accesses):
            for i, earlier in accesses[:n]:
                conflicting = CHANGED in (earlier, later) and not (earlier is later and key[1] in SUMS)
                if conflicting and not past[j] >> i & 1 and not _related(steps[i], steps[j], str(key[1])):
                    conflict = Conflict(steps[i], steps[j], tracer.names[key], (earlier, later))
                    found.setdefault(conflict.kind, conflict)
    return list(found.values())


SUMS: Final[Mapping[str, str]] = {
    "Flow.buffered": "sends add and acknowledgements subtract, in any order; whoever only looks is compared",
    "Flow.in_flight": "the same",
    "Flow.segments": "one end is appended to, the other taken from",
    "Dispatcher.waiters": "where all go on together their order does not matter; anywhere else a wait writes the object",
    "KThread.irps": "one begins and another is over; whoever goes through them is compared",
    "AfdEndpoint.polls": "all of them are told in one step",
}


def _excepted(key: Key, kind: str, step: Taken, tracer: Tracer) -> bool:
    """Is this use of the slot one that nobody can observe?"""
    slot = str(key[1])
    if slot.startswith("RtlLock.") and kind is READ and tracer.owner(key).key not in dict(step.locks):
        return True  # on the way to wanting the lock, which is no event
    if slot == "Gate.is_open" and kind is READ and tracer.owner(key).label not in step.reads | step.writes | step.joins:
        return True  # on the way to the gate, the same
    if slot == "KThread.wait_status" and tracer.owner(key).label == step.actor:
        return True  # the thread has got it, and it is forgotten
    if slot == "KThread.wait" and kind is READ:
        return True  # is it alertable?  Such a wait writes the inbox.  Whoever stops the thread writes its turn.
    part = key[2] if len(key) > 2 else ""
    return slot in EXCEPTIONS or (isinstance(part, tuple) and part[-1] == "keys" and f"{slot} keys" in EXCEPTIONS)


def _related(one: Taken, other: Taken, slot: str) -> bool:
    """Of one actor; or a wait for the end of a thread, and that end: whichever is first, the wait is over after both.

    So it is with what the waiting thread did before it waited, and with the end of another thread that it waits for: the end of
    any other wait writes the thread's wait and APCs.  Whoever suspends a thread that waits for an end looks at that end; once the
    wait is over it stops who could move, and that is explored then.
    A thread that is resumed goes on after both, the end and whoever resumes it.
    """
    if one.actor == other.actor or one.joins & other.writes or other.joins & one.writes:
        return True
    if slot == "KThread.suspend_count" and (_ends(one) or _ends(other)):
        return True
    return slot in ("KThread.wait", "KThread.wait_status") and (_ends(one) or _ends(other))


def _ends(step: Taken) -> bool:
    return any(key.startswith("end of ") for key in step.writes)
