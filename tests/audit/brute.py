"""Brute force against the reduction: the same outcomes, the same violations, as many executions as there are traces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import alertable
from kernel_model.errors import NotModelled
from tests.audit.generator import MAX_STEPS

if TYPE_CHECKING:
    from alertable import Report
    from tests.audit.generator import RandomProgram

BRUTE_FORCE_MAX: Final = 2_500


@dataclass(frozen=True, slots=True)
class Comparison:
    """complaints: what one search has and the other has not; counted: the numbers of traces could be compared."""

    complaints: tuple[str, ...] = ()
    compared: bool = True
    counted: bool = False
    executions: int = 0


def compare(program: RandomProgram, *, workers: int = 1, limit: int = BRUTE_FORCE_MAX) -> Comparison:
    """Search twice; not compared where brute force takes too long, or the model refuses."""
    try:
        brute = _search(program, strategy="dfs", max_executions=limit)
        if brute.verdict == "INCONCLUSIVE":
            return Comparison(compared=False)
        reduced = _search(program, strategy="dpor", workers=workers)
    except NotModelled:
        return Comparison(compared=False)
    complaints = []
    for what, have, want in (
        ("outcome", set(reduced.outcomes), set(brute.outcomes)),
        ("violation", {v.id for v in reduced.violations}, {v.id for v in brute.violations}),
    ):
        complaints += [f"lost: {what} {missing}" for missing in sorted(map(repr, want - have))]
        complaints += [f"invented: {what} {extra}" for extra in sorted(map(repr, have - want))]
    counted = reduced.verdict == "COMPLETE" and workers == 1 and not complaints
    if counted and reduced.executions != brute.statistics["traces"]:
        complaints.append(f"{reduced.executions} executions for {brute.statistics['traces']} traces")
    if counted and reduced.statistics["redundant"]:
        complaints.append(f"{reduced.statistics['redundant']} executions in vain")
    return Comparison(tuple(complaints), counted=counted, executions=brute.executions)


def _search(program: RandomProgram, **options: Any) -> Report:
    mode = program.mode
    report: Report = alertable.check(
        *program.programs(), memory="locks", keep_going=True, specs=(), max_steps=MAX_STEPS, clock=mode.clock,
        profile=mode.profile, faults={mode.fault: 1} if mode.fault else None, **options,
    )  # fmt: skip
    return report
