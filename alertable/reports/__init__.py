"""Reports for other programs: JUnit and SARIF for continuous integration, JSON Lines, a summary for GitHub Actions.

`--report KIND:FILE`; each kind is a module with one function from a `Run` to text.  They are always English and UTF-8, and the
same run gives the same bytes but for the seconds that it took.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem

from alertable.commands.guard import Failed, failure
from alertable.reports import github, jsonl, junit, sarif
from alertable.reports.found import Case, Run
from alertable.terminal import OK, USAGE, note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FORMATS: Final[dict[str, Callable[[Run], str]]] = {
    "junit": junit.text, "sarif": sarif.text, "jsonl": jsonl.text, "github": github.text
}  # fmt: skip
PAGE: Final = "page"  # of conform, which had it before there were kinds
METAVAR: Final = "KIND:FILE"
HELP: Final = "Write a report: junit:FILE, sarif:FILE, jsonl:FILE, or github for the summary of a step of GitHub Actions."


class Target(click.types.StringParamType):
    """Where a report goes: (kind, file).  pages: a FILE without a kind is allowed, and is a page."""

    name = "report"

    def __init__(self, *, pages: bool = False) -> None:
        self._pages = pages

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - as click's
        if isinstance(value, tuple):
            return value
        kind, colon, file = str(value).partition(":")
        if kind == "github" and not file:
            file = os.environ.get(github.VARIABLE, "")
            if not file:
                self.fail(f"{github.VARIABLE} is not set: this is no step of GitHub Actions; give github:FILE", param, ctx)
        elif kind not in FORMATS and self._pages:
            kind, file = PAGE, str(value)
        elif kind not in FORMATS or not colon:
            self.fail(f"{value!r} is no KIND:FILE; kinds are {', '.join(FORMATS)}", param, ctx)
        path = Path(file)
        if not file or path.is_dir() or not path.absolute().parent.is_dir():
            self.fail(f"{value!r}: a file in a folder that exists is wanted", param, ctx)
        return kind, path

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        kinds = [CompletionItem(f"{kind}:") for kind in FORMATS if kind.startswith(incomplete)]
        return kinds or [CompletionItem(incomplete, type="file")]


def write(targets: Sequence[tuple[str, Path]], run: Run) -> int:
    """Write the reports of a run; its exit code, which is not 0 if a report could not be written."""
    code = run.code
    for kind, path in targets:
        content = FORMATS[kind](run)
        try:
            with path.open("a" if kind == "github" else "w", encoding="utf-8", newline="\n") as file:
                file.write(content)
        except OSError as error:
            note(f"{path} cannot be written ({error.strerror or error}): there is no {kind} report")
            code = code or USAGE
    if any(kind == "github" for kind, _ in targets) and os.environ.get("GITHUB_ACTIONS"):
        github.annotate(run)
    return code


@contextmanager
def failing(targets: Sequence[tuple[str, Path]], command: str, name: str) -> Iterator[None]:
    """What ends a command before it has a result is reported, too."""
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        failed = error if isinstance(error, Failed) else failure(error)
        if failed.exit_code != OK:
            write(targets, Run(command, (Case(name, "ERROR", error=failed.message),), failed.exit_code))
        raise failed from error
