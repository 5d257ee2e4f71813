"""The program's code with hooks: the same evaluation order, the same lines, the same variables.

A hook stands around the object whose attribute or item comes next and gives the object itself back: `o.a` becomes
`attr(o, "a").a`, so the program's own instruction does the rest, right after the hook.  Names of hooks are no identifiers
("@attr"), so that no program can collide with them; they live in builtins.
Cells are told by a lambda that captures them: `x` becomes `cell(lambda: x) or x`, where the hook looks at the lambda's closure.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, TypeVar

from alertable.sim.memory.scopes import Scope, Scopes

if TYPE_CHECKING:
    from types import CodeType

    from alertable.sim.memory.scopes import Comprehension, Function

Node = TypeVar("Node", bound=ast.AST)
UNTOUCHED: Final = frozenset(
    {"super", "locals", "globals", "vars", "dir", "eval", "exec", "isinstance", "issubclass", "type", "id", "callable", "range",
     "int", "float", "bool", "chr", "ord", "abs", "divmod", "hash", "hex", "round", "slice", "property", "staticmethod",
     "classmethod", "input", "open", "__import__"}
)  # fmt: skip
PLACES: Final = (ast.Name, ast.Attribute, ast.Subscript, ast.NamedExpr)  # expressions that may stand for a container
MERGES: Final = (ast.Add, ast.Mult, ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor, ast.Mod)


def instrumented(tree: ast.Module, filename: str) -> CodeType:
    """The module's code with hooks."""
    changed = Instrument(tree).visit(tree)
    return compile(ast.fix_missing_locations(changed), filename, "exec", dont_inherit=True)


def hook(name: str, at: ast.AST, *arguments: ast.expr) -> ast.Call:
    """A call of a hook, at the place of the expression that it watches."""
    call = ast.Call(ast.Name("@" + name, ast.Load()), list(arguments), [])
    for node in (call, call.func, *arguments):
        if not hasattr(node, "lineno"):
            ast.copy_location(node, at)
    return ast.copy_location(call, at)


