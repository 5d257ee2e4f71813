"""The lines of a trace."""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct

KERNEL: Final = ""  # the thread of events that no thread causes


class EventKind(Enum):
    """What a line of a trace is about."""

    CALL = "call"  # a thread enters a system call
    RETURN = "return"  # and comes back
    PRINT = "print"  # the program printed a line
    ROUTINE = "routine"  # an APC begins on its thread
    THREAD_CREATED = "thread-created"
    THREAD_ENDED = "thread-ended"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    SIGNALED = "signaled"
    APC_QUEUED = "apc-queued"
    IRP_PENDED = "irp-pended"
    IRP_COMPLETED = "irp-completed"
    SEGMENT_SENT = "segment-sent"
    SEGMENT_DELIVERED = "segment-delivered"
    MESSAGE_POSTED = "message-posted"
    TIMER = "timer"
    OUTCOME = "outcome"  # what the environment decided within a step, where that is not the usual


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """One line of a trace; a Struct, since a frozen dataclass takes twenty times as long to make, and traces have thousands.

    step: the decision it belongs to; time_100ns: virtual time; thread: label, or "" for the environment;
    subject: the object or function it is about; text: the rest, for people; where: `file:line`, for what threads do.
    """

    sequence: int
    step: int
    time_100ns: int
    thread: str
    kind: EventKind
    subject: str
    text: str
    where: str = ""
