"""Text in columns: as wide as it is on a screen, wrapped where a column is too narrow, never cut.

A Korean or Japanese letter takes two places on a terminal, a combining mark none (Unicode Standard Annex #11).
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final
from unicodedata import category, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GAP: Final = " | "
LEAST_WIDTH: Final = 40
INDENT: Final = "  "  # of what goes on in the next line
BREAKS: Final = " ,;(=>/"  # a line rather ends behind one of these


def width_of(text: str) -> int:
    """How many places it takes."""
    if text.isascii():
        return len(text)
    return sum(0 if category(c) in ("Mn", "Me", "Cf") else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def pad(text: str, width: int) -> str:
    """Filled up with spaces."""
    return text + " " * (width - width_of(text))


def visible(text: str) -> str:
    """Control characters as escapes: what programs print and send must not move the cursor."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def wrap(text: str, width: int) -> list[str]:
    """Lines that are no wider; all but the first are indented."""
    lines: list[str] = []
    width = max(width, len(INDENT) + 2)  # else not even one letter gets anywhere
    while width_of(text) > width:
        end = _fitting(text, width)
        if not text[:end].strip():  # not even one letter
            end = len(text) - len(text.lstrip()) + 1
        lines.append(text[:end].rstrip())
        rest = text[end:].lstrip()
        if not rest:  # an indentation alone may be too wide
            return lines
        text = INDENT + rest
    return [*lines, text]


def _fitting(text: str, width: int) -> int:
    """How much of it goes into a line: as far as the last good place to break it, else whatever fits."""
    taken = end = 0
    for place, c in enumerate(text):
        taken += width_of(c)
        if taken > width:
            break
        end = place + 1
    if text[end : end + 1] == " ":
        return end
    indent = len(text) - len(text.lstrip())
    for place in range(end, indent, -1):
        if text[place - 1] in BREAKS and text[place - 2 : place] != " (":
            return place
    return end


def widths_of(table: Sequence[Sequence[str]], total: int, least: int, firm: int) -> list[int]:
    """Widths of columns that together, with the gaps, take no more than `total`: what each needs, or a fair share of the rest.

    least: no column becomes narrower than this, or than it needs.  firm: so many columns get what they need, up to a third.
    """
    needs = [max(width_of(cell) for cell in column) for column in zip(*table, strict=True)]
    widths = [min(need, total // 3) for need in needs[:firm]] + [0] * (len(needs) - firm)
    room = total - len(GAP) * (len(needs) - 1) - sum(widths)
    open_ = list(range(firm, len(needs)))
    while open_:
        share = max(room // len(open_), least)
        modest = [n for n in open_ if needs[n] <= share]
        for n in modest or open_:
            widths[n] = min(needs[n], share)
            room -= widths[n]
        open_ = [n for n in open_ if n not in modest] if modest else []
    return widths


def grid(table: Sequence[Sequence[str]], total: int, least: int, firm: int) -> Iterator[str]:
    """The lines of a table whose first row is the head; in less than LEAST_WIDTH no table can be."""
    total = max(total, LEAST_WIDTH)
    widths = widths_of(table, total, least, firm)
    for number, row in enumerate(table):
        cells = [wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
        for parts in zip_longest(*cells, fillvalue=""):
            yield GAP.join(pad(part, width) for part, width in zip(parts, widths, strict=True)).rstrip()
        if not number:
            yield "-+-".join("-" * width for width in widths)