class Instrument(ast.NodeTransformer):
    """Puts the hooks in."""

    def __init__(self, tree: ast.Module) -> None:
        self._scopes = Scopes(tree)
        self._globals = self._scopes.watched_globals()
        self._watched = {scope.node: set(scope.watched()) for scope in self._scopes.scopes.values()}
        self._scope = self._scopes.module
        self._hidden: list[set[str]] = []
        self._class = ""  # for private names

    # ---- variables -------------------------------------------------------------------------------------------------------

    def _is_cell(self, name: str) -> bool:
        if any(name in hidden for hidden in self._hidden):
            return False
        owner = self._scopes.owner(self._scope, name)
        return owner is not None and name in self._watched[owner.node]

    def _is_global(self, name: str) -> bool:
        if name not in self._globals or not self._scope.is_function or any(name in hidden for hidden in self._hidden):
            return False
        scope: Scope | None = self._scope
        if name in self._scope.bound and name not in self._scope.globals:
            return False
        return scope is not None and self._scopes.owner(scope, name) is None

    def _variable(self, name: str, at: ast.AST, value: ast.expr | None) -> ast.Call | None:
        """The hook for a watched variable: read, or (with a value, which it returns) written; None if nobody watches it."""
        more = [] if value is None else [value]
        kind = "" if value is None else "w"
        if self._is_cell(name):
            arguments = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
            capture = ast.Lambda(arguments, ast.copy_location(ast.Name(name, ast.Load()), at))
            return hook("cell" + kind, at, ast.copy_location(capture, at), *more)
        if self._is_global(name):
            return hook("glob" + kind, at, ast.Constant(name), *more)
        return None

    def visit_Name(self, node: ast.Name) -> ast.expr:
        told = self._variable(node.id, node, None) if isinstance(node.ctx, ast.Load) else None
        return node if told is None else ast.copy_location(ast.BoolOp(ast.Or(), [told, node]), node)

    def _after(self, statement: ast.stmt, names: list[str]) -> list[ast.stmt]:
        """The hooks for variables that a statement has bound."""
        told = [self._variable(name, statement, ast.Constant(None)) for name in dict.fromkeys(names)]
        return [ast.copy_location(ast.Expr(call), statement) for call in told if call is not None]

    @staticmethod
    def _names(*targets: ast.AST | None) -> list[str]:
        """Variables that these targets bind."""
        return [
            node.id
            for target in targets
            if target is not None
            for node in ast.walk(target)
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
        ]

    # ---- attributes and items ----------------------------------------------------------------------------------------------

    def _private(self, name: str) -> str:
        if self._class and name.startswith("__") and not name.endswith("__"):
            return f"_{self._class.lstrip('_')}{name}"
        return name

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        kind = "attr" if isinstance(node.ctx, ast.Load) else "attrw"
        node.value = hook(kind, node, self._visited(node.value), ast.Constant(self._private(node.attr)))
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        value, key = self._visited(node.value), node.slice
        if isinstance(key, ast.Constant) or (isinstance(key, ast.Name) and self._variable(key.id, key, None) is None):
            copy = ast.Constant(key.value) if isinstance(key, ast.Constant) else ast.Name(key.id, ast.Load())
            again = ast.copy_location(copy, key)
            node.value = hook("item" if isinstance(node.ctx, ast.Load) else "itemw", node, value, again)
        else:
            node.slice = self._visited(key)
            node.value = hook("items", node, value)
        return node

    def _visited(self, node: Node) -> Node:
        changed: Node = self.visit(node)
        return changed

    def _whole(self, node: ast.expr, kind: str = "whole") -> ast.expr:
        """An expression whose value is looked at as a whole."""
        return hook(kind, node, self._visited(node)) if isinstance(node, PLACES) else self._visited(node)

    # ---- expressions -------------------------------------------------------------------------------------------------------

    def visit_Call(self, node: ast.Call) -> ast.expr:
        func = node.func
        if isinstance(func, ast.Attribute):
            node.func = hook("method", func.value, self._visited(func.value), ast.Constant(self._private(func.attr)))
        elif not (isinstance(func, ast.Name) and func.id in UNTOUCHED):
            node.func = hook("call", node, self._visited(func))
        node.args = [
            ast.copy_location(ast.Starred(self._whole(each.value), each.ctx), each)
            if isinstance(each, ast.Starred)
            else self._visited(each)
            for each in node.args
        ]
        for keyword in node.keywords:
            keyword.value = self._whole(keyword.value) if keyword.arg is None else self._visited(keyword.value)
        return node

    def _made(self, node: ast.expr) -> ast.expr:
        self.generic_visit(node)
        return hook("made", node, node)

    def visit_List(self, node: ast.List) -> ast.expr:
        if isinstance(node.ctx, ast.Load):
            return self._made(node)
        self.generic_visit(node)
        return node

    visit_Dict = visit_Set = _made

    def _comprehension(self, node: Comprehension) -> ast.expr:
        targets = {name.id for each in node.generators for name in ast.walk(each.target) if isinstance(name, ast.Name)}
        node.generators[0].iter = hook("iter", node.generators[0].iter, self._visited(node.generators[0].iter))
        self._hidden.append(targets)
        for index, each in enumerate(node.generators):
            each.target = self._visited(each.target)
            if index:
                each.iter = hook("iter", each.iter, self._visited(each.iter))
            each.ifs = [self._whole(test, "truth") for test in each.ifs]
        if isinstance(node, ast.DictComp):
            node.key, node.value = self._visited(node.key), self._visited(node.value)
        else:
            node.elt = self._visited(node.elt)
        self._hidden.pop()
        return node if isinstance(node, ast.GeneratorExp) else hook("made", node, node)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        node.values = [self._whole(value, "truth") for value in node.values]
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        node.operand = self._whole(node.operand, "truth") if isinstance(node.op, ast.Not) else self._visited(node.operand)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        node.test = self._whole(node.test, "truth")
        node.body, node.orelse = self._visited(node.body), self._visited(node.orelse)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        displays = isinstance(node.left, ast.List | ast.ListComp) or isinstance(node.right, ast.List | ast.ListComp)
        if isinstance(node.op, MERGES) and not isinstance(node.left, ast.Constant) and not isinstance(node.right, ast.Constant):
            node.left, node.right = self._whole(node.left), self._whole(node.right)
        else:
            self.generic_visit(node)
        return hook("made", node, node) if displays else node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(node.comparators[0], PLACES):
            found = hook("member", node.comparators[0], self._visited(node.left), self._visited(node.comparators[0]))
            inverted = ast.UnaryOp(ast.Not(), found)
            return found if isinstance(node.ops[0], ast.In) else ast.copy_location(inverted, node)
        operands = [node.left, *node.comparators]
        plain = any(isinstance(each, ast.Constant) for each in operands) or any(
            isinstance(op, ast.Is | ast.IsNot) for op in node.ops
        )
        node.left, *node.comparators = [self._visited(each) if plain else self._whole(each) for each in operands]
        return node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.expr:
        node.value = self._whole(node.value)
        if node.format_spec is not None:
            node.format_spec = self._visited(node.format_spec)
        return node

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        value = self._visited(node.value)
        node.value = self._variable(node.target.id, node, value) or value
        return node

    # ---- statements ----------------------------------------------------------------------------------------------------------

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        several = len(node.targets) > 1 or not isinstance(node.targets[0], PLACES)
        unpacks = any(isinstance(target, ast.Tuple | ast.List) for target in node.targets)
        value = self._whole(node.value) if unpacks else self._visited(node.value)
        names = self._names(*node.targets)
        if not several and names:
            value = self._variable(names[0], node.targets[0], value) or value
            names = []
        node.value = value
        node.targets = [self._visited(target) for target in node.targets]
        return [node, *self._after(node, names)]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is not None:
            value = self._visited(node.value)
            told = self._variable(node.target.id, node, value) if isinstance(node.target, ast.Name) else None
            node.value = told or value
        if not isinstance(node.target, ast.Name) and node.value is not None:
            node.target = self._visited(node.target)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt | list[ast.stmt]:
        value = self._visited(node.value)
        target = node.target
        if isinstance(target, ast.Name):
            value = hook("grown", target, value, ast.copy_location(ast.Name(target.id, ast.Load()), target))
            read = self._variable(target.id, target, None)
            node.value = self._variable(target.id, target, value) or value
            return node if read is None else [ast.copy_location(ast.Expr(read), node), node]
        node.value = value
        if isinstance(target, ast.Attribute):
            target.value = hook("attrs", target, self._visited(target.value))
        elif isinstance(target, ast.Subscript):
            target.value, target.slice = hook("items", target, self._visited(target.value)), self._visited(target.slice)
        return node

    def visit_Delete(self, node: ast.Delete) -> list[ast.stmt]:
        names = self._names(*(target for target in node.targets if isinstance(target, ast.Name)))
        self.generic_visit(node)
        return [*self._after(node, names), node]

    def _test(self, node: ast.If | ast.While | ast.Assert) -> ast.stmt:
        test = self._whole(node.test, "truth")
        node.test = ast.Constant(None)
        self.generic_visit(node)
        node.test = test
        return node

    visit_If = visit_While = visit_Assert = _test

    def visit_For(self, node: ast.For) -> ast.stmt:
        node.iter = hook("iter", node.iter, self._visited(node.iter))
        names = self._names(node.target)
        node.target = self._visited(node.target)
        node.body = [*self._after(node.body[0], names), *self._block(node.body)]
        node.orelse = self._block(node.orelse)
        return node

    def visit_With(self, node: ast.With) -> ast.stmt:
        names = self._names(*(item.optional_vars for item in node.items))
        node.items = [self._visited(item) for item in node.items]
        node.body = [*self._after(node.body[0], names), *self._block(node.body)]
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.ExceptHandler:
        if node.type is not None:
            node.type = self._visited(node.type)
        node.body = [*self._after(node.body[0], [node.name] if node.name else []), *self._block(node.body)]
        return node

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> list[ast.stmt]:
        return [node, *self._after(node, [(alias.asname or alias.name).partition(".")[0] for alias in node.names])]

    visit_ImportFrom = visit_Import

    def visit_Match(self, node: ast.Match) -> ast.stmt:
        node.subject = self._whole(node.subject)
        for case in node.cases:
            if case.guard is not None:
                case.guard = self._whole(case.guard, "truth")
            case.body = self._block(case.body)
        return node

    def _block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """The statements of a block, each perhaps with more."""
        changed: list[ast.stmt] = []
        for statement in statements:
            result = self.visit(statement)
            changed += result if isinstance(result, list) else [result]
        return changed

    # ---- scopes ----------------------------------------------------------------------------------------------------------------

    def _defaults(self, node: Function) -> None:
        node.args.defaults = [self._visited(each) for each in node.args.defaults]
        node.args.kw_defaults = [None if each is None else self._visited(each) for each in node.args.kw_defaults]

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        self._defaults(node)
        before = self._scope, self._hidden
        self._scope, self._hidden = self._scopes.scopes[node], []
        node.body = self._visited(node.body)
        self._scope, self._hidden = before
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
        node.decorator_list = [self._visited(each) for each in node.decorator_list]
        self._defaults(node)
        before = self._scope, self._hidden
        self._scope, self._hidden = self._scopes.scopes[node], []
        body = node.body
        skip = int(ast.get_docstring(node, clean=False) is not None)
        node.body = [*body[:skip], *self._prologue(node, body[0]), *self._block(body[skip:])] or [ast.Pass()]
        self._scope, self._hidden = before
        return [node, *self._after(node, [node.name])]

    visit_AsyncFunctionDef = visit_FunctionDef

    def _prologue(self, node: ast.AST, at: ast.stmt) -> list[ast.stmt]:
        """A call of the function makes new cells: they get names."""
        names = sorted(self._watched[node])
        if not names:
            return []
        variables = ast.Tuple([ast.copy_location(ast.Name(name, ast.Load()), at) for name in names], ast.Load())
        arguments = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
        capture = ast.copy_location(ast.Lambda(arguments, ast.copy_location(variables, at)), at)
        return [ast.copy_location(ast.Expr(hook("cells", at, capture)), at)]

    def visit_ClassDef(self, node: ast.ClassDef) -> list[ast.stmt]:
        node.decorator_list = [self._visited(each) for each in node.decorator_list]
        node.bases = [self._visited(each) for each in node.bases]
        for keyword in node.keywords:
            keyword.value = self._visited(keyword.value)
        before = self._scope, self._hidden, self._class
        self._scope, self._hidden, self._class = self._scopes.scopes[node], [], node.name
        skip = int(ast.get_docstring(node, clean=False) is not None)
        node.body = [*node.body[:skip], *self._block(node.body[skip:])]
        self._scope, self._hidden, self._class = before
        return [node, *self._after(node, [node.name])]
