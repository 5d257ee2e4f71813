"""Properties at work: who hears what of one execution, and what becomes of a report.

Each event has one callable, made of those who listen to it: the tracker of operations first, then the properties, then the
recorder.  An event that nobody listens to costs one call of a method that does nothing.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.runtime.outcome import Violation
from alertable.sim.runtime.replay import ReplayChooser
from alertable.sim.runtime.whereabouts import acting, standing, throws_away
from alertable.specs.properties.base import CALL_EVENTS, KERNEL_EVENTS, Property
from alertable.specs.properties.marks import forget, listen
from alertable.specs.properties.operations import Operations
from alertable.specs.properties.temporal import Eventually, State, Temporal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from alertable.sim.runtime.running import Running

    Hooks = tuple[Callable[..., None], ...]

KERNEL: Final = frozenset(KERNEL_EVENTS)
OF_ONE: Final = frozenset(event for event in KERNEL_EVENTS if getattr(Property, event).__code__.co_argcount == 2)
SILENT: Final[Mapping[str, Hooks]] = dict.fromkeys(CALL_EVENTS, ())


class Watch:
    """The properties of one execution, and a recorder if somebody wants to read it."""

    __slots__ = (
        "_ended", "_machine", "_released", "_releasing", "_temporal", "calls", "operations", "properties", "recorder", "state",
    )  # fmt: skip

    def __init__(self, machine: Running, properties: tuple[Property, ...], recorder: Any = None) -> None:  # noqa: ANN401 - or a test's
        self._machine = machine
        self.properties = properties
        self.recorder = recorder
        self.state: State | None = None
        self._releasing = False
        self._ended = False  # nothing can happen any more
        operations = self.operations = Operations()
        for one in properties:
            one.attach(machine.kernel, operations, self)
        tracked = (operations,) if recorder is not None or any(one.asks_operations for one in properties) else ()
        everybody = (*tracked, *properties, *((recorder,) if recorder is not None else ()))
        plan = _plan(everybody)
        tap = Property()  # its methods do nothing
        for event, places in plan.items():
            if event in KERNEL:
                heard = [getattr(everybody[n], event) for n in places]
                setattr(tap, event, heard[0] if len(heard) == 1 else _each(heard, of_one=event in OF_ONE))
        machine.kernel.trace = tap
        self.calls: Mapping[str, Hooks] = SILENT
        if not plan.keys().isdisjoint(CALL_EVENTS):
            self.calls = {event: tuple(getattr(everybody[n], event) for n in plan.get(event, ())) for event in CALL_EVENTS}
        self._released = [everybody[n].released for n in plan.get("released", ())]
        self._temporal = [one for one in properties if isinstance(one, Temporal)] if "step" in plan else []
        if self._temporal:
            self.state = State(machine.kernel)
            machine.on_step = self._step
            machine.chooser = machine.chooser or ReplayChooser([])  # so that every call is a decision,
            machine.poke()  # from the first one on
        machine.to_the_end = "stuck" in plan or "quiescent" in plan

    @property
    def hears_calls(self) -> bool:
        """Must calls be told, to a recorder or to a property?"""
        return self.recorder is not None or any(self.calls.values())

    def released(self, block: Any) -> None:  # noqa: ANN401 - a Block of the program's memory
        """The program let go of memory; this runs wherever the interpreter frees objects, unless the program said so itself."""
        self._releasing = not block.freed
        try:
            for hook in self._released:
                hook(block)
        except Exception as failure:  # who calls this from a weak reference would only print it
            self._machine.failure = failure
            self._machine.poke()
        self._releasing = False

    def step_now(self) -> int:
        """The number of the step that is being made."""
        return self._machine.steps

    def place(self) -> tuple[str, ...]:
        """Where the program is."""
        return acting(self._machine)

    def thrown_away(self) -> bool:
        """Is the result of the running thread's call dropped?"""
        t = self._machine.current
        return t is not None and throws_away(t)

    @property
    def reached(self) -> list[str]:
        """Titles of the predicates that have held."""
        return [one.title for one in self._temporal if one.held]

    @property
    def owed(self) -> tuple[str, ...]:
        """Titles of the predicates that have to hold some time, and have not."""
        return tuple([one.title for one in self._temporal if isinstance(one, Eventually) and not one.held])

    @property
    def looked(self) -> bool:
        """Has a predicate looked at kernel state?"""
        return self.state is not None and self.state.looked

    def dismantle(self) -> None:
        """The execution is over: the properties refer to this, and this to them."""
        self.properties = ()
        self._temporal = []
        self._released = []
        self.calls = SILENT

    def over(self) -> None:
        """Nothing can happen any more, and nobody waits."""
        self._ended = True
        for one in self.properties:
            one.quiescent()

    def bounded(self) -> None:
        """The execution is about to be cut at its step bound: a property may know why it did not end."""
        self._ended = True
        for one in self.properties:
            one.bounded()

    def circles(self) -> None:
        """The execution has come back to a state, and so it may go on for ever."""
        self._ended = True
        for one in self.properties:
            one.circles()

    def stuck(self) -> None:
        """Nothing can happen any more, and somebody waits."""
        self._ended = True
        for one in self.properties:
            one.stuck()

    @contextmanager
    def hearing(self) -> Iterator[None]:
        """Marks of the program come here."""
        hooks = [one.marked for one in self.properties if type(one).marked is not Property.marked]
        if not hooks and self.state is None:
            yield
            return

        def marked(name: str, value: object) -> None:
            m = self._machine
            if m.current is None or m.over:
                return
            m.kernel.marks.written()
            if self.state is not None:
                self.state.marks[name] = value
            for hook in hooks:
                hook(m.current, name, value)

        listen(marked)
        try:
            yield
        finally:
            forget(marked)

    def _step(self) -> None:
        assert self.state is not None
        for one in self._temporal:
            one.step(self.state)

    def report(self, one: Property, message: str, where: tuple[str, ...]) -> None:
        """A law is broken; the first time counts."""
        m = self._machine
        if m.violation is not None or m.pending is not None or (m.finished and not m.to_the_end):
            return
        where = where or (acting(m) if not self._ended else standing(m))
        violation = Violation(id=one.id, title=one.title, message=message, step=m.steps, source=one.source, where=where)
        if self._releasing:
            m.pending = violation
        else:
            m.violation = violation
        m.poke()


_PLANS: dict[tuple[type, ...], dict[str, tuple[int, ...]]] = {}


def _plan(everybody: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
    """Event -> who of them listens, by place; made once for every combination of classes."""
    kinds = tuple([type(one) for one in everybody])
    plan = _PLANS.get(kinds)
    if plan is None:
        plan = _PLANS[kinds] = {}
        for event in (*KERNEL_EVENTS, *CALL_EVENTS, "released", "quiescent", "stuck", "step"):
            inherited = getattr(Property, event, None)
            heard = [n for n, kind in enumerate(kinds) if getattr(kind, event, inherited) is not inherited]
            if event in CALL_EVENTS:
                heard = [n for n in heard if issubclass(kinds[n], Property)]
            if heard:
                plan[event] = tuple(heard)
    return plan


def _each(hooks: list[Callable[..., None]], *, of_one: bool) -> Callable[..., None]:
    """All of them; of_one: the event has one argument, as those have that come most often."""

    def tell(*arguments: object) -> None:
        for hook in hooks:
            hook(*arguments)

    def tell_one(argument: object) -> None:
        for hook in hooks:
            hook(argument)

    return tell_one if of_one else tell
