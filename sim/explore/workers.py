"""One search on several processors: the coordinator splits the tree of choices, worker processes explore its parts.

The first steps are split completely: at each of these nodes every actor that can move gets a part of its own, with the actors
before it in its sleep set.  Below, each part is explored by the reduction as usual.  Two parts may show the same behaviour
where a wait for a thread's end only orders; nothing is left out.
The parts, and the order in which their results are joined, do not depend on the number of processes.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sim.explore.dpor import Dpor
from sim.explore.path import NOTHING
from sim.explore.report import INTERRUPTED
from sim.explore.search import Search, Tally
from sim.explore.wakeup import Branch, Step
from sim.runtime.guard import guarded
from sim.runtime.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.explore.path import Move
    from sim.explore.strategies import Strategy
    from sim.runtime.execution import Program
    from sim.runtime.settings import Settings

PARTS: Final = 64  # how many are wanted


@dataclass(slots=True)
class Part:
    """A subtree: what led to its node, who must not begin there, and who does."""

    moves: list[Move]
    past: list[int]
    sleep: dict[str, Step]
    actor: str


class Subtree(Dpor):
    """The reduction below one node; its first step is given, what is above belongs to the coordinator."""

    def __init__(self, part: Part, *, shared_memory: bool) -> None:
        super().__init__(shared_memory=shared_memory)
        self.base = len(part.moves)
        self.path.moves, self.path.past = list(part.moves), list(part.past)
        self.path.cut(self.base)
        self.sleeps = [*({} for _ in range(self.base)), dict(part.sleep)]
        self.trees = [*([] for _ in range(self.base)), [Branch(Step(part.actor, -1, NOTHING, NOTHING))]]
        self._foreign = {id(step) for step in part.sleep.values()}
        self.next_labels: list[str] = []  # who could move after the first step

    def _next(self, machine: Machine) -> Any:  # noqa: ANN401 - as in Dpor
        if self._depth == self.base + 1 and not self.next_labels:
            self.next_labels = [option.label for option in self._enabled(machine)]
        return super()._next(machine)

    def _plan(self, e: int, i: int) -> None:
        if e > self.base:
            super()._plan(e, i)

    def _explored(self, depth: int) -> list[Step]:
        """What sleeps because of another part plans nothing here, and that part's races are not known: it excuses no plan."""
        return [step for step in self.sleeps[depth].values() if id(step) not in self._foreign]

    def finish(self) -> bool:
        """Sleep sets may stop an execution here, for its prefix was not planned by races; what is before counts all the same."""
        if self.pruned:
            self.close()
            self._reverse_races()
        return super().finish()

    def look(self) -> None:
        """After one execution that is only to show what the first step is and what follows."""
        self.close()
        self.path.analyse(())

    def first_step(self) -> Step:
        """The step that the subtree begins with, with its footprint."""
        return self._step(self.base)

    @property
    def asked(self) -> bool:
        """Did the first step ask for data outcomes?"""
        return bool(self.path.moves[self.base].outcomes)

    @property
    def after(self) -> dict[str, Step]:
        """Who must not move right after the first step."""
        return self.sleeps[self.base + 1]


class ParallelSearch:
    """The coordinator."""

    def __init__(
        self, programs: Sequence[Program], strategy: Strategy, settings: Settings, workers: int, *, keep_going: bool
    ) -> None:
        assert isinstance(strategy, Dpor)
        self.programs = programs
        self.strategy: Strategy = strategy
        self.settings = settings
        self.workers = workers
        self.keep_going = keep_going
        self.tally = Tally()
        self.torn = False
        self.parts = 0
        self._dpor = strategy

    def run(self, why_stop: Callable[[], str]) -> str:
        """All parts; why it ended early, or nothing."""
        try:
            parts = self._split()
            self.parts = len(parts)
            context = _context(self.programs)
            arguments = (self.programs, self.settings, self._dpor.shared_memory, self.keep_going)
            with context.Pool(self.workers, _prepare, arguments) as pool:
                for tally, figures in pool.imap(_explore, parts):
                    self.tally.join(tally)
                    self._add(figures)
                    stopped = why_stop()
                    if stopped:
                        return stopped
        except KeyboardInterrupt:
            self.torn = True
            return INTERRUPTED
        return ""

    def statistics(self) -> dict[str, int]:
        """Figures for people who look closely."""
        return {
            "steps": self.tally.steps, "outcomes": len(self.tally.outcomes), "redundant": self._dpor.redundant,
            "lost": self._dpor.lost, "parts": self.parts,
        }  # fmt: skip

    def _add(self, figures: dict[str, Any]) -> None:
        for name, value in figures.items():
            before = getattr(self._dpor, name)
            setattr(self._dpor, name, before or value if isinstance(value, bool) else before + value)

    def _split(self) -> list[Part]:
        """Breadth first, until there are enough parts; each look at a part costs one execution, whose result is not kept."""
        first = Subtree(Part([], [], {}, ""), shared_memory=self._dpor.shared_memory)
        first.base = -1  # the root: who could move first
        first.trees = [[]]
        _once(first, self.programs, self.settings)
        open_: deque[tuple[Part, Subtree]] = deque()
        parts: list[Part] = []
        self._grow([], [], {}, first.next_labels, open_)
        while open_ and len(open_) + len(parts) < PARTS:
            part, seen = open_.popleft()
            if seen.asked or not seen.next_labels:
                parts.append(part)  # data outcomes branch there, or it is the end: one part
                continue
            depth = len(part.moves) + 1
            self._grow(seen.path.moves[:depth], seen.path.past[:depth], seen.after, seen.next_labels, open_)
        return [*parts, *(part for part, _ in open_)]

    def _grow(
        self, moves: list[Move], past: list[int], sleep: dict[str, Step], labels: list[str],
        open_: deque[tuple[Part, Subtree]],
    ) -> None:  # fmt: skip
        """A part for every actor that can move here and is not asleep."""
        asleep = dict(sleep)
        for label in labels:
            if label in asleep:
                continue
            part = Part(moves, past, dict(asleep), label)
            seen = Subtree(part, shared_memory=self._dpor.shared_memory)
            _once(seen, self.programs, self.settings)
            step = seen.first_step()
            open_.append((part, seen))
            if not seen.asked:
                asleep[label] = step


def _once(subtree: Subtree, programs: Sequence[Program], settings: Settings) -> None:
    search = Search(programs, subtree, settings)
    with guarded(Machine(), []):
        search.execution()
    subtree.look()


def _context(programs: Sequence[Program]) -> Any:  # noqa: ANN401 - a context of multiprocessing
    """Processes that begin as copies, where there are such: then every program can be shared out."""
    if "fork" in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("fork")
    import pickle

    try:
        pickle.dumps(tuple(programs))
    except Exception as error:
        raise ValueError(f"workers need programs that another process can import on this system: {error}") from error
    return multiprocessing.get_context("spawn")


_WORK: list[Any] = []


def _prepare(programs: Sequence[Program], settings: Settings, shared_memory: bool, keep_going: bool) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the coordinator's
    _WORK[:] = [programs, settings, shared_memory, keep_going]


def _explore(part: Part) -> tuple[Tally, dict[str, Any]]:
    programs, settings, shared_memory, keep_going = _WORK
    subtree = Subtree(part, shared_memory=shared_memory)
    search = Search(programs, subtree, settings)
    with guarded(Machine(), []):
        search.run(lambda: "a violation" if search.tally.violations and not keep_going else "")
    figures = {name: getattr(subtree, name) for name in ("redundant", "lost", "held_back", "cut", "stops")}
    return search.tally, figures
