"""Checking: many executions of the same programs, and an answer that states its own strength."""

from __future__ import annotations

import time
from inspect import signature
from typing import TYPE_CHECKING, Any

from sim.explore.checkpoint import EVERY_SECONDS, deferred_interrupt, load, save
from sim.explore.dpor import Dpor
from sim.explore.estimate import Estimator
from sim.explore.exhaustive import Exhaustive
from sim.explore.journal import Journal
from sim.explore.judge import confirmed, judge
from sim.explore.report import INTERRUPTED, Report
from sim.explore.search import Search
from sim.explore.strategies import strategy_of
from sim.explore.workers import ParallelSearch
from sim.runtime.execution import names
from sim.runtime.guard import guarded
from sim.runtime.machine import Machine
from sim.runtime.settings import Settings
from sim.runtime.watchdog import watched
from specs.properties import Sometimes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sim.explore.estimate import Whole
    from sim.explore.strategies import Strategy
    from sim.runtime.execution import Program

    Progress = Callable[[int, float], None] | Callable[[int, float, Callable[[], Whole | None]], None]


def check(
    programs: Sequence[Program], *, strategy: str = "dpor", memory: str = "shared", max_executions: int | None = None,
    time_limit: float | None = None, seed: int = 0, keep_going: bool = False, preemptions: int | None = None,
    delays: int | None = None, workers: int = 1, resume: Path | None = None, journal: Path | None = None,
    progress: Progress | None = None, settings: Settings | None = None, **fields: Any,  # noqa: ANN401 - of Settings
) -> Report:  # fmt: skip
    """Explore the programs' interleavings; stop at the first violation unless keep_going.

    progress: called with (executions, seconds) after each; if it takes three, also with a function that estimates the whole.
    KeyboardInterrupt ends the search with what it has.
    resume: a file that keeps what is left of a search that ends early.  journal: a file for the schedule that runs now.
    """
    settings = settings or Settings(**fields)
    chosen = strategy_of(strategy, memory, seed, max_executions, preemptions, delays)
    _go_together(chosen, strategy, workers, resume, settings)
    book = Journal(journal) if journal is not None else None
    search: Search | ParallelSearch = Search(programs, chosen, settings, book)
    if workers > 1:
        search = ParallelSearch(programs, chosen, settings, workers, keep_going=keep_going)
    code = [getattr(program, "digest", "") for program in programs]
    question = repr((names(programs), code, strategy, memory, preemptions, delays, settings))
    kept = _Kept(search, resume, question)
    begin = time.perf_counter()
    estimator = Estimator(search.strategy) if isinstance(search, Search) and isinstance(search.strategy, Dpor) else None

    def whole() -> Whole | None:
        return estimator.whole(search.tally.executions) if estimator is not None else None

    tell = _teller(progress, whole)

    def why_stop() -> str:
        spent = kept.seconds + time.perf_counter() - begin
        count = search.tally.executions
        if estimator is not None:
            estimator.note(count)
        if tell is not None:
            tell(count, spent)
        if asked:
            return INTERRUPTED
        if search.tally.violations and not keep_going:
            return "it stopped at the first violation"
        if max_executions is not None and count >= max_executions:
            return f"it was limited to {max_executions} executions"
        if time_limit is not None and spent >= time_limit:
            return f"it was limited to {time_limit:g} s"
        kept.now_and_then(spent)
        return ""

    with guarded(Machine(), []), watched(None), deferred_interrupt() as asked:
        stopped = search.run(why_stop)
        seconds = kept.seconds + time.perf_counter() - begin
        kept.finish(seconds, stopped)
    if book is not None:
        book.close()
    tally = search.tally
    verdict, reasons = judge(
        search.strategy, stopped, settings.max_steps, unnamed_locks=tally.unnamed_locks, looked=tally.looked
    )
    sometimes = [spec.title for spec in settings.specs if isinstance(spec, Sometimes)]
    return Report(
        verdict=verdict, reasons=reasons, outcomes=tally.outcomes,
        violations=tuple(confirmed(programs, violation, settings) for violation in tally.violations.values()),
        executions=tally.executions, seconds=seconds, statistics=search.statistics(),
        never=tuple(title for title in sometimes if title not in tally.reached),
        whole=whole() if stopped else None,
    )  # fmt: skip


def _teller(progress: Any, whole: Callable[[], Whole | None]) -> Callable[[int, float], None] | None:  # noqa: ANN401 - a Progress
    """Progress, for the arguments that it takes."""
    if progress is None or len(signature(progress).parameters) < 3:
        return progress  # type: ignore[no-any-return]  # it takes two
    return lambda executions, seconds: progress(executions, seconds, whole)


def _go_together(chosen: Strategy, strategy: str, workers: int, resume: Path | None, settings: Settings) -> None:
    """ValueError for options that would make an unsound or a senseless search."""
    if settings.timed:
        raise ValueError("the timed clock makes one schedule, by its costs: use run; check explores under 'eager' or 'free'")
    if workers < 1:
        raise ValueError(f"workers={workers}: at least one has to do the work")
    if workers > 1 and settings.branches:
        raise ValueError("workers cannot share out data outcomes: use one process with faults or profile='documented'")
    if workers > 1 and (not isinstance(chosen, Dpor) or isinstance(chosen, Exhaustive)):
        raise ValueError(f"workers share out the tree of the strategy 'dpor'; {strategy!r} runs in one process")
    if resume is not None and (workers > 1 or not isinstance(chosen, Dpor)):
        raise ValueError("only a search by 'dpor' or 'dfs' in one process can be taken up again")


class _Kept:
    """The file that a search is taken up from, if there is one."""

    def __init__(self, search: Search | ParallelSearch, path: Path | None, question: str) -> None:
        self._search = search
        self._path = path
        self._question = question
        self.seconds = 0.0  # spent before
        self._saved_at = 0.0
        state = load(path, question) if path is not None else None
        if state is not None:
            search.strategy, search.tally, self.seconds = state["strategy"], state["tally"], state["seconds"]
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
        save(self._path, self._question, state)
