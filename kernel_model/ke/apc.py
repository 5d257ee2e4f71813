"""User APCs: one FIFO queue per thread (NT: KAPC, KeInsertQueueApc).

Models:  QueueUserAPC, NtQueueApcThread, I/O completion and timer APCs in one queue; special user APCs in a second
         one that needs no alertable wait; delivery itself is user mode's part (sim.runtime).
Rejects: kernel APCs (not observable).
Sources: learn.microsoft.com QueueUserAPC, QueueUserAPC2, "Asynchronous Procedure Calls" (K-04 to K-19).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.ke.structures import ApcKind, KApc
from alertable.kernel_model.ke.wait import end_wait, look_for_apcs
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.outcomes import Outcomes


def insert_queue_apc(k: Core, t: KThread, apc: KApc) -> bool:
    """Append to the thread's queue; an alertable wait ends.  False if the thread has ended or the APC is queued already."""
    t.inbox.written()
    if t.terminated or apc.inserted:
        return False
    apc.inserted = True
    if apc.cell is not None:
        apc.cell.written()
    t.user_apcs.append(apc)
    k.handoff.release(apc, anew=True)
    if k.trace is not None:
        k.trace.apc_queued(t, apc)
    wait = t.wait
    if wait is not None and wait.alertable and not t.suspend_count:
        end_wait(k, wait, NtStatus.USER_APC)
    return True


def insert_special_apc(k: Core, t: KThread, apc: KApc) -> bool:
    """QueueUserAPC2(SPECIAL_USER_APC): runs as soon as the thread is in user mode; an alertable wait ends (K-19)."""
    t.inbox.written()
    t.turn.written()  # whatever the thread does next begins with it
    if t.terminated:
        return False
    t.special_apcs.append(apc)
    k.handoff.release(apc, anew=True)
    if k.trace is not None:
        k.trace.apc_queued(t, apc)
    wait = t.wait
    if wait is not None and wait.alertable and not t.suspend_count:
        end_wait(k, wait, NtStatus.USER_APC)
    return True


def remove_queue_apc(t: KThread, apc: KApc) -> None:
    """Take a queued APC out again (KeRemoveQueueApc); nothing if it is not queued."""
    t.inbox.written()
    if apc.inserted:
        t.user_apcs.remove(apc)
        apc.inserted = False


def next_apc(k: Core, t: KThread) -> KApc | None:
    """Take the oldest user APC for delivery."""
    look_for_apcs(k, t)
    if not t.user_apcs:
        return None
    apc = t.user_apcs[0] if k.outcomes is None else _any_of(k.outcomes, t)
    t.user_apcs.remove(apc)
    apc.inserted = False
    if k.trace is not None:
        k.trace.apc_delivered(t, apc)
    return apc


def _any_of(outcomes: Outcomes, t: KThread) -> KApc:
    """Nobody promises in which order the routines of different operations are called; QueueUserAPC's are a queue."""
    first = t.user_apcs[0]
    candidates = [first, *(apc for apc in t.user_apcs if apc.kind is ApcKind.IO and apc is not first)]
    return candidates[outcomes.left_open("order", len(candidates))]
