"""What a check did not look for: an answer holds for what was asked, and whoever reads it should know what was not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.sim.runtime.settings import FAULTS
from alertable.specs.properties import SANITIZERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alertable.sim.runtime.settings import Settings

GRANULARITY: Final[Mapping[str, str]] = {
    "precise": "what code of libraries does with the program's variables (memory='precise' watches the program's own)",
    "shared": "switches between two statements of the program: threads change places at calls only, so a plain variable is never "
    "seen while another thread is about to change it",
    "locks": "data that threads share without a lock (memory='locks' trusts that there is none), and switches between two "
    "statements",
}
REUSED: Final = "handle-reuse"


def not_searched(settings: Settings, memory: str, *, timed: bool) -> tuple[str, ...]:
    """One line for each thing, with the option that looks for it.  timed: the program waits with time-outs."""
    lines = []
    if timed and settings.clock == "eager":
        lines.append("time-outs that end while something else can still happen (clock='free')")
    missing = [kind for kind in FAULTS if not (settings.faults or {}).get(kind) and kind != REUSED]
    if missing:
        lines.append(f"what may go wrong: {', '.join(missing)} (faults={{'{missing[0]}': 1}}, ...)")
    if settings.profile == "windows":
        lines.append("what the documentation leaves open and Windows decides in one way (profile='documented')")
    laws = [law for law in SANITIZERS if law not in settings.specs]
    if laws:
        lines.append(f"laws that have to be asked for: {', '.join(laws)} (specs=alertable.ALL)")
    if REUSED not in FAULTS:
        lines.append("handle and socket values that are given out again after they were closed")
    elif not (settings.faults or {}).get(REUSED):
        lines.append(f"handle and socket values that are given out again after they were closed (faults={{'{REUSED}': 1}})")
    if memory in GRANULARITY:
        lines.append(GRANULARITY[memory])
    return tuple(lines)
