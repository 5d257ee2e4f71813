"""`import winapi` in a program means `alertable.winapi`, unless the program has a module of that name itself.

In a checkout the layers stand at its top, where `import sim` would find them a second time, as other modules with other classes;
there all of them mean the one that alertable has.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

LAYERS: Final = ("kernel_model", "sim", "specs", "winapi")


class _Same(Loader):
    """Gives a module that exists already; it stays what it was."""

    def __init__(self, name: str) -> None:
        self._module = import_module(name)
        self._spec = self._module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # the import system has put that of the second name there


class PlainNames(MetaPathFinder):
    """Finds the layers by their plain names."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module of alertable; None where the program's own comes first."""
        head = fullname.partition(".")[0]
        if head not in self._names:
            return None
        if head != fullname:
            if sys.modules.get(head) is not sys.modules.get(f"alertable.{head}"):
                return None
        elif (own := PathFinder.find_spec(head)) is not None and not _same_file(own.origin, f"alertable.{head}"):
            return None
        name = f"alertable.{fullname}"
        return ModuleSpec(fullname, _Same(name)) if find_spec(name) is not None else None


def _same_file(origin: str | None, name: str) -> bool:
    ours = find_spec(name)
    return origin is not None and ours is not None and ours.origin is not None and os.path.samefile(origin, ours.origin)


def install() -> None:
    """Let plain names be found from now on; once."""
    if not any(isinstance(finder, PlainNames) for finder in sys.meta_path):
        beside = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        checkout = os.path.isdir(os.path.join(beside, "alertable"))
        sys.meta_path.insert(0, PlainNames(LAYERS if checkout else ("winapi",)))
