"""One test's check: what the test runner wants of it, the examples, the search, and what came out."""

from __future__ import annotations

import re
import traceback
import warnings
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from alertable.sim import NotModelled, ReplayDivergence, ScheduleError
from alertable.sim.explore.check import check
from alertable.sim.explore.coordinating.checkpoint import deferred_interrupt
from alertable.sim.explore.explaining.explain import explained
from alertable.sim.explore.graphs.rounds import run
from alertable.sim.explore.report import INTERRUPTED
from alertable.sim.runtime.own import is_ours
from alertable.sim.runtime.passing import speaks_to_the_runner
from alertable.sim.runtime.replay import FarAsItFits
from alertable.sim.runtime.schedule import parse
from alertable.sim.runtime.settings import Settings
from alertable.sim.view.columns import table
from alertable.strength import DEFAULT, accepted
from alertable.testing.keeping import keep, trace_file
from alertable.testing.quiet import printing_is_asked_for, silence
from alertable.testing.told import message, statistics, summary, too_weak
from alertable.testing.wanted import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alertable.sim import Execution, Violation
    from alertable.sim.explore.report import Report
    from alertable.store import Kept
    from alertable.testing.program import TestProgram

RUN_OPTIONS: Final[tuple[str, ...]] = ("max_steps", "specs", "clock", "profile", "faults")  # which a replay needs
NOT_OF_THE_CHECK: Final = ("require", "trace", "shared_fixtures")
NOT_RUN_AGAIN: Final = ("stuck", "not-deterministic")  # it takes as long as the watchdog is patient, or leads elsewhere


class CheckFailed(AssertionError):
    """A check found a violation, or is weaker than required; the message is all there is to say.  report: the whole answer."""

    def __init__(self, message: str, report: Report | None = None) -> None:
        super().__init__(message)
        self.report = report


class StaleExample(UserWarning):
    """A schedule that was kept does not fit any more: it was followed as far as it fits, then the default choices went on."""


_CURRENT: Final[list[Trial]] = []


@contextmanager
def trying(trial: Trial) -> Iterator[Trial]:
    """Meanwhile a check is made as this one says."""
    _CURRENT.append(trial)
    try:
        yield trial
    finally:
        _CURRENT.pop()


def try_out(program: TestProgram, others: Sequence[Any], given: Mapping[str, Any], examples: Sequence[str]) -> None:
    """Check a test; given: what its decorator says."""
    __tracebackhide__ = True
    trial = _CURRENT[-1] if _CURRENT else Trial()
    _run(trial, (program, *others), {**trial.under, **given, **trial.over}, examples)


def _run(trial: Trial, programs: Sequence[Any], options: dict[str, Any], examples: Sequence[str]) -> None:
    """Everything; CheckFailed where it is not well."""
    __tracebackhide__ = True
    try:
        test = _Test(programs, options, trial)
        if trial.replay is not None:
            test.only(trial.replay)
            return
        for text in examples:
            test.example(text)
        test.search()
    except (ValueError, TypeError) as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        if not is_ours(last.filename):
            raise  # somebody's property, for one
        raise CheckFailed(str(error)) from None


