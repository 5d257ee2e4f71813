"""Programs must be deterministic given the schedule: a sample of executions is run twice and compared, step by step.

Before a search the default schedule runs twice, the second time with other memory free, so that addresses differ; later, at
executions that lie ever further apart, the schedule of that execution runs twice and the first one again: what grows slowly shows
there.  Beside the search it runs in other processes, where the code uses hashes.
A difference is a violation of its own, with the first step that differed and its likely cause.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from alertable.sim.explore.determinism.elsewhere import Elsewhere
from alertable.sim.explore.determinism.endings import Ending, difference, ending, other_memory
from alertable.sim.explore.report import FIRST_VIOLATION, INTERRUPTED
from alertable.sim.runtime.causes import changing, hashing, likely_cause, remembered, suspicious
from alertable.sim.runtime.outcome import ReplayDivergence, Violation
from alertable.sim.runtime.violations import STEP_BOUND, STUCK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from alertable.sim.explore.coordinating.journal import Journal
    from alertable.sim.explore.coordinating.search import Tally
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.settings import Settings

    Explore = Callable[[Callable[[], str]], str]

NOT_DETERMINISTIC: Final = "not-deterministic"
DEPENDS: Final = "the programs depend on more than the schedule"  # why a search ended
NO_LOOK: Final = (DEPENDS, FIRST_VIOLATION, INTERRUPTED)  # reasons after which nobody looks once more
FIRST_LOOK: Final = 32  # the execution of the search whose schedule is run twice
FURTHER: Final = 16  # each next one is so many times as far
PATIENCE: Final = 24  # executions of a program that keeps something which changes every time
PATIENCE_STEPS: Final = 20_000  # of all these together
MOST_STEPS: Final = 10_000  # that are compared of one execution


class Sample:
    """The executions of one search that are looked at twice; what comes out of it is a violation in the tally.

    wanted: not where somebody asked for one execution and no more.
    """

    def __init__(
        self, programs: Sequence[Program], settings: Settings, tally: Tally, journal: Journal | None, *, wanted: bool = True
    ) -> None:
        self._programs = programs
        self._settings = replace(settings, max_steps=min(settings.max_steps, MOST_STEPS))
        self._tally = tally
        self._journal = journal
        self._wanted = wanted
        # Before the search, which may put other code in the place of the programs' own.
        self._before = remembered(programs)
        self._names = suspicious(programs)
        self._first: Ending | None = None
        self.unanswered: tuple[str, ...] = ()  # what nobody could find out
        tally.note_at = tally.executions + FIRST_LOOK

    def around(self, explore: Explore, why_stop: Callable[[], str], patience: Callable[[], float]) -> str:
        """A search, with looks before it, within it and after it; why it ended early, or nothing.

        patience: how many seconds it may still take.
        """
        if not self._wanted:
            return explore(why_stop)
        try:
            with Elsewhere(self._programs, self._settings, hashing(self._names)) as elsewhere:
                if not self._begins_well():
                    return DEPENDS
                stopped = why_stop() if self._tally.violations else ""
                if stopped:
                    return stopped
                stopped = explore(lambda: why_stop() or self._look())
                if stopped in NO_LOOK or (self._first_again() and self._same_elsewhere(elsewhere, patience())):
                    return stopped
                return DEPENDS
        except ReplayDivergence as divergence:
            what = f"the same choices do not lead to the same steps: {divergence}"
            self._found(not_deterministic(what, self.why(), divergence.step, ""))
            return DEPENDS
        except KeyboardInterrupt:
            return why_stop() or INTERRUPTED

    @property
    def fails(self) -> bool:
        """Did the default schedule end with a violation?"""
        return self._first is not None and bool(self._first.how)

    @property
    def has_no_end(self) -> bool:
        """Did the default schedule come to the step bound?"""
        return self._first is not None and self._first.violation is not None and self._first.violation.id == STEP_BOUND

    def why(self) -> str:
        """The likely cause of what somebody else noticed."""
        return likely_cause(self._programs, self._before, self._names)

    def _begins_well(self) -> bool:
        """The default schedule twice, and often where something goes on changing: it may show later."""
        self._first = self._once(None)
        if self._is_endless():
            self._counts(self._first)
            return True
        after_one = remembered(self._programs)
        if not self._same(self._first, self._once_more(None), ("the first time", "the second time")):
            return False
        restless = changing(after_one, remembered(self._programs))
        if not restless:
            return True
        times = min(PATIENCE, PATIENCE_STEPS // (self._first.steps + 1))
        self.unanswered += (f"what may come of {restless[0]}, which every execution changes (no other state should outlive one)",)
        return all(self._first_again() for _ in range(times))

    def _is_endless(self) -> bool:
        """Does the default schedule lead to a computation that only the watchdog ends?  That takes too long to see it again."""
        assert self._first is not None
        return self._first.violation is not None and self._first.violation.id == STUCK

    def _counts(self, one: Ending) -> None:
        """An execution that is as good as one of the search, because it found something."""
        assert one.violation is not None
        self._tally.executions += 1
        self._tally.steps += one.steps
        self._tally.violations[one.violation.id, one.violation.message] = replace(one.violation, schedule=one.schedule)

    def _look(self) -> str:
        """Between two executions of the search: the one that was noted twice, and the very first once more."""
        tally = self._tally
        if not tally.noted:
            return ""
        schedule, tally.noted, tally.note_at = tally.noted, "", tally.note_at * FURTHER
        is_well = self._same(self._once(schedule), self._once_more(schedule), ("the first time", "the second time"))
        return "" if is_well and self._first_again() else DEPENDS

    def _first_again(self) -> bool:
        """The very first once more; is it still the same?"""
        assert self._first is not None
        if self._is_endless():
            return True
        return self._same(self._first, self._once_more(None), ("in the first execution", "in a later one"))

    def _same_elsewhere(self, elsewhere: Elsewhere, patience: float) -> bool:
        """Does the default schedule lead to the same in processes with different hash seeds?"""
        one, *others = elsewhere.endings(patience) or (None,)
        if elsewhere.unasked:
            self.unanswered += (f"other hash seeds, where {elsewhere.places[0]} ({elsewhere.unasked})",)
        for other in others:
            found = difference(one, other, ("with one PYTHONHASHSEED", "with another")) if one is not None else None
            if found is not None:
                what = f"the same schedule does not lead to the same execution in every process: {found.what}"
                why = f"likely cause: {'; '.join(elsewhere.places)}"
                self._found(not_deterministic(what, why, found.step, other.schedule, found.where))
                return False
        return True

    def _once(self, schedule: str | None) -> Ending:
        return ending(self._programs, schedule, self._settings, self._journal)

    def _once_more(self, schedule: str | None) -> Ending:
        with other_memory():
            return self._once(schedule)

    def _same(self, one: Ending, other: Ending, names: tuple[str, str]) -> bool:
        found = difference(one, other, names)
        if found is not None:
            what, why = f"the same schedule does not lead to the same execution: {found.what}", found.why or self.why()
            self._found(not_deterministic(what, why, found.step, one.schedule, found.where))
        return found is None

    def _found(self, violation: Violation) -> None:
        self._tally.violations[violation.id, violation.message] = violation


def not_deterministic(what: str, why: str, step: int, schedule: str, where: tuple[str, ...] = ()) -> Violation:
    """What there is to say about a program that depends on more than the schedule."""
    return Violation(
        id=NOT_DETERMINISTIC, title="the program depends on more than the schedule",
        message=f"{what}; {why}", step=step, source="alertable.sim.explore.determinism.twice", schedule=schedule, where=where,
    )  # fmt: skip
