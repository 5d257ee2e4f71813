"""What a test says about its check: why it failed, how it can be seen again, what the search did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.sim.explore.coordinating.bugs_first import PHASE
from alertable.sim.explore.report import BOUNDED, COMPLETE, SAMPLED
from alertable.sim.view.columns import lines_of
from alertable.words import command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alertable.sim import Violation
    from alertable.sim.explore.report import Report
    from alertable.testing.wanted import Trial


def message(violation: Violation) -> str:
    """The law, the story, and the line that keeps the schedule."""
    lines = [f"{violation.id}: {violation.title} (step {violation.step})", violation.message]
    lines += [*(f"at {place}" for place in violation.where), *(lines_of(violation.rows) if violation.rows else ())]
    lines += [f"necessary: {line}" for line in violation.switches]
    if violation.race:
        lines.append(f"race: {violation.race}")
    if violation.note:
        lines.append(f"note: {violation.note}")
    return "\n".join([*lines, f"source: {violation.source}", f'replay: @alertable.example("{violation.schedule}")'])


def too_weak(report: Report, require: str) -> str:
    """Why an answer is not enough, what would be stronger, and how to accept it."""
    lines = [f"{report.verdict} is weaker than {require}: {'; '.join(report.reasons)}"]
    lines += [f"try {suggestion}" for suggestion in report.suggestions]
    return "\n".join([*lines, f"or accept it: require={report.verdict.lower().replace('inconclusive', 'any')!r}"])


def summary(report: Report) -> str:
    """The verdict in one line: how strong, how many, how long, and why it ended."""
    bounds = {BOUNDED: report.reasons, SAMPLED: report.reasons[:1]}.get(report.verdict, ())
    within = f" ({'; '.join(bounds)})" if bounds else ""
    ended = {
        COMPLETE: "every interleaving was explored",
        BOUNDED: "every interleaving within the bound was explored",
        SAMPLED: "the sample was taken",
    }
    early = "; ".join(report.reasons[len(bounds) :])  # what ended it before its time
    why = early or ended.get(report.verdict, "nothing was left to do")
    rate = f"{report.executions:,} execution{'s' * (report.executions != 1)} in {report.seconds:.2f} s"
    return f"{report.verdict}{within}: {rate}, stopped because: {why}"


def section(trial: Trial) -> Iterator[str]:
    """Of a failure: how to see it again."""
    if trial.kept is not None:
        yield f"replay: {command('pytest', '--alertable-replay', trial.kept, trial.name)}"
    if trial.trace is not None:
        yield f"trace: {trial.trace}"
    yield f"verdict: {trial.verdict}"


def headline(trial: Trial) -> str:
    """What a summary of failures has room for; empty where the message itself begins with it."""
    violation = trial.violation
    if violation is None:
        return ""
    if violation.title == "the program raised":  # its traceback is indented, the exception stands behind it
        raised = [line for line in violation.message.splitlines()[1:] if line and not line.startswith(" ")]
        return raised[0] if raised else violation.message
    return f"{violation.id}: {violation.title}"


def statistics(report: Report) -> tuple[str, ...]:
    """Figures of a search, a line each."""
    phases = {name.removeprefix(PHASE): count for name, count in report.statistics.items() if name.startswith(PHASE)}
    figures = {name: count for name, count in report.statistics.items() if not name.startswith(PHASE)}
    lines = [f"executions: {', '.join(f'{count:,} {name}' for name, count in phases.items() if count)}"]
    lines += [", ".join(f"{name} {count:,}" for name, count in figures.items())]
    if report.ok:
        lines += [f"not searched: {line}" for line in report.not_searched]
    return tuple(lines)
