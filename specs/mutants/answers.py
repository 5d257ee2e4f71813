"""Faults in what a check answers: verdicts, samples before a search, limits, what is said about itself."""

from __future__ import annotations

from typing import Final

from alertable.specs.mutants import Mutant

MUTANTS: Final = (
    Mutant(
        id="violation-with-another-verdict",
        wrong="A search that went on to its end is COMPLETE although something was violated.",
        why="It did go through every interleaving.",
        where="alertable.sim.explore.answering.judge:judge",
        text="if not tally.violations:",
        planted="if not tally.violations or not stopped:",
        test="tests/explore/test_check.py::test_a_deadlock_is_failed_whatever_is_left_of_the_search",
        executions=200,
    ),
    Mutant(
        id="inconclusive-passes",
        wrong="A test whose search did not get through passes.",
        why="Nothing was violated.",
        where="alertable.strength:accepted",
        text="STRENGTH.index(report.verdict) <= REQUIREMENTS.index(require or DEFAULT)",
        planted='STRENGTH.index(report.verdict) <= REQUIREMENTS.index(require or "any")',
        test="tests/alertable/test_strength.py::test_a_check_that_did_not_get_through_fails_its_test",
        executions=200,
    ),
    Mutant(
        id="no-samples",
        wrong="No samples run before a long search.",
        why="The search will come there as well, in the end.",
        where="alertable.sim.explore.coordinating.bugs_first:BugsFirst._samples",
        text="for count in range(ROUND, SAMPLES + 1, ROUND):",
        planted="for count in range(ROUND, ROUND, ROUND):",
        test="tests/explore/test_bugs_first.py::test_statistics_say_what_each_phase_ran",
        executions=1_000,
    ),
    Mutant(
        id="unfair-samples-accuse",
        wrong="A sample that an unfair scheduler lets go on for ever counts as a violation.",
        why="It is one where a search finds it.",
        where="alertable.sim.explore.coordinating.bugs_first:Unfair.counts",
        text='violation.id != "step-bound"',
        planted='violation.id != ""',
        test="tests/explore/test_bugs_first.py::test_an_unfair_sample_that_does_not_end_is_no_violation",
        executions=2_000,
    ),
    Mutant(
        id="executions-taken-for-one",
        wrong="The watchdog takes executions that stand at the same step for one.",
        why="A machine is known by its steps.",
        where="alertable.sim.runtime.watchdog:_Watchdog.begin",
        text="self._count += 1",
        planted="self._count += 0",
        test="tests/alertable/test_nothing_is_lost.py::test_executions_that_look_alike_are_not_taken_for_one",
        executions=200,
    ),
    Mutant(
        id="limit-between-executions-only",
        wrong="The time limit is looked at between executions only.",
        why="Executions are short.",
        where="alertable.sim.explore.check:_Course.patience",
        text="return self._time_limit - self.seconds if self._time_limit is not None else math.inf",
        planted="return math.inf",
        test="tests/alertable/test_nothing_is_lost.py::test_an_execution_that_outlasts_the_limit_is_cut",
        executions=200,
    ),
    Mutant(
        id="time-outs-not-mentioned",
        wrong="A report does not say that time-outs cannot race under the eager clock.",
        why="The clock is an option that everybody knows.",
        where="alertable.sim.explore.answering.scope:not_searched",
        text='settings.clock == "eager"',
        planted='settings.clock == "free"',
        test="tests/explore/test_advice.py::test_a_report_lists_what_was_not_searched",
        executions=500,
    ),
    Mutant(
        id="as-many-workers-as-asked",
        wrong="There may be twice as many workers as processors although nobody forced it.",
        why="They wait for each other now and then.",
        where="alertable.sim.explore.coordinating.workers:processes",
        text="2 * processors if forced else processors",
        planted="2 * processors if wanted else processors",
        test="tests/alertable/test_nothing_is_lost.py::test_there_are_no_more_workers_than_processors",
    ),
    Mutant(
        id="not-a-number-is-a-limit",
        wrong="A time limit that is not a number is no mistake, and never reached.",
        why="It is not 0 or less.",
        where="alertable.sim.runtime.given:seconds",
        text="math.isnan(value) or value <= 0",
        planted="value <= 0",
        test="tests/explore/test_check.py::test_bad_input_is_one_line[options10-time_limit=nan: more than 0 seconds]",
        executions=200,
    ),
)
