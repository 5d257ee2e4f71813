"""States of programs between two steps, as their encodings: of threads and what they reach, without the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.kernel_model.ke.structures import KThread
from alertable.sim.fingerprint.frames import add_frames
from alertable.sim.fingerprint.memory import owner_at
from alertable.sim.fingerprint.values import handlers
from alertable.sim.fingerprint.walker import Handlers, Walker
from alertable.sim.runtime.execution import execute
from alertable.sim.runtime.machine import Machine
from alertable.sim.runtime.settings import Settings
from alertable.sim.trace.traced import TracedWinApi, api_of
from alertable.sim.win32.api import SimWinApi

if TYPE_CHECKING:
    from collections.abc import Callable


def _named(walker: Walker, thing: Any) -> None:
    walker.plain(thing.label if type(thing) is KThread else type(thing).__name__)


def _handlers() -> tuple[Handlers, Handlers]:
    content, in_place = handlers({}, dict.fromkeys((Machine, SimWinApi, TracedWinApi, KThread), _named))
    find = in_place._find
    in_place._find = lambda kind: _named if kind.__module__.startswith("alertable.kernel_model") else find(kind)
    return content, in_place


class States:
    """A strategy that takes the first option, and looks at every state on the way."""

    looks_further = False

    def __init__(self, *, keep_statics: bool = True, looks: int = 1_000) -> None:
        self.looks = looks
        self.handlers = _handlers()
        self.keep_statics = keep_statics
        self.encodings: list[bytes] = []
        self.unread: dict[str, str] = {}
        self.api: Any = None

    def look(self, machine: Machine) -> None:
        walker = Walker(*self.handlers, owners=lambda address: owner_at(self.api._memory, address))
        if not self.keep_statics:
            walker.statics = False
        for t in sorted(machine.running, key=lambda t: t.label):
            walker.plain(t.label)
            add_frames(walker, t)
        self.encodings.append(walker.finish())
        self.unread.update(walker.unread)

    def goes_on(self, _machine: Machine, _t: KThread, /) -> bool:
        return False

    def ask(self, _machine: Machine, _options: tuple[str, ...], /) -> int:
        return 0

    def choose(self, machine: Machine, running: KThread | None, /) -> KThread | None:
        while options := machine.options(running):
            if len(self.encodings) >= self.looks:
                return None
            self.look(machine)
            machine.steps += 1
            picked = options[0]
            if type(picked) is KThread:
                return machine.go(picked)
            machine.moved = machine.steps
            machine.fire(picked)
        return None


def states(*programs: Callable[[Any], Any], keep_statics: bool = True, looks: int = 1_000) -> States:
    """Run them and look at so many states."""
    looker = States(keep_statics=keep_statics, looks=looks)
    machine = Settings(specs=()).machine()
    machine.explorer = looker
    machine.alarm = 0
    looker.api = api_of(machine)
    execute(programs, machine, looker.api)
    if machine.violation is not None:
        raise AssertionError(machine.violation.message)
    return looker


def last(program: Callable[[Any], Any]) -> bytes:
    """The state at the last step of a program: its last call, before the thread's end."""
    looker = states(program)
    assert not looker.unread, looker.unread
    return looker.encodings[-2]
