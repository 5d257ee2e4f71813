"""`alertable check`: every interleaving of programs, and an answer that states its strength."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

import alertable
from alertable.commands.graphs import GraphFile, strategy_for, write_graph
from alertable.commands.guard import guarded
from alertable.commands.options import collected, option_words, the_store, what_may_happen
from alertable.report import replay_words, violation_lines
from alertable.reports import HELP, METAVAR, Target, failing, write
from alertable.reports.found import of_check
from alertable.sim.explore.coordinating.bugs_first import PHASE
from alertable.sim.explore.coordinating.workers import processes
from alertable.sim.explore.states.graph import REDUCTIONS
from alertable.sim.explore.strategies import STRATEGIES
from alertable.sim.runtime.canonical import text
from alertable.sim.runtime.settings import DEFAULT_MEMORY, MEMORIES
from alertable.store import Store
from alertable.strength import REQUIREMENTS, exit_code, said
from alertable.terminal import OK, about, counter, echo, note, quiet
from alertable.words import command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from alertable.sim import Violation
    from alertable.sim.explore.report import Report


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE[:function]...")
@click.option("--strategy", type=click.Choice(STRATEGIES), help="How to explore; without it: samples, then dpor and states.")
@click.option(
    "--memory",
    type=click.Choice(MEMORIES),
    default=DEFAULT_MEMORY,
    show_default=True,
    help="What threads of one process share: what their code touches (with data races), all, or what locks protect.",
)
@click.option("--max-executions", type=click.IntRange(min=1), metavar="N", help="Stop after so many executions.")
@click.option("--time-limit", type=click.FloatRange(min=0), metavar="SECONDS", help="Stop after so long.")
@click.option("--time", type=click.FloatRange(min=0), metavar="SECONDS", help="After so long, the strongest true answer.")
@what_may_happen
@click.option("--preemptions", type=click.IntRange(min=0), metavar="N", help="Interrupt threads so often at most (dfs).")
@click.option("--delays", type=click.IntRange(min=0), metavar="N", help="Pass threads over so often at most (dfs).")
@click.option("--reduction", type=click.Choice(REDUCTIONS), help="Of states: source sets, or every step that is enabled.")
@click.option("--exact", is_flag=True, help="Of states: keep them whole, and count collisions of fingerprints.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that share the work (dpor).")
@click.option("--force-workers", is_flag=True, help="Allow twice as many workers as there are processors.")
@click.option("--resume", is_flag=True, help="Keep what is left of a search that ends early, and go on with it (dpor, dfs).")
@the_store
@click.option("--seed", type=int, default=0, metavar="N", help="The first seed of random and pct.")
@click.option("--keep-going", is_flag=True, help="Look for further violations after the first.")
@click.option(
    "--require",
    type=click.Choice(REQUIREMENTS),
    default="sampled",
    show_default=True,
    help="End with code 3 if the verdict is weaker; any accepts a search that did not get through.",
)
@click.option("--json", "json_", is_flag=True, help="One JSON object on stdout; the programs' prints go to stderr.")
@click.option("--graph", type=GraphFile(), metavar="FILE", help="Write the state graph: .json, .dot, .graphml, or drawn as .svg.")
@click.option("--report", "reports", multiple=True, type=Target(), metavar=METAVAR, help=HELP)
def check_command(**options: Any) -> None:  # noqa: ANN401 - what click passes
    """Explore the interleavings of programs on the simulated kernel."""
    with failing(options["reports"], "check", " ".join(options["files"])):
        code = guarded(lambda: check_files(**options))
    sys.exit(code)


def check_files(
    files: tuple[str, ...],
    require: str,
    json_: bool,
    resume: bool,
    store: Path | None,
    graph: Path | None,
    reports: Sequence[tuple[str, Path]],
    **given: Any,  # noqa: ANN401 - handed on to check()
) -> int:
    """`alertable check`."""
    given["strategy"] = strategy_for(graph, given["strategy"])
    programs = [alertable.load_program(name) for name in files]
    settings = collected(given)
    keeper = Store(store)
    lost = keeper.lost()
    if lost is not None:
        note(f"the last search here died; the schedule that it was in is in {lost}")
    allowed = processes(given["workers"], forced=given["force_workers"])
    if allowed < given["workers"]:
        note(f"{allowed} workers, not {given['workers']}: no more than the machine has processors, or twice as many if forced")
    options = {**given, **settings, "journal": keeper.journal() if given["workers"] == 1 else None}
    if resume:
        options["resume"] = keeper.search_file(files, {**given, **settings, "time_limit": None, "max_executions": None})
    first: list[str | None] = []

    def found(violation: Violation) -> None:
        """Nothing that happens from now on loses it."""
        first.append(keeper.put(files, violation, settings))
        kept = first[-1]
        by_id = kept and command("alertable", "replay", kept, *keeper.words)
        again = by_id or replay_words(files, violation, settings)
        note(f"found {violation.id}: {violation.title} (step {violation.step}); again: {again}")

    with quiet():
        with counter(_bound(given)) as show:
            report = alertable.check(*programs, progress=show, found=found, **options)
        _ = report.suggestions  # tried out here: it runs the programs too
    ids = [keeper.put(files, violation, settings) for violation in report.violations]
    for name in first:
        if name is not None and name not in ids and any(ids):
            keeper.drop(name)
    if keeper.trouble:
        note(keeper.trouble)
    code = exit_code(report, require)
    drawn = write_graph(report, graph)
    ended = write(reports, of_check(report, files, programs, settings, ids, code)) if reports else code
    echo(as_json(report, files, ids, code) if json_ else "\n".join(lines(report, files, settings, ids, code, keeper.words)))
    return ended or drawn


def _bound(given: dict[str, Any]) -> str:
    """What is counted, and within what bound."""
    bounds = [f"{what} <= {given[what]}" for what in ("preemptions", "delays") if given[what] is not None]
    return f"executions ({', '.join(bounds)})" if bounds else "executions"


def lines(
    report: Report, files: tuple[str, ...], settings: dict[str, Any], ids: Sequence[str | None], code: int, store: Sequence[str]
) -> Iterator[str]:
    """The result for people: the verdict, what limits it, what was not looked for, what was found."""
    rate = f", {report.executions / report.seconds:,.0f}/s" if report.seconds > 0.05 else ""
    word = said(report, code)
    head = f"{word}  {len(report.violations)} violation(s)" if report.violations else f"{word}  {report.verdict}"
    if word == report.verdict:
        head = word
    states = f", {report.statistics['states']:,} states" if "states" in report.statistics else ""
    yield f"{head}: {report.executions:,} executions in {report.seconds:.2f} s{rate}{states}, {len(report.outcomes)} outcome(s)"
    for reason in report.reasons:
        yield f"  {report.verdict}: {reason}"
    if report.whole is not None and not report.violations:
        yield f"  so far {report.executions:,} executions {about(report.whole)}"
    phases = {name: count for name, count in report.statistics.items() if name.startswith(PHASE)}
    if report.ok and len(phases) > 1:
        yield f"  executions: {', '.join(f'{count:,} {name.removeprefix(PHASE)}' for name, count in phases.items())}"
    for title in report.never:
        yield f"  never: {title!r} held in no execution, so what depends on it was not tried"
    for line in report.not_searched if report.ok else ():
        yield f"  not searched: {line}"
    for suggestion in report.suggestions:
        yield f"  try {command(*option_words(suggestion.options)) or 'no --strategy'}: {suggestion.why}"
    for violation, kept in zip(report.violations, ids, strict=True):
        yield ""
        yield from violation_lines(violation, files, settings, kept, store)


def as_json(report: Report, files: tuple[str, ...], ids: Sequence[str | None], code: int) -> str:
    """One object; outcomes are Python's reprs, `ok` is what the exit code says, `result` is the word for it."""
    data = {
        "alertable": alertable.__version__,
        "python": platform.python_version(),
        "programs": list(files),
        "verdict": report.verdict,
        "reasons": report.reasons,
        "ok": code == OK,
        "result": said(report, code),
        "executions": report.executions,
        "seconds": round(report.seconds, 3),
        "statistics": report.statistics,
        "not_searched": report.not_searched,
        "suggestions": [
            {"options": option_words(each.options), "why": each.why, "violation": each.violation and asdict(each.violation)}
            for each in report.suggestions
        ],
        "outcomes": {text(outcome): schedule for outcome, schedule in report.outcomes.items()},
        "never": report.never,
        "whole": report.whole._asdict() if report.whole is not None else None,
        "violations": [{"kept": kept, **asdict(violation)} for violation, kept in zip(report.violations, ids, strict=True)],
    }
    return json.dumps(data, ensure_ascii=True)
