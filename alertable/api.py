"""What `import alertable` offers: one function for each thing that a user wants; the work is done in the layers below."""

from __future__ import annotations

import inspect
import math
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, overload

from alertable.decorating import decorating
from alertable.sim import Execution, ScheduleError, Violation
from alertable.sim.explore.check import check as _check
from alertable.sim.explore.graphs.rounds import run as _run
from alertable.sim.runtime.process import Process
from alertable.sim.runtime.settings import MAX_STEPS, Settings
from alertable.sim.win32.peer import Peer, RemoteEndpoint
from alertable.specs.properties import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from alertable.sim import Chooser
    from alertable.sim.explore.drawing.drawn import Schedules
    from alertable.sim.explore.drawing.stateful import KernelMachine
    from alertable.sim.explore.report import Report
    from alertable.sim.runtime.execution import Program
    from alertable.sim.timed.clock import Timed
    from alertable.winapi import WinApi

def run(
    program: Program,
    *others: Program,
    schedule: str | Path | Chooser | None = None,
    seed: int | None = None,
    clock: str | Timed = "eager",
    profile: str = "windows",
    faults: Mapping[str, int] | None = None,
    specs: Sequence[Any] = DEFAULT,
    max_steps: int = MAX_STEPS,
) -> Execution:
    """Run one or several programs once, as the initial threads of one process (see `process` and `peer` for others).

    schedule: text to follow, a path to a file that holds it, or what `schedules()` drew; seed: random choices;
    neither: the default choices.
    clock: "eager" (time passes when nothing else can happen), "free" (a time-out may come any time after it is due), or
    what `timed()` makes: then the costs decide who goes on, and it takes neither a schedule nor a seed here.
    profile: "windows", or "documented": also what the documentation leaves open.  faults: {"reset": 1, ...}, how often what
    may go wrong.  Both are choices: a random or explored run makes them, the default run does not.
    specs: the sanitizers that are on; deadlocks and errors of the program always count.
    max_steps: decisions after which the execution is cut (violation `step-bound`).
    Raises ReplayDivergence, ScheduleError, NotModelled, ValueError.  In an `@example` of hypothesis a text that does not fit any
    more is followed as far as it fits, with a warning.
    """
    settings = Settings(max_steps=max_steps, specs=specs, clock=clock, profile=profile, faults=faults)
    text = schedule_text(schedule)
    if isinstance(text, str) and seed is None and "hypothesis" in sys.modules:
        from alertable.sim.explore.drawing.conjecture import explicit

        if explicit():
            return _run_example((program, *others), text, settings)
    return _run((program, *others), schedule=text, seed=seed, settings=settings)


@overload
def check(program: Program, *others: Program, **options: Any) -> Report: ...  # noqa: ANN401 - those of the one below


@overload
def check(*, against: Sequence[Program] = ..., **options: Any) -> Callable[[Callable[..., Any]], Callable[..., None]]: ...  # noqa: ANN401 - as above


@overload
def check(test: Callable[..., Any], /) -> Callable[..., None]: ...


