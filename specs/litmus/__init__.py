"""Litmus tests: one fact of Windows per file - a program and the set of all outcomes that Windows allows.

Each file states its fact and its source in the docstring, `NEEDS` (which parts of the API beyond threads and TCP it uses),
`EXPECTED`, and `WINE` where Wine 8 is known to differ, with the reason.  The model must give an outcome of EXPECTED on every
schedule, Windows too; Wine one of WINE.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ENDS_THREADS = re.compile(r"w\.(TerminateThread|ExitThread)\(")
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Litmus:
    """One fact and its program.

    facts: the numbered facts that it shows (K-05, S-07); expected, wine: sets of outcomes; needs: tags, see NEEDS in the files.
    """

    id: str
    title: str
    fact: str
    facts: tuple[str, ...]
    source: str
    path: Path
    program: Callable[[Any], object] = field(repr=False)
    expected: frozenset[object] = field(repr=False)
    wine: frozenset[object] | None = field(repr=False)
    needs: frozenset[str]

    @property
    def ends_threads(self) -> bool:
        """Does it end a thread otherwise than by returning?  Python's thread state goes with it: run it in its own process."""
        return ENDS_THREADS.search(self.path.read_text(encoding="utf-8")) is not None

    def fresh(self, *, watched: bool = False) -> Callable[[Any], object]:
        """The program of newly executed module code."""
        spec = importlib.util.spec_from_file_location(f"alertable.specs.litmus.{self.path.stem}", self.path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        program: Callable[[Any], object] = module.program
        return program


def load(pattern: str = "*") -> tuple[Litmus, ...]:
    """The litmus tests whose id or file name matches the pattern (case does not matter), by id."""
    wanted = pattern.lower()
    return tuple(
        _load(path.stem)
        for path in sorted(HERE.glob("[ks][0-9]*.py"))
        if fnmatchcase(path.stem, wanted) or fnmatchcase(path.stem[:4], wanted)
    )


@cache
def _load(stem: str) -> Litmus:
    module = importlib.import_module(f"alertable.specs.litmus.{stem}")
    text, _, source = (module.__doc__ or "").partition("\nsource:")
    text, _, facts = text.partition("\nfact:")
    name, _, fact = text.strip().partition(" ")
    wine = getattr(module, "WINE", None)
    return Litmus(
        id=name,
        title=stem.partition("_")[2].replace("_", " "),
        fact=" ".join(fact.split()),
        facts=tuple(number.strip() for number in facts.split(",")),
        source=" ".join(source.split()),
        path=HERE / f"{stem}.py",
        program=module.program,
        expected=frozenset(module.EXPECTED),
        wine=None if wine is None else frozenset(wine),
        needs=frozenset(module.NEEDS),
    )
