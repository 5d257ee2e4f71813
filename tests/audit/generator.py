"""Random programs as data: a number names one, any part of one is one, and what fails can be made smaller.

A program is scripts of (family, operation) pairs, one per thread, a mode (clock, profile, faults) and perhaps a remote endpoint;
its outcome is what each call answered.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from ctypes import byref, c_uint32
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any, Final

import alertable
from alertable.kernel_model.outcomes import FAULTS
from alertable.sim.runtime.settings import Settings
from alertable.winapi import INFINITE, LPTHREAD_START_ROUTINE, OVERLAPPED
from tests.audit.families import FAMILIES, NEEDS
from tests.audit.families.peers import CALLS, script
from tests.audit.shared import Shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from alertable.winapi import WinApi

    Script = tuple[tuple[str, str], ...]

MAX_STEPS: Final = 400
SMALL: Final = (*3 * ((1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1)), (3, 2), (1, 1, 1))  # calls per thread, for brute force
SUSPENDED: Final = 4
ALL_ACCESS: Final = 0x1FFFFF


@dataclass(frozen=True, slots=True)
class Mode:
    """What else may happen in the executions of a program."""

    clock: str = "eager"
    profile: str = "windows"
    fault: str = ""

    def settings(self, specs: Sequence[Any] = ()) -> Settings:
        """For the runtime; no sanitizers, which would end executions early."""
        faults = {self.fault: 1} if self.fault else None
        return Settings(max_steps=MAX_STEPS, specs=specs, clock=self.clock, profile=self.profile, faults=faults)

    def __str__(self) -> str:
        return ", ".join(filter(None, (f"clock={self.clock}", f"profile={self.profile}", self.fault and f"fault={self.fault}")))


MODES: Final = (
    Mode(), Mode(clock="free"), Mode(profile="documented"), Mode("free", "documented"),
    *(Mode(fault=fault) for fault in FAULTS), *(Mode("free", fault=fault) for fault in FAULTS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RandomProgram:
    """apart: the last script runs in a process of its own; peer: the calls of a remote endpoint; inline: the initial thread
    follows the first script itself."""

    scripts: tuple[Script, ...]
    mode: Mode = Mode()
    apart: bool = False
    peer: tuple[str, ...] = ()
    inline: bool = False

    def __str__(self) -> str:
        lines = [f"  {', '.join(f'{family}: {name}' for family, name in script) or '-'}" for script in self.scripts]
        tail = "  (the last one in a process of its own)\n" if self.apart else ""
        tail += "  (the first one by the initial thread)\n" if self.inline else ""
        peer = f"  peer: {', '.join(self.peer)}\n" if self.peer else ""
        return f"{self.mode}\n" + "\n".join(lines) + "\n" + tail + peer

    @property
    def families(self) -> tuple[str, ...]:
        """In use, in a fixed order."""
        used = {family for script in self.scripts for family, _ in script}
        return tuple(family for family in FAMILIES if family in used)

    def programs(self) -> list[Callable[[WinApi], object]]:
        """What the runtime takes."""
        together = self.scripts[:-1] if self.apart else self.scripts
        alone = not self.apart and "peers" not in self.families
        made: list[Callable[[WinApi], object]] = [program_of(together, alone=alone, inline=self.inline)]
        if self.apart:
            made.append(alertable.process(program_of(self.scripts[-1:])))
        if "peers" in self.families:
            made.append(alertable.peer(script(self.peer)))
        return made

    def smaller(self) -> Iterator[RandomProgram]:
        """Programs with a little less, the much smaller ones first."""
        scripts = self.scripts
        if len(scripts) > 1:
            for i in range(len(scripts)):
                yield replace(self, scripts=scripts[:i] + scripts[i + 1 :], apart=self.apart and i < len(scripts) - 1)
        if self.apart:
            yield replace(self, apart=False)
        for i, calls in enumerate(scripts):
            for j in range(len(calls)):
                yield replace(self, scripts=(*scripts[:i], calls[:j] + calls[j + 1 :], *scripts[i + 1 :]))
        for j in range(len(self.peer)):
            yield replace(self, peer=self.peer[:j] + self.peer[j + 1 :])
        if not self.inline and len(scripts) > 1:
            yield replace(self, inline=True)
        if self.mode.fault:
            yield replace(self, mode=replace(self.mode, fault=""))
        if self.mode.profile != "windows":
            yield replace(self, mode=replace(self.mode, profile="windows"))
        if self.mode.clock != "eager":
            yield replace(self, mode=replace(self.mode, clock="eager"))


@contextmanager
def nothing_goes_wrong(w: Any) -> Iterator[None]:
    """Faults and what is left open begin afterwards."""
    kernel = w._m.kernel
    outcomes, kernel.outcomes = kernel.outcomes, None
    yield
    kernel.outcomes = outcomes


def program_of(
    scripts: Sequence[Sequence[tuple[str, str]]], *, alone: bool = False, inline: bool = False
) -> Callable[[WinApi], object]:
    """Threads that follow these scripts; its outcome is what each call answered.

    alone: nobody else runs while it prepares, and so nothing needs to go wrong meanwhile.  inline: the initial thread follows the
    first script, which makes far fewer interleavings.
    """
    used = dict.fromkeys(family for script in scripts for family, _ in script)
    operations = [[FAMILIES[family][name] for family, name in script] for script in scripts]  # no others are a part of its state
    needs = list(dict.fromkeys(NEEDS[family] for family in FAMILIES if family in used and family in NEEDS))

    def program(w: WinApi) -> object:
        with nothing_goes_wrong(w) if alone else nullcontext():
            shared = Shared(w, needs)
        shared.log = [[] for _ in scripts]

        def follow(number: int) -> None:
            for operation in operations[number]:
                shared.log[number].append(operation(shared))

        @w.CALLBACK(*LPTHREAD_START_ROUTINE)
        def body(number: int | None) -> int:
            follow(number or 0)
            return 0

        shared.firsts = {number: OVERLAPPED() for number in range(len(scripts))}
        mine = scripts[: int(inline)]
        others = range(len(mine), len(scripts))
        tids = [c_uint32(w.GetCurrentThreadId()) for _ in scripts]
        shared.threads = [w.OpenThread(ALL_ACCESS, 0, tids[0].value) for _ in mine]
        shared.threads += [w.CreateThread(None, 0, body, number, SUSPENDED, byref(tids[number])) for number in others]
        shared.tids = [tid.value for tid in tids]
        shared.numbers = {tid: number for number, tid in enumerate(shared.tids)}  # an APC may run before the thread does
        for number in others:
            w.ResumeThread(shared.threads[number])
        if mine:
            follow(0)
        for number in others:
            w.WaitForSingleObject(shared.threads[number], INFINITE)
        return tuple(map(tuple, shared.log))

    return program


def random_program(
    seed: int, *, small: bool = False, modes: Sequence[Mode] = MODES, families: Sequence[str] = (), mixed: bool = True
) -> RandomProgram:
    """The program of this number.

    small: few enough calls for brute force.  families: the first one is of these, if any are
    named; mixed: perhaps of a second one, which may be any.
    """
    random = Random(seed)
    mode = random.choice(modes)
    names = random.sample([name for name in FAMILIES if not families or name in families], 1)
    if mixed and random.random() < 0.4:
        names += [name for name in random.sample(list(FAMILIES), 1) if name not in names]
    operations = [(family, name) for family in names for name in FAMILIES[family]]
    lengths = random.choice(SMALL) if small else [random.randint(1, 4) for _ in range(random.randint(2, 4))]
    scripts = tuple(tuple(random.choice(operations) for _ in range(length)) for length in lengths)
    apart = "named" in names and random.random() < 0.5
    peer = tuple(random.choice(list(CALLS)) for _ in range(random.randint(0, 2 if small else 4))) if "peers" in names else ()
    inline = small and (len(lengths) > 2 or sum(lengths) > 2 or random.random() < 0.8)
    return RandomProgram(scripts, mode, apart, peer, inline)


def shrink(program: RandomProgram, fails: Callable[[RandomProgram], bool]) -> RandomProgram:
    """The smallest program that still fails, as far as leaving out single things leads."""
    while True:
        smaller = next((candidate for candidate in program.smaller() if fails(candidate)), None)
        if smaller is None:
            return program
        program = smaller