def check(  # type: ignore[misc]  # the two above take these options by name
    program: Program | None = None,
    *others: Program,
    strategy: str | None = None,
    memory: str | None = None,
    max_executions: int | None = None,
    time_limit: float | None = None,
    time: float | None = None,
    preemptions: int | None = None,
    delays: int | None = None,
    reduction: str | None = None,
    exact: bool = False,
    seed: int = 0,
    clock: str = "eager",
    profile: str = "windows",
    faults: Mapping[str, int] | None = None,
    specs: Sequence[Any] = DEFAULT,
    workers: int = 1,
    force_workers: bool = False,
    keep_going: bool = False,
    progress: Callable[..., None] | None = None,
    found: Callable[[Violation], None] | None = None,
    max_steps: int = MAX_STEPS,
    resume: str | Path | None = None,
    journal: str | Path | None = None,
    against: Sequence[Program] = (),
    require: str | None = None,
    shared_fixtures: bool | Sequence[str] = False,
) -> Any:
    """Explore the interleavings of one or several programs (initial threads of one process).

    strategy: None is bugs first: a short search, the default schedule, some hundred samples, then "dpor" and "states" by turns.
    "dpor": one execution per distinct behaviour.  "states": each state once, also where programs never end (reduction="none":
    every enabled step; exact=True: collisions of fingerprints are counted).  "dfs": every interleaving (preemptions, delays:
    how often a thread is interrupted, or passed over).  "random" and "pct": max_executions of them.
    memory: what threads of one process share.  "precise" (None is the same) watches what the program's own code touches, reports
    data races, and trusts that no other code touches the same variables; "shared" takes every two steps of one process for
    dependent, and trusts that threads change places at calls only; "locks" trusts that data is only shared under locks.
    max_executions, time_limit (seconds): then the verdict is INCONCLUSIVE.  time (seconds): then it is the strongest one that is
    true: COMPLETE, BOUNDED (every interleaving with at most so many preemptions), or SAMPLED.
    progress: called with (executions, seconds), and a function that estimates the whole (`Report.whole`) if it takes three.
    clock, profile, faults, specs, max_steps: as for `run`.  found: called with each violation at once, before it is made smaller.
    workers: processes that share the work of "dpor", no more than there are processors (force_workers: twice as many); for every
    number from 2 the results are the same, byte for byte; the same outcomes and verdict as with 1, in somewhat more executions.
    resume: a file in which a search that ends early is kept and from which it is taken up again.
    journal: a file that holds the schedule of the execution that runs now, should the process die.
    As a decorator (`@alertable.check`, or with options in parentheses) it makes a test of a function whose first parameter, after
    `self` where there is one, is the API; the others are the test runner's.
    against: further programs; require: "complete", "bounded", "sampled" (None is the same) fails a weaker verdict, "any" none;
    shared_fixtures: names of function-scoped fixtures that all interleavings may share, True for any.
    What the decorator does not say is as the profile and the options of pytest say; see docs/howto/pytest.md.
    Raises NotModelled, ValueError.
    """
    from alertable.strength import required

    given = {name: value for name, value in locals().items() if name in _OF_A_TEST and value != _OF_A_TEST[name]}
    settings = Settings(max_steps=max_steps, specs=specs, clock=clock, profile=profile, faults=faults)
    options: dict[str, Any] = {
        "strategy": strategy, "memory": memory, "max_executions": max_executions, "time_limit": time_limit, "time": time,
        "preemptions": preemptions, "delays": delays, "reduction": reduction, "exact": exact, "seed": seed, "workers": workers,
        "force_workers": force_workers,
        "keep_going": keep_going, "progress": progress, "found": found, "resume": Path(resume) if resume is not None else None,
        "journal": Path(journal) if journal is not None else None, "settings": settings,
    }  # fmt: skip
    required(require)
    if program is not None and (others or not decorating(sys._getframe(1))):
        return _check((program, *others, *against), **options)
    from alertable.testing.decorator import checked

    return checked(program, against, given) if program is not None else lambda function: checked(function, against, given)


# What `@alertable.check` may be told, and what it means where it is not.
_OF_A_TEST: Final = {
    name: parameter.default
    for name, parameter in inspect.signature(check).parameters.items()
    if name not in ("program", "others", "against")
}


def replay(program: Program, *others: Program, schedule: str | Path, **options: Any) -> Execution:  # noqa: ANN401 - of run
    """Follow a schedule exactly, with the options of the run that it is from; ReplayDivergence names what does not fit."""
    return _run((program, *others), schedule=schedule_text(schedule), settings=Settings(**options))


def explain(program: Program, *others: Program, violation: Violation, **options: Any) -> Violation:  # noqa: ANN401 - of run
    """The violation of a schedule (`violation.schedule`), minimised, with its story, necessary switches and decisive race.

    Ctrl-C ends it with the best form so far.
    """
    from alertable.sim.explore.coordinating.checkpoint import deferred_interrupt
    from alertable.sim.explore.explaining.budget import Budget
    from alertable.sim.explore.explaining.explain import explained

    with deferred_interrupt() as asked:
        budget = Budget(patience=lambda: 0.0 if asked else math.inf)
        return explained((program, *others), violation, Settings(**options), budget)


