"""Running programs on the model: one call, one execution."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TextIO

from alertable.sim.memory.hooks import watching
from alertable.sim.memory.swap import adopted, swapped
from alertable.sim.runtime.given import whole
from alertable.sim.runtime.guard import guarded
from alertable.sim.runtime.outcome import Execution
from alertable.sim.runtime.own import globals_of
from alertable.sim.runtime.process import Process
from alertable.sim.runtime.random_walk import RandomChooser
from alertable.sim.runtime.refuse import ran, refuse
from alertable.sim.runtime.replay import ReplayChooser
from alertable.sim.runtime.schedule import parse, render
from alertable.sim.runtime.settings import Settings
from alertable.sim.runtime.watchdog import watched
from alertable.sim.trace.record import Recorder
from alertable.sim.trace.traced import api_of
from alertable.sim.win32.memory import hearing_free

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from alertable.kernel_model.choice import Chooser
    from alertable.kernel_model.ke.structures import KThread
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.win32.api import SimWinApi
    from alertable.winapi.surface import WinApi

    Program = Callable[[WinApi], Any]

SERVED: Final = "a run before took this drawn schedule: for another program draw another"


def run(
    programs: Sequence[Program], *, schedule: str | Chooser | None = None, seed: int | None = None,
    settings: Settings | None = None, log: list[Any] | None = None,
    prepare: Callable[[Machine, SimWinApi], None] | None = None, **fields: Any,  # noqa: ANN401 - of Settings
) -> Execution:  # fmt: skip
    """Run the programs once, traced, as the initial threads of one process (each Process and Peer has its own).

    schedule: text to follow (the default goes on after its end), or a chooser; seed: random choices instead of the default ones.
    settings, or its fields: what else may happen.  log: where the decisions are noted as they are made.
    prepare: gets the machine and the API before anything runs.
    Raises ReplayDivergence, ScheduleError, NotModelled, ValueError.
    """
    whole("seed", seed)
    again = getattr(schedule, "text", "")  # of what was drawn and has been run
    schedule = again or schedule
    if schedule is not None and seed is not None:
        raise ValueError("give a schedule or a seed, not both")
    chooser: Chooser | None = None
    if schedule is not None:
        chooser = ReplayChooser(parse(schedule), SERVED if again else "") if isinstance(schedule, str) else schedule
    elif seed is not None:
        chooser = RandomChooser(seed)
    refuse(programs)
    recorder = Recorder()
    settings = settings or Settings(**fields)
    if isinstance(schedule, str):
        settings = settings.at(schedule)
    if chooser is not None and settings.timed:
        raise ValueError("the timed clock decides who goes on: it takes no schedule and no seed of its own")
    machine = settings.machine(chooser=chooser, recorder=recorder)
    if log is not None:
        machine.log = log
    try:
        with printing_to(recorder), swapped(programs, precise=settings.precise):
            api = api_of(machine)
            if prepare is not None:
                prepare(machine, api)
            results = execute(programs, machine, api)
    finally:
        if (executed := getattr(chooser, "executed", None)) is not None:
            executed(machine, recorder.events)
    if isinstance(chooser, ReplayChooser) and machine.violation is None:
        chooser.check_finished(machine.steps)
    return Execution(
        outcome=results[0] if len(programs) == 1 else tuple(results),
        violation=machine.violation,
        trace=tuple(recorder.events),
        schedule=render(machine.moves()) if not settings.timed else "",
        steps=machine.steps,
    )


def execute(programs: Sequence[Program], machine: Machine, api: SimWinApi) -> list[Any]:
    """Run programs on a machine that was made in this greenlet; what each returned."""
    precise = machine.memory is not None
    with watching(machine.memory) if precise else nullcontext():
        functions = [fresh(program, watched=precise) for program in programs]
    if precise:
        adopted([f for f, program in zip(functions, programs, strict=True) if f is not program])
    results: list[Any] = [None] * len(functions)
    machine.results = results
    shared = machine.kernel.create_process()
    for index, (function, name) in enumerate(zip(functions, names(programs), strict=True)):
        process = machine.kernel.create_process() if isinstance(function, Process) else shared
        daemon = bool(getattr(function, "daemon", False))
        t = machine.start(process, None, name, _body(function, api, results, index), daemon=daemon, routine=function)
        if isinstance(function, Process) and function.followed:
            machine.followed[t] = None
    if not machine.kernel.alive:
        raise ValueError("every program is a daemon; at least one must be awaited")
    marks = machine.watch.hearing() if machine.watch is not None else nullcontext()
    frees = hearing_free(api._memory)
    spaces = [globals_of(f) for f in functions]
    with guarded(machine, spaces), watched(machine), marks, frees, watching(machine.memory) if precise else nullcontext():
        machine.run()
    ran(results, programs)
    return results


def _body(function: Program, api: SimWinApi, results: list[Any], index: int) -> Callable[[KThread], int]:
    def body(_t: KThread) -> int:
        results[index] = function(api)  # SimWinApi has every function of WinApi, or says NotModelled
        return 0

    return body


def fresh(program: Program, *, watched: bool = False) -> Program:
    """A program from a file is loaded anew for every execution."""
    again = getattr(program, "fresh", None)
    return again(watched=watched) if again is not None else program


def names(programs: Sequence[Program]) -> list[str]:
    """Labels of the initial threads: the function's name, or its module's where it is just `program`; never the same twice."""
    return list(_labels(*[_name(program) for program in programs]))


def _name(program: Program) -> str:
    name = getattr(program, "__name__", "program")
    return str(getattr(program, "__module__", None) or name).rpartition(".")[2].strip("_") if name == "program" else name


@cache
def _labels(*wanted: str) -> tuple[str, ...]:
    labels: dict[str, None] = {}
    counts: dict[str, int] = {}
    for name in wanted:
        base = name = "".join(c if c.isalnum() or c in "_-" else "" for c in name) or "program"
        count = counts.get(base, 1)
        while name in labels:
            count += 1
            name = f"{base}-{count}"
        counts[base] = count
        labels[name] = None
    return tuple(labels)


class _Tee:
    """Standard output of a traced execution: whole lines are told to the recorder too."""

    def __init__(self, stream: TextIO, recorder: Recorder) -> None:
        self._stream = stream
        self._recorder = recorder
        self._line = ""

    def write(self, text: str) -> int:
        self._line += text
        *lines, self._line = self._line.split("\n")
        for line in lines:
            self._recorder.printed(line)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the stream's
        return getattr(self._stream, name)


@contextmanager
def printing_to(recorder: Recorder) -> Iterator[None]:
    """Lines that the program prints become events."""
    stream = sys.stdout
    tee = _Tee(stream, recorder)
    sys.stdout = tee
    try:
        yield
    finally:
        if sys.stdout is tee:
            sys.stdout = stream
