"""Two executions side by side: what they have in common, where they part, and what that changed for each thread."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from alertable.sim.trace.event import KERNEL, EventKind
from alertable.sim.view.columns import rows_of
from alertable.sim.view.grid import grid, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from alertable.sim.trace.event import Event
    from alertable.sim.view.columns import Row

LEAST_COLUMN: Final = 14
MOST: Final = 8  # rows of a thread that are shown where the two differ
ENVIRONMENT: Final = "(environment)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What a thread does in the one and in the other; None on a side where it has nothing to set against it.

    same: so many rows in a row that are the same in both, instead of two that differ.
    """

    one: Row | None = None
    other: Row | None = None
    same: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """common: so many steps are the same; one, other: what comes next in each, None where it is over.

    threads: for each thread its own rows, aligned by what it does, wherever the others moved in between.
    """

    common: int
    one: Row | None
    other: Row | None
    threads: tuple[tuple[str, tuple[Pair, ...]], ...]


def difference(one: Sequence[Event], other: Sequence[Event]) -> Difference | None:
    """None where the same happened in the same order; where lines of the program stand in its file does not matter."""
    count = next((n for n, pair in enumerate(zip(one, other, strict=False)) if _what(pair[0]) != _what(pair[1])), None)
    if count is None:
        if len(one) == len(other):
            return None
        count = min(len(one), len(other))
    steps = [trace[count].step for trace in (one, other) if count < len(trace)]
    step = min(steps)
    rows = rows_of(one, fold=False), rows_of(other, fold=False)
    labels = dict.fromkeys(row.thread for row in (*rows[0], *rows[1]))
    threads = ((label or ENVIRONMENT, tuple(_aligned(*(_of(side, label) for side in rows)))) for label in labels)
    return Difference(
        common=step - 1,
        one=next((row for row in rows[0] if row.step >= step), None),
        other=next((row for row in rows[1] if row.step >= step), None),
        threads=tuple(threads),
    )


def _what(event: Event) -> tuple[int, int, str, EventKind, str, str]:
    return event.step, event.time_100ns, event.thread, event.kind, event.subject, event.text


def _of(rows: Sequence[Row], label: str) -> list[Row]:
    return [row for row in rows if row.thread == label]


def _aligned(one: Sequence[Row], other: Sequence[Row]) -> Iterator[Pair]:
    """The rows of one thread: what is the same is counted, the rest stands side by side."""
    matcher = SequenceMatcher(None, [_key(row) for row in one], [_key(row) for row in other], autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag == "equal":
            yield Pair(same=i_end - i)
        else:
            for left, right in zip_longest(one[i:i_end], other[j:j_end]):
                yield Pair(one=left, other=right)


def _key(row: Row) -> tuple[str, tuple[str, ...]]:
    """What a thread did; the environment has nothing but what the kernel says of it."""
    return row.text, row.kernel if row.thread == KERNEL else ()


def difference_lines(
    found: Difference, names: tuple[str, str], width: int, show: Callable[[str], str] = visible
) -> Iterator[str]:  # fmt: skip
    """For people: the common part folded, the first step that differs, then thread by thread."""
    if found.common:
        yield f"steps 1 to {found.common} are the same" if found.common > 1 else "step 1 is the same"
    yield "first difference:"
    for name, row in zip(names, (found.one, found.other), strict=True):
        yield show(f"  {name}: {_told(row)}")
    table = [["thread", *names]]
    for label, pairs in found.threads:
        table += [[label if not n else "", *cells] for n, cells in enumerate(_cells(pairs))]
    yield ""
    yield from grid([[show(cell) for cell in row] for row in table], width, LEAST_COLUMN, 1)


def _cells(pairs: Sequence[Pair]) -> Iterator[tuple[str, str]]:
    """Of one thread; where much differs the first rows."""
    differing = 0
    for n, pair in enumerate(pairs):
        if pair.same:
            yield (f"({pair.same} the same)", f"({pair.same} the same)")
            continue
        if differing == MOST:
            left = sum(not later.same for later in pairs[n:])
            yield (f"({left} more that differ)", "")
            return
        differing += 1
        yield (_short(pair.one), _short(pair.other))


def _short(row: Row | None) -> str:
    return f"{row.step}: {_text(row)}" if row is not None else "-"


def _text(row: Row) -> str:
    return row.text or "; ".join(row.kernel)


def _told(row: Row | None) -> str:
    if row is None:
        return "it is over"
    where = f"   {row.where}" if row.where else ""
    return f"step {row.step}: {row.thread or ENVIRONMENT} {_text(row)}{where}"
