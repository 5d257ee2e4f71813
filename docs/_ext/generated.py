"""Pages with a part that is generated when the site is built, so that it is written down nowhere twice.

`<!-- commands -->` becomes the reference of the command line, from click; `<!-- changes -->` the changelog, with the fragments of
what is not released yet.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

ROOT = Path(__file__).resolve().parents[2]


def cell(text: str) -> str:
    """Text that stays in one cell of a table."""
    return " ".join(text.split()).replace("|", r"\|")


def described(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[str]:
    """Markdown of a command: its call, what it does, its options; then its subcommands."""
    context = click.Context(command, parent, name, **command.context_settings)
    depth = max(context.command_path.count(" "), 1) + 1
    yield f"{'#' * depth} `{context.command_path}`\n"
    yield f"```text\n{' '.join([context.command_path, *command.collect_usage_pieces(context)])}\n```\n"
    yield f"{(command.help or '').strip()}\n"
    rows = [record for each in command.get_params(context) if (record := each.get_help_record(context)) and record[1]]
    if rows:
        yield "| option | what it does |\n| --- | --- |"
        yield from (f"| `{cell(option)}` | {cell(text)} |" for option, text in rows)
        yield ""
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            each = command.get_command(context, below)
            if each is not None and not each.hidden:
                yield from described(each, below, context)


def commands() -> str:
    from alertable.cli import main

    return "\n".join(described(main, "alertable"))


def changes() -> str:
    sys.path.insert(0, str(ROOT / "tools"))
    from changelog import updated

    return updated().partition("\n")[2]  # without the title, which the page has


PARTS = {"<!-- commands -->": commands, "<!-- changes -->": changes}
GENERATED = re.compile("|".join([*PARTS, r"^\.\. auto"]), re.MULTILINE)


def fill(app: Sphinx, page: str, source: list[str]) -> None:
    for marker, part in PARTS.items():
        if marker in source[0]:
            source[0] = source[0].replace(marker, part())


def outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """What these pages are filled from is no file that Sphinx watches, so they are always read again."""
    return [page for page in sorted(env.found_docs) if GENERATED.search(env.doc2path(page).read_text(encoding="utf-8"))]


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("source-read", fill)
    app.connect("env-get-outdated", outdated)
    return {"parallel_read_safe": True}