def process(program: Callable[..., Any], *arguments: object, daemon: bool = False) -> Process:
    """A program in a process of its own (own memory, own handles), called as program(w, *arguments).

    daemon: nobody waits for it; being blocked in the end is no deadlock.
    """
    return Process(program, arguments, daemon=daemon)


def peer(script: Callable[[RemoteEndpoint], Any] | Iterable[tuple[Any, ...]]) -> Peer:
    """A scripted remote endpoint: connect, listen, accept, send, receive, shutdown, close, reset - no Windows program.

    script: a function of the endpoint, or a list of calls such as [("connect", 5000), ("send", b"x"), ("close",)].
    """
    return Peer(script)


def real() -> WinApi:
    """The real Win32 API, through ctypes; an OSError with a clear line off Windows."""
    from alertable.winapi.real import real as real_api

    return real_api()


def schedules(*, steer: bool = False) -> Schedules:
    """A hypothesis strategy: an interleaving, drawn, shrunk and reported with the inputs; pass it as `schedule=` to run.

    Simpler is closer to the default schedule.  What a report shows is text, which `@example(sched="v1: ...")` takes too; a
    schedule that was run is followed again by further runs of the test.
    steer: the same as `target(execution)`, for one schedule per test.
    """
    from alertable.sim.explore.drawing.drawn import schedules as strategy

    return strategy(steer=steer)


def target(run: Execution | KernelMachine, *, label: str = "") -> None:
    """Inside a hypothesis test: guide the search towards test cases that go farther than this one did.

    run: an execution (APCs queued and operations outstanding at a time, preemptions), or a KernelMachine (the first two; call
    it in `teardown`).  label: needed where a test has several.
    """
    from alertable.sim.explore.drawing.drawn import steer
    from alertable.sim.explore.drawing.extent import extent_of

    steer(extent_of(run.trace) if isinstance(run, Execution) else run.extent, label)


def timed(*, cores: int = 1, profile: str | Path | None = None, seed: int = 0) -> Timed:
    """A clock for `run(..., clock=...)`: every call, switch, copy and segment takes its time.

    cores: processors that the threads compete for; profile: a TOML file of costs (`alertable calibrate` writes one), without it
    the figures that ship; seed: of lost segments.  After the run `account()` says where the time went.
    Raises ValueError for a file that is no profile, naming the file, the key and what it may be.
    """
    from alertable.sim.timed.clock import timed as clock

    return clock(cores=cores, profile=Path(profile) if profile is not None else None, seed=seed)


def example(schedule: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A schedule that a test made by `@alertable.check(...)` tries first, and for ever."""
    from alertable.testing.decorator import example as mark

    return mark(schedule)


def _run_example(programs: Sequence[Program], text: str, settings: Settings) -> Execution:
    """An example is kept for ever, and programs change: it is followed as far as it fits, then the default choices go on."""
    from alertable.sim.runtime.replay import FarAsItFits
    from alertable.sim.runtime.schedule import parse

    chooser = FarAsItFits(parse(text))
    execution = _run(programs, schedule=chooser, text=text, settings=settings.at(text))
    if chooser.parted is not None:
        warnings.warn(
            f"the schedule of an @example does not fit any more: {chooser.parted}; it was followed as far as it fits, then the "
            "default choices went on. Remove it, or replace it by the schedule of a failure",
            stacklevel=3,
        )
    return execution


@overload
def schedule_text(schedule: str | Path) -> str: ...


@overload
def schedule_text(schedule: str | Path | Chooser | None) -> str | Chooser | None: ...


def schedule_text(schedule: str | Path | Chooser | None) -> str | Chooser | None:
    """A schedule is text; anything that names an existing file is read."""
    if schedule is not None and not isinstance(schedule, str | Path):
        if not hasattr(schedule, "choose"):
            raise TypeError(f"schedule={schedule!r}: a text ('v1: ...'), the path of a file, or a chooser is wanted")
        return schedule
    if schedule is None or (isinstance(schedule, str) and schedule.lstrip().startswith("v") and ":" in schedule):
        return schedule
    path = Path(schedule)
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ScheduleError(f"{str(schedule)[:60]!r} is neither a schedule ('v1: ...') nor a readable file") from error
