"""Puts a mutant into this process: the function gets other code, so that whoever has imported it sees the mutant.

The whole file is compiled with the text replaced, and the one code object taken out of it: line numbers, closures and `super()`
stay what they are.  A dict of the module gets the contents that its statement has now.  The file itself is never written.
There is no way back: plant in a process that ends afterwards.
"""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from alertable.specs.mutants import Mutant


class Stale(Exception):
    """The source is no longer what the mutant was written for."""


def plant(mutant: Mutant) -> None:
    """Let this process have the fault.  Raises Stale."""
    module = import_module(mutant.module)
    text, node = mutated(mutant)
    path = _path(module)
    if isinstance(node, ast.FunctionDef):
        function = _function(module, mutant.name)
        code = [c for c in _codes(compile(text, str(path), "exec", dont_inherit=True)) if c.co_qualname == mutant.name]
        if len(code) != 1 or len(code[0].co_freevars) != len(function.__code__.co_freevars):
            raise Stale(f"{mutant.id}: {mutant.name} is not one function with the same free variables")
        function.__code__ = code[0]
        return
    table = getattr(module, mutant.name)
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    if not isinstance(table, dict) or value is None:
        raise Stale(f"{mutant.id}: {mutant.name} is a {type(table).__name__}, only a dict can be replaced in place")
    planted = eval(compile(ast.Expression(value), str(path), "eval", dont_inherit=True), dict(vars(module)))
    table.clear()
    table.update(planted)


def mutated(mutant: Mutant) -> tuple[str, ast.stmt]:
    """The file's text with the fault, and its statement: a function, or the assignment of a table.  Raises Stale."""
    path = _path(import_module(mutant.module))
    text = path.read_text(encoding="utf-8")
    node = _statement(ast.parse(text), mutant)
    lines = text.splitlines(keepends=True)
    first, last = node.lineno - 1, node.end_lineno or node.lineno
    body = "".join(lines[first:last])
    count = body.count(mutant.text)
    if count != 1:
        raise Stale(f"{mutant.id}: {mutant.text!r} stands {count} times in {mutant.where}, it must be once")
    text = "".join(lines[:first]) + body.replace(mutant.text, mutant.planted) + "".join(lines[last:])
    try:
        tree = ast.parse(text)
    except SyntaxError as e:
        raise Stale(f"{mutant.id}: {mutant.where} does not compile with it: {e}") from None
    node = _statement(tree, mutant)
    if ast.dump(node) == ast.dump(_statement(ast.parse("".join(lines)), mutant)):
        raise Stale(f"{mutant.id}: it changes nothing in {mutant.where}")
    return text, node


def _path(module: ModuleType) -> Path:
    assert module.__file__ is not None
    return Path(module.__file__)


def _statement(tree: ast.Module, mutant: Mutant) -> ast.stmt:
    """The one statement that the name stands for."""
    body: list[ast.stmt] = tree.body
    found: list[ast.stmt] = []
    for name in mutant.name.split("."):
        found = [node for node in body if _name(node) == name]
        body = [inner for node in found if isinstance(node, ast.ClassDef) for inner in node.body]
    if len(found) != 1 or isinstance(found[0], ast.ClassDef):
        raise Stale(f"{mutant.id}: {mutant.where} is not one function or table")
    return found[0]


def _name(node: ast.stmt) -> str | None:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return node.name
    target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
    return target.id if isinstance(target, ast.Name) else None


def _function(module: ModuleType, name: str) -> FunctionType:
    """The function object behind properties, class methods and decorators that say what they wrap."""
    found: Any = module
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    found = getattr(found, "fget", None) or getattr(found, "func", None) or getattr(found, "__func__", None) or found
    found = inspect.unwrap(found)
    assert isinstance(found, FunctionType), f"{name} is a {type(found).__name__}"
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
