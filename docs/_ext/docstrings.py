"""Docstrings of this project are plain text, meant for `help()`; this makes reStructuredText of them for autodoc.

`name: ...` about a parameter is an item of a list, an indented block is code, `name` is a name, and nothing else is markup.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

from sphinx.pycode import ModuleAnalyzer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

NAMES = re.compile(r"(?:^|(?<=[.;])\s+)(?P<names>[a-z_]\w*(?:, [a-z_]\w*)*)(?P<unit> \([^)]*\))?: ", re.MULTILINE)
NEW = re.compile(r"\n(?=(?:Raises|Without|Returns) )")


def paragraphs(lines: list[str]) -> Iterator[list[str]]:
    """Lines that belong together: what no blank line divides, and a block of code with the blank lines in it."""
    group: list[str] = []
    for line in [*lines, ""]:
        indented = line.startswith("    ")
        if group and (indented != group[0].startswith("    ") if line.strip() else not group[0].startswith("    ")):
            yield group
            group = []
        if line.strip() or group:
            group.append(line)
    if any(line.strip() for line in group):
        yield group


def escaped(text: str) -> str:
    """Prose without accidental markup; what stands between backticks is left alone."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"([*|\\]|_(?=\W|$))", r"\\\1", part) for part in parts[::2]]
    shown = "`".join(parts)
    return re.sub(r"`([^`]+)`(?=\w)", r"`\1`\\ ", shown)


def parameters(obj: Any) -> set[str]:  # noqa: ANN401 - whatever is documented
    """What a docstring may describe: parameters of a function, fields of a class."""
    try:
        names = set(inspect.signature(obj).parameters)
    except (TypeError, ValueError):
        names = set()
    return names | set(vars(obj) if inspect.isclass(obj) else ())


def items(text: str, names: set[str]) -> Iterator[tuple[str, str]]:
    """A paragraph as (the names that it is about or nothing, what is said of them)."""
    for part in NEW.split(text):
        starts = [match for match in NAMES.finditer(part) if names.issuperset(match["names"].split(", "))]
        ends = [match.start() for match in starts] + [len(part)]
        yield "", part[: ends[0]]
        for match, end in zip(starts, ends[1:], strict=True):
            yield match["names"] + (match["unit"] or ""), part[match.end() : end]


def restructured(lines: list[str], names: set[str]) -> Iterator[str]:
    """The docstring as reStructuredText."""
    for group in paragraphs(lines):
        if group[0].startswith("    "):
            yield from ("", "::", "", *group, "")
            continue
        for about, text in items("\n".join(line.strip() for line in group), names):
            prose = escaped(" ".join(text.split()).rstrip(";"))
            if prose:
                yield from (f"- **{escaped(about)}**: {prose}" if about else prose, "")


def process(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:  # noqa: ANN401 - as Sphinx calls it
    lines[:] = restructured(lines, parameters(obj))


def whole_signatures(app: Sphinx) -> None:
    """A function with overloads is shown with all its parameters, as `help()` shows it."""
    analyzer = ModuleAnalyzer.for_module("alertable.api")
    analyzer.analyze()
    analyzer.overloads.clear()


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", whole_signatures)
    app.connect("autodoc-process-docstring", process)
    return {"parallel_read_safe": True}
