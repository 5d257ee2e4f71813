"""What a shell may complete where a command takes text: programs, ids, laws, faults, files.

The kind of a value is what its metavar says, so that the help and the completion tell the same; `completing` gives each
parameter of a command its completer.  Nothing is imported to complete a name, for a key was pressed.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import CompletionItem

import alertable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PROGRAMS: Final = "specs.programs"
PROGRAM: Final = "FILE[:function]"  # in a metavar: something that can be run


class Text(click.types.StringParamType):
    """A text whose values are known."""

    def __init__(self, complete: Callable[[str], Iterable[CompletionItem[str]]]) -> None:
        self._complete = complete

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        with suppress(OSError, ValueError):  # nobody wants to read of it now
            return list(self._complete(incomplete))
        return []


def completing(command: click.Command) -> click.Command:
    """The command, with completers for what it takes; also for its own commands."""
    for param in command.params:
        complete = completer(param.metavar or "")
        if complete is not None and param.type is click.STRING:
            param.type = Text(complete)
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        completing(each)
    return command


def completer(metavar: str) -> Callable[[str], Iterable[CompletionItem[str]]] | None:
    """What completes values of this kind; None where nobody can know them."""
    if "FILE" not in metavar:
        return KINDS.get(metavar)
    otherwise = programs if PROGRAM in metavar else files
    return (lambda incomplete: list(ids(incomplete)) or otherwise(incomplete)) if "ID" in metavar else otherwise


def files(incomplete: str) -> list[CompletionItem[str]]:
    """The shell completes them."""
    return [CompletionItem(incomplete, type="file")]


def programs(incomplete: str) -> list[CompletionItem[str]]:
    """Functions behind a colon; modules of alertable with the Python files that begin so; else the shell's files."""
    name, colon, begun = incomplete.rpartition(":")
    if colon and "/" not in begun and "\\" not in begun:
        return [CompletionItem(f"{name}:{function}") for function in _functions(name.rstrip(":")) if function.startswith(begun)]
    modules = [CompletionItem(name) for name in _modules() if incomplete and name.startswith(incomplete)]
    if not modules:
        return files(incomplete)
    here = [path for path in Path().glob("*") if str(path).startswith(incomplete)]
    beside = [f"{path}/" if path.is_dir() else str(path) for path in sorted(here) if path.is_dir() or path.suffix == ".py"]
    return [*(CompletionItem(name) for name in beside), *modules]


def ids(incomplete: str) -> Iterator[CompletionItem[str]]:
    """Counterexamples of the store that the current folder uses, with the law that each breaks."""
    from alertable.store import Store, StoreError

    store = Store()
    for name in store.ids():
        if name.startswith(incomplete):
            title = ""
            with suppress(StoreError):
                kept = store.get(name)
                title = f"{kept.violation}: {kept.title}" if kept is not None else ""
            yield CompletionItem(name, help=title or None)


def _laws(incomplete: str) -> Iterator[CompletionItem[str]]:
    """Ids in a list, or + ids to add."""
    from alertable.specs.properties import ALL

    done, comma, begun = incomplete.rpartition(",")
    words = [*ALL, *(f"+{law}" for law in ALL), *(() if comma else ("default", "all", "none"))]
    return (CompletionItem(f"{done}{comma}{word}") for word in words if word.startswith(begun))


def _faults(incomplete: str) -> Iterator[CompletionItem[str]]:
    from alertable.sim.runtime.settings import FAULTS

    return (CompletionItem(f"{kind}=1") for kind in FAULTS if kind.startswith(incomplete))


def _animals(incomplete: str) -> Iterator[CompletionItem[str]]:
    from alertable.specs.zoo import cases

    return (CompletionItem(case.id, help=case.title) for case in cases() if case.id.startswith(incomplete.upper()))


def _litmus(incomplete: str) -> Iterator[CompletionItem[str]]:
    names = sorted(path.stem.partition("_")[0] for path in _files("specs/litmus", "[ks][0-9]*.py"))
    return (CompletionItem(name) for name in dict.fromkeys(names) if name.startswith(incomplete.lower()))


def _servers(incomplete: str) -> Iterator[CompletionItem[str]]:
    from alertable.sim.timed.measure import SERVERS

    done, comma, begun = incomplete.rpartition(",")
    return (CompletionItem(f"{done}{comma}{name}") for name in SERVERS if name.startswith(begun))


KINDS: Final[dict[str, Callable[[str], Iterable[CompletionItem[str]]]]] = {
    "ID": ids,
    "ID,...": _laws,
    "KIND=N": _faults,
    "[ID...]": _animals,
    "PATTERN": _litmus,
    "NAME,...": _servers,
}


def _files(folder: str, pattern: str) -> list[Path]:
    return [path for base in alertable.__path__ for path in sorted((Path(base) / folder).glob(pattern))]


def _modules() -> list[str]:
    """Modules of alertable that hold a program, by the names that a command takes."""
    found = _files(PROGRAMS.replace(".", "/"), "*.py")
    return [f"{PROGRAMS}.{path.stem}" for path in found if "\ndef program(" in path.read_text(encoding="utf-8")]


def _functions(name: str) -> list[str]:
    """Those of a file or module that are no secret."""
    module = f"{name.replace('.', '/')}.py"
    for path in (Path(name), Path(module), *(Path(base) / module for base in alertable.__path__)):
        if path.is_file():
            with suppress(SyntaxError):
                tree = ast.parse(path.read_bytes())
                return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    return []
