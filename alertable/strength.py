"""How strong an answer must be: verdicts, what may be required of them, and what is said about them.

The exit code, the word in the terminal and in JSON, and whether a test passes all come from here, so that they agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.sim.explore.determinism.twice import NOT_DETERMINISTIC
from alertable.sim.explore.report import BOUNDED, COMPLETE, INCONCLUSIVE, SAMPLED
from alertable.sim.explore.report import INTERRUPTED as WAS_INTERRUPTED
from alertable.terminal import DIVERGED, INTERRUPTED, OK, VIOLATED, WEAKER

if TYPE_CHECKING:
    from alertable.sim.explore.report import Report

STRENGTH: Final = (COMPLETE, BOUNDED, SAMPLED, INCONCLUSIVE)  # the strongest first
REQUIREMENTS: Final = ("complete", "bounded", "sampled", "any")  # the weakest verdict that each accepts stands at its place
DEFAULT: Final = "sampled"  # a search that did not get through has shown nothing


def accepted(report: Report, require: str | None) -> bool:
    """No violation, and a verdict that is as strong as required."""
    return report.ok and STRENGTH.index(report.verdict) <= REQUIREMENTS.index(require or DEFAULT)


def exit_code(report: Report, require: str | None) -> int:
    """Of a command that ends with this report."""
    if not report.ok:
        return DIVERGED if all(violation.id == NOT_DETERMINISTIC for violation in report.violations) else VIOLATED
    if WAS_INTERRUPTED in report.reasons:
        return INTERRUPTED
    return OK if accepted(report, require) else WEAKER


def said(report: Report, code: int) -> str:
    """The word for it; a search that did not get through is no pass, whatever was accepted."""
    if not report.ok:
        return "FAIL"
    if report.verdict == INCONCLUSIVE:
        return INCONCLUSIVE
    return "PASS" if code == OK else "WEAK"


def required(require: str | None) -> str | None:
    """The requirement, or ValueError in one line."""
    if require is not None and require not in REQUIREMENTS:
        raise ValueError(f"require={require!r} does not exist; there are {', '.join(map(repr, REQUIREMENTS))}")
    return require
