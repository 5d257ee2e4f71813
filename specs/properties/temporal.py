"""Properties of users: always, sometimes, eventually - predicates over the state after every step.

always("one owner", lambda s: s.marks.get("owners", 0) <= 1)
sometimes("a partial send was seen", lambda s: "partial" in s.marks)       reported if no execution reaches it
eventually("served", lambda s: s.marks.get("served") == 2)                 on every execution, at some step
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.kernel import Kernel


class State:
    """What a predicate looks at.  kernel: all of it; marks: name -> the value marked last (see specs.properties.marks).

    looked: a predicate has looked at more than marks, so it may tell apart orders of steps that the reduction takes for one.
    """

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self.looked = False
        self.marks: dict[str, Any] = {}

    @property
    def kernel(self) -> Kernel:
        """All of the kernel's state; not to be changed."""
        self.looked = True
        self._kernel.clock_read = True  # it may look at the time
        return self._kernel

    @property
    def now_ms(self) -> int:
        """Virtual time."""
        return self.kernel.now_100ns // 10_000

    def _objects(self) -> Kernel:
        self.looked = True
        return self._kernel

    def thread(self, label: str) -> KThread | None:
        """The thread of this name, if it exists yet."""
        return next((t for t in self._objects().threads if t.label == label), None)

    def apcs(self, label: str) -> int:
        """How many APCs are queued to the thread."""
        t = self.thread(label)
        return len(t.user_apcs) if t is not None else 0

    def outstanding(self, label: str | None = None) -> int:
        """Operations in flight, of one thread or of all."""
        return sum(len(t.irps) for t in self._objects().threads if label is None or t.label == label)


class Temporal(Property):
    """A predicate with a title."""

    law = "what the program's author stated"
    source = "the program"
    instead = "Look at the state in the trace of the last step"
    kind: ClassVar[str]

    def __init__(self, title: str, predicate: Callable[[State], bool]) -> None:
        self.title = title  # type: ignore[misc]  # of the object: each has its own
        self.id = f"{self.kind}: {title}"  # type: ignore[misc]  # as above
        self.predicate = predicate
        self.held = False

    def fresh(self) -> Temporal:
        return type(self)(self.title, self.predicate)

    def essence(self) -> dict[str, Any]:
        return {"held": self.held, "predicate": self.predicate}

    def step(self, state: State) -> None:
        """After every step."""
        if not self.held and self.predicate(state):
            self.held = True


class Always(Temporal):
    """In every state."""

    kind = "always"

    def step(self, state: State) -> None:
        if not self.predicate(state):
            self.report(f"{self.title!r} does not hold")


class Sometimes(Temporal):
    """In some state of some execution; else a pass says less than it seems to."""

    kind = "sometimes"


class Eventually(Temporal):
    """In some state of every execution, also of those that never end."""

    kind = "eventually"

    def quiescent(self) -> None:
        if not self.held:
            self.report(f"{self.title!r} never held, and the execution is over")

    def circles(self) -> None:
        if not self.held:
            self.report(f"{self.title!r} never held, and the execution may go round for ever")


def always(title: str, predicate: Callable[[State], bool]) -> Always:
    """Pass it in `specs=`: a violation where the predicate is false after a step."""
    return Always(title, predicate)


def sometimes(title: str, predicate: Callable[[State], bool]) -> Sometimes:
    """Pass it in `specs=` of a check: named in `report.never` unless some execution reaches it."""
    return Sometimes(title, predicate)


def eventually(title: str, predicate: Callable[[State], bool]) -> Eventually:
    """Pass it in `specs=`: a violation where an execution ends without it."""
    return Eventually(title, predicate)
