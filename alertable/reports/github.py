"""GitHub Actions: a summary of the step in Markdown, and annotations at the lines.

The summary is appended to the file that GITHUB_STEP_SUMMARY names, as the runner wants it, and only if asked (`--report github`).
Sources: docs.github.com "Workflow commands for GitHub Actions" (a summary of 1 MiB, 10 annotations of a kind for a step).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from alertable.reports.found import clean
from alertable.terminal import OK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alertable.reports.found import Run

VARIABLE: Final = "GITHUB_STEP_SUMMARY"
MOST_BYTES: Final = 1_000_000
MOST_ANNOTATIONS: Final = 10
CUT: Final = "\n\nThe rest has no room in a summary.\n"


def text(run: Run) -> str:
    """The summary."""
    whole = clean("\n".join(_lines(run)) + "\n")
    if len(whole.encode()) <= MOST_BYTES:
        return whole
    return whole.encode()[: MOST_BYTES - len(CUT) - 8].decode("utf-8", "ignore") + "\n~~~~~~\n" + CUT


def _lines(run: Run) -> Iterator[str]:
    yield f"### alertable {run.command}: {'ok' if run.code == OK else f'exit code {run.code}'}"
    yield ""
    yield "| | result | seconds | what |"
    yield "|---|---|---:|---|"
    for case in run.cases if len(run.cases) < 10 else [case for case in run.cases if not case.ok]:
        what = "; ".join(f"{each.rule}: {each.title}" for each in case.failures) or case.weak or case.error
        yield f"| {_cell(case.name)} | {case.result} | {case.seconds:.2f} | {_cell(what)} |"
    failed = sum(not case.ok for case in run.cases)
    yield ""
    yield f"{len(run.cases)} checked, {failed} failed."
    for case in run.cases:
        for failure in case.failures:
            yield from ("", f"<details><summary>{_cell(failure.rule)}: {_cell(failure.title)}</summary>", "", "~~~~~~text")
            yield failure.text.replace("~~~~~~", "~ ~ ~ ~ ~ ~")
            yield from ("~~~~~~", "", "</details>")
    yield ""


def _cell(words: str) -> str:
    """A text that neither ends a cell of a table nor is taken for markup."""
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
    return " ".join(escaped.split())


def annotate(run: Run) -> None:
    """Annotations at the lines where laws were broken; the runner reads them from stderr as well."""
    found = [failure for case in run.cases for failure in case.failures]
    for failure in found[:MOST_ANNOTATIONS]:
        where = [f"file={_value(place.path)},line={place.line}," for place in failure.places[:1]]
        title = _value(f"{failure.rule}: {failure.title}")
        print(f"::error {''.join(where)}title={title}::{_message(failure.message)}", file=sys.stderr)


def _message(words: str) -> str:
    return clean(words).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _value(words: str) -> str:
    return _message(words).replace(":", "%3A").replace(",", "%2C")
