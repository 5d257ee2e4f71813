"""Message queues: posted messages of one thread, and waiting for them (NT: win32k's THREADINFO).

Models:  posted messages in FIFO order, filters by window and number, WM_QUIT last, input that is new until looked at.
Rejects: sent messages of other threads, keyboard and mouse input, timers, painting: the only kind is QS_POSTMESSAGE.
Sources: learn.microsoft.com "About Messages and Message Queues", GetMessageW, PeekMessageW, PostMessageW, PostQuitMessage,
         MsgWaitForMultipleObjectsEx; Wine user32/tests/msg.c (K-68 to K-71).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.ke.structures import Dispatcher
from alertable.kernel_model.ke.wait import release_waiters

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.ke.structures import KThread

WM_QUIT: Final = 0x12
QS_POSTED: Final = 0x108  # QS_POSTMESSAGE | QS_ALLPOSTMESSAGE
QUEUE_LIMIT: Final = 10_000  # messages (PostMessageW, Remarks)
THREAD_MESSAGES: Final = 2**64 - 1  # the window filter -1: messages of no window


@dataclass(slots=True, frozen=True)
class Message:
    """A posted message; window 0 is none, time_ms the tick count at which it was posted."""

    window: int
    number: int
    wparam: int
    lparam: int
    time_ms: int


@dataclass(slots=True, frozen=True)
class Filter:
    """What a look at the queue is for: a window (0 any), a range of message numbers (0, 0 any)."""

    window: int = 0
    first: int = 0
    last: int = 0

    def admits(self, message: Message) -> bool:
        """Does the filter let this message through?"""
        if self.window == THREAD_MESSAGES:
            if message.window:
                return False
        elif self.window and message.window != self.window:
            return False
        return not (self.first or self.last) or self.first <= message.number <= self.last


class MessageQueue(Dispatcher):
    """A thread's queue.  Only its own thread waits for it, for the kinds of `wake_mask`."""

    __slots__ = ("available", "fresh", "messages", "quit_code", "wake_mask")

    def __init__(self, k: Core, label: str) -> None:
        super().__init__(k, label)
        self.messages: deque[Message] = deque()
        self.quit_code: int | None = None  # PostQuitMessage was called
        self.fresh = False  # something came since the thread last looked (K-69)
        self.wake_mask = 0
        self.available = False  # MWMO_INPUTAVAILABLE: what was looked at counts too

    def signaled_for(self, thread: KThread) -> bool:
        if not self.wake_mask & QS_POSTED:
            return False
        return self.fresh or (self.available and (bool(self.messages) or self.quit_code is not None))


def queue_of(k: Core, t: KThread) -> MessageQueue:
    """The thread's queue; its first call of user32 makes it."""
    queue: MessageQueue | None = t.queue
    if queue is None:
        queue = t.queue = MessageQueue(k, f"messages of {t.label}")
        t.messages.written()
    return queue


def existing_queue(t: KThread) -> MessageQueue | None:
    """The queue that another thread has, if it has made one and lives."""
    t.messages.read()
    queue: MessageQueue | None = t.queue
    return queue


def post(k: Core, queue: MessageQueue, window: int, number: int, wparam: int, lparam: int) -> bool:
    """Append a message and wake the thread; False if the queue is full."""
    queue.written()
    if len(queue.messages) >= QUEUE_LIMIT:
        return False
    message = Message(window, number, wparam, lparam, k.time_100ns() // 10_000 & 0xFFFFFFFF)
    queue.messages.append(message)
    k.handoff.release(message, anew=True)
    if k.trace is not None:
        k.trace.message_posted(queue, message)
    _wake(k, queue)
    return True


def post_quit(k: Core, queue: MessageQueue, code: int) -> None:
    """PostQuitMessage: WM_QUIT appears once no posted message that is looked for is left."""
    queue.written()
    queue.quit_code = code
    _wake(k, queue)


def _wake(k: Core, queue: MessageQueue) -> None:
    queue.fresh = True
    k.handoff.release(queue)
    release_waiters(k, queue)


def look(k: Core, queue: MessageQueue, wanted: Filter, *, remove: bool) -> Message | None:
    """The first message that the filter admits; WM_QUIT passes every filter.  Nothing in the queue is new afterwards."""
    queue.written()
    queue.fresh = False
    for message in queue.messages:
        if wanted.admits(message):
            k.handoff.acquire(message)
            if remove:
                queue.messages.remove(message)
            return message
    if queue.quit_code is None:
        return None
    message = Message(0, WM_QUIT, queue.quit_code, 0, k.time_100ns() // 10_000 & 0xFFFFFFFF)
    if remove:
        queue.quit_code = None
    return message
