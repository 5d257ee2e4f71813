"""The lane: the litmus tests on the model and on a real ws2_32.dll, held against what Windows allows."""

from __future__ import annotations

import ast
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.runtime.execution import execute
from alertable.sim.runtime.random_walk import RandomChooser
from alertable.sim.runtime.settings import Settings
from alertable.sim.win32.api import SimWinApi
from alertable.winapi.real import real, wine_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alertable.specs.litmus import Litmus

SCHEDULES: Final = 100
REAL_SECONDS: Final = 60
DISAGREEMENTS: Final = ("NOT ALLOWED", "ERROR")
MISSING: Final = object()


@dataclass
class Row:
    """One litmus test: the outcomes seen on each arm, how they agree, and what went wrong (an error's text)."""

    litmus: Litmus
    model: frozenset[object] = frozenset()
    real: object = MISSING
    agreement: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Nothing outside what is allowed was seen."""
        return self.agreement not in DISAGREEMENTS


def run_model(litmus: Litmus, schedules: int) -> frozenset[object]:
    """The outcomes of the default schedule and so many random ones."""
    outcomes = set()
    for seed in (None, *range(schedules)):
        machine = Settings(specs=()).machine(chooser=None if seed is None else RandomChooser(seed))
        outcome = execute([litmus], machine, SimWinApi(machine))[0]  # type: ignore[list-item]  # it has fresh(), as a file has
        if machine.violation is not None:
            raise RuntimeError(f"{'default schedule' if seed is None else f'seed {seed}'}: {machine.violation.message}")
        outcomes.add(outcome)
    return frozenset(outcomes)


def run_real(litmus: Litmus) -> object:
    """The outcome on real Winsock, in a thread of its own; in a process of its own where a thread is ended."""
    if litmus.ends_threads:
        return ast.literal_eval(_in_a_process(litmus))
    result: list[Any] = []

    def body() -> None:
        try:
            result.append((litmus.fresh()(real()), None))
        except Exception as error:  # whatever it was, it is this row's result
            result.append((None, error))

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    thread.join(REAL_SECONDS)
    if not result:
        raise TimeoutError(f"no answer within {REAL_SECONDS} s")
    outcome, error = result[0]
    if error is not None:
        raise error
    return outcome


def _in_a_process(litmus: Litmus) -> str:
    code = (
        f"import os, sys; sys.path[:0] = {sys.path!r}; from alertable.specs.litmus import load; "
        "from alertable.winapi.real import real; "
        f"print(repr(load({litmus.id!r})[0].fresh()(real())), flush=True); os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=REAL_SECONDS)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit code {done.returncode}")
    return done.stdout


def conform(tests: Sequence[Litmus], backend: str, schedules: int) -> Iterator[Row]:
    """Row by row, in the order of the tests; backend real means both arms."""
    for litmus in tests:
        row = Row(litmus)
        try:
            row.model = run_model(litmus, schedules)
            if backend == "real":
                row.real = run_real(litmus)
            row.agreement = agreement(row)
        except Exception as error:  # a litmus program that raises on an arm fails there; the others go on
            row.errors.append(f"{type(error).__name__}: {error}")
            row.agreement = "ERROR"
        yield row


def agreement(row: Row) -> str:
    """How the outcomes relate to what Windows allows, and to each other."""
    litmus, under_wine = row.litmus, wine_version() is not None
    if not row.model <= litmus.expected:
        return "NOT ALLOWED"
    if row.real is MISSING:
        return "ok"
    if row.real in litmus.expected:
        return "same" if row.real in row.model else "allowed"
    if under_wine and litmus.wine is not None and row.real in litmus.wine:
        return "wine differs"
    return "NOT ALLOWED"
