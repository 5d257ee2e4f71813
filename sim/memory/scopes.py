"""Which variables are memory that threads share: cells and globals that are assigned after somebody else may see them.

A variable of a function that an inner function captures is watched, unless it is bound once and before the inner function is
made: then whoever has the inner function has the value.  A global is watched if a function assigns it (`global x`).
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
PARAMETER = -1  # the place of a binding that is there from the beginning


@dataclass(slots=True)
class Scope:
    """Names of one function, class or module.

    bound: name -> places where it is bound (in the order of the text; loops count twice); captured: name -> the first place of
    an inner function that uses it; assigned: names that inner functions assign.
    """

    node: ast.AST
    outer: Scope | None
    bound: dict[str, list[int]] = field(default_factory=dict)
    captured: dict[str, int] = field(default_factory=dict)
    assigned: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)  # declared global or nonlocal
    globals: set[str] = field(default_factory=set)
    used: dict[str, None] = field(default_factory=dict)

    @property
    def is_function(self) -> bool:
        """Has it cells?"""
        return isinstance(self.node, Function)

    def watched(self) -> list[str]:
        """Its variables that other threads may find half-way."""
        if not self.is_function:
            return []
        return [name for name, first in self.captured.items() if self._changes(name, first)]

    def _changes(self, name: str, first: int) -> bool:
        places = self.bound.get(name, [])
        return name in self.assigned or len(places) > 1 or any(place > first for place in places)


class Scopes(ast.NodeVisitor):
    """Finds the scopes of a module: `scopes[node]` for every function and class, `module` for the rest."""

    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope(tree, None)
        self.scopes: dict[ast.AST, Scope] = {tree: self.module}
        self._here = self.module
        self._place = 0
        self._loops = 0
        self._hidden: list[set[str]] = []  # targets of comprehensions
        self.generic_visit(tree)
        for scope in self.scopes.values():
            self._resolve(scope)

    def owner(self, scope: Scope, name: str) -> Scope | None:
        """The function that the name is a variable of; None for globals and names of classes."""
        if name in scope.globals:
            return None
        if name in scope.bound and name not in scope.outside:
            return scope if scope.is_function else None
        outer = scope.outer
        while outer is not None:
            if outer.is_function and name in outer.bound and name not in outer.outside:
                return outer
            if outer.is_function and name in outer.globals:
                return None
            outer = outer.outer
        return None

    def _resolve(self, scope: Scope) -> None:
        if not scope.is_function:
            return
        first = min(scope.bound.get("", [0]))
        for name in (*scope.used, *scope.outside):
            owner = self.owner(scope, name)
            if owner is not None and owner is not scope:
                owner.captured[name] = min(owner.captured.get(name, first), first)
                if name in scope.bound:
                    owner.assigned.add(name)

    def watched_globals(self) -> set[str]:
        """Globals that functions assign."""
        return {name for scope in self.scopes.values() if scope.is_function for name in scope.globals & set(scope.bound)}

    # ---- what binds ------------------------------------------------------------------------------------------------------

    def _bind(self, name: str, place: int | None = None) -> None:
        self._place += 1
        places = self._here.bound.setdefault(name, [])
        places.append(self._place if place is None else place)
        if self._loops and place is None:
            places.append(self._place)

    def visit_Name(self, node: ast.Name) -> None:
        if any(node.id in hidden for hidden in self._hidden):
            return
        if isinstance(node.ctx, ast.Load):
            self._here.used[node.id] = None
        else:
            self._bind(node.id)

    def visit_Global(self, node: ast.Global) -> None:
        self._here.outside.update(node.names)
        self._here.globals.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self._here.outside.update(node.names)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self._bind((alias.asname or alias.name).partition(".")[0])

    visit_ImportFrom = visit_Import

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self._bind(node.name)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name:
            self._bind(node.name)
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self._bind(node.rest)
        self.generic_visit(node)

    def visit_For(self, node: ast.For | ast.While) -> None:
        self._loops += 1
        self.generic_visit(node)
        self._loops -= 1

    visit_While = visit_For

    def _comprehension(self, node: Comprehension) -> None:
        targets = {name.id for each in node.generators for name in ast.walk(each.target) if isinstance(name, ast.Name)}
        self._hidden.append(targets)
        self.generic_visit(node)
        self._hidden.pop()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    # ---- scopes ----------------------------------------------------------------------------------------------------------

    def _enter(self, node: ast.AST) -> tuple[Scope, int, list[set[str]]]:
        before = self._here, self._loops, self._hidden
        self._here = self.scopes[node] = Scope(node, self._here)
        self._loops, self._hidden = 0, []
        return before

    def _leave(self, before: tuple[Scope, int, list[set[str]]]) -> None:
        self._here, self._loops, self._hidden = before

    def _function(self, node: Function) -> None:
        arguments = node.args
        for default in (*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)):
            self.visit(default)
        self._place += 1
        begin = self._place
        before = self._enter(node)
        self._here.bound[""] = [begin]
        for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
            if each is not None:
                self._bind(each.arg, PARAMETER)
        for child in node.body if isinstance(node.body, list) else [node.body]:
            self.visit(child)
        self._leave(before)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._function(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        self._place += 1
        place = self._place  # a function that calls itself does not see its name change
        self._function(node)
        self._bind(node.name, place)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for child in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.visit(child)
        before = self._enter(node)
        for statement in node.body:
            self.visit(statement)
        self._leave(before)
        self._bind(node.name)
