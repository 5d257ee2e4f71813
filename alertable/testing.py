"""Checks as tests: `@alertable.check(...)` makes one test of a program, whatever the number of its interleavings.

    @alertable.check(strategy="dpor", specs=alertable.ALL)
    @alertable.example("v1: test_echo*4 test_echo.1")       runs first, and for ever
    def test_echo(w): ...

The first parameter is the Win32 API, fresh for every execution; all others are the test runner's (fixtures, parameters).
"""

from __future__ import annotations

import inspect
import re
import sys
from contextlib import suppress
from functools import partial, update_wrapper, wraps
from typing import TYPE_CHECKING, Any

from alertable.sim.explore.check import check
from alertable.sim.runtime.execution import run
from alertable.sim.runtime.outcome import NotAProgram
from alertable.sim.runtime.refuse import runs_nothing
from alertable.sim.view.columns import lines_of, table
from alertable.store import Store
from alertable.strength import DEFAULT, accepted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from alertable.sim import Violation
    from alertable.sim.explore.report import Report
    from alertable.sim.runtime.settings import Settings



class CheckFailed(AssertionError):
    """A check found a violation, or is weaker than required; the message is all there is to say.  report: the whole answer."""

    def __init__(self, message: str, report: Report | None) -> None:
        super().__init__(message)
        self.report = report


def example(schedule: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A schedule that a check tries first; written above or below `@alertable.check`."""

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        examples = [schedule, *getattr(function, "alertable_examples", ())]
        function.alertable_examples = examples  # type: ignore[attr-defined]  # functions take attributes; mypy knows none
        return function

    return mark


def checked(
    function: Callable[..., Any], others: Sequence[Any], options: dict[str, Any], require: str | None
) -> Callable[..., None]:
    """The test behind `@alertable.check`: a function without the parameter `w`."""
    parameters = list(inspect.signature(function).parameters.values())
    nothing = runs_nothing(function)
    if nothing:
        raise NotAProgram(nothing)
    if not parameters:
        raise TypeError(f"{function.__name__}() takes no parameter; the first one of a check is the Win32 API")

    @wraps(function)
    def test(*arguments: Any, **fixtures: Any) -> None:  # noqa: ANN401 - the test runner's
        __tracebackhide__ = True
        program = update_wrapper(partial(_call, function, arguments, fixtures), function)
        examples = getattr(test, "alertable_examples", ())
        _run((program, *others), dict(options), examples, require)

    test.__signature__ = inspect.Signature(parameters[1:])  # type: ignore[attr-defined]  # what pytest reads
    test.is_alertable_check = True  # type: ignore[attr-defined]  # what the plugin reads
    if hasattr(test, "__wrapped__"):
        del test.__wrapped__
    return test


def _call(function: Callable[..., Any], arguments: tuple[Any, ...], fixtures: dict[str, Any], w: Any) -> Any:  # noqa: ANN401
    return function(w, *arguments, **fixtures)


def _run(programs: Sequence[Any], options: dict[str, Any], examples: Sequence[str], require: str | None) -> None:
    __tracebackhide__ = True
    plugin = getattr(sys.modules.get("_alertable_pytest"), "OPTIONS", {})
    for name in ("strategy", "max_executions", "time_limit", "seed", "workers"):
        if plugin.get(name) is not None:
            options[name] = plugin[name]
    require = plugin.get("require") or require
    settings: Settings = options["settings"]
    for schedule in examples:
        execution = run(programs, schedule=schedule, settings=settings)
        if execution.violation is not None:
            raise CheckFailed(_message(execution.violation, execution.schedule, None), None)
    report = check(programs, **options)
    kept = plugin.get("trace", "off")
    if report.violations:
        violation = report.violations[0]
        path = None
        if kept != "off":
            with suppress(OSError):  # where nothing can be written the finding is still told
                path = _keep(programs, violation.schedule, settings, plugin)
        raise CheckFailed(_message(violation, violation.schedule, path), report)
    if kept == "on" and report.outcomes:
        _keep(programs, next(iter(report.outcomes.values())), settings, plugin)
    if not accepted(report, require):
        raise CheckFailed(_too_weak(report, require or DEFAULT), report)
    if report.never:
        raise CheckFailed(f"never reached: {', '.join(map(repr, report.never))}", report)


def _too_weak(report: Report, require: str) -> str:
    lines = [f"{report.verdict} is weaker than {require}: {'; '.join(report.reasons)}"]
    lines += [f"try {suggestion}" for suggestion in report.suggestions]
    return "\n".join([*lines, f"or accept it: require={report.verdict.lower().replace('inconclusive', 'any')!r}"])


def _message(violation: Violation, schedule: str, path: Path | None) -> str:
    lines = [f"{violation.id}: {violation.title} (step {violation.step})", violation.message]
    lines += [*(f"at {place}" for place in violation.where), *(lines_of(violation.rows) if violation.rows else ())]
    lines += [f"necessary: {line}" for line in violation.switches]
    if violation.race:
        lines.append(f"race: {violation.race}")
    if violation.note:
        lines.append(f"note: {violation.note}")
    if path is not None:
        lines.append(f"trace: {path}")
    return "\n".join([*lines, f"source: {violation.source}", f'replay: @alertable.example("{schedule}")'])


def _keep(programs: Sequence[Any], schedule: str, settings: Settings, plugin: dict[str, Any]) -> Path:
    """Write the trace of a schedule; where."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", plugin.get("nodeid", programs[0].__name__)).strip("-")
    path = Store().made() / f"{name}.txt"
    execution = run(programs, schedule=schedule, settings=settings)
    path.write_text(f"{table(execution.trace)}\n{schedule}\n", encoding="utf-8", newline="\n")
    return path
