"""What a report is made from, whatever its format: cases, what failed in each, and where."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from alertable.project import project_root
from alertable.report import replay_words, violation_lines
from alertable.sim.conformance.report import text as outcomes
from alertable.sim.explore.report import FAILED
from alertable.sim.runtime.sources import sources
from alertable.strength import said
from alertable.terminal import OK, VIOLATED
from alertable.words import command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from alertable.sim import Violation
    from alertable.sim.conformance.lane import Row as Row_
    from alertable.sim.explore.report import Report
    from alertable.sim.runtime.program_file import ProgramFile
    from alertable.sim.view.columns import Row

COLUMNS: Final = 100  # of a story in a report
PLACE: Final = re.compile(r"(?P<thread>.*?): (?P<path>.+):(?P<line>\d+) in (?P<function>.+)")
STRANGE: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML and UTF-8 lack


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a program."""

    path: str
    line: int
    thread: str = ""
    function: str = ""

    @property
    def uri(self) -> str:
        """As seen from the project's root; absolute for what is not in it."""
        path = Path(self.path).absolute()
        root = project_root().absolute()
        if path.is_relative_to(root):
            return quote(os.fsencode(path.relative_to(root).as_posix()))
        return path.as_uri()


@dataclass(frozen=True, slots=True)
class Step:
    """What a thread did at a line; before: what the environment did since the step before it."""

    number: int
    thread: str
    text: str
    place: Place
    before: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A law that was broken.  text: all of it for people, with the line that replays it; data: all of it for programs."""

    rule: str
    title: str
    message: str
    source: str
    text: str
    places: tuple[Place, ...] = ()
    steps: tuple[Step, ...] = ()
    replay: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was checked.

    result: the word for it; lines: what else is said; weak: why it does not do, where nothing failed; error: why there is none.
    """

    name: str
    result: str
    seconds: float = 0.0
    lines: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    weak: str = ""
    error: str = ""
    place: Place | None = None

    @property
    def ok(self) -> bool:
        """Nothing is wrong with it."""
        return not (self.failures or self.weak or self.error)


@dataclass(frozen=True, slots=True)
class Run:
    """What a command found; summary: figures."""

    command: str
    cases: tuple[Case, ...]
    code: int
    summary: Mapping[str, Any] = field(default_factory=dict)


def of_check(
    report: Report, files: Sequence[str], programs: Sequence[ProgramFile], options: Mapping[str, Any],
    ids: Sequence[str | None], code: int,
) -> Run:  # fmt: skip
    """A check: one case, for the programs ran together."""
    paths = _paths(programs)
    failures = tuple(
        _failure(violation, files, options, kept, paths) for violation, kept in zip(report.violations, ids, strict=True)
    )
    reasons = tuple(f"{report.verdict}: {reason}" for reason in report.reasons)
    weak = "; ".join(reasons) or f"the verdict is {report.verdict}" if code not in (OK, VIOLATED) and not failures else ""
    word = said(report, code)
    case = Case(
        " ".join(files), word if report.verdict in (word, FAILED) else f"{word} {report.verdict}", report.seconds,
        (*reasons, *(f"not searched: {line}" for line in report.not_searched if report.ok)), failures, weak,
        place=Place(str(programs[0].path), 1),
    )  # fmt: skip
    summary = {
        "programs": list(files), "verdict": report.verdict, "reasons": list(report.reasons), "executions": report.executions,
        "seconds": round(report.seconds, 3), "outcomes": len(report.outcomes), "violations": len(failures),
    }  # fmt: skip
    return Run("check", (case,), code, summary)


def of_conform(rows: Sequence[Row_], code: int, backend: str) -> Run:
    """The litmus tests: a case for each."""
    cases = []
    for row in rows:
        litmus = row.litmus
        allowed = f"allowed {outcomes(litmus.expected)}, model {outcomes(row.model)}, real {outcomes(row.real)}"
        message = "; ".join([row.agreement, allowed, *row.errors])
        place = Place(str(litmus.path), 1)
        again = command("alertable", "conform", "--only", litmus.id.lower(), "--backend", backend)
        lines = (f"{litmus.id}: {litmus.fact}", message, f"source: {litmus.source}", f"again: {again}")
        failure = Failure(
            litmus.id, litmus.fact, message, litmus.source, "\n".join(lines), (place,), (), again, {"message": message}
        )
        cases.append(Case(litmus.id, row.agreement, lines=lines[:1], failures=() if row.ok else (failure,), place=place))
    return Run("conform", tuple(cases), code, {"backend": backend, "facts": len(rows)})


def _paths(programs: Sequence[ProgramFile]) -> dict[str, str]:
    """File name -> path: of the files that the programs are made of, else of what they imported; not where two have one name."""
    own = [str(path) for program in programs for path in sources(program.path)]
    imported = [file for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))]
    return {**_by_name(imported), **_by_name(own)}


def _by_name(paths: Iterable[str]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for path in paths:
        found.setdefault(os.path.basename(path), set()).add(path)
    return {name: next(iter(same)) for name, same in found.items() if len(same) == 1}


def _failure(
    violation: Violation, files: Sequence[str], options: Mapping[str, Any], kept: str | None, paths: Mapping[str, str]
) -> Failure:
    places = tuple(
        Place(match["path"], int(match["line"]), match["thread"], match["function"])
        for match in map(PLACE.fullmatch, violation.where) if match is not None
    )  # fmt: skip
    replay = replay_words(files, violation, options)
    text = "\n".join(violation_lines(violation, files, options, kept, columns=COLUMNS, show=clean))
    return Failure(
        violation.id, violation.title, violation.message, violation.source, text, places,
        _steps(violation.rows, paths, {Path(place.path).name: place.path for place in places}), replay,
        {"kept": kept, **asdict(violation), "replay": replay},
    )  # fmt: skip


def _steps(rows: Sequence[Row], *paths: Mapping[str, str]) -> tuple[Step, ...]:
    """The steps of the threads; what the environment did is told with the step that comes next."""
    steps: list[Step] = []
    before: list[str] = []
    for row in rows:
        name, _, line = row.where.rpartition(":")
        path = next((known[name] for known in paths if name in known), None)
        kernel = "; ".join(row.kernel)
        text = "; ".join(filter(None, [row.text + (f" (x {row.repeats})" if row.repeats > 1 else ""), kernel]))
        if not row.thread or path is None:
            before.append(f"step {row.step}: {text}")
            continue
        place = Place(path, int(line), row.thread)
        steps.append(Step(row.step, row.thread, text, place, "; ".join(before)))
        before = []
    if before and steps:  # the environment had the last word
        steps[-1] = replace(steps[-1], text="; ".join([steps[-1].text, *before]))
    return tuple(steps)


def clean(text: str) -> str:
    """A text that any format takes: half a character and control characters are escaped."""
    return STRANGE.sub(lambda match: f"\\x{ord(match[0]):02x}" if match[0] < "\x80" else f"\\u{ord(match[0]):04x}", text)


def cleaned(data: Any, by: Callable[[str], str] = clean) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The same of every text in it."""
    if isinstance(data, str):
        return by(data)
    if isinstance(data, dict):
        return {cleaned(key, by): cleaned(value, by) for key, value in data.items()}
    return [cleaned(each, by) for each in data] if isinstance(data, list | tuple) else data
