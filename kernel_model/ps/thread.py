"""Threads (NT: KTHREAD, ETHREAD and the TEB's last error).

Models:  create, suspended or not; suspend counts; exit, terminate; exit codes; rundown of mutexes, timers, I/O, APCs.
Models:  a suspended thread that waits takes nothing until it is resumed; then its wait starts again.
Sources: learn.microsoft.com CreateThread, SuspendThread, ResumeThread, TerminateThread, "Terminating a Thread";
         Wine kernel32/tests/thread.c (K-10, K-11, K-20 to K-25).
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.iomgr.cancel import rundown_irps
from alertable.kernel_model.ke.dispatcher import Dispatcher
from alertable.kernel_model.ke.kqueue import leave_port
from alertable.kernel_model.ke.mutant import abandon_mutants
from alertable.kernel_model.ke.timer import rundown_timers
from alertable.kernel_model.ke.timerq import cancel_timer
from alertable.kernel_model.ke.wait import release_waiters, retest_wait
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.win32k.window import rundown_windows

if TYPE_CHECKING:
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.apc import KApc
    from alertable.kernel_model.ke.kqueue import CompletionPacket, CompletionPort
    from alertable.kernel_model.ke.mutant import KMutant
    from alertable.kernel_model.ke.timer import KTimer
    from alertable.kernel_model.ke.wait import Wait
    from alertable.kernel_model.kernel import Kernel
    from alertable.kernel_model.ps.process import EProcess
    from alertable.kernel_model.win32k.queue import MessageQueue

STILL_ACTIVE: Final = 259
MAXIMUM_SUSPEND_COUNT: Final = 127
CELLS: Final = ("{}'s wait and APCs", "{}'s turn", "end of {}", "{}'s queue")


class ThreadState(Enum):
    """What a thread is doing, as the wait-for chain tells it."""

    READY = "ready"
    WAITING = "waiting"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class KThread(Dispatcher):
    """A thread object: unsignalled until the thread ends, then signalled for ever."""

    __slots__ = (
        "alerted",
        "apc_timers",
        "arena",
        "attended_step",
        "carrier",
        "children",
        "connections_made",
        "daemon",
        "ending",
        "exit_code",
        "free_handles",
        "handle_arena",
        "handles_made",
        "inbox",
        "irps",
        "irps_made",
        "last_error",
        "listed",
        "looping",
        "messages",
        "objects_made",
        "ordinal",
        "owned_mutants",
        "packets",
        "polled_since",
        "port",
        "ports_made",
        "process",
        "queue",
        "routine_over",
        "special_apcs",
        "suspend_count",
        "terminated",
        "tid",
        "turn",
        "user_apcs",
        "vain_polls",
        "wait",
        "wait_status",
        "windows_made",
        "yielding",
    )  # fmt: skip

    def __init__(self, k: Kernel, process: EProcess, label: str, ordinal: int, arena: int, daemon: bool) -> None:
        super().__init__(k, label)
        # what others may change about this thread; whether it may run on, which each of its steps reads; its end, which nothing
        # else touches; whether it has a message queue
        self.inbox, self.turn, self.ending, self.messages = k.footprint.cells(label, CELLS)
        self.process = process
        self.ordinal = ordinal  # order of creation, for sorting only
        self.arena = arena
        self.tid = 4 * (arena + 1)
        self.daemon = daemon
        self.carrier: Any = None  # what runs the thread's user code; only the runtime looks at it
        self.last_error = 0
        self.exit_code = STILL_ACTIVE
        self.terminated = False
        self.listed = False  # in Kernel.ready
        self.routine_over = False  # the runtime's: no user code is left to run, the thread is about to end
        # the runtime's: a thread that polled in vain gives way at its next call
        self.yielding = False
        self.vain_polls = 0
        self.looping = False  # in a search: it came back to where it had looked in vain
        self.attended_step = -1
        self.polled_since = -1
        # suspension
        self.suspend_count = 0
        # ke.wait owns these
        self.wait: Wait | None = None
        self.wait_status: int = 0
        # ke.apc owns these
        self.user_apcs: deque[KApc] = deque()
        self.special_apcs: deque[KApc] = deque()
        self.alerted = False
        # ke.kqueue owns these
        self.port: CompletionPort | None = None  # the port the thread is associated with
        self.packets: tuple[CompletionPacket, ...] = ()  # what the last removal gave
        # win32k owns these
        self.queue: MessageQueue | None = None
        self.windows_made = 0
        # rundown lists, oldest first
        self.irps: dict[Irp, None] = {}
        self.owned_mutants: list[KMutant] = []
        self.apc_timers: list[KTimer] = []
        # arenas: what a thread creates is numbered by its own history, not by that of others
        self.children = 0
        self.handle_arena = arena
        self.objects_made = 0
        self.irps_made = 0
        self.handles_made = 0
        self.ports_made = 0
        self.connections_made = 0
        self.free_handles: list[int] = []

    def takes(self) -> bool:
        return False

    def lasts(self) -> bool:
        return True

    def waited(self, *, patient: bool = False) -> None:
        if patient and self.terminated:
            self.joined()
        else:
            self.read()

    def joined(self) -> None:
        """A wait for the end, which is for ever: there is no other order."""
        self.footprint.joins |= self.ending.bit

    def held_by(self) -> KThread | None:
        return self

    @property
    def state(self) -> ThreadState:
        if self.terminated:
            return ThreadState.TERMINATED
        if self.suspend_count:
            return ThreadState.SUSPENDED
        return ThreadState.WAITING if self.wait is not None else ThreadState.READY


def suspend_thread(k: Kernel, t: KThread) -> int | NtStatus:
    """KeSuspendThread: the previous count, or THREAD_IS_TERMINATING | SUSPEND_COUNT_EXCEEDED."""
    t.read()
    t.turn.written()
    if t.terminated:
        return NtStatus.THREAD_IS_TERMINATING
    if t.suspend_count >= MAXIMUM_SUSPEND_COUNT:
        return NtStatus.SUSPEND_COUNT_EXCEEDED
    t.suspend_count += 1
    t.inbox.written()
    if t.wait is not None and t.wait.certain:
        for obj in t.wait.objects:
            obj.read()  # the end of that thread lets this one go on, or not yet
    if t.listed:
        k.footprint.discards(t)
    k.unready(t)
    return t.suspend_count - 1


def resume_thread(k: Kernel, t: KThread) -> int:
    """KeResumeThread: the previous count; at 0 the thread runs, or its wait is tested anew.  An ended thread gives 0."""
    previous = t.suspend_count
    t.read()
    t.turn.written()
    t.inbox.written()
    if t.terminated or not previous:
        return 0
    t.suspend_count -= 1
    if not t.suspend_count:
        k.handoff.hand(t)
        if t.wait is not None:
            retest_wait(k, t)
        else:
            k.make_ready(t)
    return previous


def end_thread(k: Kernel, t: KThread, exit_code: int) -> None:
    """PspExitThread: cancel its I/O and timers, drop its APCs, abandon its mutexes, signal the thread object."""
    if t.terminated:
        return
    if k.trace is not None:
        k.trace.thread_ending(t)
    t.written()
    t.inbox.written()
    t.ending.written()
    if t.listed:
        k.footprint.discards(t)
    wait = t.wait
    if wait is not None:
        t.wait = None
        for obj in wait.objects:
            obj.waited()  # whom it would have released next is another thread, or nobody
            if wait in obj.waiters:
                obj.waiters.remove(wait)
        if wait.timeout is not None:
            cancel_timer(k, wait.timeout)
        if wait.on_abort is not None:
            wait.on_abort(k)
            wait.on_abort = None
        if wait.lock is not None:
            wait.lock.waiting.pop(t, None)
    t.terminated = True  # first: completions of the rundown must not queue APCs any more (K-67, S-12)
    t.exit_code = exit_code
    for apc in t.user_apcs:
        apc.inserted = False
    t.user_apcs.clear()
    t.special_apcs.clear()
    k.unready(t)
    # Most threads leave nothing behind, and a search ends millions of them: what there is not need not be run down.
    if t.port is not None:
        leave_port(k, t)
    if t.irps:
        rundown_irps(k, t)
    if t.apc_timers:
        rundown_timers(k, t)
    if t.windows_made or t.queue is not None:
        rundown_windows(k, t)
    if t.owned_mutants:
        abandon_mutants(k, t)
    t.signal_state = 1
    k.handoff.ended(t)
    if k.trace is not None:
        k.trace.thread_ended(t)
    k.thread_ended(t)
    release_waiters(k, t)
