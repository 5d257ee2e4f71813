"""Faults planted in the sanitizers, one at a time: every condition inverted, every operand of `and` and `or` left out.

`python -m tests.specs.planted` plants each, runs the programs of tests.specs.laws against it, and names what
nobody noticed.
"""

from __future__ import annotations

import ast
import copy
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import alertable.sim.runtime.watch as watching
from alertable.specs.properties import SANITIZERS
from tests.repo.sources import ROOT
from tests.specs.laws import LAWS, Law

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = ROOT / "specs" / "properties"
MODULES: Final = (*sorted(path.stem for path in FOLDER.glob("s[0-9]*.py")), "operations")


class Planted:
    """One fault: where, what was there, the module with it."""

    def __init__(self, module: str, line: int, text: str, what: str, tree: ast.Module) -> None:
        self.module, self.line, self.text, self.what, self.tree = module, line, text, what, tree

    def __str__(self) -> str:
        return f"{self.module}.py:{self.line}: {self.what}: {self.text}"


def faults(module: str) -> Iterator[Planted]:
    """All faults of a module."""
    source = (FOLDER / f"{module}.py").read_text(encoding="utf-8")
    places = [node for node in ast.walk(ast.parse(source)) if _conditions(node)]
    for number, place in enumerate(places):
        for n, condition in enumerate(_conditions(place)):
            tree = ast.parse(source)
            again = [node for node in ast.walk(tree) if _conditions(node)][number]
            text = ast.unparse(condition)
            if isinstance(again, ast.BoolOp):
                again.values[n] = ast.Constant(isinstance(again.op, ast.And))
                what = "left out"
            elif isinstance(again, ast.comprehension):
                again.ifs[n] = _inverted(again.ifs[n])
                what = "inverted"
            else:
                assert isinstance(again, ast.If | ast.IfExp | ast.While)
                again.test = _inverted(again.test)
                what = "inverted"
            yield Planted(module, condition.lineno, text, what, ast.fix_missing_locations(tree))


def _conditions(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return []
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        return [node.test]
    return node.ifs if isinstance(node, ast.comprehension) else []


def _inverted(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), copy.deepcopy(test))


@contextmanager
def in_force(fault: Planted) -> Iterator[set[str]]:
    """The sanitizers with the fault; the ids of those that have it."""
    name = f"alertable.specs.properties.{fault.module}"
    namespace: dict[str, Any] = dict(vars(sys.modules[name]))
    exec(compile(fault.tree, str(Path(FOLDER) / f"{fault.module}.py"), "exec"), namespace)
    kinds = {name: kind for name in SANITIZERS for kind in namespace.values() if getattr(kind, "id", None) == name}
    kept, operations = dict(SANITIZERS), vars(watching)["Operations"]
    assert isinstance(SANITIZERS, dict)
    SANITIZERS.update(kinds)
    vars(watching)["Operations"] = namespace.get("Operations", operations)
    try:
        yield set(kinds) or set(kept)
    finally:
        SANITIZERS.update(kept)
        vars(watching)["Operations"] = operations


def noticed(fault: Planted) -> Law | None:
    """The first law that tells the difference."""
    with in_force(fault) as ids:
        for law in LAWS:
            if law.id in ids and not law.holds():
                return law
    return None


def main() -> None:
    planted = [fault for module in MODULES for fault in faults(module)]
    alive = [fault for fault in planted if noticed(fault) is None]
    for fault in alive:
        print(fault)
    print(f"{len(planted) - len(alive)} of {len(planted)} noticed")


if __name__ == "__main__":
    main()
