"""`alertable zoo`: bugs of real software as programs, listed, or checked before your eyes."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

import alertable
from alertable.commands.guard import guarded
from alertable.report import violation_lines
from alertable.specs.zoo import cases
from alertable.terminal import OK, VIOLATED, echo, width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alertable.sim.explore.report import Report
    from alertable.specs.zoo.case import Case


@click.command("zoo")
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option("--json", "json_", is_flag=True, help="One JSON object on stdout.")
def zoo_command(ids: tuple[str, ...], json_: bool) -> None:
    """List bugs of real software; with ids, check their wrong and their right forms."""
    sys.exit(guarded(lambda: zoo(ids, json_)))


def zoo(ids: tuple[str, ...], json_: bool) -> int:
    """`alertable zoo`: OK if every wrong form breaks a law and every right one keeps it."""
    known = {case.id: case for case in cases()}
    unknown = [name for name in ids if name.upper() not in known]
    if unknown:
        raise ValueError(f"{unknown[0]}: no such animal; there are {', '.join(known)}")
    if not ids:
        echo(json.dumps([_data(case) for case in known.values()]) if json_ else "\n".join(_listed(list(known.values()))))
        return OK
    code, data = OK, []
    for case in [known[name] for name in dict.fromkeys(name.upper() for name in ids)]:
        reports = {form: alertable.check(form, **case.options) for form in (case.buggy, *case.wrong, case.fixed)}
        right = all(_as_it_should(case, form, report) for form, report in reports.items())
        code = code if right else VIOLATED
        if json_:
            data.append({**_data(case), "as_it_should": right, "verdicts": {f.__name__: r.verdict for f, r in reports.items()}})
        else:
            echo("\n".join(_checked(case, reports)))
    if json_:
        echo(json.dumps(data))
    return code


def _as_it_should(case: Case, form: Callable[[Any], object], report: Report) -> bool:
    if form is case.fixed:
        return report.ok
    return any(set(case.finds) & {violation.id, *violation.laws} for violation in report.violations)


def _data(case: Case) -> dict[str, Any]:
    return {
        "id": case.id, "title": case.title, "software": case.software, "finds": case.finds,
        "command": ["alertable", *case.words(case.buggy)],
    }  # fmt: skip


def _listed(animals: list[Case]) -> Iterator[str]:
    for case in animals:
        parts = (f"{case.id:<4} {case.title}", f"({case.software})", f"found by {', '.join(case.finds)}")
        line = "  ".join(parts)
        yield line if len(line) <= width() else "\n     ".join(parts)
    yield ""
    yield f"`alertable zoo {animals[0].id}` checks the wrong forms and the right one of {animals[0].id}."


def _checked(case: Case, reports: dict[Callable[[Any], object], Report]) -> Iterator[str]:
    yield f"{case.id}  {case.title}  ({case.software})"
    for form, report in reports.items():
        yield ""
        yield f"$ alertable {' '.join(case.words(form))}"
        took = f"{report.executions:,} executions in {report.seconds:.2f} s"
        yield f"{'PASS' if report.ok else 'FAIL'}  {report.verdict}: {took}"
        for violation in report.violations:
            options = {name: value for name, value in case.options.items() if name != "memory"}
            yield from violation_lines(violation, case.words(form)[1:2], options)
