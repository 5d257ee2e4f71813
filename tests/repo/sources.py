"""The project's own source files, for the tests that read them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("alertable", "sim", "specs", "kernel_model", "winapi")


@dataclass(frozen=True)
class SourceModule:
    """One Python file."""

    path: Path

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def layer(self) -> str:
        """The top-level package it belongs to."""
        return self.path.relative_to(ROOT).parts[0]

    @cached_property
    def text(self) -> str:
        """Its source."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    @property
    def name(self) -> str:
        """What it is imported as."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        return ".".join(parts if parts[0] == "alertable" else ("alertable", *parts))

    def imported(self, modules: Collection[str]) -> set[str]:
        """Those of these modules that it imports, anywhere in the file, for type checkers too."""
        found = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                whole = {f"{node.module}.{alias.name}" for alias in node.names}
                found |= {name if name in modules else node.module for name in whole}
        return found & set(modules)

    @cached_property
    def imports(self) -> list[tuple[str, int]]:
        """Every absolute import anywhere in the file: (layer, or another top-level package; line)."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(_package(alias.name), node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module == "alertable":
                found += [(_package(f"alertable.{alias.name}"), node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.append((_package(node.module), node.lineno))
        return found


def _package(name: str) -> str:
    """`alertable.sim.x` is in the layer sim, `alertable.cli` in the door."""
    head, _, rest = name.partition(".")
    layer = rest.partition(".")[0]
    return layer if head == "alertable" and layer in LAYERS else head


def project_modules(*packages: str) -> list[SourceModule]:
    """Every module of these packages (default: all layers), by path."""
    return [SourceModule(path) for package in packages or LAYERS for path in sorted((ROOT / package).rglob("*.py"))]
