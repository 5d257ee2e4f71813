"""The default schedule in processes with other hash seeds: what depends on the hash of strings is the same within one process.

Only programs whose code calls `hash`, or makes sets and goes through something, and only such as another process can import:
files, and functions of modules.  The processes run beside the search, and are compared with each other: what this one has done
before is not in them.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.explore.determinism.endings import Ending, ending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.settings import Settings

# Of two short strings in a set, 92 of 100 pairs of common words come in both orders under these seeds.
SEEDS: Final = (70, 133, 159)
PATIENCE_SECONDS: Final = 20.0  # for all answers, once the search is over
START: Final = (
    "import importlib, pickle, sys; path, name, question = pickle.load(sys.stdin.buffer); sys.path[:] = path;"
    "importlib.import_module(name).answer(question)"
)
_SAME: Final[set[bytes]] = set()  # questions that were answered: nobody asks twice


class Elsewhere:
    """The same question to several processes; `with` ends those that did not answer."""

    def __init__(self, programs: Sequence[Program], settings: Settings, places: list[str]) -> None:
        self.places = places  # where the code depends on hashes, perhaps
        self.unasked = ""  # why nobody could be asked
        self._asked: list[subprocess.Popen[bytes]] = []
        self._question = b""
        if self.places:
            try:
                question = pickle.dumps((tuple(programs), settings, [getattr(each, "digest", "") for each in programs]))
                self._question = question if question not in _SAME else b""
            except Exception as error:  # whatever a program consists of
                self.unasked = f"another process cannot import the program: {error}"

    def __enter__(self) -> Elsewhere:
        if self._question:
            message = pickle.dumps((sys.path, __name__, self._question))
            self._asked = [_ask(seed, message) for seed in SEEDS]
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._asked:
            process.kill()
            process.communicate()
        self._asked = []

    def endings(self, patience: float) -> list[Ending]:
        """What became of the default schedule there; nothing if not all have told within so many seconds."""
        asked, self._asked = self._asked, []
        until = time.monotonic() + min(PATIENCE_SECONDS, patience)
        found: list[Ending] = []
        for process in asked:
            try:
                answer, complaint = process.communicate(timeout=max(0.0, until - time.monotonic()))
                found.append(pickle.loads(answer))  # our own process's
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                self.unasked = "other processes did not answer in time"
            except (pickle.UnpicklingError, EOFError):
                last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
                self.unasked = f"another process cannot run the program: {last or 'it died'}"
        if self.unasked:
            return []
        _SAME.add(self._question)
        return found


def answer(question: bytes) -> None:
    """In the other process: run the programs, and write what became of it."""
    with contextlib.redirect_stdout(sys.stderr):
        programs, settings, _ = pickle.loads(question)
        told = pickle.dumps(ending(programs, None, settings))
    sys.stdout.buffer.write(told)
    sys.stdout.buffer.flush()


def _ask(seed: int, message: bytes) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    pipe: Any = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", START], stdin=pipe, stdout=pipe, stderr=pipe, env=environment)
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(message)
        process.stdin.flush()
    return process