class _Test:
    """A trial on its way."""

    def __init__(self, programs: Sequence[Any], options: dict[str, Any], trial: Trial) -> None:
        self.programs = programs
        self.trial = trial
        self.require = options.get("require")
        self.tracing = options.get("trace", "off")
        if trial.replay is not None:
            options = {**options, **trial.replay.options}
        of_a_run = {name: options[name] for name in RUN_OPTIONS if name in options}
        self.kept_options = {name: value for name, value in of_a_run.items() if name != "specs"}
        self.settings = Settings(**of_a_run)
        self.options = {name: value for name, value in options.items() if name not in (*RUN_OPTIONS, *NOT_OF_THE_CHECK)}
        for name in ("resume", "journal"):
            if self.options.get(name) is not None:
                self.options[name] = Path(self.options[name])
        prints, logs = printing_is_asked_for(programs[0].fixtures)
        self.silence = {"prints": not prints, "logs": not logs}

    def search(self) -> None:
        """The check itself."""
        __tracebackhide__ = True
        trial = self.trial
        with silence(**self.silence):
            report = check(self.programs, settings=self.settings, **self.options)
        trial.verdict, trial.more = summary(report), statistics(report)
        trial.interrupted = INTERRUPTED in report.reasons
        if report.violations:
            self._fail(report.violations[0], report)
        if trial.interrupted:
            raise KeyboardInterrupt
        if self.tracing == "on" and report.outcomes:
            self._keep_trace(self._quietly(next(iter(report.outcomes.values()))))
        if not accepted(report, self.require):
            raise CheckFailed(self._too_weak(report), report)
        if report.never:
            raise CheckFailed(f"never reached: {', '.join(map(repr, report.never))}", report)

    def example(self, text: str) -> None:
        """A schedule that is kept in the source."""
        __tracebackhide__ = True
        try:
            chooser, execution = self._follow(text)
        except ScheduleError as error:
            raise CheckFailed(f"@alertable.example({text!r}): {error}") from error
        if execution.violation is not None:
            self.trial.verdict = "FAILED: an example, before the search"
            found = replace(execution.violation, schedule=execution.schedule)
            with silence(**self.silence):
                self._fail(explained(self.programs, found, self.settings), None)
        if chooser.parted is not None:
            self._warn(
                f'@alertable.example("{_shortened(text)}") does not fit any more: {chooser.parted}; it was followed as far as it '
                "fits, then the default choices went on. Remove it, or replace it by the schedule of a failure"
            )

    def only(self, kept: Kept) -> None:
        """That schedule, and nothing else."""
        __tracebackhide__ = True
        trial = self.trial
        chooser, execution = self._follow(kept.schedule, aloud=True)
        how = "" if chooser.parted is None else f"; as far as it fits: {chooser.parted}"
        if execution.violation is not None:
            trial.verdict = f"FAILED: one schedule was replayed, {execution.steps} steps{how}"
            found = replace(execution.violation, schedule=execution.schedule)
            with silence(**self.silence):
                found = explained(self.programs, found, self.settings) if found.id not in NOT_RUN_AGAIN else found
            self._fail(found, None, aloud=False)
        trial.verdict = f"REPLAYED: no violation on this schedule, {execution.steps} steps{how}"
        if self.tracing != "off":
            self._keep_trace(execution)
        if chooser.parted is not None:
            self._warn(
                f"the schedule that is replayed does not fit any more: {chooser.parted}; it was followed as far as it fits, "
                "then the default choices went on"
            )

    def _follow(self, text: str, *, aloud: bool = False) -> tuple[FarAsItFits, Execution]:
        text = self._renamed(text)
        chooser = FarAsItFits(parse(text))
        with silence(**dict.fromkeys(self.silence, False) if aloud else self.silence):
            return chooser, run(self.programs, schedule=chooser, text=text, settings=self.settings.at(text))

    def _renamed(self, text: str) -> str:
        """The schedule of a test whose thread was called after it, as they once were, or as `alertable run` calls it."""
        label, name = self.programs[0].__name__, self.programs[0].program.__name__
        first = parse(text)[:1]
        old = first[0][0] if len(self.programs) == 1 and first else name
        return re.sub(rf"(?<![\w.#-]){re.escape(old)}(?![\w-])", label, text) if old != label else text

    def _fail(self, violation: Violation, report: Report | None, *, aloud: bool = True) -> None:
        """Once more, so that what it prints is seen, and nothing else is; then CheckFailed."""
        __tracebackhide__ = True
        trial = self.trial
        trial.violation = violation
        execution = None
        if violation.id not in NOT_RUN_AGAIN and not trial.interrupted:
            execution = self._again(violation.schedule) if aloud else self._quietly(violation.schedule)
        if trial.store is not None:
            trial.kept = keep(trial.store, trial.name, violation, self.kept_options)
        if self.tracing != "off" and execution is not None:
            self._keep_trace(execution)
        if trial.interrupted and not trial.stops:
            raise KeyboardInterrupt
        raise CheckFailed(message(violation), report)

    def _again(self, schedule: str) -> Execution | None:
        try:
            return run(self.programs, schedule=schedule, settings=self.settings.at(schedule))
        except (ReplayDivergence, NotModelled):
            return None  # the violation says what there is to say
        except BaseException as error:
            if speaks_to_the_runner(error):
                return None
            raise

    def _quietly(self, schedule: str) -> Execution | None:
        with silence(**self.silence):
            return self._again(schedule)

    def _too_weak(self, report: Report) -> str:
        """With what would be stronger; trying that out runs the program again, and Ctrl-C ends that too."""
        with deferred_interrupt() as asked, silence(**self.silence):
            text = too_weak(report, self.require or DEFAULT)
        if asked:
            raise KeyboardInterrupt
        return text

    def _keep_trace(self, execution: Execution | None) -> None:
        if self.trial.store is None or execution is None:
            return
        with suppress(OSError):  # where nothing can be written the finding is still told
            path = trace_file(self.trial.store, self.trial.name)
            path.write_text(f"{table(execution.trace)}\n{execution.schedule}\n", encoding="utf-8", newline="\n")
            self.trial.trace = path

    def _warn(self, text: str) -> None:
        __tracebackhide__ = True
        code = self.programs[0].program.__code__
        warnings.warn_explicit(text, StaleExample, code.co_filename, code.co_firstlineno)


def _shortened(schedule: str) -> str:
    return schedule if len(schedule) <= 60 else f"{schedule[:57]}..."
