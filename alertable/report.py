"""Results of one execution, for people and for programs."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from msgspec import structs

import alertable
from alertable.commands.options import option_words
from alertable.sim.runtime.canonical import text
from alertable.sim.trace.event import Event, EventKind
from alertable.sim.view.columns import lines_of, table
from alertable.terminal import shown, width
from alertable.words import command, file_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from alertable.sim import Execution, Violation

LONGEST_LINE: Final = 4_000  # characters of a command that is shown where an id says the same


def result_line(execution: Execution) -> str:
    """PASS or FAIL in one line, then what the violation says."""
    violation = execution.violation
    if violation is None:
        return f"PASS  returned {text(execution.outcome)} after {execution.steps} steps"
    return "FAIL  " + "\n".join(law_lines(violation))


def law_lines(violation: Violation) -> Iterator[str]:
    """The law, how it was broken, and where in the program."""
    yield f"{violation.id}: {violation.title} (step {violation.step})"
    yield violation.message
    for place in violation.where:
        yield f"at {place}"
    yield f"source: {violation.source}"


def violation_lines(
    violation: Violation, files: Sequence[str], options: Mapping[str, Any], kept: str | None = None,
    store_words: Sequence[str] = (), *, columns: int | None = None, show: Callable[[str], str] = shown,
) -> Iterator[str]:  # fmt: skip
    """A counterexample for people: the law, the story, what is necessary, how to see it again.

    store_words: where it is kept; columns: of the story, without them those of the terminal; show: as the reader sees a text.
    """
    yield from law_lines(violation)
    if violation.laws:
        yield f"laws: {', '.join(violation.laws)}"
    if violation.rows:
        yield ""
        yield from lines_of(violation.rows, columns or width(), show)
    for line in violation.switches:
        yield f"necessary: {line}"
    if violation.race:
        yield f"race: {violation.race}"
    if violation.note:
        yield f"note: {violation.note}"
    if kept is not None:
        again = ("alertable", "replay", kept, *store_words)
        yield f"again: {command(*again)}   |   why: {command('alertable', 'explain', *again[2:])}"
    words = replay_words(files, violation, options)
    if kept is None or len(words) <= LONGEST_LINE:
        yield f"replay: {words}"


def replay_words(files: Sequence[str], violation: Violation, options: Mapping[str, Any]) -> str:
    """The command that leads there again without a store."""
    return _following("replay", files, violation.schedule, options)


def replay_line(files: Sequence[str], execution: Execution, options: Mapping[str, Any]) -> str:
    """The command that does it again."""
    return f"replay: {_following('run', files, execution.schedule, options)}"


def _following(name: str, files: Sequence[str], schedule: str, options: Mapping[str, Any]) -> str:
    return command("alertable", name, *file_words(files), "--schedule", schedule, *option_words(options))


def as_json(execution: Execution, files: Sequence[str], backend: str, *, trace: bool) -> str:
    """One object; `outcome` is Python's repr, because outcomes are tuples and bytes."""
    data: dict[str, Any] = {
        "alertable": alertable.__version__,
        "python": platform.python_version(),
        "backend": backend,
        "programs": list(files),
        "ok": execution.ok,
        "outcome": text(execution.outcome),
        "violation": None if execution.violation is None else asdict(execution.violation),
        "schedule": execution.schedule,
        "steps": execution.steps,
    }
    if trace:
        data["trace"] = [event_data(event) for event in execution.trace]
    return json.dumps(data, ensure_ascii=True)


def event_data(event: Event) -> dict[str, Any]:
    """One event as JSON takes it."""
    return {**structs.asdict(event), "kind": event.kind.value}


def event_of(data: Mapping[str, Any]) -> Event:
    """The event that `event_data` made this of; TypeError, KeyError or ValueError if it did not."""
    return Event(**{**data, "kind": EventKind(data["kind"])})


def write_trace(execution: Execution, target: Path) -> None:
    """JSON Lines for a .jsonl file, the table for any other."""
    if target.suffix == ".jsonl":
        lines = "".join(json.dumps(event_data(event), ensure_ascii=True) + "\n" for event in execution.trace)
    else:
        lines = table(execution.trace) + "\n"
    target.write_text(lines, encoding="utf-8", newline="\n")
