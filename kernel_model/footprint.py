"""The footprint of a transition: what it read, what it wrote, whom it set going.

Two transitions are independent if neither writes what the other reads or writes.  Whatever has state is a `Cell`: it says
itself that it is read or written, in the functions that read or write it, so that no caller can forget to.  Keys are labels,
which depend on the creating thread's own history only (F-001), so footprints of different executions can be compared; a search
numbers them, and a footprint is two bit masks.  While nobody explores, the footprint is `SILENT`: all masks are 0.
"""

from __future__ import annotations

from typing import Any, Final


class Footprint:
    """Filled by the kernel during one transition, taken by whoever explores after it; `keys` stays as long as the search.

    memory: are accesses to the memory of processes a part of it?  woken: actors that may move now (threads, flows, due timers);
    discarded: actors that could have moved and now cannot; joins: the ends of threads, and
    the openings of gates, that the transition was waiting for;
    locks: (key, operation) of user-mode locks, the operation one of X S (acquire) x s (release) T t (try) ? (a try that failed).
    """

    __slots__ = (
        "_cells", "_families", "_kinds", "discarded", "joins", "keys", "locks", "memory", "reads", "rest_follows", "woken",
        "writes",
    )  # fmt: skip

    def __init__(self, *, memory: bool = True) -> None:
        self.keys: dict[str, int] = {}
        self._cells: dict[str, Cell] = {}
        self._kinds: dict[str, Cells] = {}
        self._families: dict[tuple[str, tuple[str, ...]], tuple[Cell, ...]] = {}
        self.memory = memory
        self.reads = 0
        self.writes = 0
        self.joins = 0
        self.locks: list[tuple[int, str]] = []
        self.woken: list[Any] = []
        self.discarded: list[Any] = []
        self.rest_follows = False  # the segment that arrived has a rest, which comes next

    def key(self, name: str) -> int:
        """The mask of what has this name: one bit, the same in every execution of the search."""
        bit = self.keys.get(name)
        if bit is None:
            bit = self.keys[name] = 1 << len(self.keys)
        return bit

    def cell(self, name: str) -> Cell:
        """The cell of what has this name and no object; one for all executions, since most are made anew in each."""
        cell = self._cells.get(name)
        if cell is None:
            cell = self._cells[name] = Cell(self, name)
        return cell

    def kind(self, kind: str) -> Cells:
        """The cells of things of one kind that have no object of their own, or none yet; one dictionary for all executions."""
        cells = self._kinds.get(kind)
        if cells is None:
            cells = self._kinds[kind] = Cells(self, kind)
        return cells

    def cells(self, of: str, names: tuple[str, ...]) -> tuple[Cell, ...]:
        """The cells of the parts of what has the label `of`; names: how they are called, with the label for `{}`."""
        cells = self._families.get((of, names))
        if cells is None:
            cells = self._families[of, names] = tuple([self.cell(name.format(of)) for name in names])
        return cells

    def __reduce__(self) -> tuple[Any, ...]:
        """What stays as long as the search."""
        return _restored, (self.keys, self.memory)

    def copy(self) -> Footprint:
        """Another with the same keys."""
        return _restored(self.keys, self.memory)

    def names(self, mask: int) -> list[str]:
        """What a mask stands for, for people."""
        return [name for name, bit in self.keys.items() if bit & mask]

    def clear(self) -> None:
        """Make ready for the next transition; what was filled belongs to whoever took it."""
        self.reads = self.writes = self.joins = 0
        self.rest_follows = False
        if self.woken:
            self.woken = []
        if self.locks:
            self.locks = []
        if self.discarded:
            self.discarded = []

    def wakes(self, actor: Any) -> None:  # noqa: ANN401 - a thread, a flow or an entry of the timer queue
        """The actor may move now."""
        self.woken.append(actor)

    def discards(self, actor: Any) -> None:  # noqa: ANN401 - as above
        """The actor could have moved, and cannot any more."""
        self.discarded.append(actor)

    def locked(self, key: int, operation: str) -> None:
        """An operation on a user-mode lock."""
        self.locks.append((key, operation))

    def mark(self) -> tuple[int, ...]:
        """How far the transition's footprint is; for `rewind`."""
        return self.reads, self.writes, self.joins, len(self.locks), len(self.woken), len(self.discarded)

    def rewind(self, mark: tuple[int, ...]) -> None:
        """What was recorded since `mark` is no event of its own."""
        self.reads, self.writes, self.joins, locks, woken, discarded = mark
        del self.locks[locks:], self.woken[woken:], self.discarded[discarded:]


def _restored(keys: dict[str, int], memory: bool) -> Footprint:
    footprint = Footprint(memory=memory)
    footprint.keys.update(keys)
    return footprint


class Silence(Footprint):
    """Nobody explores: there are no keys, and nothing is kept."""

    __slots__ = ()

    def key(self, name: str) -> int:
        return 0

    def cell(self, name: str) -> Cell:
        return NOTHING

    def kind(self, kind: str) -> Cells:
        return NONE

    def cells(self, of: str, names: tuple[str, ...]) -> tuple[Cell, ...]:
        return (NOTHING,) * len(names)

    def wakes(self, actor: object) -> None:
        pass

    def discards(self, actor: object) -> None:
        pass

    def locked(self, key: int, operation: str) -> None:
        pass


class Cell:
    """A piece of state that footprints tell apart."""

    __slots__ = ("bit", "footprint")

    def __init__(self, footprint: Footprint, name: str) -> None:
        self.footprint = footprint
        self.bit = footprint.keys.get(name) or footprint.key(name)

    def rename(self, name: str) -> None:
        """What footprints call it, where that is not its label."""
        self.bit = self.footprint.key(name)

    def read(self) -> None:
        """Something depends on the state."""
        self.footprint.reads |= self.bit

    def written(self) -> None:
        """The state changes, or its order among other accesses matters."""
        self.footprint.writes |= self.bit


class Cells(dict[Any, Cell]):
    """Cells of things that have no object of their own, or none yet: names, ports, handle values."""

    __slots__ = ("_footprint", "_kind")

    def __init__(self, footprint: Footprint, kind: str) -> None:
        super().__init__()
        self._footprint = footprint
        self._kind = kind

    def __missing__(self, what: object) -> Cell:
        cell = self[what] = self._footprint.cell(f"{self._kind} {what}")
        return cell


class NoCells(Cells):
    """Nobody explores: nothing is kept."""

    __slots__ = ()

    def __missing__(self, what: object) -> Cell:
        return NOTHING


SILENT: Final = Silence()
NOTHING: Final = Cell(SILENT, "nothing")
NONE: Final = NoCells(SILENT, "none")
