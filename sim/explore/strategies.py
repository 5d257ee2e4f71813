"""The strategies by name, and which options go together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from alertable.sim.explore.algorithms.dpor import Dpor
from alertable.sim.explore.algorithms.exhaustive import Exhaustive
from alertable.sim.explore.sampling.samples import PctSampling, Sampling
from alertable.sim.explore.states.graph import REDUCTIONS
from alertable.sim.explore.states.strategy import States
from alertable.sim.runtime.settings import MEMORIES

if TYPE_CHECKING:
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.win32.api import SimWinApi

STRATEGIES: Final = ("states", "dpor", "dfs", "random", "pct")
DEFAULT: Final = "dpor"  # with "states" by turns, where nobody chose a strategy; samples come before both


class Strategy(Protocol):
    """Hands out executions: begin with a machine, run it, finish; False from finish is the end."""

    executions: int

    def begin(self, machine: Machine, api: SimWinApi, /) -> None:
        """A new execution."""

    def finish(self) -> bool:
        """It is over; is there more to do?"""


def strategy_of(
    name: str | None, memory: str, seed: int, max_executions: int | None, preemptions: int | None, delays: int | None,
    *, thorough: bool = False, reduction: str | None = None, exact: bool = False,
) -> Strategy:  # fmt: skip
    """The strategy by its name, None for the one that a check uses of itself; ValueError for what there is not.

    thorough: the search goes on after a violation.  reduction, exact: of "states".
    """
    name = DEFAULT if name is None else name
    if memory not in MEMORIES:
        raise ValueError(f"memory={memory!r} does not exist; there are {', '.join(map(repr, MEMORIES))}")
    for bound, given in (("preemptions", preemptions), ("delays", delays)):
        if given is not None and name != "dfs":
            raise ValueError(f"{bound} bound the strategy 'dfs' only; {name!r} has no use for them")
    if reduction is not None and reduction not in REDUCTIONS:
        raise ValueError(f"reduction={reduction!r} does not exist; there are {', '.join(map(repr, REDUCTIONS))}")
    for option, is_given in (("reduction", reduction is not None), ("exact", exact)):
        if is_given and name != "states":
            raise ValueError(f"{option} is for the strategy 'states'; {name!r} has no use for it")
    if preemptions is not None and delays is not None:
        raise ValueError("preemptions and delays are two bounds of one kind; give one of them")
    if name == "dpor":
        return Dpor(shared_memory=memory == "shared", thorough=thorough)
    if name == "states":
        return States(shared_memory=memory == "shared", thorough=thorough, reduction=reduction or REDUCTIONS[0], exact=exact)
    if name == "dfs":
        return Exhaustive(shared_memory=memory == "shared", preemptions=preemptions, delays=delays)
    if name == "random":
        return Sampling(seed, max_executions)
    if name == "pct":
        return PctSampling(seed, max_executions)
    raise ValueError(f"strategy={name!r} does not exist; there are {', '.join(STRATEGIES)}")
