"""Which options would tell more about this program: small samples with each of them, then what is known about searches.

Nothing here changes an answer.  It runs when somebody asks for the advice, and costs a bounded number of steps.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.choice import ChoiceKind
from alertable.kernel_model.errors import NotModelled
from alertable.kernel_model.outcomes import USUAL
from alertable.sim.explore.algorithms.dpor import Dpor
from alertable.sim.explore.algorithms.exhaustive import Exhaustive
from alertable.sim.explore.answering.suggestion import Suggestion
from alertable.sim.explore.coordinating.bugs_first import Unfair
from alertable.sim.explore.report import BOUNDED, COMPLETE, INCONCLUSIVE
from alertable.sim.explore.sampling.samples import Sampling
from alertable.sim.memory.swap import swapped
from alertable.sim.runtime.execution import execute
from alertable.sim.runtime.guard import guarded
from alertable.sim.runtime.machine import Machine
from alertable.sim.runtime.own import globals_of
from alertable.sim.runtime.settings import FAULTS
from alertable.sim.runtime.watchdog import watched
from alertable.sim.trace.traced import api_of
from alertable.specs.properties import SANITIZERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alertable.kernel_model.choice import ChoicePoint
    from alertable.sim.explore.strategies import Strategy
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.settings import Settings

SAMPLES: Final = 40  # executions with an option
STEPS: Final = 4_000  # of them together
LONGEST: Final = 1_000  # steps of one
LINE: Final = 80  # characters of what a program raised
MOST: Final = 2  # pieces of advice
SECONDS: Final = 5.0  # a program that needs more for its samples gets the advice that needs none
IN_A_HURRY: Final = 0.3  # the same, after a limit in seconds


def _weight(shown: Suggestion) -> tuple[bool, bool, bool]:
    """What says most first: a law, then a deadlock, then a program that raises; a failure of every call is the least likely."""
    assert shown.violation is not None
    broken = shown.violation.id
    return "api-failure" in (shown.options.get("faults") or ()), broken == "ProgramError", broken == "deadlock"


class Advisor:
    """Answers once, and remembers."""

    def __init__(
        self, programs: Sequence[Program], settings: Settings, strategy: Strategy, memory: str, verdict: str, *, timed: bool,
        seconds: float = SECONDS,
    ) -> None:  # fmt: skip
        self._programs = programs
        self._settings = settings
        self._strategy = strategy
        self._memory = memory
        self._verdict = verdict
        self._timed = timed
        self._seconds = seconds
        self._said: tuple[Suggestion, ...] | None = None

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        """A report that is pickled or copied goes without: the programs stay where they are."""
        return type(None), ()

    def suggestions(self) -> tuple[Suggestion, ...]:
        """Two at most: options that showed something, and for a weak answer one at least that makes it stronger."""
        if self._said is None:
            showed = sorted(self._tried_out(), key=_weight)
            stronger = [each for each in self._stronger() if each.options not in [shown.options for shown in showed]]
            self._said = (*showed[: MOST - min(1, len(stronger))], *stronger)[:MOST]
        return self._said

    def _tried_out(self) -> list[Suggestion]:
        """What samples with other options end in; what takes too long is left."""
        end = time.perf_counter() + self._seconds
        found: list[Suggestion] = []
        spaces = [globals_of(program) for program in self._programs]
        with guarded(Machine(), spaces), watched(None, lambda: end - time.perf_counter()), suppress(KeyboardInterrupt):
            for suggestion in self._showed(end) if self._seconds else ():
                found.append(suggestion)
        return found

    def _showed(self, end: float) -> Iterator[Suggestion]:
        for options, settings in self._variations():
            if time.perf_counter() >= end:
                return
            try:
                search = self._sampled(Sampling(0, SAMPLES), settings)
                by_chance = bool(search.tally.violations)
                if "profile" in options and not by_chance and not search.torn:
                    # What is left open may have to go one way several times in a row, which chance seldom does.
                    search = self._sampled(Dpor(shared_memory=self._memory == "shared"), settings)
            except NotModelled:
                continue  # advice must not end in something that the model lacks
            if search.torn:
                return
            for violation in search.tally.violations.values():
                if "specs" in options and violation.id not in SANITIZERS:
                    continue
                if violation.id in options.get("specs", ()):
                    options = {"specs": (*self._settings.specs, violation.id)}
                count = search.tally.executions
                many = "the first random schedule" if count == 1 else f"one of {count} random schedules"
                many = many if by_chance else "a short search"
                what = violation.title
                if violation.id == "ProgramError":
                    if "api-failure" in options.get("faults", ()):
                        continue  # few programs are written for calls that never fail: it says nothing about this one
                    what = violation.message.splitlines()[-1][:LINE]
                yield Suggestion(options, f"{many} with it ends in {violation.id} ({what})", violation)

    def _sampled(self, strategy: Strategy, settings: Settings) -> Unfair:
        """A short search that ends at the first violation."""
        search = Unfair(self._programs, strategy, replace(settings, max_steps=min(LONGEST, settings.max_steps)))

        def enough() -> str:
            return "enough" if search.tally.violations or search.tally.steps >= STEPS else ""

        with swapped(self._programs, precise=settings.precise):
            search.run(enough)
        return search

    def _variations(self) -> Iterator[tuple[dict[str, Any], Settings]]:
        """The options that concern this program and were not given."""
        settings = self._settings
        asked = self._questions()
        if settings.profile == "windows" and asked - FAULTS.keys():
            yield {"profile": "documented"}, replace(settings, profile="documented")
        given = dict(settings.faults or {})
        for kind in FAULTS:
            if kind in asked and not given.get(kind):
                faults = {**given, kind: 1}
                yield {"faults": faults}, replace(settings, faults=faults)
        laws = [law for law in SANITIZERS if law not in settings.specs]
        if laws:
            specs = (*settings.specs, *laws)
            yield {"specs": specs}, replace(settings, specs=specs)
        if not settings.precise:
            yield {"memory": "precise"}, replace(settings, memory="precise")
        if self._timed and settings.clock == "eager":
            yield {"clock": "free"}, replace(settings, clock="free")

    def _questions(self) -> set[str]:
        """The kinds of faults, and of what is left open, that the environment could choose in a plain run."""
        listening = _Listening()
        settings = replace(self._settings, faults=dict.fromkeys(FAULTS, 1), profile="documented")
        machine = settings.machine(chooser=listening)
        with suppress(NotModelled), swapped(self._programs, precise=settings.precise):
            execute(self._programs, machine, api_of(machine))
        return listening.heard

    def _stronger(self) -> Iterator[Suggestion]:
        """For a weak answer: what makes the search end, or at least say something definite."""
        if self._verdict == COMPLETE:
            return
        strategy = self._strategy
        if not isinstance(strategy, Dpor):
            yield Suggestion({"strategy": None}, "samples, and then a search that can end")
            yield Suggestion({"max_executions": 10 * strategy.executions}, "ten times as many schedules")
            return
        if isinstance(strategy, Exhaustive):
            yield Suggestion({"strategy": "dpor"}, "one execution for each behaviour, not for each schedule")
            for name, bound in (("preemptions", strategy.preemptions), ("delays", strategy.delays)):
                if bound is not None and self._verdict == BOUNDED:
                    yield Suggestion({"strategy": "dfs", name: bound + 1}, "all within the next bound")
            return
        if self._memory == "shared":
            why = "far fewer schedules: only steps that touch the same variable depend on each other, not all of a process"
            yield Suggestion({"memory": "precise"}, why)
        if self._verdict == INCONCLUSIVE:
            yield Suggestion({"strategy": "dfs", "preemptions": 1}, "every schedule that interrupts a thread once at most")
        yield Suggestion({"strategy": "pct", "max_executions": 10_000}, "many schedules from everywhere, by chance")


class _Listening:
    """Takes the default choices and notes what was asked."""

    def __init__(self) -> None:
        self.heard: set[str] = set()

    def choose(self, point: ChoicePoint, /) -> int:
        if point.kind is ChoiceKind.OUTCOME:
            self.heard.update(option.lstrip("!").partition("=")[0] for option in point.options if option != USUAL)
        return 0
