"""The files that a program is made of: its own, and those beside it that it imports."""

from __future__ import annotations

import ast
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def sources(path: Path) -> list[Path]:
    """The file and what it imports from its own folder or below, directly or not; found by reading, nothing is executed."""
    folder = path.resolve().parent
    found: dict[Path, None] = {path.resolve(): None}
    left = list(found)
    while left:
        file = left.pop()
        for base, name in _imported(file, folder):
            for candidate in (base.joinpath(*name, "__init__.py"), base.joinpath(*name).with_suffix(".py") if name else base):
                if candidate not in found and candidate.is_file():
                    found[candidate] = None
                    left.append(candidate)
    return list(found)


def digest(path: Path) -> str:
    """Of a text, the same whichever line ends a checkout gave it; empty for a file that cannot be read."""
    try:
        data = path.read_bytes()
    except OSError:
        return ""
    return blake2b(data.replace(b"\r\n", b"\n"), digest_size=8).hexdigest()


def _imported(file: Path, folder: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """The modules that a file names: from which folder, and the parts of the name."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _packages(folder, alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = file.parents[node.level - 1] if 0 < node.level <= len(file.parents) else folder
            yield from _packages(base, node.module or "")
            for alias in node.names:  # it may be a module of the package
                yield base, (*(node.module or "").split("."), alias.name) if node.module else (alias.name,)


def _packages(base: Path, name: str) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """A module, and the packages on the way to it, whose code is executed too."""
    parts = tuple(part for part in name.split(".") if part)
    for length in range(1, len(parts) + 1):
        yield base, parts[:length]
