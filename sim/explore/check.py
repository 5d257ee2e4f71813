"""Checking: many executions of the same programs, and an answer that states its own strength."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from inspect import signature
from time import perf_counter
from typing import TYPE_CHECKING, Any

from alertable.sim.explore.algorithms.dpor import Dpor
from alertable.sim.explore.algorithms.exhaustive import Exhaustive
from alertable.sim.explore.answering.advice import IN_A_HURRY, SECONDS, Advisor
from alertable.sim.explore.answering.estimate import Estimator
from alertable.sim.explore.answering.judge import confirmed, judge
from alertable.sim.explore.answering.scope import not_searched
from alertable.sim.explore.coordinating.bugs_first import PHASE, BugsFirst
from alertable.sim.explore.coordinating.checkpoint import EVERY_SECONDS, deferred_interrupt, load, save
from alertable.sim.explore.coordinating.journal import Journal
from alertable.sim.explore.coordinating.portfolio import Portfolio
from alertable.sim.explore.coordinating.search import Search
from alertable.sim.explore.coordinating.workers import ParallelSearch, processes
from alertable.sim.explore.determinism.twice import Sample
from alertable.sim.explore.explaining.budget import Budget
from alertable.sim.explore.graphs.answer import graph_of, loops
from alertable.sim.explore.report import FIRST_VIOLATION, INTERRUPTED, Report
from alertable.sim.explore.states.strategy import States
from alertable.sim.explore.strategies import strategy_of
from alertable.sim.memory.swap import swapped
from alertable.sim.runtime.execution import names
from alertable.sim.runtime.given import function, seconds, whole
from alertable.sim.runtime.guard import guarded
from alertable.sim.runtime.machine import Machine
from alertable.sim.runtime.own import globals_of
from alertable.sim.runtime.refuse import refuse
from alertable.sim.runtime.settings import DEFAULT_MEMORY, Settings
from alertable.sim.runtime.watchdog import watched
from alertable.specs.properties import Sometimes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from alertable.sim.explore.answering.estimate import Whole
    from alertable.sim.explore.strategies import Strategy
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.outcome import Violation

    Progress = Callable[[int, float], None] | Callable[[int, float, Callable[[], Whole | None]], None]


def check(
    programs: Sequence[Program], *, strategy: str | None = None, memory: str | None = None, max_executions: int | None = None,
    time_limit: float | None = None, time: float | None = None, seed: int = 0, keep_going: bool = False,
    preemptions: int | None = None, delays: int | None = None, reduction: str | None = None, exact: bool = False,
    workers: int = 1, resume: Path | None = None, journal: Path | None = None,
    progress: Progress | None = None, found: Callable[[Violation], None] | None = None, force_workers: bool = False,
    settings: Settings | None = None, **fields: Any,  # noqa: ANN401 - of Settings
) -> Report:  # fmt: skip
    """Explore the programs' interleavings; stop at the first violation unless keep_going.

    strategy: None is bugs first (a few hundred samples), then the strongest search.
    time: seconds after which the strongest answer is given that is true then (COMPLETE, BOUNDED, SAMPLED).
    progress: called with (executions, seconds) after each; if it takes three, also with a function that estimates the whole.
    found: called with each violation as soon as it is found, before it is made smaller.
    KeyboardInterrupt ends the search with what it has.
    workers: no more than the machine has processors, twice as many if forced.
    resume: a file that keeps what is left of a search that ends early.  journal: a file for the schedule that runs now.
    """
    refuse(programs)
    time_limit = _one_limit(time, time_limit)
    sensible(max_executions, time_limit, seed, preemptions, delays, workers, progress, found)
    memory = DEFAULT_MEMORY if memory is None else memory
    settings = replace(settings or Settings(**fields), memory=memory)
    chosen = strategy_of(
        strategy, memory, seed, max_executions, preemptions, delays, thorough=keep_going, reduction=reduction, exact=exact,
    )  # fmt: skip
    _go_together(chosen, strategy, workers, resume, settings)
    workers = processes(workers, forced=force_workers)
    book = Journal(journal) if journal is not None else None
    alone = Search(programs, chosen, settings, book)
    search = alone if workers == 1 else ParallelSearch(programs, chosen, settings, workers, keep_going=keep_going)
    code = [getattr(program, "digest", "") for program in programs]
    question = repr((names(programs), code, strategy, memory, preemptions, delays, reduction, settings))
    course = _Course(search, _Kept(search, resume, question), progress, max_executions, time_limit, keep_going, found)
    tally = search.tally
    first = BugsFirst(programs, settings, seed, tally, book) if strategy is None and not tally.executions else None
    share = course.share if time is not None else None
    both = _by_turns(search, share, with_states=first is not None and resume is None, thorough=keep_going)
    sample = Sample(programs, settings, tally, book, wanted=max_executions != 1)
    explore = partial(_explore, both, first, sample)
    watching, patient = swapped(programs, precise=settings.precise), watched(None, course.patience)
    closed = guarded(Machine(), [globals_of(program) for program in programs])
    with watching as exchange, closed, patient, deferred_interrupt() as course.asked:
        try:
            if exchange.without:
                _watch_all_memory(both)
            stopped = sample.around(explore, course.why_stop, course.patience)
            best = both.best if isinstance(both, Portfolio) else both
            in_time = course.patience() > 0 and (keep_going or not tally.violations)
            unsaid = [*_unsaid(best), *(loops(best, programs, complete=not stopped) if in_time else ())]
            course.tell_of_violations()
            spent = course.seconds
            course.kept.finish(spent, stopped)
        finally:
            if book is not None:
                book.close()
        budget = Budget(patience=course.patience)
        violations = tuple(_small(programs, each, settings, budget, sample.why) for each in tally.violations.values())
    verdict, reasons = judge(best.strategy, stopped, settings.max_steps, tally)
    if time is not None and first is not None:
        verdict, reasons = first.strengthened(verdict, reasons)
    return Report(
        verdict=verdict, reasons=course.with_troubles(reasons), outcomes=tally.outcomes, violations=violations,
        executions=tally.executions, seconds=spent, statistics=best.statistics() | _contributed(search, first, both),
        never=tuple(spec.title for spec in settings.specs if isinstance(spec, Sometimes) and spec.title not in tally.reached),
        whole=course.whole() if stopped else None,
        not_searched=(*not_searched(settings, memory, timed=tally.timed), *unsaid, *exchange.said, *sample.unanswered),
        states=graph_of(best.strategy, programs, best.settings, complete=not stopped),
        advisor=Advisor(programs, settings, best.strategy, memory, verdict, timed=tally.timed, seconds=course.for_advice()),
    )  # fmt: skip


def _one_limit(time: float | None, time_limit: float | None) -> float | None:
    """The seconds after which it is over."""
    seconds("time", time)
    if time is not None and time_limit is not None:
        raise ValueError("time and time_limit are two limits of one kind; give one of them")
    return time_limit if time is None else time


def _by_turns(
    search: Search | ParallelSearch, share: Callable[[], float] | None, *, with_states: bool, thorough: bool
) -> Portfolio | ParallelSearch:
    """The search, with one of states beside it where nobody chose."""
    if isinstance(search, ParallelSearch):
        return search
    states = None
    if with_states:
        strategy = States(shared_memory=search.settings.memory == "shared", thorough=thorough)
        states = Search(search.programs, strategy, search.settings, search.journal)
        states.tally = search.tally
    return Portfolio(search, states, share)


def _unsaid(best: Search | ParallelSearch) -> tuple[str, ...]:
    return best.strategy.unsaid() if isinstance(best.strategy, States) else ()


def _watch_all_memory(both: Portfolio | ParallelSearch) -> None:
    """Code of the programs cannot be watched: all memory of a process is one thing."""
    for strategy in both.strategies if isinstance(both, Portfolio) else (both.strategy,):
        if isinstance(strategy, Dpor):
            strategy.footprint.memory = True


def _explore(
    search: Portfolio | ParallelSearch, first: BugsFirst | None, sample: Sample, why_stop: Callable[[], str]
) -> str:
    """All executions; why it ended early, or nothing."""
    over = False
    if isinstance(search, Portfolio) and sample.has_no_end and search.closes(why_stop):
        return ""
    if first is not None:
        stopped, over = first.run(search.best if isinstance(search, Portfolio) else None, why_stop, fails=sample.fails)
        if stopped or (over and first.is_conclusive):
            return stopped
    return search.run(why_stop, over=over) if isinstance(search, Portfolio) else search.run(why_stop)


def _small(
    programs: Sequence[Program], found: Violation, settings: Settings, budget: Budget, why: Callable[[], str]
) -> Violation:
    """The violation, confirmed and explained; as it was found, if that is interrupted."""
    try:
        return confirmed(programs, found, settings, budget, why)
    except KeyboardInterrupt:
        return found


class _Course:
    """A check that goes on: how long it has taken, and what ends it early.

    asked: not empty after Ctrl-C.
    """

    def __init__(
        self, search: Search | ParallelSearch, kept: _Kept, progress: Progress | None, max_executions: int | None,
        time_limit: float | None, keep_going: bool, found: Callable[[Violation], None] | None,
    ) -> None:  # fmt: skip
        self.kept = kept
        self.asked: list[bool] = []
        self._search = search
        self._max_executions = max_executions
        self._time_limit = time_limit
        self._keep_going = keep_going
        self._begun = perf_counter()
        serial = isinstance(search, Search) and isinstance(search.strategy, Dpor) and not isinstance(search.strategy, States)
        self._estimator = Estimator(search.strategy) if serial else None  # type: ignore[arg-type]  # serial says that it is Dpor
        self._tell = _teller(progress, self.whole)
        self._found = found
        self._told = 0  # violations

    @property
    def seconds(self) -> float:
        """Spent on it, before it was taken up again and since."""
        return self.kept.seconds + perf_counter() - self._begun

    def whole(self) -> Whole | None:
        """An estimate of all executions of the search."""
        return self._estimator.whole(self._search.strategy.executions) if self._estimator is not None else None

    def why_stop(self) -> str:
        """Asked after every execution."""
        spent, tally = self.seconds, self._search.tally
        if self._estimator is not None:
            self._estimator.note(self._search.strategy.executions)
        if self._tell is not None:
            self._tell(tally.executions, spent)
        self.tell_of_violations()
        if self.asked:
            return INTERRUPTED
        if tally.violations and not self._keep_going:
            return FIRST_VIOLATION
        if self._max_executions is not None and tally.executions >= self._max_executions:
            return f"it was limited to {self._max_executions} executions"
        if self._time_limit is not None and spent >= self._time_limit:
            return f"it was limited to {self._time_limit:g} s"
        self.kept.now_and_then(spent)
        return ""

    def tell_of_violations(self) -> None:
        """As they were found, before anybody makes them smaller: that may take long, and may be interrupted."""
        violations = self._search.tally.violations
        if len(violations) > self._told:
            for violation in list(violations.values())[self._told :]:
                if self._found is not None:
                    self._found(violation)
            self._told = len(violations)

    def for_advice(self) -> float:
        """Seconds that samples for a piece of advice may take."""
        if self.asked:
            return 0.0
        return SECONDS if self.patience() > 0 else IN_A_HURRY

    def with_troubles(self, reasons: tuple[str, ...]) -> tuple[str, ...]:
        """What limits the answer, and what went wrong beside."""
        reasons += (self.kept.trouble,) if self.kept.trouble else ()
        return reasons + ((INTERRUPTED,) if self.asked and INTERRUPTED not in reasons else ())

    def share(self) -> float:
        """How much of the time is over, 0 to 1."""
        return self.seconds / self._time_limit if self._time_limit else 1.0

    def patience(self) -> float:
        """How many seconds what comes after the search may take."""
        if self.asked:
            return 0.0
        return self._time_limit - self.seconds if self._time_limit is not None else math.inf


def _contributed(
    search: Search | ParallelSearch, first: BugsFirst | None, both: Portfolio | ParallelSearch
) -> dict[str, int]:
    """How many executions each phase had."""
    counts = dict(first.executions) if first is not None else {}
    counts["search"] = search.tally.executions - sum(counts.values()) + counts.pop("short", 0)
    if isinstance(both, Portfolio) and both.executions:
        counts["search"] -= both.executions
        counts["states"] = both.executions
    return {PHASE + name: count for name, count in counts.items()}


def _teller(progress: Any, whole: Callable[[], Whole | None]) -> Callable[[int, float], None] | None:  # noqa: ANN401 - a Progress
    """Progress, for the arguments that it takes."""
    if progress is None or len(signature(progress).parameters) < 3:
        return progress  # type: ignore[no-any-return]  # it takes two
    return lambda executions, seconds: progress(executions, seconds, whole)


def sensible(
    max_executions: Any, time_limit: Any, seed: Any, preemptions: Any, delays: Any, workers: Any, progress: Any, found: Any,  # noqa: ANN401 - bad ones too
) -> None:  # fmt: skip
    """TypeError or ValueError, in one line, for what cannot be meant."""
    if seed is None:
        raise TypeError("seed=None: a whole number is wanted")
    for name, value, least in (
        ("max_executions", max_executions, 1), ("seed", seed, None), ("preemptions", preemptions, 0), ("delays", delays, 0),
        ("workers", workers, None),
    ):  # fmt: skip
        whole(name, value, least)
    seconds("time_limit", time_limit)
    function("progress", progress)
    function("found", found)


def _go_together(chosen: Strategy, strategy: str | None, workers: int, resume: Path | None, settings: Settings) -> None:
    """ValueError for options that would make an unsound or a senseless search."""
    if settings.timed:
        raise ValueError("the timed clock makes one schedule, by its costs: use run; check explores under 'eager' or 'free'")
    if workers < 1:
        raise ValueError(f"workers={workers}: at least one has to do the work")
    if workers > 1 and settings.branches:
        raise ValueError("workers cannot share out data outcomes: use one process with faults or profile='documented'")
    if workers > 1 and (not isinstance(chosen, Dpor) or isinstance(chosen, Exhaustive | States)):
        raise ValueError(f"workers share out the tree of the strategy 'dpor'; {strategy!r} runs in one process")
    if resume is not None and (workers > 1 or not isinstance(chosen, Dpor) or isinstance(chosen, States)):
        raise ValueError("only a search by 'dpor' or 'dfs' in one process can be taken up again")


class _Kept:
    """The file that a search is taken up from, if there is one."""

    def __init__(self, search: Search | ParallelSearch, path: Path | None, question: str) -> None:
        self._search = search
        self._path = path
        self._question = question
        self.seconds = 0.0  # spent before
        self._saved_at = 0.0
        self.trouble = ""  # why it could not be written
        state = load(path, question) if path is not None else None
        if state is not None:
            search.strategy, search.tally, self.seconds = state["strategy"], state["tally"], state["seconds"]
            search.settings = search.tally.refine(search.settings)
            self._saved_at = self.seconds

    def now_and_then(self, spent: float) -> None:
        """Write a long search down every so often; a kill then costs the time since."""
        if self._path is not None and spent - self._saved_at >= EVERY_SECONDS:
            self._saved_at = spent
            self._save(spent)

    def finish(self, spent: float, stopped: str) -> None:
        """It is over (the file goes), or it ended early between two executions (the file stays)."""
        if self._path is None:
            return
        if stopped and not self._search.tally.violations:
            if not self._search.torn:
                self._save(spent)
        else:
            self._path.unlink(missing_ok=True)

    def _save(self, spent: float) -> None:
        assert self._path is not None
        state = {"strategy": self._search.strategy, "tally": self._search.tally, "seconds": spent}
        try:
            save(self._path, self._question, state)
        except OSError as error:
            self.trouble = f"the search could not be kept in {self._path} ({error.strerror or error})"
