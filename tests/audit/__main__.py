"""The audits over as many random programs as one likes: `python -m tests.audit --swap 20000 --shadow 20000 --brute 5000`.

Prints figures on stdout and progress on stderr; the exit code is 1 if anything was found, with the smallest programs.
`--states` follows different ways to one state, `--workers` is `--brute` with two; `--searches` compares the search over states
with itself without any reduction and with brute force, `--walks` with random walks, in larger programs.
A program is known by its number: `--seed` is the first one, `--family` keeps to some families, `--only` runs one number.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.audit import brute, searches, shadow, states, swap
from tests.audit.generator import MODES, random_program, shrink
from tests.audit.slots import traced
from tests.audit.tracer import TRACER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.audit.generator import RandomProgram

EVERY_SECONDS = 10.0
SHRINK_TRIES = 12  # schedules that a smaller program is tried with
SHOWN = 12  # kinds


@dataclass(slots=True)
class Audit:
    """One of them, over a range of programs.

    look: kinds of what is wrong with a program, each with the words for it; it counts what it does in `figures`.
    """

    name: str
    look: Callable[[RandomProgram, int, dict[str, int]], dict[str, str]]
    small: bool = False
    tries: int = 1
    figures: dict[str, int] = field(default_factory=dict)
    found: dict[str, list[tuple[int, RandomProgram, str]]] = field(default_factory=dict)

    def run(self, numbers: range, families: Sequence[str], deadline: float) -> None:
        """All of them, or as many as time allows."""
        begin = told = time.perf_counter()
        done = 0
        for number in numbers:
            now = time.perf_counter()
            if now >= deadline:
                break
            if now - told >= EVERY_SECONDS:
                told = now
                print(f"{self.name}: {done} of {len(numbers)} programs, {len(self.found)} kinds found", file=sys.stderr)
            program = random_program(number, small=self.small, families=families)
            for kind, words in self.look(program, number, self.figures).items():
                if kind not in self.found:
                    print(f"{self.name}: {kind}: program {number}", file=sys.stderr)
                self.found.setdefault(kind, []).append((number, program, words))
            done += 1
        seconds = time.perf_counter() - begin
        figures = ", ".join(f"{count} {what}" for what, count in self.figures.items())
        print(f"{self.name}: {done} programs in {seconds:.0f} s; {figures}; {sum(map(len, self.found.values()))} failed")

    def explain(self) -> None:
        """The smallest program of each kind."""
        for kind, cases in sorted(self.found.items(), key=lambda item: -len(item[1]))[:SHOWN]:
            number, program, words = min(cases, key=lambda case: sum(map(len, case[1].scripts)))

            def fails(candidate: RandomProgram, kind: str = kind, number: int = number) -> bool:
                return any(kind in self.look(candidate, number + n, {}) for n in range(self.tries))

            smallest = shrink(program, fails)
            for n in range(self.tries):
                words = self.look(smallest, number + n, {}).get(kind, words)
            print(f"\n{self.name}: {kind} ({len(cases)} programs, one is {number})\n{smallest}{words}")
        if len(self.found) > SHOWN:
            print(f"\n{self.name}: and {len(self.found) - SHOWN} more kinds")


def look_swapped(program: RandomProgram, number: int, figures: dict[str, int]) -> dict[str, str]:
    """Swap neighbours of a random walk."""
    swapped = swap.audit(program, number)
    figures["swaps"] = figures.get("swaps", 0) + swapped.swaps
    figures["refused"] = figures.get("refused", 0) + swapped.refused
    hole = swapped.hole
    if hole is None:
        return {}
    family = program.families[0] if program.families else "none"
    return {f"{family}, {hole.kind}": str(hole)}


def look_followed(program: RandomProgram, number: int, figures: dict[str, int]) -> dict[str, str]:
    """Follow different ways to one fingerprint by the same schedule."""
    audited = states.audit(program, number)
    for what, count in (("states", audited.states), ("pairs", audited.pairs), ("not read", audited.unread)):
        figures[what] = figures.get(what, 0) + count
    if audited.hole is None:
        return {}
    family = program.families[0] if program.families else "none"
    return {f"{family}, {audited.hole.kind}": str(audited.hole)}


def look_shadowed(program: RandomProgram, number: int, figures: dict[str, int]) -> dict[str, str]:
    """Compare real accesses with footprints."""
    conflicts = shadow.audit(program, number, TRACER)
    figures["refused"] = figures.get("refused", 0) + (conflicts is None)
    return {conflict.kind: str(conflict) for conflict in conflicts or ()}


def look_compared(program: RandomProgram, number: int, figures: dict[str, int], workers: int = 1) -> dict[str, str]:
    """Brute force, and what the reduction finds."""
    result = brute.compare(program, workers=workers)
    for what, there in (("compared", result.compared), ("counted", result.counted)):
        figures[what] = figures.get(what, 0) + there
    figures["executions"] = figures.get("executions", 0) + result.executions
    figures["in vain"] = figures.get("in vain", 0) + result.waste
    if not result.complaints:
        return {}
    family = program.families[0] if program.families else "none"
    return {f"{family}, {result.complaints[0].split()[0].strip(':')}": "\n".join(result.complaints[:3])}


def look_shared_out(program: RandomProgram, number: int, figures: dict[str, int]) -> dict[str, str]:
    """The same with two workers; data outcomes are for one process."""
    return look_compared(program, number, figures, workers=2) if not program.mode.settings().branches else {}


def look_searched(program: RandomProgram, _number: int, figures: dict[str, int]) -> dict[str, str]:
    """The search over states with its reduction, without it, and brute force."""
    return _searched(program, searches.compare(program), figures)


def look_walked(program: RandomProgram, number: int, figures: dict[str, int]) -> dict[str, str]:
    """The search over states, and random walks."""
    return _searched(program, searches.walked(program, number), figures)


def _searched(program: RandomProgram, result: searches.Comparison, figures: dict[str, int]) -> dict[str, str]:
    for what, count in (
        ("compared", int(result.compared)), ("by brute force", int(result.by_brute_force)), ("states", result.reduced),
        ("without reduction", result.everything), ("not read", result.unread),
    ):  # fmt: skip
        figures[what] = figures.get(what, 0) + count
    if not result.complaints:
        return {}
    family = program.families[0] if program.families else "none"
    return {f"{family}, {result.complaints[0].split(':')[0]}": "\n".join(result.complaints[:3])}


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.audit", description=__doc__)
    for name, words in (
        ("swap", "swap neighbours"), ("shadow", "trace real accesses"), ("brute", "compare with brute force"),
        ("workers", "compare with brute force, two workers"), ("states", "follow two ways to one fingerprint"),
        ("searches", "compare searches over states"), ("walks", "compare them with random walks"),
    ):  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=0, metavar="N", help=f"{words} in N programs")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first program")
    parser.add_argument("--family", action="append", default=[], help="only this family first (may be given again)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop each audit after so long")
    asked = parser.parse_args()
    audits = [
        Audit("swap", look_swapped, tries=SHRINK_TRIES), Audit("shadow", look_shadowed, tries=SHRINK_TRIES),
        Audit("brute", look_compared, small=True), Audit("workers", look_shared_out, small=True),
        Audit("states", look_followed, tries=SHRINK_TRIES), Audit("searches", look_searched, small=True),
        Audit("walks", look_walked),
    ]  # fmt: skip
    print(f"modes: {'; '.join(map(str, MODES))}")
    failed = False
    for audit in audits:
        count = getattr(asked, audit.name)
        if count:
            with traced() if audit.name == "shadow" else nullcontext():
                numbers = range(asked.seed, asked.seed + count)
                audit.run(numbers, asked.family, time.perf_counter() + asked.seconds)
                audit.explain()
            failed = failed or bool(audit.found)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
